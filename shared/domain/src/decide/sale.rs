//! The sale: cart, delivery data, way of paying, receipt.

use super::{
    address::{address, missing, take_address},
    cart::{
        add_alike, change_line, changes_line, keep_only, list_cart, move_to_cart, name_cart,
        remove, set_pieces, swap_line, swaps_line,
    },
    choosing,
    draft::{Draft, labels},
    edges::Event,
    paid,
    paying::{is_receipt_awaited, show_requisites, take_method, take_proof},
    present, recall,
    service::{escalate, nudge},
    sold_out,
};
use crate::{
    language::rules::Signal,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::{Choice, EscalationReason},
    state::{Phase, State},
};

/// Takes whatever a message says of buying, and asks for the next thing that is missing.
pub(super) fn sell(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    if perceived.has(Signal::CancelOrder) {
        return cancel(draft);
    }
    if draft.facts().payment.is_approved
        && let Some(event) = paid::go_on(draft)
    {
        return event;
    }
    take_address(draft);
    take_method(draft);
    if perceived.has(Signal::ProofClaim) && is_receipt_awaited(draft) {
        // Before anything is said of the stock: what is paid for is a manager's.
        return take_proof(draft);
    }
    if let Some(event) = sold_out::leave_out(draft) {
        return event;
    }
    let names_garment = !(perceived.products.is_empty()
        && perceived.categories.is_empty()
        && perceived.picks.is_empty());
    if let Some(event) = note_early(draft, names_garment) {
        return event;
    }
    if perceived.has(Signal::ProofClaim) && draft.session.state() == State::PaymentDelivery {
        return take_proof(draft);
    }
    let offered = draft.facts().choices.clone();
    let is_chosen = !offered.is_empty();
    let takes_offer = draft.session.state() == State::Offer
        && !is_chosen
        && perceived.has(Signal::Buy)
        && perceived.products.is_empty()
        && perceived.picks.is_empty()
        && !perceived.tells_size()
        && perceived.colors.is_empty();
    if takes_offer {
        // "Беру цей костюм", and what was offered is not known any more.
        return go_on(draft);
    }
    let wants_garment = draft.session.state() != State::PaymentDelivery
        && (names_garment || (is_chosen && perceived.names_something()));
    if paid::is_late(draft) && agrees(draft) {
        return paid::hand_over(draft);
    }
    if !draft.facts().payment.proof
        && let Some(event) = keep_only(draft)
    {
        return event;
    }
    if perceived.has(Signal::Remove) && !perceived.has(Signal::Change) && holds_anything(draft) {
        remove(draft);
        if draft.facts().cart.is_empty() && draft.session.state() == State::Offer {
            let outcome = choosing::Outcome::Chosen(Vec::new());
            if !draft.facts().choices.is_empty() {
                return present::present(draft, outcome);
            }
        }
        return go_on(draft);
    }
    if swaps_line(draft) {
        return swap_line(draft);
    }
    if changes_line(draft) {
        return change_line(draft);
    }
    if let Some(event) = set_pieces(draft) {
        return event;
    }
    if wants_garment
        || (perceived.has_any(&[Signal::AddMore, Signal::Change]) && perceived.names_something())
    {
        let outcome = choosing::choose(draft);
        let is_complete = !draft.facts().choices.is_empty()
            && draft.facts().choices.iter().all(Choice::is_complete);
        if !(is_complete && agrees(draft)) {
            return present::present(draft, outcome);
        }
    }
    if perceived.has(Signal::Remove) {
        remove(draft);
    }
    let is_alike = perceived.has(Signal::OneMoreAlike) && !perceived.names_something();
    if is_alike && holds_anything(draft) {
        return add_alike(draft);
    }
    if asks_to_add(draft) {
        if paid::is_late(draft) {
            return paid::hand_over(draft);
        }
        // What was offered is taken along; what else it is to be, the next message tells.
        if !move_to_cart(draft) {
            return escalate(draft, EscalationReason::Wholesale, TemplateKey::OrderTooMany);
        }
        draft.ask(TemplateKey::OrderAddWhich, Values::none());
        return Event::Searched;
    }
    if let ([choice], Some(pieces @ 1..)) =
        (draft.facts_mut().choices.as_mut_slice(), perceived.quantity)
    {
        choice.quantity = pieces;
    }
    if !agrees(draft) && draft.session.state() != State::PaymentDelivery {
        return answer_only(draft);
    }
    if paid::is_late(draft) {
        return paid::hand_over(draft);
    }
    let is_new_order = draft.facts().cart.is_empty();
    let joins_others = !is_new_order && !draft.facts().choices.is_empty();
    // What was not on the table before this message was never told its price.
    let was_offered = matches!(draft.session.state(), State::Offer | State::End)
        && draft.facts().choices.iter().all(|choice| offered.contains(choice));
    let takes_more = draft.facts().choices.iter().any(Choice::is_complete);
    if !move_to_cart(draft) {
        return escalate(draft, EscalationReason::Wholesale, TemplateKey::OrderTooMany);
    }
    let adds = perceived.has(Signal::AddMore) && (names_garment || perceived.names_something());
    let is_told_once = !was_offered || adds || joins_others || perceived.quantity.is_some();
    let is_old = draft.facts().flags.data_of_earlier_order;
    let is_read_back = draft.facts().customer.is_complete() && !(is_new_order && is_old);
    if takes_more && is_told_once && !is_read_back {
        // Ordered in one breath: what is ordered and what it costs is said once.
        list_cart(draft);
    }
    if is_new_order && is_old && !draft.facts().cart.is_empty() {
        let flags = &mut draft.facts_mut().flags;
        flags.asked_same_data = true;
        flags.data_of_earlier_order = false;
        name_cart(draft);
        ask_next(draft);
        return Event::Ordered;
    }
    go_on(draft)
}

