//! What a turn says in the log.

use jiff::Timestamp;
use mirt_domain::{session_id::SessionId, turn::Action};

use crate::{
    session_store::{InboxEntry, TurnCommit, TurnRecord},
    stopwatch::{Stretch, Work},
    trace::TraceId,
};

/// The request behind each of a session's events.
pub(super) fn requests(inbox: &[InboxEntry]) -> Vec<Option<TraceId>> {
    let request = |entry: &InboxEntry| Some(entry.event.trace.as_ref()?.id.clone());
    inbox.iter().map(request).collect()
}

/// All parts of a turn that was begun at `at`: those up to its commit, the commit and the delivery.
pub(super) fn parts(
    before: &[Stretch],
    at: Timestamp,
    commit: (Timestamp, Timestamp),
    delivery: (Timestamp, Timestamp),
) -> Vec<Stretch> {
    let last =
        [Stretch::between(at, Work::Commit, commit), Stretch::between(at, Work::Deliver, delivery)];
    before.iter().copied().chain(last).collect()
}

/// One line a turn: what was decided, and nothing of what was said.
pub(super) fn turn(id: &SessionId, commit: &TurnCommit, requests: &[Option<TraceId>]) {
    let TurnRecord { n, ms, reply, actions, trace, .. } = &commit.record;
    tracing::info!(
        event = "turn_committed",
        channel = %id.channel,
        turn = n,
        ms,
        messages = commit.consumed.len(),
        bubbles = reply.bubbles.len(),
        intent = ?trace.intent,
        from = ?trace.from,
        to = ?trace.to,
    );
    let own = &requests[..commit.consumed.len().min(requests.len())];
    let first = own.first();
    for joined in own.iter().filter(|id| Some(*id) != first).flatten() {
        // Who looks for their message by its own request finds the turn's here.
        tracing::info!(event = "message_joined", channel = %id.channel, turn = n, %joined);
    }
    for action in actions {
        match action {
            Action::Escalate { reason } => {
                tracing::warn!(event = "escalation", channel = %id.channel, turn = n, ?reason);
            }
            Action::CheckPayment => {
                tracing::warn!(event = "payment_to_check", channel = %id.channel, turn = n);
            }
            Action::PlaceOrder => {
                tracing::info!(event = "order_to_place", channel = %id.channel, turn = n);
            }
            Action::Remind => {
                tracing::warn!(event = "hand_over_unanswered", channel = %id.channel, turn = n);
            }
            Action::EndHandOver => {
                tracing::warn!(event = "hand_over_timed_out", channel = %id.channel, turn = n);
            }
            Action::TellCeiling => {
                tracing::warn!(event = "model_ceiling", channel = %id.channel, turn = n);
            }
            Action::TellUnanswered => {
                tracing::info!(event = "follow_ups_unanswered", channel = %id.channel, turn = n);
            }
            Action::TellOrderFailed | Action::TellOrderNews => {
                tracing::warn!(event = "order_left_to_managers", channel = %id.channel, turn = n);
            }
            Action::AskForAnswer => {
                tracing::info!(event = "manager_asked", channel = %id.channel, turn = n);
            }
            Action::TellNotYours | Action::TellCannotPass => {
                tracing::info!(event = "managers_words_held_back", channel = %id.channel, turn = n);
            }
        }
    }
}
