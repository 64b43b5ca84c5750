//! What a number in a message counts. "Відділення 134" is no height, "2 костюми" no size.

mod words;

use std::ops::RangeInclusive;

pub use self::words::numeral;
use self::words::{
    AGED_STEMS, BRANCH_STEMS, BRANCH_WORDS, CHILD_WORDS, CM_WORDS, HEIGHT_WORDS, HOUSE_WORDS,
    METRE_WORDS, MONEY_BEFORE, MONEY_WORDS, MONTH_WORDS, OTHER_UNITS, PIECE_WORDS, SIZE_WORDS,
    SMALL_WORDS, TENS, YEAR_WORDS,
};
use super::token::{Kind, Token};
use crate::size::{Height, Size};

/// Heights that a bare number can be; outside of it a unit or a word has to say so.
const BARE_HEIGHT_CM: RangeInclusive<u32> = 62..=176;

/// Ages for which children's clothes are worn.
const CHILD_YEARS: RangeInclusive<u32> = 1..=17;

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A body height, said as one.
    Height(Height),
    /// A size by its name.
    Size(Size),
    /// An age in whole years.
    Age(u8),
    /// An age below a year, in months.
    Months(u8),
    /// So many pieces.
    Quantity(u32),
    /// The number of a carrier's branch or locker.
    Branch(u32),
    /// A sum of money.
    Sum(u32),
    /// A number that could be a height, without a word that says so.
    MaybeHeight(Height),
    /// A number without a context.
    Bare(u32),
    /// Something else: days, kilograms, a house.
    Other,
}

/// A number and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it stands for.
    pub reading: Reading,
    /// The first token.
    pub from: usize,
    /// One past the last token.
    pub to: usize,
}

/// Reads every number of a message.
#[must_use]
pub fn read(tokens: &[Token]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = read_at(tokens, at);
        at = next.map_or(at + 1, |next| next.to);
        found.extend(next);
    }
    found
}

fn read_at(tokens: &[Token], at: usize) -> Option<Found> {
    let token = &tokens[at];
    let here = |reading, to| Some(Found { reading, from: at, to });
    let Some(value) = token.number() else {
        if matches!(token.kind, Kind::Number(None)) {
            return here(Reading::Other, at + 1);
        }
        return spelled_out(tokens, at);
    };
    if let Some((reading, to)) = metres(tokens, at, value) {
        return here(reading, to);
    }
    let before = || words_before(tokens, at);
    if is_branch(before()) || HOUSE_WORDS.has(before().next()) {
        let is_branch = is_branch(before());
        return here(if is_branch { Reading::Branch(value) } else { Reading::Other }, at + 1);
    }
    if let Some((upper, to)) = range_end(tokens, at) {
        return here(range(tokens, at, to, value, upper), to);
    }
    let after = tokens.get(at + 1);
    let after_suffix =
        after.filter(|token| token.is_mark('-')).map_or(after, |_| tokens.get(at + 2));
    if MONEY_WORDS.has(after) || after.is_some_and(|token| token.is_mark('₴')) {
        return here(Reading::Sum(value), at + 2);
    }
    if CM_WORDS.has(after) {
        return here(height(value).map_or(Reading::Other, Reading::Height), at + 2);
    }
    if after.is_some_and(|token| token.is_mark('%')) {
        return here(Reading::Other, at + 2);
    }
    if is_aged(after_suffix) || YEAR_WORDS.has(after) {
        return here(years(value), at + 2);
    }
    if MONTH_WORDS.has(after) {
        return here(months(value), at + 2);
    }
    if is_branch(after.into_iter()) {
        return here(Reading::Branch(value), at + 2);
    }
    if PIECE_WORDS.has(after) && value <= 100 {
        return here(Reading::Quantity(value), at + 1);
    }
    if OTHER_UNITS.has(after) {
        return here(Reading::Other, at + 2);
    }
    if MONEY_BEFORE.has(before().next()) {
        return here(Reading::Sum(value), at + 1);
    }
    let is_told = before().take(3).any(|token| HEIGHT_WORDS.has(Some(token)));
    let is_size = SIZE_WORDS.has(before().next());
    if (is_told || is_size)
        && let Some(height) = height(value)
    {
        return here(Reading::Height(height), at + 1);
    }
    if CHILD_YEARS.contains(&value) && before().take(2).any(|token| CHILD_WORDS.has(Some(token))) {
        return here(years(value), at + 1);
    }
    if BARE_HEIGHT_CM.contains(&value)
        && let Some(height) = height(value)
    {
        return here(Reading::MaybeHeight(height), at + 1);
    }
    here(Reading::Bare(value), at + 1)
}

/// The words before a place in its sentence, the nearest first; small words and signs left out.
fn words_before(tokens: &[Token], at: usize) -> impl Iterator<Item = &Token> {
    tokens[..at]
        .iter()
        .rev()
        .take_while(|token| !token.is_break() || token.is_mark('.'))
        .filter(|token| token.is_word() && !SMALL_WORDS.has(Some(token)))
}