/// What is told before its turn, or ordered before it can be, is noted, and what the order lacks is
/// asked for. Nothing comes of it once there is something to order.
fn note_early(draft: &mut Draft<'_>, names_garment: bool) -> Option<Event> {
    let perceived = draft.perceived;
    let facts = draft.facts();
    let is_complete = !facts.choices.is_empty() && facts.choices.iter().all(Choice::is_complete);
    let names_more = names_garment || perceived.names_something();
    if !facts.cart.is_empty() || is_complete {
        return None;
    }
    let tells_method = facts.payment.method.is_some()
        && perceived.has_any(&[Signal::PayFull, Signal::PayPrepayment]);
    if perceived.tells_address() && !matches!(perceived.phone, Some(Err(_))) {
        draft.tell(TemplateKey::OrderDataNoted);
    } else if tells_method {
        draft.tell(TemplateKey::OrderMethodNoted);
    }
    if names_more || draft.facts().choices.is_empty() {
        return None;
    }
    if perceived.has(Signal::Buy) {
        if draft.facts().flags.stuck == 0 {
            draft.tell(TemplateKey::OrderNoted);
        }
    } else if draft.is_mute() {
        return None;
    }
    ask_to_complete(draft)
}

/// Asks for the size or the colour without which there is no price and no order.
fn ask_to_complete(draft: &mut Draft<'_>) -> Option<Event> {
    let choice = draft.facts().choices.iter().find(|choice| !choice.is_complete())?.clone();
    let product = draft.product(choice.product_id)?;
    draft.name(product.id, choice.size, None);
    let Some(size) = choice.size else {
        if !recall::ask_grown(draft) {
            draft.ask(TemplateKey::SizeAskHeightToOrder, Values::none());
        }
        return Some(Event::ChoseGarment);
    };
    let colors = labels(present::colors_in(product, size));
    let values = Values::none().with(Placeholder::Colors, colors);
    let is_one_of_several =
        draft.facts().choices.iter().any(|other| other.product_id != choice.product_id);
    if is_one_of_several {
        let values = values.with(Placeholder::Name, product.name.as_str());
        draft.ask(TemplateKey::ColorAskFor, values);
    } else {
        draft.ask(TemplateKey::ColorAsk, values);
    }
    Some(Event::ChoseSize)
}

/// "Можна додати ще?", and not said what.
fn asks_to_add(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    perceived.has(Signal::AddMore)
        && !perceived.names_something()
        && !perceived.tells_address()
        && !perceived.has_any(&[Signal::Buy, Signal::PayFull, Signal::PayPrepayment])
        && holds_anything(draft)
        && draft.facts().choices.iter().all(Choice::is_complete)
}

/// Whether there is something to take out.
fn holds_anything(draft: &Draft<'_>) -> bool {
    !(draft.facts().cart.is_empty() && draft.facts().choices.is_empty())
}

/// Whether the customer agreed to what is on the table, or said that they buy.
pub(super) fn agrees(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    perceived.has(Signal::Buy)
        || (perceived.quantity.is_some() && draft.session.state() == State::Offer)
        || ((perceived.has(Signal::Consent) || perceived.is_nod)
            && matches!(draft.session.state(), State::Offer | State::PaymentDelivery))
        || perceived.tells_address()
        || (perceived.has_any(&[Signal::AskRequisites, Signal::ProofLater])
            && !perceived.is_question
            && draft.session.state() == State::Offer)
        || (perceived.has_any(&[Signal::PayFull, Signal::PayPrepayment])
            && !perceived.has(Signal::AskPayment)
            && draft.session.state() == State::Offer)
}

