//! Letters that stand for others: look-alikes, digits, other keyboards, shifted alphabets.

use crate::language::fold;

/// The letter that a digit or sign inside of a Latin word looks like. A one is an `i` or an `l`.
pub(super) const fn latin_of(c: char, one: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '2' => 'z',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        '(' => 'c',
        other => other,
    }
}

/// The letter that a digit or sign inside of a Cyrillic word looks like.
pub(super) const fn cyrillic_of(c: char) -> char {
    match c {
        '0' => 'о',
        '1' | '!' | '|' => 'і',
        '3' => 'е',
        '4' => 'ч',
        '6' => 'б',
        '8' => 'в',
        '9' => 'я',
        '@' => 'а',
        '$' => 'с',
        'u' => 'и',
        'n' => 'п',
        'r' => 'г',
        'N' => 'И',
        'R' => 'Я',
        other => other,
    }
}

/// The Latin letter that a Cyrillic or Greek one looks like.
pub(super) const fn latin_look_alike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'е' | 'ε' => 'e',
        'о' | 'ο' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'у' | 'γ' => 'y',
        'х' | 'χ' => 'x',
        'і' | 'ι' => 'i',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'т' | 'τ' => 't',
        'в' | 'β' => 'b',
        'н' | 'η' => 'h',
        'ѕ' => 's',
        'ј' => 'j',
        'ԁ' => 'd',
        'ɡ' => 'g',
        'ν' => 'v',
        'п' => 'n',
        'г' => 'r',
        other => other,
    }
}

/// The rows of a keyboard, Ukrainian, Russian and Latin.
const KEYS: [&str; 3] = [
    "йцукенгшщзхїфівапролджєячсмитьбю",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.",
];

/// A letter on the key of another keyboard; `from` and `to` as they stand in [`KEYS`].
fn on_keyboard(c: char, from: usize, to: usize) -> char {
    let at = KEYS[from].chars().position(|key| key == c);
    at.and_then(|at| KEYS[to].chars().nth(at)).unwrap_or(c)
}

/// A text in small letters as the same keys give it on the other keyboards, from those that it can
/// have been typed on.
pub(super) fn on_other_keyboards(lower: &str) -> impl Iterator<Item = String> {
    let is_latin = lower.chars().any(|c| c.is_ascii_alphabetic());
    let is_cyrillic = lower.chars().any(fold::is_cyrillic);
    let keyboards = [(0, 2, is_cyrillic), (1, 2, is_cyrillic), (2, 0, is_latin), (2, 1, is_latin)];
    keyboards
        .into_iter()
        .filter(|(_, _, is_used)| *is_used)
        .map(move |(from, to, _)| lower.chars().map(|c| on_keyboard(c, from, to)).collect())
}

/// Latin, Ukrainian, Russian.
pub(super) const ALPHABETS: [&str; 3] = [
    "abcdefghijklmnopqrstuvwxyz",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
];

/// A text in small letters with the Latin ones shifted by half an alphabet.
pub(super) fn rot13(lower: &str) -> String {
    let letter = |c: char| match c {
        'a'..='m' => (c as u8 + 13) as char,
        'n'..='z' => (c as u8 - 13) as char,
        other => other,
    };
    lower.chars().map(letter).collect()
}

/// A text in small letters in every alphabet that it can have been shifted from or mirrored in.
pub(super) fn shifted(lower: &str) -> impl Iterator<Item = String> {
    let is_used = |letters: &&str| lower.chars().filter(|c| letters.contains(*c)).count() > 1;
    let tables = ALPHABETS.into_iter().filter(is_used).flat_map(|letters| {
        let letters: Vec<char> = letters.chars().collect();
        let count = letters.len();
        let turned = (1..count).map(|by| letters.iter().cycle().skip(by).take(count));
        let turned = turned.map(|table| table.copied().collect::<Vec<_>>());
        let mirrored = letters.iter().rev().copied().collect();
        let tables: Vec<_> = turned.chain([mirrored]).collect();
        tables.into_iter().map(move |table| (letters.clone(), table))
    });
    tables.map(move |(letters, table)| {
        let letter = |c: char| letters.iter().position(|it| *it == c).map_or(c, |at| table[at]);
        lower.chars().map(letter).collect()
    })
}

/// Letters that only a text upside down has.
pub(super) const UPSIDE_DOWN: [char; 8] = ['ɐ', 'ǝ', 'ɹ', 'ʇ', 'ɯ', 'ʎ', 'ɔ', 'ƃ'];

/// A letter that stands upside down, upright.
pub(super) const fn upright(c: char) -> char {
    match c {
        'ɐ' => 'a',
        'ɔ' => 'c',
        'ǝ' => 'e',
        'ɟ' => 'f',
        'ƃ' | 'ɓ' => 'g',
        'ɥ' => 'h',
        'ᴉ' | 'ı' => 'i',
        'ɾ' => 'j',
        'ʞ' => 'k',
        'ʅ' => 'l',
        'ɯ' => 'm',
        'ɹ' => 'r',
        'ʇ' => 't',
        'ʌ' => 'v',
        'ʍ' => 'w',
        'ʎ' => 'y',
        'u' => 'n',
        'n' => 'u',
        'd' => 'p',
        'p' => 'd',
        'b' => 'q',
        'q' => 'b',
        other => other,
    }
}
