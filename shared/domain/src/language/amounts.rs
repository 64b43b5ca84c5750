//! Words of money: what makes a number beside them an amount.

/// The beginnings of the hryvnia's names, in small letters and folded.
pub(crate) const HRYVNIA: [&str; 4] = ["грн", "гривен", "гривн", "uah"];

/// The hryvnia's sign.
pub(crate) const HRYVNIA_SIGN: char = '₴';

/// Whether a text in small letters begins with the hryvnia, by name or sign.
pub(crate) fn begins_with_hryvnia(text: &str) -> bool {
    text.starts_with(HRYVNIA_SIGN) || HRYVNIA.iter().any(|name| text.starts_with(name))
}