/// A question about paying outside of a sale.
pub(super) fn answer_only(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    if perceived.has(Signal::AskRequisites) {
        draft.tell(TemplateKey::PaymentNotYet);
    } else if perceived.has(Signal::AskHowToOrder) {
        draft.ask(TemplateKey::PolicyHowToOrder, Values::none());
    }
    nudge(draft);
    Event::AskedPolicy
}

fn cancel(draft: &mut Draft<'_>) -> Event {
    let facts = draft.facts_mut();
    facts.cart.clear();
    facts.choices.clear();
    facts.left.clear();
    facts.payment = Default::default();
    facts.order = None;
    draft.tell(TemplateKey::OrderCancelled);
    Event::Declined
}

/// Goes on with the order: whatever is missing next is asked for.
pub(super) fn go_on(draft: &mut Draft<'_>) -> Event {
    if draft.facts().cart.is_empty() {
        if !draft.facts().choices.is_empty() {
            let outcome = choosing::choose(draft);
            return present::present(draft, outcome);
        }
        draft.ask(TemplateKey::OrderAskGarment, Values::none());
        let is_begun = matches!(draft.session.state(), State::Offer | State::PaymentDelivery);
        return if is_begun { Event::Ordered } else { Event::Searched };
    }
    name_cart(draft);
    if draft.facts().payment.proof {
        draft.tell(TemplateKey::OrderWaiting);
        return Event::GaveProof;
    }
    if matches!(draft.perceived.phone, Some(Err(_))) {
        draft.ask(TemplateKey::OrderBadPhone, Values::none());
        return Event::Ordered;
    }
    let agreed = draft.perceived.has(Signal::Consent) || draft.perceived.is_nod;
    if agreed && draft.facts().customer.is_complete() {
        draft.facts_mut().flags.asked_same_data = false;
    }
    let is_payable = draft.facts().customer.is_complete()
        && draft.facts().payment.method.is_some()
        && !draft.facts().flags.asked_same_data;
    if draft.perceived.has(Signal::AskRequisites) && !is_payable {
        draft.tell(TemplateKey::PaymentNotYet);
    }
    if !draft.facts().customer.is_complete() || draft.facts().flags.asked_same_data {
        ask_next(draft);
        return Event::Ordered;
    }
    if draft.facts().payment.method.is_none() {
        let is_corrected = draft.perceived.tells_address();
        if draft.session.phase() != Phase::WaitingForPaymentMethod || is_corrected {
            read_back(draft);
        }
        ask_next(draft);
        return Event::GaveAddress;
    }
    if draft.session.state() != State::PaymentDelivery {
        // Told before the order was made: read back before money is sent.
        read_back(draft);
    }
    show_requisites(draft)
}

/// Asks for whatever the order lacks next.
pub(super) fn ask_next(draft: &mut Draft<'_>) {
    let facts = draft.facts();
    let customer = &facts.customer;
    let prepayment = || {
        Values::none()
            .with(Placeholder::Prepayment, draft.shop.catalog.policies().payment.prepayment)
    };
    if facts.cart.is_empty() {
        draft.ask(TemplateKey::OrderAskGarment, Values::none());
    } else if facts.payment.proof {
        draft.tell(TemplateKey::OrderWaiting);
    } else if facts.payment.requisites_shown {
        draft.tell(TemplateKey::PaymentProofWanted);
    } else if facts.flags.asked_same_data {
        let values = address(draft);
        draft.ask(TemplateKey::OrderSameData, values);
    } else if customer.is_complete() {
        let key = if draft.session.phase() == Phase::WaitingForPaymentMethod {
            TemplateKey::OrderMethodUnclear
        } else {
            TemplateKey::OrderAskMethod
        };
        let values = prepayment();
        draft.ask(key, values);
    } else if customer.name.is_none()
        && customer.name_part.is_none()
        && customer.phone.is_none()
        && customer.city.is_none()
        && customer.branch.is_none()
    {
        let carrier = draft.shop.catalog.policies().delivery.carrier.clone();
        let is_asked = draft.session.phase() == Phase::WaitingForDeliveryData;
        let key = if is_asked { TemplateKey::OrderAskDataAgain } else { TemplateKey::OrderAskData };
        draft.ask(key, Values::none().with(Placeholder::Carrier, carrier));
    } else {
        let missing = missing(draft);
        draft.ask(TemplateKey::OrderAskMissing, Values::none().with(Placeholder::Missing, missing));
    }
}

/// The cart, the total and the address, read back.
pub(super) fn read_back(draft: &mut Draft<'_>) {
    list_cart(draft);
    let values = address(draft);
    draft.say(TemplateKey::OrderData, values);
}
