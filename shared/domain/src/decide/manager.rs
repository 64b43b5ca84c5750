//! What a manager does to a conversation (decisions 7 and 8).

use serde::{Deserialize, Serialize};

use super::{draft::Draft, edges::Event, upsell};
use crate::{
    photo::SentFile,
    prompts::{Placeholder, TemplateKey, Values},
    reply::Bubble,
    session::facts::{EscalationReason, HandOver, Paying},
    state::{Phase, State},
    turn::Action,
};

/// Who of the shop's people does something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manager {
    /// Their id where they work: a Telegram user.
    pub id: i64,
    /// How the others know them.
    pub name: String,
}

/// A manager's button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagerAct {
    /// The money is there.
    Approve,
    /// The money is not there.
    Reject,
    /// The money is there and is too little or too much.
    RejectSum,
    /// The receipt cannot be read.
    RejectUnreadable,
    /// The manager answers from now on.
    TakeOver,
    /// The same, and they are asked for their answer.
    Answer,
    /// The assistant answers again, from where it was.
    HandBack,
    /// The matter is done; the assistant answers what comes next.
    Close,
}

/// What a manager does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Presses a button.
    Press(ManagerAct),
    /// Writes to the customer.
    Write(String),
    /// Sends the customer a photo or another file.
    Send {
        /// The file.
        file: SentFile,
        /// Words under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<String>,
    },
    /// Answers with something that cannot be passed on: a voice message, a sticker.
    SendOther,
}

/// Does what a manager does. A button that fits nothing, because the conversation has gone on since
/// or another manager has it, does nothing.
pub(super) fn act(draft: &mut Draft<'_>, by: &Manager, deed: &Deed) -> Event {
    let act = match deed {
        Deed::Write(words) => return write(draft, by, Bubble::Text(words.clone())),
        Deed::Send { file, words } => {
            return write(draft, by, Bubble::Sent { file: file.clone(), caption: words.clone() });
        }
        Deed::SendOther => {
            draft.actions.push(Action::TellCannotPass);
            return Event::Silent;
        }
        Deed::Press(act) => *act,
    };
    let is_open = draft.facts().paying() == Paying::BeingChecked;
    match act {
        ManagerAct::Approve if is_open => approve(draft),
        ManagerAct::Reject if is_open => reject(draft, TemplateKey::PaymentRejected),
        ManagerAct::RejectSum if is_open => reject(draft, TemplateKey::PaymentRejectedSum),
        ManagerAct::RejectUnreadable if is_open => {
            reject(draft, TemplateKey::PaymentRejectedUnreadable)
        }
        ManagerAct::TakeOver => take_over(draft, by),
        ManagerAct::Answer => {
            let event = take_over(draft, by);
            let is_theirs = draft.facts().hand_over.as_ref().is_some_and(|it| it.is_of(by));
            draft.actions.push(if is_theirs { Action::AskForAnswer } else { Action::TellNotYours });
            event
        }
        ManagerAct::HandBack => {
            draft.end_hand_over();
            draft.session.follow_ups_mut().is_told = true;
            Event::HandedBack
        }
        ManagerAct::Close if draft.facts().hand_over.is_some() => {
            draft.facts_mut().hand_over = None;
            draft.session.follow_ups_mut().is_told = true;
            Event::TookLeave
        }
        ManagerAct::Approve
        | ManagerAct::Reject
        | ManagerAct::RejectSum
        | ManagerAct::RejectUnreadable
        | ManagerAct::Close => Event::Silent,
    }
}

/// The first to take over has it.
fn take_over(draft: &mut Draft<'_>, by: &Manager) -> Event {
    let at = draft.now;
    if let Some(hand_over) = &mut draft.facts_mut().hand_over {
        if hand_over.by.is_none() {
            hand_over.by = Some(by.clone());
            hand_over.at = at;
        }
        return Event::Silent;
    }
    let (from, awaited) = (draft.session.state(), draft.session.phase());
    let reason = EscalationReason::TakenOver;
    let hand_over = HandOver { by: Some(by.clone()), ..HandOver::new(at, reason, from, awaited) };
    draft.facts_mut().hand_over = Some(hand_over);
    Event::Escalated
}

/// Who writes has taken over. Words of another manager than the one who has it are not passed on:
/// the customer would be spoken to by two.
fn write(draft: &mut Draft<'_>, by: &Manager, says: Bubble) -> Event {
    let event = take_over(draft, by);
    let at = draft.now;
    let Some(hand_over) = &mut draft.facts_mut().hand_over else { return event };
    if !hand_over.is_of(by) {
        draft.actions.push(Action::TellNotYours);
        return event;
    }
    hand_over.at = at;
    hand_over.is_answered = true;
    draft.say_for_manager(says);
    event
}

fn approve(draft: &mut Draft<'_>) -> Event {
    draft.facts_mut().payment.is_approved = true;
    draft.actions.push(Action::PlaceOrder);
    let order = draft.session.order();
    draft.facts_mut().place(order);
    let number = Values::none().with(Placeholder::Order, order.number());
    draft.say(TemplateKey::PaymentApproved, number);
    if let Some(hand_over) = &mut draft.facts_mut().hand_over {
        // A human talks with the customer; what is left of the sale is theirs.
        hand_over.from = State::End;
        hand_over.awaited = Phase::Completed;
        return Event::Silent;
    }
    if upsell::offer(draft) { Event::ApprovedAndUpsold } else { Event::Approved }
}

fn reject(draft: &mut Draft<'_>, key: TemplateKey) -> Event {
    draft.facts_mut().payment.proof = false;
    draft.tell(key);
    // They have just been written to: the follow-ups of their silence wait as behind another one.
    draft.session.follow_ups_mut().said_at = Some(draft.now);
    if let Some(hand_over) = &mut draft.facts_mut().hand_over {
        hand_over.from = State::PaymentDelivery;
        hand_over.awaited = Phase::WaitingForPaymentProof;
        return Event::Silent;
    }
    Event::Rejected
}

#[cfg(test)]
mod tests;
