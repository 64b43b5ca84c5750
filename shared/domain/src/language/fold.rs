//! One spelling for what means one thing.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The most characters of a burst that are read; whatever follows is no customer's question.
pub const MAX_CHARS: usize = 6000;

/// A text with compatibility forms resolved, invisible characters and stress marks removed, and one
/// kind of apostrophe; its case and its words stay as they were written.
#[must_use]
pub fn clean(text: &str) -> String {
    // NFKC would make letters of the sign.
    let signs = || text.chars().map(|c| if c == '№' { '#' } else { c });
    if is_nfkc_quick(signs()) == IsNormalized::Yes {
        resolve(signs())
    } else {
        resolve(signs().nfkc())
    }
}

fn resolve(text: impl Iterator<Item = char>) -> String {
    let mut cleaned = String::new();
    for c in text.take(MAX_CHARS) {
        match c {
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{00AD}'
            | '\u{0300}'
            | '\u{0301}' => {}
            '’' | 'ʼ' | '`' | '‘' | '′' | '´' | 'ʹ' | '＇' => cleaned.push('\''),
            '–' | '—' | '−' | '‑' | '‐' => cleaned.push('-'),
            _ => cleaned.push(c),
        }
    }
    cleaned
}

/// The key of a word: lower case, look-alikes of a mixed word in one script, the letters that
/// Ukrainian and Russian write differently made one, signs and apostrophes dropped, a letter
/// repeated three times or more written once.
#[must_use]
pub fn key(word: &str) -> String {
    let is_mixed = word.chars().any(is_cyrillic);
    let mut letters: Vec<char> = Vec::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        let c = if is_mixed { look_alike(c) } else { c };
        match c {
            'і' | 'ї' | 'ы' => letters.push('и'),
            'є' | 'э' | 'ё' => letters.push('е'),
            'ґ' => letters.push('г'),
            'ь' | 'ъ' | '\'' => {}
            _ => letters.push(c),
        }
    }
    squeeze(&letters)
}

fn squeeze(letters: &[char]) -> String {
    if letters.len() > 2 && letters.iter().all(|letter| *letter == letters[0]) {
        // "еее" is a sound and not the word "є".
        return letters.iter().collect();
    }
    letters
        .chunk_by(|a, b| a == b)
        .flat_map(|run| run.iter().take(if run.len() > 2 { 1 } else { 2 }))
        .collect()
}

/// Whether a letter is Cyrillic.
#[must_use]
pub const fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{0400}'..='\u{04FF}')
}

const fn look_alike(c: char) -> char {
    match c {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' => 'е',
        'h' => 'н',
        'i' => 'і',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        '0' => 'о',
        '3' => 'з',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, key};

    #[test]
    fn apostrophes_and_letters_that_two_languages_write_differently_are_one() {
        assert_eq!(key("п'ять"), key("п’ять".replace('’', "'").as_str()));
        assert_eq!(key("чёрный"), "черний");
        assert_eq!(key("Сірий"), "сирий");
        assert_eq!(key("скільки"), key("скільки"));
        assert_eq!(clean("ім’я"), "ім'я");
    }

    #[test]
    fn latin_look_alikes_inside_a_cyrillic_word_become_cyrillic() {
        assert_eq!(key("cукня"), key("сукня"));
        assert_eq!(key("poжева"), key("рожева"));
        assert_eq!(key("mirt"), "mirt");
    }

    #[test]
    fn invisible_characters_and_stress_marks_do_not_part_a_word() {
        assert_eq!(clean("сук\u{200B}ня"), "сукня");
        assert_eq!(clean("за\u{301}мок"), "замок");
    }

    #[test]
    fn a_letter_drawn_out_is_written_once_and_a_doubled_one_stays() {
        assert_eq!(key("дааааа"), "да");
        assert_eq!(key("плаття"), "плаття");
    }
}
