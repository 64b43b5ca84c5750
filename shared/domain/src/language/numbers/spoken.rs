//! Numbers in words, and heights in metres.

use super::{
    Reading, height,
    words::{CM_WORDS, GOES_ON, HUNDREDS, METRE_WORDS, NUMERALS, ORDINALS, TENS, YEAR_WORDS},
};
use crate::{
    language::{endings, token::Token},
    size::Height,
};

/// The value of a numeral up to nineteen.
fn numeral(key: &str) -> Option<u32> {
    let at = NUMERALS.iter().position(|words| words.split(' ').any(|word| word == key))?;
    u32::try_from(at + 1).ok()
}

fn tens(key: &str) -> Option<u32> {
    TENS.iter().find(|(word, _)| *word == key).map(|(_, tens)| *tens)
}

fn key(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).filter(|token| token.is_word()).map_or("", |token| token.key.as_str())
}

/// Tens and ones, ones alone, tens alone: "тридцять п'ять", "шістнадцять", "сорок".
fn below_hundred(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    if let Some(tens) = tens(key(tokens, at)) {
        let ones = numeral(key(tokens, at + 1)).filter(|ones| *ones < 10 && tens > 10);
        return Some((tens + ones.unwrap_or(0), at + 1 + usize::from(ones.is_some())));
    }
    numeral(key(tokens, at)).map(|ones| (ones, at + 1))
}

/// A number in words, and one past its last word: "сто двадцять п'ять", "вісім".
pub(super) fn number(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let first = key(tokens, at);
    let Some(hundreds) = HUNDREDS.iter().position(|words| words.split(' ').any(|it| it == first))
    else {
        return below_hundred(tokens, at).or_else(|| run_together(first, at));
    };
    let hundreds = u32::try_from(hundreds + 1).unwrap_or(u32::MAX).saturating_mul(100);
    let (rest, to) = below_hundred(tokens, at + 1).unwrap_or((0, at + 1));
    Some((hundreds + rest, to))
}

/// "Стодвадцять".
fn run_together(key: &str, at: usize) -> Option<(u32, usize)> {
    let rest = key.strip_prefix("сто")?;
    let value = tens(rest).or_else(|| numeral(rest))?;
    Some((100 + value, at + 1))
}

/// "Перше", "третє": one to ten.
pub(super) fn ordinal(token: &Token) -> Option<u32> {
    let is_stem = |stems: &&str| {
        stems.split(' ').any(|stem| {
            token.key.strip_prefix(stem).is_some_and(|ending| {
                !ending.is_empty() && ending.len() <= 6 && endings::is_ending(ending)
            })
        })
    };
    let at = ORDINALS.iter().position(is_stem).filter(|_| token.is_word())?;
    u32::try_from(at + 1).ok()
}

/// "Півтора року", "сьомий рік пішов".
pub(super) fn age(tokens: &[Token], at: usize) -> Option<(Reading, usize)> {
    if let Some(year) = ordinal(&tokens[at]).filter(|_| YEAR_WORDS.has(tokens.get(at + 1))) {
        // Whose seventh year has begun is six.
        let has_begun = GOES_ON.has(tokens.get(at + 2));
        let years = u8::try_from(year).ok()?.checked_sub(u8::from(has_begun))?;
        return (years > 0).then_some((Reading::Age(years), at + 2));
    }
    let is_one_and_a_half = matches!(key(tokens, at), "пивтора" | "полтора");
    (is_one_and_a_half && YEAR_WORDS.has(tokens.get(at + 1))).then_some((Reading::Age(1), at + 2))
}

/// "1 м 20", "1,2 м", "1.20", "1м", "метр двадцять п'ять".
pub(super) fn metres(tokens: &[Token], at: usize) -> Option<(Height, usize)> {
    let token = &tokens[at];
    if METRE_WORDS.has(Some(token)) && token.key != "м" {
        let is_exact =
            at > 0 && matches!(key(tokens, at - 1), "ривно" | "ровно" | "десь" | "близько");
        let alone = is_exact.then_some((0, at + 1));
        let (cm, to) = centimetres_after(tokens, at + 1).or(alone)?;
        return height(100 + cm).map(|height| (height, past_unit(tokens, to)));
    }
    let is_one = token.number() == Some(1) || numeral(&token.key) == Some(1);
    if !is_one {
        return None;
    }
    if METRE_WORDS.has(tokens.get(at + 1)) {
        let (cm, to) = centimetres_after(tokens, at + 2).unwrap_or((0, at + 2));
        return height(100 + cm).map(|height| (height, past_unit(tokens, to)));
    }
    let is_decimal = tokens
        .get(at + 1)
        .is_some_and(|token| token.is_joined && (token.is_mark(',') || token.is_mark('.')));
    if !is_decimal || !tokens.get(at + 2)?.is_joined {
        return None;
    }
    let fraction = tokens.get(at + 2)?;
    let has_unit = METRE_WORDS.has(tokens.get(at + 3));
    let cm = match (fraction.raw.len(), fraction.number()?) {
        (1, tenths) if has_unit => tenths * 10,
        (2, cm) => cm,
        _ => return None,
    };
    height(100 + cm).map(|height| (height, at + 3 + usize::from(has_unit)))
}

/// The centimetres after whole metres: two digits, or tens in words.
fn centimetres_after(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let next = tokens.get(at)?;
    if let Some(cm) = next.number() {
        return (next.raw.len() == 2).then_some((cm, at + 1));
    }
    below_hundred(tokens, at)
}

fn past_unit(tokens: &[Token], at: usize) -> usize {
    if CM_WORDS.has(tokens.get(at)) { at + 1 } else { at }
}