fn is_branch<'t>(mut words: impl Iterator<Item = &'t Token>) -> bool {
    words.next().is_some_and(|token| {
        BRANCH_WORDS.has(Some(token))
            || BRANCH_STEMS.iter().any(|stem| token.key.starts_with(stem))
            || token.key == "пошта"
            || token.key == "пошти"
            || token.key == "почта"
            || token.key == "почти"
    })
}

fn is_aged(token: Option<&Token>) -> bool {
    token.is_some_and(|token| AGED_STEMS.iter().any(|stem| token.key.starts_with(stem)))
}

fn height(cm: u32) -> Option<Height> {
    u16::try_from(cm).ok().and_then(|cm| Height::from_cm(cm).ok())
}

fn years(value: u32) -> Reading {
    u8::try_from(value)
        .ok()
        .filter(|_| CHILD_YEARS.contains(&value))
        .map_or(Reading::Other, Reading::Age)
}

fn months(value: u32) -> Reading {
    match u8::try_from(value) {
        Ok(months @ 0..12) => Reading::Months(months),
        Ok(months @ 12..=60) => Reading::Age(months / 12),
        _ => Reading::Other,
    }
}

/// "1 м 20", "1,2 м", "1.20", "1м".
fn metres(tokens: &[Token], at: usize, value: u32) -> Option<(Reading, usize)> {
    if value != 1 {
        return None;
    }
    let digits = |index: usize| {
        let token = tokens.get(index)?;
        Some((token.number()?, token.raw.len()))
    };
    let centimetres = |fraction: u32, length: usize| match length {
        1 => Some(100 + fraction * 10),
        2 => Some(100 + fraction),
        _ => None,
    };
    let is_metre = |index: usize| METRE_WORDS.has(tokens.get(index));
    if is_metre(at + 1) {
        let Some((rest, length)) = digits(at + 2) else {
            return height(100).map(|height| (Reading::Height(height), at + 2));
        };
        let cm = if length == 2 { 100 + rest } else { return None };
        let to = if CM_WORDS.has(tokens.get(at + 3)) { at + 4 } else { at + 3 };
        return height(cm).map(|height| (Reading::Height(height), to));
    }
    let is_decimal = tokens
        .get(at + 1)
        .is_some_and(|token| token.is_joined && (token.is_mark(',') || token.is_mark('.')));
    if is_decimal && tokens.get(at + 2).is_some_and(|token| token.is_joined) {
        let (fraction, length) = digits(at + 2)?;
        if length == 1 && !is_metre(at + 3) {
            return None;
        }
        let to = if is_metre(at + 3) { at + 4 } else { at + 3 };
        return height(centimetres(fraction, length)?).map(|height| (Reading::Height(height), to));
    }
    None
}

/// "сто двадцять", "сто двадцять п'ять".
fn hundred_and(tokens: &[Token], at: usize) -> Option<Found> {
    let key = |at: usize| tokens.get(at).map(|token| token.key.as_str());
    let tens = key(at + 1).and_then(|key| TENS.iter().find(|(word, _)| *word == key));
    let (cm, to) = match tens {
        Some((_, tens)) => {
            let ones = key(at + 2).and_then(numeral).filter(|ones| *ones < 10);
            (100 + tens + ones.unwrap_or(0), at + 2 + usize::from(ones.is_some()))
        }
        None => (100 + key(at + 1).and_then(numeral)?, at + 2),
    };
    Some(Found { reading: Reading::Height(height(cm)?), from: at, to })
}

/// "метр двадцять", "сім років", "дві штуки".
fn spelled_out(tokens: &[Token], at: usize) -> Option<Found> {
    let token = &tokens[at];
    let here = |reading, to| Some(Found { reading, from: at, to });
    if !token.is_word() {
        return None;
    }
    if METRE_WORDS.has(Some(token)) && token.key != "м" {
        let next = tokens.get(at + 1)?;
        let cm =
            TENS.iter().find(|(word, _)| *word == next.key).map(|(_, tens)| 100 + tens).or_else(
                || next.number().filter(|cm| *cm < 100 && next.raw.len() == 2).map(|cm| 100 + cm),
            )?;
        return here(Reading::Height(height(cm)?), at + 2);
    }
    if token.key == "сто" {
        return hundred_and(tokens, at);
    }
    if token.key == "пивтора" || token.key == "полтора" {
        return YEAR_WORDS.has(tokens.get(at + 1)).then(|| here(Reading::Age(1), at + 2))?;
    }
    let value = numeral(&token.key)?;
    let after = tokens.get(at + 1);
    if YEAR_WORDS.has(after) {
        return here(years(value), at + 2);
    }
    if MONTH_WORDS.has(after) {
        return here(months(value), at + 2);
    }
    if PIECE_WORDS.has(after) && value > 1 {
        return here(Reading::Quantity(value), at + 1);
    }
    None
}

