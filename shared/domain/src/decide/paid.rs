//! An order whose money is in, or is being checked, is a manager's: what its customer wants of it is
//! handed over, and nothing of it is changed here.

use super::{
    cart::{changes_line, swaps_line},
    draft::Draft,
    edges::Event,
    sale::{agrees, answer_only},
    service::escalate,
    upsell,
};
use crate::{
    catalog::ProductId,
    language::rules::Signal,
    order::OrderState,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::{Choice, EscalationReason, Paying, PaymentMethod},
    state::State,
};

/// Hands over a wish to change or cancel such an order; nothing where a message wishes no such thing.
pub(super) fn leave_changes(draft: &mut Draft<'_>) -> Option<Event> {
    let wants_change = match draft.facts().paying() {
        Paying::BeingChecked => changes_checked(draft),
        Paying::Paid => changes_paid(draft),
        Paying::NotAsked | Paying::ReceiptAwaited => changes_placed(draft),
    };
    wants_change.then(|| hand_over(draft))
}

/// Whether a message changes more than the address of an order whose receipt is being checked: that is
/// taken in as it is, and stands on the card.
fn changes_checked(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    let is_alone = !perceived.names_something();
    let lines = draft.facts().cart.lines();
    let is_in_it = |id: &ProductId| lines.iter().any(|line| line.product_id == *id);
    let names_other = !(perceived.products.is_empty() || perceived.products.iter().any(is_in_it));
    perceived.has_any(&[Signal::CancelOrder, Signal::Restart])
        || (perceived.has(Signal::Remove) && !names_other)
        || changes_line(draft)
        || swaps_line(draft)
        || (perceived.has(Signal::OneMoreAlike) && is_alone && draft.facts().choices.is_empty())
        || chooses_other_method(draft)
}

/// Whether a message names the way of paying that was not chosen.
fn chooses_other_method(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    let asks = perceived.has_any(&[Signal::AskPayment, Signal::AskFee]);
    let named = match [Signal::PayFull, Signal::PayPrepayment].map(|it| perceived.has(it)) {
        [true, false] => PaymentMethod::Full,
        [false, true] => PaymentMethod::Prepayment,
        _ => return false,
    };
    let claims = perceived.has_any(&[Signal::ProofClaim, Signal::ProofLater]);
    !asks && !claims && draft.facts().payment.method != Some(named)
}

/// Whether a message is about the order that is paid, and not about the next one.
fn changes_paid(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    if perceived.has(Signal::CancelOrder) {
        return true;
    }
    let lines = draft.facts().cart.lines();
    let is_in_it = |id: &ProductId| lines.iter().any(|line| line.product_id == *id);
    let names_other = !perceived.products.iter().all(is_in_it)
        || !perceived.categories.is_empty()
        || perceived.has_any(&[Signal::AddMore, Signal::Buy]);
    !names_other
        && draft.facts().choices.is_empty()
        && (perceived.has_any(&[Signal::Change, Signal::Remove, Signal::OtherSize])
            || gives_other_address(draft))
}

/// Whether a message tells another name, phone or place than those that are known.
fn gives_other_address(draft: &Draft<'_>) -> bool {
    let (perceived, customer) = (draft.perceived, &draft.facts().customer);
    let differs = |told: &Option<String>, known: &Option<String>| told.is_some() && told != known;
    let phone = perceived.phone.as_ref().and_then(|phone| phone.as_ref().ok()).cloned();
    differs(&phone, &customer.phone)
        || differs(&perceived.name, &customer.name)
        || differs(&perceived.city, &customer.city)
        || (perceived.branch.is_some() && perceived.branch != customer.branch)
}

/// Whether a message is about an order that was placed, while no other one is there that it could mean.
fn changes_placed(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    let is_under_way =
        |state: OrderState| !matches!(state, OrderState::Delivered | OrderState::Cancelled);
    draft.facts().cart.is_empty()
        && draft.facts().placed.last().is_some_and(|placed| is_under_way(placed.state))
        && (perceived.has(Signal::CancelOrder)
            || (perceived.has(Signal::Change)
                && gives_other_address(draft)
                && draft.facts().choices.is_empty()))
}

/// Whether something would go into an order whose receipt is being checked.
pub(super) fn is_late(draft: &Draft<'_>) -> bool {
    draft.facts().paying() == Paying::BeingChecked
        && draft.facts().choices.iter().any(Choice::is_complete)
}

/// Hands over what is wanted of an order that is no more the customer's to change.
pub(super) fn hand_over(draft: &mut Draft<'_>) -> Event {
    escalate(draft, EscalationReason::OrderChanged, TemplateKey::OrderChangedLate)
}

/// Goes on behind a paid order: with what was chosen since as the next one, or by saying how it stands.
/// Gives nothing where the next order has begun and is to be sold.
pub(super) fn go_on(draft: &mut Draft<'_>) -> Option<Event> {
    let choices = draft.facts().choices.clone();
    if !choices.is_empty() && choices.iter().all(Choice::is_complete) && agrees(draft) {
        upsell::begin_new_order(draft);
        draft.facts_mut().choices = choices;
        return None;
    }
    if draft.perceived.has_any(&[Signal::AskRequisites, Signal::AskHowToOrder]) {
        return Some(answer_only(draft));
    }
    if let Some(placed) = draft.facts().placed.last() {
        let number = Values::none().with(Placeholder::Order, placed.id.number());
        draft.say(TemplateKey::OrderInWork, number);
    }
    Some(Event::AskedPolicy)
}

/// Whether a yes, or a word of buying, takes the one more thing that was offered.
pub(super) fn takes_one_more(draft: &Draft<'_>, agrees: bool) -> bool {
    let perceived = draft.perceived;
    let wants_it = agrees || perceived.has_any(&[Signal::ShowMe, Signal::AskPhoto, Signal::Buy]);
    draft.session.state() == State::Upsell
        && wants_it
        && draft.facts().choices.is_empty()
        && !perceived.names_something()
}

#[cfg(test)]
mod tests;
