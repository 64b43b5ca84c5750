//! Words of promises and bargains, which the shop does not make (decisions 5 and 14).

/// Their beginnings, folded.
pub(crate) const PROMISES: [&str; 14] = [
    "знижк",
    "скидк",
    "безкоштовн",
    "бесплатн",
    "подарун",
    "подарок",
    "акци",
    "розпродаж",
    "гаранту",
    "обицяю",
    "обицяемо",
    "дешевш",
    "промокод",
    "остання шт",
];
