//! Numbers that have no business in a text: a price, a size or an account is filled in from the
//! catalogue, an order or the settings, and never written down twice.

use std::fmt;

use crate::language::amounts::{HRYVNIA_SIGN, begins_with_hryvnia};

/// A number that a text may not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Literal {
    /// An amount of money or a percentage.
    Price,
    /// A size like 110-116.
    Size,
    /// A Ukrainian bank account.
    Iban,
    /// A bank card.
    Card,
    /// Three to five digits: a price, a height or a size.
    Number,
    /// More digits: a phone or another number of somebody.
    LongNumber,
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Price => "a literal price: write a placeholder",
            Self::Size => "a literal size: write a placeholder",
            Self::Iban => "a bank account: requisites come from the settings",
            Self::Card => "a card number: requisites come from the settings",
            Self::Number => "a literal number that can be a price or a size: write a placeholder",
            Self::LongNumber => "a long number: write a placeholder",
        })
    }
}

/// The heights that sizes are named after, in centimetres.
const SIZES: std::ops::RangeInclusive<u32> = 40..=220;

/// The numbers that a text may not hold, each with its byte.
pub(super) fn literals(text: &str) -> Vec<(usize, Literal)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|char: char| char.is_ascii_digit()).map(|to| at + to) {
        let (literal, length) = literal_at(text, start);
        found.extend(literal.map(|literal| (start, literal)));
        at = start + length;
    }
    found
}

/// What the digits at a byte are, and how many bytes belong to them.
fn literal_at(text: &str, start: usize) -> (Option<Literal>, usize) {
    let (before, rest) = text.split_at(start);
    let run = digits(rest);
    if before.to_ascii_lowercase().ends_with("ua") && grouped(rest).1 >= 20 {
        return (Some(Literal::Iban), grouped(rest).0);
    }
    if is_card(rest) {
        return (Some(Literal::Card), grouped(rest).0);
    }
    if let Some(length) = size_length(rest) {
        return (Some(Literal::Size), length);
    }
    let after = rest[run..].trim_start_matches([' ', '\u{a0}', '\u{202f}']).to_lowercase();
    let is_amount = begins_with_hryvnia(&after)
        || after.starts_with('%')
        || before.trim_end().ends_with(HRYVNIA_SIGN);
    let literal = match run {
        _ if is_amount => Some(Literal::Price),
        1 | 2 => None,
        3..=5 => Some(Literal::Number),
        _ => Some(Literal::LongNumber),
    };
    (literal, run)
}

/// How many bytes of digits a text begins with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The bytes and the number of digits that a text begins with, where single spaces or hyphens part
/// groups of them.
fn grouped(text: &str) -> (usize, usize) {
    let (mut length, mut count) = (0, 0);
    loop {
        let run = digits(&text[length..]);
        length += run;
        count += run;
        let is_parted = text[length..].starts_with([' ', '-']);
        if run == 0 || !is_parted || digits(&text[length + 1..]) == 0 {
            return (length, count);
        }
        length += 1;
    }
}

/// Whether a text begins with sixteen digits in a row, or in four groups of four.
fn is_card(text: &str) -> bool {
    let groups_of_four = || {
        (0..4).all(|group| {
            let from = group * 5;
            let is_parted =
                group == 0 || matches!(text.as_bytes().get(from - 1), Some(b' ' | b'-'));
            is_parted && text.get(from..).is_some_and(|rest| digits(rest) == 4)
        })
    };
    digits(text) == 16 || groups_of_four()
}

/// How many bytes belong to a size that a text begins with.
fn size_length(text: &str) -> Option<usize> {
    let run = digits(text);
    let dash = text[run..].trim_start_matches(' ');
    let after = dash.strip_prefix(['-', '–', '—', '−'])?.trim_start_matches(' ');
    let second = digits(after);
    let from: u32 = text[..run].parse().ok()?;
    let to: u32 = after[..second].parse().ok()?;
    (SIZES.contains(&from) && SIZES.contains(&to)).then(|| text.len() - after.len() + second)
}

#[cfg(test)]
mod tests {
    use super::{Literal, literals};

    fn kinds(text: &str) -> Vec<Literal> {
        literals(text).into_iter().map(|(_, literal)| literal).collect()
    }

    #[test]
    fn a_number_with_a_currency_is_a_price() {
        for text in ["1790 грн", "50грн.", "50\u{a0}₴", "₴50", "20 UAH", "20 гривень", "2 %"]
        {
            assert_eq!(kinds(text), [Literal::Price], "{text}");
        }
    }

    #[test]
    fn a_number_of_three_to_five_digits_is_not_written_down() {
        for text in ["ціна 1790", "зріст 134", "разом 10000"] {
            assert_eq!(kinds(text), [Literal::Number], "{text}");
        }
    }

    #[test]
    fn a_range_of_heights_is_a_size() {
        for text in ["110-116", "розмір 80 - 92?", "122–128"] {
            assert_eq!(kinds(text), [Literal::Size], "{text}");
        }
        assert_eq!(kinds("80-92, 98-104"), [Literal::Size, Literal::Size]);
    }

    #[test]
    fn accounts_and_cards_are_told_from_other_numbers() {
        assert_eq!(kinds("UA111111111111111111111111111"), [Literal::Iban]);
        assert_eq!(kinds("ua21 3223 1300 0002 6007 2335 6600 1"), [Literal::Iban]);
        assert_eq!(kinds("4444 5555 6666 7777"), [Literal::Card]);
        assert_eq!(kinds("4444555566667777"), [Literal::Card]);
        assert_eq!(kinds("+380501234567"), [Literal::LongNumber]);
    }

    #[test]
    fn small_numbers_are_words_like_others() {
        for text in ["1-2 хвилини", "24/7", "до 2 фото", "", "x"] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_number_is_told_with_its_place() {
        assert_eq!(literals("ab 134"), [(3, Literal::Number)]);
    }
}
