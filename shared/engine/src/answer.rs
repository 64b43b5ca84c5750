//! Use case: whoever handed an event in waits for what is said to it, because their channel takes no
//! message but as an answer.
//!
//! The replies of the event's turn are held for them. One of those who wait reserves the first, then
//! takes it out of the outbox, each by a write that holds only while it is held; nobody sends it
//! before the time is over and the holding has been undone by another. So one of them has it, never
//! two, and who dies after reserving it has not lost it: it is sent. What is not ready in time is
//! sent as well.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use jiff::Timestamp;
use mirt_domain::{reply::Reply, session_id::SessionId};

use crate::{
    clock::{Clock, after, until},
    event::InboundEvent,
    failure::{PortError, chain},
    session_store::{OutboxKey, PendingReply},
    wake_up::{SendWakeUp, WakeUp},
};

/// How long a flow waits, if nothing else is set: ManyChat gives up after ten seconds, says its
/// documentation of dynamic blocks.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// How often it is looked whether there is an answer.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// How long the last write may take, beyond the time that the caller waits.
const TIME_TO_CLAIM: Duration = Duration::from_secs(1);

/// Replies that come later than this before the end are not held: whoever waits looks no more.
const SHORTEST_HOLD: Duration = Duration::from_millis(500);

/// Gives replies as answers.
pub trait GiveAnswer: Send + Sync {
    /// Whether the event waits for its turn still.
    ///
    /// # Errors
    /// When the store did not answer.
    fn is_waiting(
        &self,
        event: &InboundEvent,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// The replies of a session that are not delivered, in order.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    fn pending_replies(
        &self,
        id: &SessionId,
    ) -> impl Future<Output = Result<Vec<PendingReply>, PortError>> + Send;

    /// Reserves a reply that is held for `by`, unless somebody else has. Tells whether it is theirs.
    ///
    /// # Errors
    /// When it is not known whether it is.
    fn reserve(
        &self,
        id: &SessionId,
        entry: OutboxKey,
        by: &str,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Takes a reply that `by` has reserved out of the outbox and ends the holding of `others`, all
    /// or nothing, if all of them are held. Tells whether it did.
    ///
    /// # Errors
    /// When it is not known whether it did.
    fn claim(
        &self,
        id: &SessionId,
        entry: OutboxKey,
        by: &str,
        others: &[OutboxKey],
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// What whoever waits is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This, and nobody else is given it.
    Reply(Reply),
    /// Nothing is said to the event, or what is said was given to another request.
    Silence,
    /// Nothing yet. What is said later is sent.
    NotYet,
}

/// Whether a reply that is committed at `now` can still be given to who waits until `answer_until`.
pub(crate) fn is_in_time(now: Timestamp, answer_until: Timestamp) -> bool {
    after(now, SHORTEST_HOLD) < answer_until
}

/// Waits for what is said to an event that was received, until its `answer_until`.
pub async fn wait(
    clock: &impl Clock,
    store: &impl GiveAnswer,
    queue: &impl SendWakeUp,
    event: &InboundEvent,
) -> Answer {
    let waits_until = event.answer_until.unwrap_or(event.received_at);
    let by = event.wake_up_id();
    let found = loop {
        let left = until(clock.now(), waits_until);
        match within(clock, left, look(store, event, &by)).await {
            Some(Ok(Some(found))) => break Some(found),
            Some(Ok(None)) => {}
            Some(Err(error)) => {
                tracing::warn!(event = "degraded", what = "answer", error = chain(&error));
            }
            None => break None,
        }
        let left = until(clock.now(), waits_until);
        if left.is_zero() {
            break None;
        }
        clock.sleep(LOOK_EVERY.min(left)).await;
    };
    match found {
        Some(Found::Nothing) => Answer::Silence,
        Some(Found::Reserved { first, others, is_all }) => {
            let claim = store.claim(&event.session, first.entry.key, &by, &others);
            match within(clock, TIME_TO_CLAIM, claim).await {
                Some(Ok(true)) => {}
                // The time is over, and it is being sent.
                Some(Ok(false)) => return Answer::Silence,
                // As with a reply that was sent and cannot be noted: heard twice rather than never.
                Some(Err(error)) => {
                    let error = chain(&error);
                    tracing::error!(event = "degraded", what = "answer_not_claimed", error);
                }
                None => {
                    tracing::error!(
                        event = "degraded",
                        what = "answer_not_claimed",
                        error = "late"
                    );
                }
            }
            if !is_all {
                wake(queue, event).await;
            }
            Answer::Reply(first.entry.part)
        }
        None => {
            wake(queue, event).await;
            Answer::NotYet
        }
    }
}

/// What there is for an event that has had its turn.
enum Found {
    /// Nothing, or nothing that this one may give.
    Nothing,
    /// A reply that nobody else gives.
    Reserved {
        first: Box<PendingReply>,
        /// More that is held, which is sent: an answer holds one call's worth.
        others: Vec<OutboxKey>,
        /// Whether there is nothing else to send.
        is_all: bool,
    },
}

/// What there is, once the event has had its turn; nothing yet where it has not.
async fn look(
    store: &impl GiveAnswer,
    event: &InboundEvent,
    by: &str,
) -> Result<Option<Found>, PortError> {
    if store.is_waiting(event).await? {
        return Ok(None);
    }
    let mut pending = store.pending_replies(&event.session).await?.into_iter();
    let Some(first) = pending.next() else { return Ok(Some(Found::Nothing)) };
    let rest: Vec<PendingReply> = pending.collect();
    if first.held_until.is_none() {
        // It is being sent, and what was said after it must not be heard before it.
        let waits = rest.iter().any(|later| later.held_until.is_some());
        return Ok(if waits { None } else { Some(Found::Nothing) });
    }
    if !store.reserve(&event.session, first.entry.key, by).await? {
        // Somebody else gives it. What a later turn says may be this one's to give.
        let is_later = |it: &PendingReply| it.entry.key.turn != first.entry.key.turn;
        let waits = rest.iter().any(|it| is_later(it) && it.held_until.is_some());
        return Ok(if waits { None } else { Some(Found::Nothing) });
    }
    let held = rest.iter().filter(|later| later.held_until.is_some());
    let others = held.map(|later| later.entry.key).collect();
    Ok(Some(Found::Reserved { first: Box::new(first), others, is_all: rest.is_empty() }))
}

/// What its `call` gives, unless that takes longer than `limit`.
async fn within<T>(
    clock: &impl Clock,
    limit: Duration,
    call: impl Future<Output = T>,
) -> Option<T> {
    match select(pin!(call), pin!(clock.sleep(limit))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// Has the session looked at once more: what was held is sent now.
async fn wake(queue: &impl SendWakeUp, event: &InboundEvent) {
    let wake_up = WakeUp {
        session: event.session.clone(),
        event: format!("rest:{}", event.wake_up_id()),
        received_at: event.received_at,
        trace: event.trace.clone(),
    };
    if let Err(error) = queue.send_wake_up(&wake_up).await {
        // The sweeper finds what is left.
        tracing::error!(event = "degraded", what = "rest_not_woken", error = chain(&error));
    }
}
