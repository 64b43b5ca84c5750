#![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

use std::sync::Mutex;

use futures_util::FutureExt as _;
use mirt_domain::{reply::Bubble, session_id::UserId};

use super::*;
use crate::{figures::Unmeasured, session_store::OutboxKey};

/// What was done, in order.
#[derive(Debug, PartialEq, Eq)]
enum Done {
    Sent(String),
    Slept(Duration),
}

/// A clock that passes only in sleep, a store that keeps nothing, a channel that takes all.
struct Stage {
    now: Mutex<Timestamp>,
    done: Mutex<Vec<Done>>,
}

impl Clock for Stage {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        // The limit of a call is slept too, beside the call; none of these calls lasts.
        if duration <= LONGEST_PAUSE {
            let now = after(self.now(), duration);
            *self.now.lock().unwrap() = now;
            self.done.lock().unwrap().push(Done::Slept(duration));
        } else {
            std::future::pending::<()>().await;
        }
    }
}

impl SettleOutbox for Stage {
    async fn mark_delivered(&self, _: &SessionId, _: &[PendingKey]) -> Result<(), PortError> {
        Ok(())
    }

    async fn release(&self, _: &SessionId, _: OutboxKey) -> Result<bool, PortError> {
        Ok(true)
    }

    async fn set_aside(
        &self,
        _: &SessionId,
        _: &OutboxEntry,
        _: &str,
        _: &Alert,
    ) -> Result<(), PortError> {
        Ok(())
    }

    async fn close(
        &self,
        _: &SessionId,
        _: &[OutboxEntry],
        _: &Closed,
        _: &Alert,
    ) -> Result<(), PortError> {
        Ok(())
    }

    async fn postpone(
        &self,
        _: &SessionId,
        _: PendingKey,
        _: u32,
        _: Timestamp,
    ) -> Result<(), PortError> {
        Ok(())
    }
}

impl SendReply for Stage {
    fn split(&self, _: Channel, reply: &Reply) -> Vec<Reply> {
        vec![reply.clone()]
    }

    async fn send(&self, _: &SessionId, part: &Reply) -> Result<(), SendError> {
        let words = part.bubbles.iter().map(|bubble| format!("{bubble:?}")).collect();
        self.done.lock().unwrap().push(Done::Sent(words));
        Ok(())
    }

    async fn show_typing(&self, _: &SessionId) {}
}

/// Delivers so many messages and then one call without any, with so much time; what was done.
fn delivered(messages: u32, pause: Duration, time: Duration) -> Vec<Done> {
    let at = Timestamp::UNIX_EPOCH;
    let stage = Stage { now: Mutex::new(at), done: Mutex::default() };
    let entry = |part: u32| {
        let words = Bubble::Text(part.to_string());
        let bubbles = if part < messages { vec![words] } else { Vec::new() };
        PendingReply::from(OutboxEntry {
            key: OutboxKey { turn: 1, part },
            part: Reply { bubbles, ..Reply::default() },
            committed_at: at,
            expires_at: window_ends(at),
            is_follow_up: false,
            trace: None,
        })
    };
    let entries: Vec<_> = (0..=messages).map(entry).collect();
    let user = UserId::parse("1").unwrap();
    let delivery = Delivery {
        clock: &stage,
        store: &stage,
        channels: &stage,
        deadline: after(at, time),
        pause,
        measure: &Unmeasured,
    };
    let session = SessionId { channel: Channel::Telegram, user };
    let all = delivery.deliver(&session, &entries).now_or_never().unwrap().unwrap();
    assert_eq!(all, Delivered::All);
    stage.done.into_inner().unwrap()
}

fn pauses(done: &[Done]) -> Vec<Duration> {
    let slept = |done: &Done| match done {
        Done::Slept(duration) => Some(*duration),
        Done::Sent(_) => None,
    };
    done.iter().filter_map(slept).collect()
}

#[test]
fn there_is_a_pause_between_two_messages_and_none_before_the_first_or_a_call_that_shows_nothing() {
    let done = delivered(2, PAUSE, Duration::from_secs(60));

    assert_eq!(pauses(&done), [PAUSE]);
    assert!(matches!(done[..], [Done::Sent(_), Done::Slept(_), Done::Sent(_), Done::Sent(_)]));
}

#[test]
fn many_messages_are_not_held_up_for_long() {
    let done = delivered(30, Duration::from_secs(60), Duration::from_secs(60));

    assert_eq!(pauses(&done), [LONGEST_PAUSE; MOST_PAUSES]);
}

#[test]
fn who_has_little_time_or_is_told_not_to_does_not_pause() {
    assert_eq!(pauses(&delivered(3, PAUSE, TIME_TO_PAUSE + TIME_TO_NOTE)), []);
    assert_eq!(pauses(&delivered(3, Duration::ZERO, Duration::from_secs(60))), []);
}
