//! Ukrainian and Russian typed in Latin letters: "laguna", "kapryz", "skilky koshtuye".

use super::{
    fold,
    token::{Kind, Token},
};

/// Groups of Latin letters and what they stand for, the longest first.
const GROUPS: [(&str, &str); 42] = [
    ("shch", "щ"),
    ("sch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("ya", "я"),
    ("ia", "ія"),
    ("ja", "я"),
    ("yu", "ю"),
    ("iu", "ю"),
    ("ju", "ю"),
    ("ye", "є"),
    ("ie", "є"),
    ("je", "є"),
    ("yi", "ї"),
    ("yo", "йо"),
    ("jo", "йо"),
    ("a", "а"),
    ("b", "б"),
    ("c", "к"),
    ("d", "д"),
    ("e", "е"),
    ("f", "ф"),
    ("g", "г"),
    ("h", "г"),
    ("i", "і"),
    ("j", "й"),
    ("k", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "у"),
    ("v", "в"),
    ("w", "в"),
    ("y", "и"),
];

/// The letters that stand for themselves in no group.
const REST: [(char, char); 3] = [('x', 'х'), ('z', 'з'), ('q', 'к')];

/// The key of a word in Latin letters, read as Cyrillic; nothing for another word.
#[must_use]
pub fn as_cyrillic(token: &Token) -> Option<String> {
    let is_latin =
        token.kind == Kind::Word && token.key.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_latin || token.key.len() < 2 {
        return None;
    }
    let mut rest = token.key.as_str();
    let mut word = String::with_capacity(token.key.len() * 2);
    while let Some(first) = rest.chars().next() {
        let group = GROUPS.iter().find(|(latin, _)| rest.starts_with(latin));
        if let Some((latin, cyrillic)) = group {
            word.push_str(cyrillic);
            rest = &rest[latin.len()..];
        } else {
            word.extend(REST.iter().filter(|(latin, _)| *latin == first).map(|(_, own)| *own));
            rest = &rest[first.len_utf8()..];
        }
    }
    Some(fold::key(&word))
}

#[cfg(test)]
mod tests {
    use super::as_cyrillic;
    use crate::language::{fold, token::tokens};

    #[test]
    fn words_in_latin_letters_are_read_as_cyrillic() {
        for (latin, cyrillic) in [
            ("laguna", "лагуна"),
            ("kapryz", "каприз"),
            ("suknya", "сукня"),
            ("rozheva", "рожева"),
            ("skilky", "скільки"),
        ] {
            let read = tokens(latin).first().and_then(as_cyrillic);
            assert_eq!(read, Some(fold::key(cyrillic)), "{latin}");
        }
    }

    #[test]
    fn a_cyrillic_word_and_a_number_stay() {
        assert!(tokens("лагуна 104").iter().all(|token| as_cyrillic(token).is_none()));
    }
}