/// Where a range that begins at `at` ends, and its upper end.
fn range_end(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let sign = tokens.get(at + 1)?;
    let is_sign = sign.is_mark('-') || sign.is_mark('/') || sign.is_mark('–');
    let joins = is_sign || (sign.is_word() && sign.key == "до");
    if joins { Some((tokens.get(at + 2)?.number()?, at + 3)) } else { None }
}

/// A range is a size by its name, an age, or a height between two: then the upper one, so that the
/// garment is not too small.
fn range(tokens: &[Token], at: usize, to: usize, lower: u32, upper: u32) -> Reading {
    if let Ok(size) = format!("{lower}-{upper}").parse::<Size>()
        && size.to() - size.from() >= 6
    {
        return Reading::Size(size);
    }
    let after = tokens.get(to);
    if MONEY_WORDS.has(after) {
        return Reading::Sum(upper);
    }
    if OTHER_UNITS.has(after) {
        return Reading::Other;
    }
    if CHILD_YEARS.contains(&upper) && lower <= upper && (YEAR_WORDS.has(after) || is_aged(after)) {
        return years(upper);
    }
    let is_told = words_before(tokens, at).take(3).any(|token| HEIGHT_WORDS.has(Some(token)));
    match height(upper) {
        Some(height) if lower <= upper && (is_told || CM_WORDS.has(after)) => {
            Reading::Height(height)
        }
        Some(height) if lower <= upper && BARE_HEIGHT_CM.contains(&upper) => {
            Reading::MaybeHeight(height)
        }
        _ => Reading::Other,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::{Reading, read};
    use crate::{
        language::token::tokens,
        size::{Height, Size},
    };

    fn readings(text: &str) -> Vec<Reading> {
        read(&tokens(text)).into_iter().map(|found| found.reading).collect()
    }

    fn height(cm: u16) -> Reading {
        Reading::Height(Height::from_cm(cm).unwrap())
    }

    fn maybe(cm: u16) -> Reading {
        Reading::MaybeHeight(Height::from_cm(cm).unwrap())
    }

    #[test]
    fn a_height_is_read_in_all_the_ways_in_which_it_is_written() {
        for text in [
            "зріст 120",
            "зріст у нас 120",
            "рост 120",
            "120 см",
            "120см",
            "1 м 20",
            "1м20",
            "1м 20см",
            "1,2 м",
            "1.20",
            "метр двадцять",
            "зростом десь 120",
            "ріст 120",
            "розмір 120",
        ] {
            assert_eq!(readings(text), [height(120)], "{text}");
        }
    }

    #[test]
    fn a_bare_number_only_may_be_a_height() {
        assert_eq!(readings("на 134"), [maybe(134)]);
        assert_eq!(readings("98"), [maybe(98)]);
        assert_eq!(readings("2"), [Reading::Bare(2)]);
        assert_eq!(readings("500"), [Reading::Bare(500)]);
    }

    #[test]
    fn the_number_of_a_branch_is_no_height() {
        for text in
            ["відділення 134", "відділення № 134", "НП 134", "134 відділення", "поштомат 134"]
        {
            assert_eq!(readings(text), [Reading::Branch(134)], "{text}");
        }
    }

    #[test]
    fn a_sum_a_duration_and_a_house_are_no_heights() {
        assert_eq!(readings("ціна 150 грн"), [Reading::Sum(150)]);
        assert_eq!(readings("120 днів"), [Reading::Other]);
        assert_eq!(readings("вул. Садова, буд 120"), [Reading::Other]);
    }

    #[test]
    fn an_age_is_read_with_or_without_its_unit() {
        for text in
            ["7 років", "нам 7 років", "7 лет", "дитині 7", "сім років", "7-річна", "доньці 7р"]
        {
            assert_eq!(readings(text), [Reading::Age(7)], "{text}");
        }
        assert_eq!(readings("10 місяців"), [Reading::Months(10)]);
    }

    #[test]
    fn a_range_is_a_size_or_the_upper_height_of_two() {
        let size: Size = "134-140".parse().unwrap();
        assert_eq!(readings("134-140"), [Reading::Size(size)]);
        assert_eq!(readings("зріст 120-122"), [height(122)]);
        assert_eq!(readings("7-8 років"), [Reading::Age(8)]);
    }

    #[test]
    fn two_children_have_two_heights() {
        assert_eq!(readings("на 98 і на 128"), [maybe(98), maybe(128)]);
        assert_eq!(readings("зріст 98 і 128"), [height(98), height(128)]);
    }

    #[test]
    fn pieces_are_counted() {
        assert_eq!(readings("2 костюми"), [Reading::Quantity(2)]);
        assert_eq!(readings("дві штуки"), [Reading::Quantity(2)]);
    }
}
