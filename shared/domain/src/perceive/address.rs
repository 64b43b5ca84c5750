//! The parts of an address in a message.

use super::{Perceived, Reading};
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
            for claimed in reading.claimed.get_mut(span).into_iter().flatten() {
                *claimed = true;
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
        && let Some((name, _)) =
            contact::name(tokens, |at| !claimed.get(at).copied().unwrap_or(true), is_expected)
    {
        perceived.name = Some(name);
    }
}
