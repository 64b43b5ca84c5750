//! Telephone numbers that are written as they are said: "нуль шістдесят сім сто двадцять три...".

use super::phone;
use crate::language::{
    numbers,
    token::{Kind, Token},
};

/// Words for zero, folded.
const ZERO: [&str; 5] = ["нул", "ноль", "нол", "зеро", "нулик"];

/// Makes one token of each telephone number that is written in words; groups of digits may stand
/// among them. What makes no number stays as it was.
pub(crate) fn join(tokens: &mut Vec<Token>) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some((digits, to)) = read(tokens, at) {
            let joined = Token {
                kind: Kind::Phone,
                key: digits.clone(),
                raw: digits,
                is_joined: tokens[at].is_joined,
            };
            tokens.splice(at..to, [joined]);
        }
        at += 1;
    }
}

/// The digits of a telephone number that begins at a token, and one past its last token.
fn read(tokens: &[Token], begin: usize) -> Option<(String, usize)> {
    let (mut digits, mut at, mut has_words) = (String::new(), begin, false);
    while let Some((group, to)) = group(tokens, at) {
        has_words |= tokens[at].is_word();
        digits.push_str(&group);
        at = to;
        while tokens.get(at).is_some_and(|token| token.is_mark(',') || token.is_mark('-')) {
            at += 1;
        }
    }
    // A number that nobody asked for begins as one: heights and sums in words do not.
    let is_begun = digits.starts_with('0') || digits.starts_with("380");
    (has_words && is_begun && phone(&digits).is_some()).then_some((digits, at))
}

/// A group of digits: "шістдесят сім", "нуль", "45".
fn group(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let token = tokens.get(at)?;
    if token.number().is_some() {
        return Some((token.raw.clone(), at + 1));
    }
    if ZERO.contains(&token.key.as_str()) {
        return Some(("0".to_owned(), at + 1));
    }
    numbers::spelled(tokens, at).map(|(value, to)| (value.to_string(), to))
}

#[cfg(test)]
mod tests {
    use super::join;
    use crate::language::token::{Kind, tokens};

    fn phones(text: &str) -> Vec<String> {
        let mut tokens = tokens(text);
        join(&mut tokens);
        let phones = tokens.into_iter().filter(|token| token.kind == Kind::Phone);
        phones.map(|token| token.raw).collect()
    }

    #[test]
    fn a_number_in_words_is_a_phone_if_it_has_the_digits_of_one() {
        for text in [
            "нуль шістдесят сім сто двадцять три сорок п'ять шістдесят сім",
            "Коваль Ольга, нуль шістдесят сім, сто двадцять три, сорок п'ять, шістдесят сім, Львів",
            "ноль шесть семь один два три четыре пять шесть семь",
            "нуль шістдесят сім 123 45 67",
        ] {
            assert_eq!(phones(text), ["0671234567"], "{text}");
        }
        let with_code =
            "тридцять вісім нуль шістдесят сім сто двадцять три сорок п'ять шістдесят сім";
        assert_eq!(phones(with_code), ["380671234567"]);
        let large = "нуль дев'яносто дев'ять чотириста п'ять шістдесят шістдесят один";
        assert_eq!(phones(large), ["0994056061"]);
    }

    #[test]
    fn other_numbers_in_words_are_no_phone() {
        for text in [
            "нуль шістдесят сім сто двадцять три",
            "сто двадцять два і сто тридцять чотири",
            "дві на сто десять, одну на сто двадцять два",
        ] {
            assert_eq!(phones(text), [""; 0], "{text}");
        }
    }
}
