//! How a dictionary form is inflected, told by its last letters.

/// How a word is inflected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paradigm {
    Adjective,
    SoftAdjective,
    Feminine,
    FeminineSoft,
    Neuter,
    NeuterSoft,
    Masculine,
    Plural,
    Latin,
    Fixed,
}

/// Adjectives whose stem is soft, in folded spelling.
const SOFT_STEMS: &[&str] = &["син", "осинн", "осенн", "весенн", "верхн", "нижн", "литн", "летн"];

fn is_soft(stem: &str) -> bool {
    SOFT_STEMS.iter().any(|soft| stem.ends_with(soft))
}

impl Paradigm {
    /// The paradigm and the stem of a dictionary form in folded spelling.
    pub(super) fn of(key: &str) -> (Self, &str) {
        let is_long = key.chars().count() >= 4;
        if key.chars().all(|c| c.is_ascii_alphanumeric()) {
            return (Self::Latin, key);
        }
        if let Some(stem) = key.strip_suffix("ий").or_else(|| key.strip_suffix("ой"))
            && is_long
        {
            let is_soft = is_soft(stem);
            return (if is_soft { Self::SoftAdjective } else { Self::Adjective }, stem);
        }
        if let Some(stem) = key.strip_suffix("яя").or_else(|| key.strip_suffix("ая"))
            && is_long
        {
            let is_soft = is_soft(stem);
            return (if is_soft { Self::SoftAdjective } else { Self::Adjective }, stem);
        }
        for (ending, paradigm) in [
            ("а", Self::Feminine),
            ("я", Self::FeminineSoft),
            ("о", Self::Neuter),
            ("е", Self::NeuterSoft),
            ("и", Self::Plural),
        ] {
            if let Some(stem) = key.strip_suffix(ending)
                && is_long
            {
                return (paradigm, stem);
            }
        }
        if is_long && key.ends_with(|c: char| !"уюь".contains(c)) {
            (Self::Masculine, key)
        } else {
            (Self::Fixed, key)
        }
    }

    /// The endings of its forms, folded.
    pub(super) const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Adjective => &[
                "ий", "ого", "ому", "им", "а", "ои", "ой", "у", "ою", "е", "и", "их", "ими", "ая",
                "ую", "ое", "ие", "ом", "ей", "ии", "о",
            ],
            Self::SoftAdjective => &[
                "ий", "ого", "ему", "ому", "им", "я", "ои", "ей", "ю", "ою", "е", "и", "их", "ими",
                "яя", "юю", "ее", "ие", "его", "ем", "ому",
            ],
            Self::Feminine => {
                &["а", "и", "у", "о", "ою", "ой", "е", "", "ам", "ами", "ах", "ин", "иного"]
            }
            Self::FeminineSoft => {
                &["я", "и", "ю", "е", "ею", "ей", "й", "", "ям", "ями", "ях", "ев", "ив", "ем"]
            }
            Self::Neuter => &["о", "а", "у", "ом", "и", "", "ам", "ами", "ах"],
            Self::NeuterSoft => &["е", "я", "ю", "ем", "и", "ев", "ив", "ям", "ями", "ях", ""],
            Self::Masculine => {
                &["", "а", "у", "ом", "ем", "ови", "еви", "и", "е", "ив", "ов", "ам", "ами", "ах"]
            }
            Self::Plural => {
                &["и", "ив", "ев", "ов", "ей", "", "ам", "ям", "ами", "ями", "ах", "ях"]
            }
            Self::Latin => &["", "s", "es"],
            Self::Fixed => &[""],
        }
    }
}

/// The stem without the vowel that the dictionary form alone has: "замок" is "замк" elsewhere.
pub(super) fn with_dropped_vowel(stem: &str, paradigm: Paradigm) -> Option<String> {
    const LAST: [&str; 3] = ["ок", "ец", "ен"];
    let last = LAST.iter().find(|last| stem.ends_with(*last))?;
    let head = stem.strip_suffix(last)?;
    let is_long = head.chars().count() >= 3;
    (paradigm == Paradigm::Masculine && is_long)
        .then(|| format!("{head}{}", last.chars().next_back().unwrap_or_default()))
}

/// The stem of the genitive plural with its vowel: "сукн" is "сукон" there.
pub(super) fn with_filled_vowel(stem: &str, paradigm: Paradigm) -> Option<String> {
    const VOWELS: &str = "аеиоуюя";
    if !matches!(paradigm, Paradigm::Feminine | Paradigm::FeminineSoft | Paradigm::Neuter) {
        return None;
    }
    let mut letters: Vec<char> = stem.chars().collect();
    let (last, before) = (letters.pop()?, *letters.last()?);
    if VOWELS.contains(last) || VOWELS.contains(before) || last == before {
        return None;
    }
    letters.push('о');
    letters.push(last);
    Some(letters.into_iter().collect())
}
