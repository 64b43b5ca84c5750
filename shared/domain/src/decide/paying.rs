//! Paying: the way that is chosen, where to pay, the receipt.

use super::{draft::Draft, edges::Event, sale::go_on, service::escalate};
use crate::{
    language::rules::Signal,
    money::Money,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::{EscalationReason, Paying, PaymentMethod},
    state::Phase,
    turn::Action,
};

/// Takes the way of paying that a message names.
pub(super) fn take_method(draft: &mut Draft<'_>) {
    if draft.facts().payment.proof {
        // It was paid so, or said to be.
        return;
    }
    let perceived = draft.perceived;
    let is_asked = draft.session.phase() == Phase::WaitingForPaymentMethod;
    let only_asks = perceived.has(Signal::AskFee) && perceived.is_question;
    if only_asks || (perceived.has(Signal::AskPayment) && !is_asked) {
        return;
    }
    let prepayment = draft.shop.catalog.policies().payment.prepayment;
    let total = draft.facts().cart.total();
    let names = |sum: Money| perceived.sums.iter().any(|uah| Money::from_uah(*uah) == sum);
    let is_full = perceived.has(Signal::PayFull) || names(total);
    let is_prepaid = perceived.has(Signal::PayPrepayment) || names(prepayment);
    let method = match (is_full, is_prepaid) {
        (true, false) => PaymentMethod::Full,
        (false, true) => PaymentMethod::Prepayment,
        _ => return,
    };
    let facts = draft.facts_mut();
    let claims = perceived.has_any(&[Signal::ProofClaim, Signal::ProofLater]);
    if !claims {
        // Another sum is to be paid now, or it is asked what it was: it is told again. Who says that
        // they have paid is not told to pay.
        facts.payment.requisites_shown = false;
    }
    facts.payment.method = Some(method);
    // Who goes on to paying agrees to the address that was read back.
    facts.flags.asked_same_data = false;
}

/// Whether a receipt may come now: the customer was told where to pay, by the assistant or, where it
/// has no requisites, by a human (decision 16).
pub(super) fn is_receipt_awaited(draft: &Draft<'_>) -> bool {
    let facts = draft.facts();
    let is_told_by_human = draft.shop.settings.requisites.is_none()
        && !facts.cart.is_empty()
        && facts.customer.is_complete()
        && facts.payment.method.is_some();
    match facts.paying() {
        Paying::ReceiptAwaited => true,
        Paying::NotAsked => is_told_by_human,
        Paying::BeingChecked | Paying::Paid => false,
    }
}

/// A receipt, by photo or by word. The second half of one, or a clearer one, is shown to the managers
/// as the first was.
pub(super) fn take_proof(draft: &mut Draft<'_>) -> Event {
    let paying = draft.facts().paying();
    if is_receipt_awaited(draft) || paying == Paying::BeingChecked {
        note_proof(draft);
        draft.tell(TemplateKey::PaymentProofReceived);
        return Event::GaveProof;
    }
    if paying == Paying::NotAsked && !draft.facts().cart.is_empty() {
        return go_on(draft);
    }
    // For what, a manager finds out: no order waits for it.
    draft.actions.push(Action::CheckPayment);
    draft.tell(TemplateKey::PaymentProofReceived);
    Event::AskedPolicy
}

/// Notes that a receipt is in, and has a manager look for the money.
pub(super) fn note_proof(draft: &mut Draft<'_>) {
    draft.facts_mut().payment.proof = true;
    draft.actions.push(Action::CheckPayment);
}

/// Shows where to pay and how much; without requisites a human does.
pub(super) fn show_requisites(draft: &mut Draft<'_>) -> Event {
    let Some(requisites) = &draft.shop.settings.requisites else {
        return escalate(draft, EscalationReason::NoRequisites, TemplateKey::HandoverPayment);
    };
    let asks_again = draft.perceived.has(Signal::AskRequisites);
    if draft.facts().payment.requisites_shown && !asks_again {
        let key = if draft.perceived.has(Signal::ProofLater) {
            TemplateKey::PaymentProofLater
        } else {
            TemplateKey::PaymentProofWanted
        };
        draft.tell(key);
        return Event::ChosePayment;
    }
    let total = draft.facts().cart.total();
    let method = draft.facts().payment.method.unwrap_or(PaymentMethod::Full);
    match method {
        PaymentMethod::Full => {
            draft.say(TemplateKey::PaymentFull, Values::none().with(Placeholder::Total, total));
        }
        PaymentMethod::Prepayment => {
            let parts = draft.shop.catalog.policies().payment.on_delivery(total);
            let values = Values::none()
                .with(Placeholder::Prepayment, parts.prepayment)
                .with(Placeholder::Rest, parts.rest)
                .with(Placeholder::Fee, parts.fee);
            draft.say(TemplateKey::PaymentPrepayment, values);
        }
    }
    let values = Values::none()
        .with(Placeholder::Recipient, requisites.recipient.as_str())
        .with(Placeholder::Iban, requisites.iban.as_str())
        .with(Placeholder::TaxId, requisites.tax_id.as_str());
    draft.say(TemplateKey::PaymentRequisites, values);
    draft.tell(TemplateKey::PaymentAskProof);
    draft.facts_mut().payment.requisites_shown = true;
    Event::ChosePayment
}
