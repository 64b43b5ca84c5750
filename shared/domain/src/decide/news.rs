//! What became of an order that was placed: who hears of it and when (decisions 9 and 10), and what
//! is answered to "where is it?".

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use super::{draft::Draft, edges::Event, service::escalate_by_words};
use crate::{
    language::rules::Signal,
    order::{OrderId, OrderNews, OrderState, PlacedOrder},
    prompts::{Placeholder, TemplateKey, Values},
    turn::Action,
};

/// How long after the customer's last message the shop writes: the channels' 24 hours, less ten
/// minutes for the delivery.
const WINDOW: SignedDuration = SignedDuration::from_mins(24 * 60 - 10);

/// Takes news in: they are told to the customer where that is allowed, else to the managers. News
/// of an order that the conversation does not know, or that are late, change nothing.
pub(super) fn hear(draft: &mut Draft<'_>, news: OrderNews) {
    let OrderNews { order, state } = news;
    let known = draft.facts_mut().placed.iter_mut().find(|placed| placed.id == order);
    // A human had it tried again, which the conversation does not hear of, and it failed again.
    let is_news =
        |known: OrderState| known.may_become(state) || [known, state] == [OrderState::Failed; 2];
    let Some(placed) = known.filter(|placed| is_news(placed.state)) else { return };
    *placed = PlacedOrder { id: order, state, tell_at: None };
    if state == OrderState::Failed {
        draft.actions.push(Action::TellOrderFailed);
        return;
    }
    tell(draft, order, state);
}

/// Tells what was put off and may be told now.
pub(super) fn tell_due(draft: &mut Draft<'_>) {
    let now = draft.now;
    let mut due = Vec::new();
    for placed in &mut draft.facts_mut().placed {
        if placed.tell_at.is_some_and(|at| at <= now) {
            placed.tell_at = None;
            due.push(*placed);
        }
    }
    for placed in due {
        tell(draft, placed.id, placed.state);
    }
}

fn tell(draft: &mut Draft<'_>, order: OrderId, state: OrderState) {
    let Some(key) = text(state) else { return };
    match when(draft) {
        Some(at) if at <= draft.now => draft.say(key, number(order)),
        Some(at) => {
            let placed = &mut draft.facts_mut().placed;
            placed.iter_mut().filter(|placed| placed.id == order).for_each(|placed| {
                placed.tell_at = Some(at);
            });
        }
        None => draft.actions.push(Action::TellOrderNews),
    }
}

/// When the customer may be written to; nothing where a human has to do it: one has the
/// conversation, the assistant is paused, the customer wants to be left alone, or the window is over
/// by then.
fn when(draft: &Draft<'_>) -> Option<Timestamp> {
    let is_paused = draft.shop.settings.is_paused;
    if is_paused || draft.facts().hand_over.is_some() || draft.facts().flags.opted_out {
        return None;
    }
    let closes_at = draft.session.heard_at()?.checked_add(WINDOW).ok()?;
    let at = draft.shop.settings.quiet.over_at(draft.now).unwrap_or(draft.now);
    (at < closes_at).then_some(at)
}

/// What the customer hears of a state without asking.
const fn text(state: OrderState) -> Option<TemplateKey> {
    match state {
        OrderState::Shipped => Some(TemplateKey::OrderShipped),
        OrderState::Delivered => Some(TemplateKey::OrderDelivered),
        OrderState::Cancelled => Some(TemplateKey::OrderCancelledByShop),
        OrderState::Draft
        | OrderState::AwaitingPayment
        | OrderState::AwaitingConfirmation
        | OrderState::Confirmed
        | OrderState::Submitted
        | OrderState::Accepted
        | OrderState::Processing
        | OrderState::Failed => None,
    }
}

fn number(order: OrderId) -> Values {
    Values::none().with(Placeholder::Order, order.number())
}

/// "Where is my order?" is answered from what is known of it. Without an order, or asked again, a
/// human answers.
pub(super) fn answer_where(draft: &mut Draft<'_>) -> Event {
    let asked = Signal::OrderStatus.as_str();
    let flags = &draft.facts().flags;
    let is_asked_again = flags.answered.iter().any(|answered| answered == asked);
    let is_more = draft.perceived.has_any(&[
        Signal::Danger,
        Signal::Insult,
        Signal::Complaint,
        Signal::WantsReturn,
        Signal::HumanWanted,
    ]);
    let newest = draft.facts().placed.last().copied();
    let waits = draft.facts().payment.proof && !draft.facts().payment.is_approved;
    let Some(placed) = newest.filter(|_| !is_asked_again && !is_more && !waits) else {
        return escalate_by_words(draft);
    };
    let key = match placed.state {
        OrderState::Shipped => TemplateKey::OrderShipped,
        OrderState::Delivered => TemplateKey::OrderDelivered,
        OrderState::Cancelled => TemplateKey::OrderCancelledByShop,
        OrderState::Processing => TemplateKey::OrderProcessing,
        // What is between us and the CRM is no customer's business.
        OrderState::Draft
        | OrderState::AwaitingPayment
        | OrderState::AwaitingConfirmation
        | OrderState::Confirmed
        | OrderState::Submitted
        | OrderState::Accepted
        | OrderState::Failed => TemplateKey::OrderInWork,
    };
    draft.say(key, number(placed.id));
    draft.ask(TemplateKey::OrderAskManager, Values::none());
    let flags = &mut draft.facts_mut().flags;
    flags.offered_manager = true;
    flags.answered.push(asked.to_owned());
    Event::AskedPolicy
}
