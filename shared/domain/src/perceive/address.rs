//! The parts of an address in a message.

use super::{Perceived, Reading, correction};
use crate::{
    language::{contact, rules::Signal, token::Kind},
    session::Session,
    state::{Phase, State},
};

pub(super) fn read(session: &Session, reading: &mut Reading<'_>, perceived: &mut Perceived) {
    let tokens = reading.tokens;
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Phone {
            reading.claim(at..at + 1);
        }
    }
    perceived.phone = contact::phone_in(tokens);
    let is_awaited = session.state() == State::PaymentDelivery;
    let is_address = is_awaited || perceived.phone.is_some() || perceived.branch.is_some();
    if !is_address {
        return;
    }
    if let Some((city, span)) = contact::city(tokens) {
        perceived.city = Some(city);
        reading.claim(span);
    }
    for seen in reading.seen {
        // A name can hold a word that a rule also knows; only whole sentences of other matter
        // are kept from being names.
        if !matches!(seen.signal, Signal::Consent | Signal::Browse) {
            let span = seen.from..seen.to;
            for at in span.filter(|at| !contact::stands_beside_a_name(tokens, *at)) {
                reading.claim(at..at + 1);
            }
        }
    }
    let is_asked =
        session.phase() == Phase::WaitingForDeliveryData && session.facts().customer.name.is_none();
    // Beside a phone, words that are written as a name are one.
    let is_expected = is_asked || perceived.phone.is_some();
    let claimed = &reading.claimed;
    let is_told = perceived.phone.is_some() || perceived.branch.is_some() || is_asked;
    if is_told
        && let Some((name, span)) =
            contact::name(tokens, |at| !claimed.get(at).copied().unwrap_or(true), is_expected)
    {
        perceived.name = Some(name);
        reading.claim(span);
    }
    if is_asked && perceived.name.is_none() && perceived.phone.is_none() {
        let claimed = &reading.claimed;
        let free = |at: usize| !claimed.get(at).copied().unwrap_or(true);
        if let Some((part, at)) = contact::name_part(tokens, free) {
            perceived.name_part = Some(part);
            reading.claim(at..at + 1);
        }
    }
    correction::read_name(session, reading, perceived);
    if perceived.city.is_none() {
        read_unknown_city(session, reading, perceived);
    }
}

/// A town that no table holds, where one is missing.
fn read_unknown_city(session: &Session, reading: &mut Reading<'_>, perceived: &mut Perceived) {
    let customer = &session.facts().customer;
    let is_awaited = session.phase() == Phase::WaitingForDeliveryData && customer.city.is_none();
    let tells_much = perceived.phone.is_some() || perceived.branch.is_some();
    let tells_all = perceived.phone.is_some() && perceived.branch.is_some();
    let is_alone = !tells_much && perceived.name.is_none() && perceived.signals.is_empty();
    let is_all_missing = is_awaited && is_alone && customer.name.is_some();
    if !(tells_all || is_awaited && (tells_much || is_all_missing)) {
        return;
    }
    let claimed = &reading.claimed;
    let free = |at: usize| {
        !claimed.get(at).copied().unwrap_or(true) && !reading.rules.is_known(&reading.tokens[at])
    };
    if let Some((city, span)) = contact::unknown_city(reading.tokens, free, is_all_missing) {
        perceived.city = Some(city);
        reading.claim(span);
    }
}
