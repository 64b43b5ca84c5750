//! What was told of the recipient, told anew: "прізвище Коваленко", "останні цифри 01".

use super::{AddressPart, Perceived, Reading};
use crate::{
    language::{
        contact,
        numbers::names_branch,
        rules::Signal,
        token::{Kind, Token},
        words::{NOT, NOT_AT_ALL, Stems, recipient as words},
    },
    session::{Session, customer::NamePart},
    state::State,
};

/// The most digits at the end of a phone that are told anew alone.
const MOST_LAST_DIGITS: usize = 4;

/// Last digits of a phone, and what is said to be wrong.
pub(super) fn read(session: &Session, tokens: &[Token], perceived: &mut Perceived) {
    if session.state() == State::PaymentDelivery {
        read_last_digits(session, tokens, perceived);
        read_withdrawn(session, tokens, perceived);
    }
}

/// A name that takes the place of the known one, or of a half of it.
pub(super) fn read_name(session: &Session, reading: &mut Reading<'_>, perceived: &mut Perceived) {
    if session.state() != State::PaymentDelivery {
        return;
    }
    let tokens = reading.tokens;
    let Some(known) = session.facts().customer.name.as_deref() else { return };
    let is_marker = |token: &Token| {
        [words::SURNAME, words::FIRST_NAME, words::AS_IT_IS].iter().any(|words| words.has(token))
    };
    let marker = tokens.iter().position(is_marker).filter(|_| perceived.name.is_none());
    let Some(marker) = marker else { return };
    let claimed = &reading.claimed;
    let is_free = |at: usize| {
        at > marker
            && !claimed.get(at).copied().unwrap_or(true)
            && !is_taken_back(tokens, at)
            && !NOT_AT_ALL.has(&tokens[at])
    };
    let is_told =
        |span: &std::ops::Range<usize>| tokens[span.clone()].iter().any(contact::is_first_name);
    if let Some((name, span)) =
        contact::name(tokens, is_free, true).filter(|(_, span)| is_told(span))
    {
        perceived.name = Some(name);
        reading.claim(span);
        return;
    }
    let is_half = !words::AS_IT_IS.has(&tokens[marker]);
    let is_surname = words::SURNAME.has(&tokens[marker]);
    let is_word = |at: &usize| {
        let token = &tokens[*at];
        is_free(*at)
            && contact::may_be_name(token)
            && (token.raw.starts_with(char::is_uppercase)
                || *at == marker + 1
                || contact::is_first_name(token))
    };
    if let Some(at) = (marker + 1..tokens.len()).find(is_word).filter(|_| is_half) {
        let part = NamePart { word: contact::written(&tokens[at]), is_first: !is_surname };
        perceived.name = Some(contact::with_part(known, &part));
        reading.claim(at..at + 1);
    }
}

/// The last digits of the known phone.
fn read_last_digits(session: &Session, tokens: &[Token], perceived: &mut Perceived) {
    let Some(known) = session.facts().customer.phone.as_deref() else { return };
    let is_last = |at: &usize| {
        words::LAST.has(&tokens[*at])
            && tokens.get(at + 1).is_some_and(|token| words::DIGITS.has(token))
    };
    let Some(at) = (0..tokens.len()).find(is_last).filter(|_| perceived.phone.is_none()) else {
        return;
    };
    let digits: String = tokens[at + 2..]
        .iter()
        .skip_while(|token| token.number().is_none())
        .take_while(|token| matches!(token.kind, Kind::Number(_) | Kind::Mark('-')))
        .filter(|token| token.number().is_some())
        .map(|token| token.raw.as_str())
        .collect();
    let kept = known.len().checked_sub(digits.len());
    if let Some(kept) = kept.filter(|_| (1..=MOST_LAST_DIGITS).contains(&digits.len())) {
        let phone = known.chars().take(kept).chain(digits.chars()).collect();
        perceived.phone = Some(Ok(phone));
    }
}

/// What is said to be wrong, and not what it should be: it is asked for again, and once a receipt
/// is in a human asks.
fn read_withdrawn(session: &Session, tokens: &[Token], perceived: &mut Perceived) {
    let has = |stems: Stems| tokens.iter().any(|token| stems.has(token));
    let is_not_this =
        tokens.windows(2).any(|pair| NOT.has(&pair[0]) && words::NOT_THIS_ONE.has(&pair[1]));
    let speaks_of_else = perceived.tells_size() || !perceived.colors.is_empty() || has(words::ELSE);
    if !(has(words::WRONG) || is_not_this) || speaks_of_else {
        return;
    }
    let customer = &session.facts().customer;
    let speaks_of_branch = tokens.iter().any(names_branch);
    let is_name =
        tokens.iter().any(|token| words::SURNAME.has(token) || words::FIRST_NAME.has(token));
    let is_phone = !speaks_of_branch && has(words::PHONE);
    let is_city = tokens.iter().any(|token| words::TOWN.has(token));
    let told_anew = [
        (AddressPart::Name, is_name && customer.name.is_some(), perceived.name.is_some()),
        (AddressPart::Phone, is_phone && customer.phone.is_some(), perceived.phone.is_some()),
        (AddressPart::City, is_city && customer.city.is_some(), perceived.city.is_some()),
        (
            AddressPart::Branch,
            speaks_of_branch && customer.branch.is_some(),
            perceived.branch.is_some(),
        ),
    ];
    let withdrawn: Vec<_> = told_anew
        .into_iter()
        .filter_map(|(part, is_meant, is_told)| (is_meant && !is_told).then_some(part))
        .collect();
    if session.facts().payment.proof && !withdrawn.is_empty() {
        perceived.signals.insert(Signal::HumanWanted);
        return;
    }
    perceived.withdrawn = withdrawn;
}

/// "Не Ольга а Олена": a word that is taken back.
fn is_taken_back(tokens: &[Token], at: usize) -> bool {
    let before = tokens[..at].iter().rev().take_while(|token| token.is_word());
    before.take(2).take_while(|token| !words::BUT.has(token)).any(|token| NOT.has(token))
}
