//! What a number in a message counts. "Відділення 134" is no height, "2 костюми" no size.

mod range;
mod spoken;
#[cfg(test)]
mod tests;
mod words;

use std::ops::RangeInclusive;

use self::words::{
    AGED_STEMS, BRANCH_STEMS, BRANCH_WORDS, CHILD_WORDS, CM_WORDS, FLAT_WORDS, HALF_WORDS,
    HEIGHT_WORDS, HOUSE_WORDS, MONEY_BEFORE, MONEY_WORDS, MONTH_WORDS, OTHER_UNITS, PIECE_WORDS,
    SIZE_WORDS, SMALL_WORDS, WEIGHT_WORDS, YEAR_WORDS,
};
use super::{
    contact,
    token::{Kind, Token},
};
use crate::size::{Height, Size};

/// Heights that a bare number can be; outside of it a unit or a word has to say so.
const BARE_HEIGHT_CM: RangeInclusive<u32> = 62..=176;

/// Ages for which children's clothes are worn.
const CHILD_YEARS: RangeInclusive<u32> = 1..=17;

/// The smallest number in words that is read without a unit: "одна", "дві" are said of anything.
const SMALLEST_IN_WORDS: u32 = 20;

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
    /// Something else: days, kilograms, a house, a number that is taken back.
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

/// The value of an ordinal from one to ten: "перше", "третій".
#[must_use]
pub fn ordinal(token: &Token) -> Option<u32> {
    spoken::ordinal(token)
}

/// The value of a number in words that begins at a token: "один", "двоє".
#[must_use]
pub fn in_words(tokens: &[Token], at: usize) -> Option<u32> {
    spoken::number(tokens, at).map(|(value, _)| value)
}

/// A number in words that begins at a token, and one past its last word.
pub(crate) fn spelled(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    spoken::number(tokens, at)
}

/// Whether a word is one for a carrier's branch or locker.
#[must_use]
pub fn names_branch(token: &Token) -> bool {
    is_branch(std::iter::once(token))
}

/// Whether a word says that a number beside it is a height.
#[must_use]
pub fn marks_height(token: &Token) -> bool {
    HEIGHT_WORDS.has(Some(token))
}

/// Whether a word is one for a child of the family: "старшій", "донька".
#[must_use]
pub fn names_child(token: &Token) -> bool {
    CHILD_WORDS.has(Some(token))
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

/// A number in digits or words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Figure {
    value: u32,
    /// One past its last token.
    to: usize,
    is_in_words: bool,
}

fn figure(tokens: &[Token], at: usize) -> Option<Figure> {
    if let Some(value) = tokens[at].number() {
        return Some(Figure { value, to: at + 1, is_in_words: false });
    }
    let (value, to) = spoken::number(tokens, at)?;
    Some(Figure { value, to, is_in_words: true })
}

fn read_at(tokens: &[Token], at: usize) -> Option<Found> {
    let here = |reading, to| Some(Found { reading, from: at, to });
    if matches!(tokens[at].kind, Kind::Number(None)) {
        return here(Reading::Other, at + 1);
    }
    if let Some((reading, to)) = spoken::age(tokens, at) {
        return here(reading, to);
    }
    if let Some((height, to)) = spoken::metres(tokens, at) {
        return here(Reading::Height(height), to);
    }
    if let Some((number, to)) = branch_by_ordinal(tokens, at) {
        return here(Reading::Branch(number), to);
    }
    let figure = figure(tokens, at)?;
    if at > 0 && tokens[at - 1].key == "не" || WEIGHT_WORDS.has(tokens.get(figure.to)) {
        return here(Reading::Other, figure.to);
    }
    if let Some(reading) = branch_or_house(tokens, at, figure.value) {
        return here(reading, figure.to);
    }
    if let Some((upper, to)) = range::end(tokens, at).filter(|_| !figure.is_in_words) {
        return here(range::reading(tokens, at, to, figure.value, upper), to);
    }
    if let Some((reading, to)) = with_unit(tokens, figure) {
        return here(reading, to);
    }
    let is_after_years = YEAR_WORDS.has(words_before(tokens, at).next());
    if figure.is_in_words && figure.value < SMALLEST_IN_WORDS && !is_after_years {
        let is_alone = tokens.iter().filter(|token| token.is_word()).count() == figure.to - at;
        return if is_alone { here(Reading::Bare(figure.value), figure.to) } else { None };
    }
    match by_what_stands_before(tokens, at, figure.value) {
        // Nobody writes the number of a house in words.
        Reading::MaybeHeight(height) if figure.is_in_words => {
            here(Reading::Height(height), figure.to)
        }
        reading => here(reading, figure.to),
    }
}

