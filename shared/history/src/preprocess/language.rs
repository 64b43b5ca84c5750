//! The language that a text seems to be in, by its letters.

use crate::message::Lang;

/// Fewer letters than this say nothing.
const FEWEST_LETTERS: usize = 5;

/// The share of its script that a language needs, in percent.
const SHARE_PERCENT: usize = 60;

/// The letters that only one of the two languages has.
const UKRAINIAN: &str = "іїєґ";
const RUSSIAN: &str = "ыэъё";

pub(super) fn of(text: &str) -> Lang {
    let (mut cyrillic, mut latin, mut ukrainian, mut russian) = (0, 0, 0, 0);
    // Addresses are Latin in every language.
    let words = text.split_whitespace().filter(|word| !word.contains("://"));
    for letter in words.flat_map(str::chars).flat_map(char::to_lowercase) {
        match letter {
            'а'..='я' | 'ё' | 'і' | 'ї' | 'є' | 'ґ' => cyrillic += 1,
            'a'..='z' => latin += 1,
            _ => {}
        }
        ukrainian += usize::from(UKRAINIAN.contains(letter));
        russian += usize::from(RUSSIAN.contains(letter));
    }
    let letters = cyrillic + latin;
    if letters < FEWEST_LETTERS {
        Lang::Other
    } else if latin * 100 >= letters * SHARE_PERCENT {
        Lang::En
    } else if cyrillic * 100 < letters * SHARE_PERCENT {
        Lang::Other
    } else if ukrainian > russian {
        Lang::Uk
    } else {
        Lang::Ru
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_and_then_the_letters_that_one_language_has() {
        for (text, lang) in [
            ("Добрый вечер, ещё вопрос", Lang::Ru),
            ("Доброго вечора, є питання", Lang::Uk),
            ("Good evening to all of you", Lang::En),
            ("так", Lang::Other),
            ("12345 67890 !!!", Lang::Other),
            ("привет hello привет hello", Lang::Other),
            ("ёёёёё", Lang::Ru),
            ("дивіться https://example.com/long/address", Lang::Uk),
        ] {
            assert_eq!(of(text), lang, "{text}");
        }
    }
}
