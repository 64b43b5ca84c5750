//! Follow-ups: whether, when and with which words a silent customer is written to (decision 9).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    address::missing,
    draft::{Draft, labels},
    edges::Event,
    present::colors_in,
};
use crate::{
    prompts::{Placeholder, TemplateKey, Values},
    session::Session,
    shop::Settings,
    state::{Phase, State},
    turn::Action,
};

/// How long after a customer's last message one may be written to (decision 10). Source: Meta's
/// messaging window.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// Between two follow-ups of one silence at least, however late the first was.
const LEAST_BETWEEN: SignedDuration = SignedDuration::from_hours(3);

/// The follow-ups of one silence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowUps {
    /// How many of them are behind us, said or let go by.
    pub past: u8,
    /// When one was said last, or something else that the customer did not ask for.
    pub said_at: Option<Timestamp>,
    /// Whether the customer is a manager's: one was told that they do not answer, or talked with them.
    pub is_told: bool,
}

/// What is planned for a silent customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// To write to them.
    Say(Timestamp),
    /// To leave them to a manager: the last follow-up had no answer, or it may not be sent in time.
    TellManager(Timestamp),
}

/// What is planned, as things stand at `now`; `None` where nothing is, and during a pause.
#[must_use]
pub fn follow_up(session: &Session, settings: &Settings, now: Timestamp) -> Option<Planned> {
    let heard_at = session.heard_at()?;
    let FollowUps { past, said_at, is_told } = session.follow_ups();
    if is_told || settings.is_paused || !is_wanted(session) {
        return None;
    }
    let closes_at = heard_at.checked_add(WINDOW).ok()?;
    let Some(after) = settings.follow_ups.get(usize::from(past)) else {
        // After the last one there may be an answer as long as it could be replied to.
        return said_at.map(|_| Planned::TellManager(closes_at));
    };
    let planned = heard_at.checked_add(*after).ok()?;
    let least = said_at.and_then(|at| at.checked_add(LEAST_BETWEEN).ok()).unwrap_or(planned);
    let at = settings.quiet.over_by(planned.max(least).max(now));
    Some(if at < closes_at { Planned::Say(at) } else { Planned::TellManager(planned) })
}

/// Whether a follow-up fits the conversation: something is open, nothing is bought, no human has it,
/// nothing was refused, and the customer has not asked to be left alone.
fn is_wanted(session: &Session) -> bool {
    let facts = session.facts();
    let is_open = matches!(
        session.state(),
        State::Discovery | State::Vision | State::SizeColor | State::Offer | State::PaymentDelivery
    );
    is_open
        && !session.is_handed_over()
        && !facts.flags.opted_out
        && !facts.payment.proof
        && !facts.payment.is_approved
}

/// Does what is planned and due.
pub(super) fn pursue(draft: &mut Draft<'_>, planned: Planned) -> Event {
    let heard_at = draft.session.heard_at();
    let elapsed = |after: &&SignedDuration| {
        heard_at
            .and_then(|at| at.checked_add(**after).ok())
            .is_some_and(|planned| planned <= draft.now)
    };
    let due = draft.shop.settings.follow_ups.iter().filter(elapsed).count();
    let now = draft.now;
    let follow_ups = draft.session.follow_ups_mut();
    match planned {
        Planned::Say(_) => {
            // One that is so late that the next is due as well stands for both.
            let past = usize::from(follow_ups.past).saturating_add(1).max(due);
            follow_ups.past = u8::try_from(past).unwrap_or(u8::MAX);
            follow_ups.said_at = Some(now);
            remind(draft);
            Event::FollowedUp
        }
        Planned::TellManager(_) => {
            follow_ups.is_told = true;
            draft.actions.push(Action::TellUnanswered);
            Event::Silent
        }
    }
}

/// Says what is open, with the garment by its name.
fn remind(draft: &mut Draft<'_>) {
    let none = Values::none;
    let choice = draft.facts().choices.last().cloned();
    let in_cart = draft.session.cart_lines().last().map(|line| line.product_id);
    let is_ordering = draft.session.state() == State::PaymentDelivery;
    let id = choice.as_ref().map(|choice| choice.product_id).or(in_cart);
    let id = if is_ordering { in_cart.or(id) } else { id };
    let Some(product) = id.and_then(|id| draft.product(id)) else {
        let key =
            if is_ordering { TemplateKey::FollowUpOrder } else { TemplateKey::FollowUpSearch };
        draft.ask(key, none());
        return;
    };
    draft.name(product.id, None, None);
    let name = || none().with(Placeholder::Name, product.name.as_str());
    let (key, values) = match (draft.session.state(), draft.session.phase()) {
        (State::PaymentDelivery, Phase::WaitingForPaymentMethod) => {
            (TemplateKey::FollowUpMethod, name())
        }
        (State::PaymentDelivery, Phase::WaitingForPaymentProof) => {
            (TemplateKey::FollowUpProof, name())
        }
        (State::PaymentDelivery, _) => {
            let missing = missing(draft);
            if missing.is_empty() {
                (TemplateKey::FollowUpOrderOf, name())
            } else {
                (TemplateKey::FollowUpData, name().with(Placeholder::Missing, missing))
            }
        }
        (State::Offer, _) => (TemplateKey::FollowUpOffer, name()),
        (State::SizeColor, _) => {
            let size = choice.as_ref().and_then(|choice| choice.size);
            let colors = size.map(|size| labels(colors_in(product, size))).unwrap_or_default();
            if colors.is_empty() {
                (TemplateKey::FollowUpHeight, name())
            } else {
                (TemplateKey::FollowUpColor, name().with(Placeholder::Colors, colors))
            }
        }
        _ => (TemplateKey::FollowUpGarment, name()),
    };
    draft.ask(key, values);
}

#[cfg(test)]
mod tests;
