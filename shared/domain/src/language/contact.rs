//! Who gets the parcel and where: phone, name, city, branch.

mod cities;
pub(crate) mod dictated;
mod people;

pub use cities::{city, is_street_word, names_street, unknown_city};
pub use people::{is_first_name, may_be_name, name, name_part, person_words, with_part, written};

use super::token::{Kind, Token};

/// A phone as orders need it, `+380` and nine digits; nothing for a number of another country or of
/// the wrong length.
#[must_use]
pub fn phone(raw: &str) -> Option<String> {
    let digits: String = raw.chars().filter(char::is_ascii_digit).collect();
    let nine = match digits.len() {
        12 => digits.strip_prefix("380")?,
        11 => digits.strip_prefix("80")?,
        10 => digits.strip_prefix('0')?,
        9 => &digits,
        _ => return None,
    };
    matches!(nine.as_bytes()[0], b'3'..=b'9').then(|| format!("+380{nine}"))
}

/// The first telephone number of a message: normalised, or the fact that it is none of ours.
#[must_use]
pub fn phone_in(tokens: &[Token]) -> Option<Result<String, ForeignPhone>> {
    let token = tokens.iter().find(|token| token.kind == Kind::Phone)?;
    Some(phone(&token.raw).ok_or(ForeignPhone))
}

/// Whether a word is a person's first name or a town that the tables hold.
#[must_use]
pub fn is_name_or_town(token: &Token) -> bool {
    is_first_name(token) || cities::is_town(token)
}

/// Whether a word is written as a name beside a first name: "Костюк Інна" is no slip for "костюм".
#[must_use]
pub fn stands_beside_a_name(tokens: &[Token], at: usize) -> bool {
    let is_capital = tokens[at].raw.starts_with(char::is_uppercase);
    let beside = [at.checked_sub(1), Some(at + 1)];
    is_capital && beside.into_iter().flatten().any(|at| tokens.get(at).is_some_and(is_first_name))
}

/// A telephone number that the carrier could not call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignPhone;

#[cfg(test)]
mod tests {
    use super::{phone, phone_in};
    use crate::language::token::tokens;

    #[test]
    fn every_spelling_of_a_ukrainian_number_becomes_one() {
        for raw in ["+380671234567", "380671234567", "80671234567", "0671234567", "67 123 45 67"] {
            assert_eq!(phone(raw).as_deref(), Some("+380671234567"), "{raw}");
        }
    }

    #[test]
    fn a_number_of_another_country_or_length_is_none() {
        assert_eq!(phone("+48123456789012"), None);
        assert_eq!(phone("12345"), None);
    }

    #[test]
    fn a_plus_before_a_phone_is_part_of_it() {
        let found = phone_in(&tokens("мій номер +38 (067) 123-45-67, дякую"));
        assert_eq!(found, Some(Ok("+380671234567".to_owned())));
    }
}
