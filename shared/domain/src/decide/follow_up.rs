//! Whether a customer who has gone silent is written to (decision 9).

use jiff::{SignedDuration, Timestamp};

use super::{address::missing, draft::Draft, edges::Event};
use crate::{
    catalog::ProductId,
    prompts::{Placeholder, TemplateKey, Values},
    session::Session,
    shop::Settings,
    state::State,
    turn::Action,
};

/// How long after the customer's last message a channel takes what is written to them. Source: Meta's
/// messaging window (decision 10).
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// What is left of the window for the delivery.
const SPARE: SignedDuration = SignedDuration::from_mins(10);

/// What has to happen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowUp {
    /// The customer is written to.
    Now {
        /// Which one it is, from 1.
        nth: u8,
    },
    /// Nothing before then.
    At(Timestamp),
    /// When it may be written it is too late: a manager is told.
    Manager {
        /// Which one it would have been, from 1.
        nth: u8,
    },
    /// Nothing, unless the customer writes.
    Never,
}

/// What decision 9 says of a session at a moment. Ask again after each of the customer's messages and
/// each follow-up.
#[must_use]
pub fn follow_up(session: &Session, settings: &Settings, now: Timestamp) -> FollowUp {
    let Some(heard_at) = session.heard_at().filter(|_| is_open(session)) else {
        return FollowUp::Never;
    };
    let later = |after: SignedDuration| heard_at.checked_add(after).unwrap_or(Timestamp::MAX);
    let schedule = settings.follow_ups.map(later);
    // One that was missed is not made up for: two at once would be one too many.
    let missed = schedule.iter().filter(|due| **due <= now).count().saturating_sub(1);
    let done = usize::from(session.follow_ups()).max(missed);
    let Some(due) = schedule.get(done) else { return FollowUp::Never };
    let nth = u8::try_from(done + 1).unwrap_or(u8::MAX);
    if now < *due {
        return FollowUp::At(*due);
    }
    let allowed = settings.quiet.over_at(now).unwrap_or(now);
    if allowed >= later(WINDOW - SPARE) {
        FollowUp::Manager { nth }
    } else if allowed > now {
        FollowUp::At(allowed)
    } else {
        FollowUp::Now { nth }
    }
}

/// Whether there is something left that a customer may be reminded of: no purchase, no human, no
/// refusal, no wish to be left alone.
fn is_open(session: &Session) -> bool {
    let facts = session.facts();
    let is_bought = facts.payment.proof || facts.payment.is_approved;
    !is_bought && facts.hand_over.is_none() && !facts.flags.opted_out && has_text(session.state())
}

/// The states in which a follow-up makes sense (specification of integrations, section 1.4).
const fn has_text(state: State) -> bool {
    match state {
        State::Discovery
        | State::Vision
        | State::SizeColor
        | State::Offer
        | State::PaymentDelivery
        | State::OutOfDomain => true,
        State::Init | State::Upsell | State::End | State::Complaint => false,
    }
}

/// Does what is due, if anything is.
pub(super) fn remind(draft: &mut Draft<'_>) -> Event {
    let nth = match follow_up(&draft.session, draft.shop.settings, draft.now) {
        FollowUp::Now { nth } => {
            let (key, values) = text(draft);
            draft.say(key, values);
            nth
        }
        FollowUp::Manager { nth } => {
            draft.actions.push(Action::TellSilent);
            nth
        }
        FollowUp::At(_) | FollowUp::Never => return Event::Silent,
    };
    draft.session.followed_up(nth);
    Event::Silent
}

fn text(draft: &mut Draft<'_>) -> (TemplateKey, Values) {
    let chosen = draft.facts().choices.first().map(|choice| choice.product_id);
    let named = |draft: &mut Draft<'_>, id: Option<ProductId>, key, without| {
        let product = id.and_then(|id| draft.product(id));
        let Some(product) = product else { return (without, Values::none()) };
        draft.name(product.id, None, None);
        (key, Values::none().with(Placeholder::Name, product.name.as_str()))
    };
    match draft.session.state() {
        State::Discovery => (TemplateKey::FollowUpDiscovery, Values::none()),
        State::Vision => {
            let without = TemplateKey::FollowUpDiscovery;
            named(draft, chosen, TemplateKey::FollowUpVision, without)
        }
        State::SizeColor => (TemplateKey::FollowUpSize, Values::none()),
        State::Offer => {
            named(draft, chosen, TemplateKey::FollowUpOffer, TemplateKey::FollowUpOfferOfAll)
        }
        State::PaymentDelivery if draft.facts().customer.is_complete() => {
            (TemplateKey::FollowUpPayment, Values::none())
        }
        State::PaymentDelivery => {
            let missing = missing(draft);
            (TemplateKey::FollowUpData, Values::none().with(Placeholder::Missing, missing))
        }
        State::OutOfDomain | State::Init | State::Upsell | State::End | State::Complaint => {
            (TemplateKey::FollowUpHelp, Values::none())
        }
    }
}

#[cfg(test)]
mod tests;
