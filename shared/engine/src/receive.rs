//! Use case: an event comes in. Durable before acknowledged (I1), once (I2).

use std::{future::Future, time::Duration};

use crate::{
    event::InboundEvent,
    failure::PortError,
    wake_up::{SendWakeUp, WakeUp},
};

/// How long the same content without an id is the same event. Longer than any burst of parallel
/// deliveries, shorter than a customer needs to read an answer and to say "так" again.
pub const CONTENT_WINDOW: Duration = Duration::from_secs(5);

/// Whether an event was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is recorded now.
    Accepted,
    /// It was recorded before.
    Duplicate,
    /// Its customer wrote too much in the last minute or hour; it is not recorded.
    Limited {
        /// Whether the customer knows.
        is_told: bool,
    },
}

/// Records an event: its dedupe record, its place in the session's inbox, the inbox counter and the
/// customer's counts for [`crate::limit`], in one transaction.
pub trait RecordEvent: Send + Sync {
    /// Records it once, by its key.
    ///
    /// # Errors
    /// When it is not known to be recorded.
    fn record_event(
        &self,
        event: &InboundEvent,
        content_window: Duration,
    ) -> impl Future<Output = Result<Received, PortError>> + Send;
}

/// Takes an event in: records it, then wakes its session, unless its customer wrote too much.
///
/// A duplicate wakes the session as well: the first delivery may have died between the two steps,
/// and the queue's deduplication makes a wake-up that is already there cost nothing.
///
/// # Errors
/// When the event is not known to be recorded, or its session not known to be woken. The channel
/// has to deliver again; whatever was done is not done twice then.
pub async fn receive(
    store: &impl RecordEvent,
    queue: &impl SendWakeUp,
    event: &InboundEvent,
) -> Result<Received, PortError> {
    let received = store.record_event(event, CONTENT_WINDOW).await?;
    if matches!(received, Received::Limited { .. }) {
        return Ok(received);
    }
    let wake_up = WakeUp {
        session: event.session.clone(),
        event: event.wake_up_id(),
        received_at: event.received_at,
        trace: event.trace.clone(),
    };
    queue.send_wake_up(&wake_up).await?;
    Ok(received)
}
