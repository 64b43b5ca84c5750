//! What a manager does to a conversation (decisions 7 and 8).

use serde::{Deserialize, Serialize};

use super::{draft::Draft, edges::Event, upsell};
use crate::{
    prompts::TemplateKey,
    session::facts::{EscalationReason, HandOver},
    turn::Action,
};

/// A manager's button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagerAct {
    /// The money is there.
    Approve,
    /// The money is not there.
    Reject,
    /// The manager answers from now on.
    TakeOver,
    /// The assistant answers again.
    HandBack,
}

/// Does what a manager's button says. A button that fits nothing, because the conversation has gone
/// on since, does nothing.
pub(super) fn act(draft: &mut Draft<'_>, act: ManagerAct) -> Event {
    let payment = &draft.facts().payment;
    let is_open = payment.proof && !payment.is_approved;
    match act {
        ManagerAct::Approve if is_open => approve(draft),
        ManagerAct::Reject if is_open => {
            draft.facts_mut().payment.proof = false;
            draft.tell(TemplateKey::PaymentRejected);
            Event::Rejected
        }
        ManagerAct::TakeOver => {
            let (from, awaited, at) = (draft.session.state(), draft.session.phase(), draft.now);
            let reason = EscalationReason::TakenOver;
            draft.facts_mut().hand_over = Some(HandOver { at, reason, from, awaited });
            Event::Escalated
        }
        ManagerAct::HandBack => {
            draft.end_hand_over();
            Event::HandedBack
        }
        ManagerAct::Approve | ManagerAct::Reject => Event::Silent,
    }
}

fn approve(draft: &mut Draft<'_>) -> Event {
    draft.facts_mut().payment.is_approved = true;
    draft.actions.push(Action::PlaceOrder);
    draft.tell(TemplateKey::PaymentApproved);
    if upsell::offer(draft) { Event::ApprovedAndUpsold } else { Event::Approved }
}
