//! How many pieces are wanted.

use super::Perceived;
use crate::{
    language::{numbers, token::Token, words::pieces as words},
    session::{Session, facts::Choice},
    state::State,
};

/// How many pieces of what is ordered or offered are wanted, and where that is said: "ні, один
/// давайте", "два однакових", "беру два". A small number counts children, days or garments of a list
/// elsewhere.
pub(super) fn told(
    session: &Session,
    tokens: &[Token],
    perceived: &Perceived,
) -> Option<(u32, usize)> {
    let facts = session.facts();
    let is_chosen = !facts.choices.is_empty() || !perceived.products.is_empty();
    let is_offered = !facts.choices.is_empty() && facts.choices.iter().all(Choice::is_complete);
    let is_ordered = session.state() == State::PaymentDelivery && !facts.cart.is_empty();
    let key = |at: usize| tokens.get(at).map_or("", |token| token.key.as_str());
    let is_end = |at: usize| tokens.get(at).is_none_or(|token| !token.is_word());
    let told = |at: usize| {
        let in_digits = tokens[at].number().map(|value| (value, at + 1));
        let (value, to) = in_digits.or_else(|| numbers::spelled(tokens, at))?;
        (1..=9).contains(&value).then_some((value, to, in_digits.is_some()))
    };
    let is_told = |at: usize| {
        let (value, to, in_digits) = told(at)?;
        let before = at.checked_sub(1).map_or("", key);
        let is_alike = words::ALIKE.has_key(key(to));
        if is_chosen && is_alike && value > 1 {
            return Some((value, at));
        }
        // A digit may be the place in a list that was shown.
        let may_count = !(in_digits && facts.shown.len() > 1);
        let takes = words::TAKE.has_key(before) && (is_end(to) || words::FOR.has_key(key(to)));
        // "Мені дві" takes two, "мені 2" and "нам два" may be an age.
        let may_count = may_count && !(in_digits && words::FOR_ME.has_key(before));
        if is_offered && takes && value > 1 && may_count {
            return Some((value, at));
        }
        let behind_no = words::NO.has_key(before)
            || tokens.get(at.wrapping_sub(1)).is_some_and(|token| token.is_mark(','))
                && at.checked_sub(2).is_some_and(|no| words::NO.has_key(key(no)));
        let leaves = words::LEAVE.has_key(before)
            || words::LEAVE.has_key(key(to))
            || behind_no && is_end(to);
        // A digit alone may be the number of a branch.
        let is_left =
            if in_digits { words::AFTER_ALL.has_key(before) && is_end(to) } else { leaves };
        (is_ordered && is_left).then_some((value, at))
    };
    (0..tokens.len()).find_map(is_told)
}
