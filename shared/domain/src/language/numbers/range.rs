//! Two numbers with a hyphen between them: a size, an age, a height between two.

use super::{
    BARE_HEIGHT_CM, CHILD_YEARS, Reading, height, is_aged,
    words::{CM_WORDS, HEIGHT_WORDS, MONEY_WORDS, OTHER_UNITS, YEAR_WORDS},
    words_before, years,
};
use crate::{language::token::Token, size::Size};

/// Where a range that begins at `at` ends, and its upper end.
pub(super) fn end(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let sign = tokens.get(at + 1)?;
    let is_sign = sign.is_mark('-') || sign.is_mark('/');
    let joins = is_sign || (sign.is_word() && sign.key == "до");
    if joins { Some((tokens.get(at + 2)?.number()?, at + 3)) } else { None }
}

/// A range is a size by its name, an age, or a height between two: then the upper one, so that the
/// garment is not too small.
pub(super) fn reading(tokens: &[Token], at: usize, to: usize, lower: u32, upper: u32) -> Reading {
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
    let is_age = YEAR_WORDS.has(after)
        || is_aged(after)
        || words_before(tokens, at).next().is_some_and(|token| YEAR_WORDS.has(Some(token)));
    if CHILD_YEARS.contains(&upper) && lower <= upper && is_age {
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