/// What the word after a number says that it counts.
fn with_unit(tokens: &[Token], figure: Figure) -> Option<(Reading, usize)> {
    let Figure { value, to, is_in_words } = figure;
    let after = tokens.get(to);
    let is_mark = |mark| after.is_some_and(|token| token.is_mark(mark));
    if MONEY_WORDS.has(after) || is_mark('₴') {
        return Some((Reading::Sum(value), to + 1));
    }
    if is_mark('%') {
        return Some((Reading::Other, to + 1));
    }
    // "122 ріст 119": the word is for the number behind it.
    let is_height_word =
        HEIGHT_WORDS.has(after) && tokens.get(to + 1).is_none_or(|token| token.number().is_none());
    if CM_WORDS.has(after) || is_height_word || SIZE_WORDS.has(after) {
        let height = height(value);
        if height.is_some() || CM_WORDS.has(after) {
            return Some((height.map_or(Reading::Other, Reading::Height), to + 1));
        }
    }
    let (unit, end) = age_unit(tokens, to);
    let is_short = unit.is_some_and(|unit| unit.key == "р" && (unit.is_joined || value < 18));
    if is_aged(unit) || YEAR_WORDS.has(unit) || is_short {
        return Some((years(value), end));
    }
    if MONTH_WORDS.has(after) {
        return Some((months(value), to + 1));
    }
    if is_branch(after.into_iter()) {
        return Some((Reading::Branch(value), to + 1));
    }
    if PIECE_WORDS.has(after) && value <= 100 && !(is_in_words && value == 1) {
        return Some((Reading::Quantity(value), to));
    }
    OTHER_UNITS.has(after).then_some((Reading::Other, to + 1))
}

/// The word that may make an age of the number before it, past a half: "6,5 років", "6 з половиною
/// років", "7-річна".
fn age_unit(tokens: &[Token], to: usize) -> (Option<&Token>, usize) {
    let is_at = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is_mark(mark));
    let has_half = (is_at(to, ',') || is_at(to, '.'))
        && tokens.get(to + 1).is_some_and(|token| token.is_joined && token.number().is_some());
    let past = if has_half || HALF_WORDS.has(tokens.get(to + 1)) {
        to + 2
    } else if is_at(to, '-') {
        to + 1
    } else {
        to
    };
    (tokens.get(past), past + 1)
}

/// What the words before a number say that it counts.
fn by_what_stands_before(tokens: &[Token], at: usize, value: u32) -> Reading {
    let before = || words_before(tokens, at);
    if MONEY_BEFORE.has(before().next()) {
        return Reading::Sum(value);
    }
    let is_told = before().take(3).any(|token| HEIGHT_WORDS.has(Some(token)));
    let is_size = SIZE_WORDS.has(before().next());
    if (is_told || is_size)
        && let Some(height) = height(value)
    {
        return Reading::Height(height);
    }
    if CHILD_YEARS.contains(&value) && YEAR_WORDS.has(before().next()) {
        return years(value);
    }
    if CHILD_YEARS.contains(&value) && before().take(2).any(|token| CHILD_WORDS.has(Some(token))) {
        return years(value);
    }
    match height(value) {
        Some(height) if BARE_HEIGHT_CM.contains(&value) => Reading::MaybeHeight(height),
        _ => Reading::Bare(value),
    }
}

fn branch_or_house(tokens: &[Token], at: usize, value: u32) -> Option<Reading> {
    // "Відділення №15, 32": a number counts for the one right behind the word.
    let begin = tokens[..at].iter().rposition(|token| token.number().is_some());
    if is_branch(words_before(&tokens[begin.unwrap_or(0)..at], at - begin.unwrap_or(0))) {
        return Some(Reading::Branch(value));
    }
    is_house(tokens, at).then_some(Reading::Other)
}

/// The most words between that of a street and the number of a house: "вул. Героїв Крут, 5".
const WORDS_OF_A_STREET: usize = 3;

/// Whether a number is that of a house, a flat, a floor.
fn is_house(tokens: &[Token], at: usize) -> bool {
    // "Вул. Городоцька, 5 відділення", but not "вул. Городоцька 5, відділення 12".
    let is_number = |at: usize| tokens.get(at).is_some_and(|token| token.number().is_some());
    let has_own = is_number(at + 2) || is_number(at + 3);
    if tokens.get(at + 1).is_some_and(names_branch) && !has_own {
        return false;
    }
    let is_sign = |at: usize, signs: &[char]| {
        tokens.get(at).is_some_and(|token| signs.iter().any(|sign| token.is_mark(*sign)))
    };
    // "22/24".
    if at > 1 && is_sign(at - 1, &['/', '-']) && tokens[at - 2].number().is_some() {
        return is_house(tokens, at - 2);
    }
    if HOUSE_WORDS.has(words_before(tokens, at).next()) {
        return true;
    }
    let after = at + 1 + usize::from(is_sign(at + 1, &[',']));
    if tokens.get(after).is_some_and(|token| FLAT_WORDS.has(Some(token))) {
        return true;
    }
    let to = at - usize::from(at > 0 && is_sign(at - 1, &[',']));
    let is_of_the_street = |token: &&Token| {
        token.number().is_none()
            && !token.is_mark(',')
            && (!token.is_break() || token.is_mark('.'))
            && !is_branch(std::iter::once(*token))
    };
    tokens[..to]
        .iter()
        .rev()
        .take_while(is_of_the_street)
        .filter(|token| token.is_word())
        .take(WORDS_OF_A_STREET + 1)
        .any(contact::is_street_word)
}

/// "Відділення перше", "третє відділення".
fn branch_by_ordinal(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let number = spoken::ordinal(&tokens[at])?;
    if is_branch(words_before(tokens, at)) {
        return Some((number, at + 1));
    }
    is_branch(tokens.get(at + 1).into_iter()).then_some((number, at + 2))
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
        BRANCH_WORDS.has(Some(token)) || BRANCH_STEMS.iter().any(|stem| token.key.starts_with(stem))
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
