//! Ids by chance.

/// A random UUID (version 4).
pub(crate) fn uuid() -> String {
    const VERSION_4: u128 = 0x4 << 76;
    const VARIANT_1: u128 = 0x2 << 62;
    let id = (fastrand::u128(..) & !(0xF << 76) & !(0x3 << 62)) | VERSION_4 | VARIANT_1;
    let hex = format!("{id:032x}");
    // 32 ASCII digits, so every byte position is a place to cut.
    let (head, rest) = hex.split_at(8);
    let (second, rest) = rest.split_at(4);
    let (third, rest) = rest.split_at(4);
    let (fourth, tail) = rest.split_at(4);
    format!("{head}-{second}-{third}-{fourth}-{tail}")
}

/// Six random letters, as they end a secret's ARN.
pub(crate) fn six_letters() -> String {
    std::iter::repeat_with(fastrand::alphabetic).take(6).collect()
}
