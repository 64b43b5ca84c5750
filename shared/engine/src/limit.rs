//! Use case: a customer who writes too much is told so, once an hour.
//!
//! The count itself is part of recording an event, so that it holds over any number of instances
//! and costs no call of its own.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::{reply::Reply, session_id::SessionId};

use crate::{
    clock::after,
    event::InboundEvent,
    failure::PortError,
    session_store::{OutboxEntry, OutboxKey},
    wake_up::{SendWakeUp, WakeUp},
};

/// How many events of one customer are taken in a minute of the clock. Source: the predecessor's
/// limits (specification of integrations, section 7.1).
pub const MOST_PER_MINUTE: u32 = 60;

/// How many in an hour of the clock. Source: the same.
pub const MOST_PER_HOUR: u32 = 1000;

/// How long it makes sense to tell a customer to slow down.
const FRESH: Duration = Duration::from_mins(10);

/// The turn under which a notice stands in the outbox: before the first of all turns.
const BEFORE_ALL_TURNS: u64 = 0;

/// The hour and the minute of the clock in which an event is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Hours since 1970.
    pub hour: u32,
    /// The minute in it, 0 to 59.
    pub minute: u32,
}

impl Slot {
    /// The slot of a moment.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let minutes = u32::try_from(at.as_second() / 60).unwrap_or_default();
        Self { hour: minutes / 60, minute: minutes % 60 }
    }
}

/// Puts a notice into a session's outbox, once an hour.
pub trait RecordNotice: Send + Sync {
    /// Puts it there unless one was put there in its hour. Tells whether it did.
    ///
    /// # Errors
    /// When it is not known whether it is there.
    fn record_notice(
        &self,
        session: &SessionId,
        slot: Slot,
        notice: &OutboxEntry,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Tells the customer whose event was over the limit.
///
/// # Errors
/// When it is not known whether they will be told. The next event over the limit tries again.
pub async fn tell(
    store: &impl RecordNotice,
    queue: &impl SendWakeUp,
    event: &InboundEvent,
    notice: Reply,
) -> Result<(), PortError> {
    let at = event.received_at;
    let slot = Slot::of(at);
    let entry = OutboxEntry {
        key: OutboxKey { turn: BEFORE_ALL_TURNS, part: slot.hour },
        part: notice,
        committed_at: at,
        expires_at: after(at, FRESH),
        is_follow_up: false,
        trace: event.trace.as_ref().map(|trace| trace.id.clone()),
    };
    if store.record_notice(&event.session, slot, &entry).await? {
        let wake_up = WakeUp {
            session: event.session.clone(),
            event: format!("limit:{}", slot.hour),
            received_at: at,
            trace: event.trace.clone(),
        };
        queue.send_wake_up(&wake_up).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_and_an_hour_are_those_of_the_clock() {
        let slot = |second| Timestamp::from_second(second).map(Slot::of).ok();

        assert_eq!(slot(3_600 + 59), Some(Slot { hour: 1, minute: 0 }));
        assert_eq!(slot(3_600 + 60), Some(Slot { hour: 1, minute: 1 }));
        assert_eq!(slot(2 * 3_600), Some(Slot { hour: 2, minute: 0 }));
    }
}
