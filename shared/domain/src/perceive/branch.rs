//! Which number is that of a branch or locker of the carrier.

use super::Perceived;
use crate::{
    language::{
        contact, numbers,
        token::{Kind, Token},
        words::{NOT, parcel as words},
    },
    session::{
        Session,
        customer::{Branch, BranchKind},
    },
    state::{Phase, State},
};

/// Whether a message orders and says where to, all at once: "беру, Коваль Оля 067..., Буськ 1".
pub(super) fn ends_order(session: &Session, tokens: &[Token]) -> bool {
    let has_phone = tokens.iter().any(|token| token.kind == Kind::Phone);
    has_phone && session.facts().customer.branch.is_none()
}

/// Whether the number of a branch is what the order lacks.
pub(super) fn is_awaited(session: &Session) -> bool {
    session.phase() == Phase::WaitingForDeliveryData && session.facts().customer.branch.is_none()
}

/// Whether the number of a branch at a place is the one that is meant: of several the first, unless
/// words between them take it back.
pub(super) fn is_meant(perceived: &Perceived, tokens: &[Token], at: usize) -> bool {
    let is_corrected = || tokens[..at].iter().rev().take(4).any(|token| words::CORRECTS.has(token));
    perceived.branch.is_none() || is_corrected()
}

/// Whether a number that nothing is said of can be that of a branch: it is none where the parcel is
/// to go to a door or to another carrier, and none in a question for a branch in a street.
pub(super) fn may_be(perceived: &Perceived, tokens: &[Token], at: usize) -> bool {
    const POSTAL_CODE_DIGITS: usize = 5;
    let goes_elsewhere = tokens.iter().any(|token| words::ELSEWHERE.has(token));
    let asks_for_branch = perceived.is_question && tokens.iter().any(numbers::names_branch);
    let is_postal_code =
        tokens[at].raw.len() == POSTAL_CODE_DIGITS && tokens.iter().any(contact::is_street_word);
    // "Шістдесят сім сто двадцять три" is a part of a phone, and so are "останні цифри 01".
    let in_words = |at: usize| tokens[at].is_word() && numbers::in_words(tokens, at).is_some();
    let is_dictated = in_words(at) && (0..tokens.len()).filter(|at| in_words(*at)).count() > 2;
    let is_digits = tokens[..at].iter().rev().take(3).any(|token| words::DIGITS.has(token));
    let is_other = goes_elsewhere || asks_for_branch || is_postal_code || is_dictated || is_digits;
    is_meant(perceived, tokens, at) && !is_other
}

/// "Не 5, а 7": whether the number of the known branch is taken back.
pub(super) fn is_taken_back(session: &Session, tokens: &[Token]) -> bool {
    let known = session.facts().customer.branch.map(|branch| branch.number);
    known.is_some()
        && session.state() == State::PaymentDelivery
        && tokens.windows(2).any(|pair| NOT.has(&pair[0]) && pair[1].number() == known)
}

/// The known branch with another number.
pub(super) fn corrected(session: &Session, number: u32) -> Option<Branch> {
    session.facts().customer.branch.map(|branch| Branch { number, ..branch })
}

/// How many tokens may stand between the word for a locker and its number: `поштомат "Нова Пошта" №`.
const WORDS_OF_A_BRANCH: usize = 6;

/// What the number at a place is the number of, by the words before it.
pub(super) fn kind(tokens: &[Token], at: usize) -> BranchKind {
    let begin = at.saturating_sub(WORDS_OF_A_BRANCH);
    let is_locker = tokens[begin..=at].iter().any(|token| words::LOCKERS.has(token));
    if is_locker { BranchKind::Locker } else { BranchKind::Branch }
}
