//! Time, as the emulated services see it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::sync::watch;

/// Milliseconds since the Unix epoch.
pub type UnixMillis = i64;

/// Where the services read the time: the machine's clock, or a hand that a test moves.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, moved forward.
    Ahead(Ahead),
    /// Stands still until it is moved.
    Manual(ManualClock),
}

impl Clock {
    /// The current time.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        match self {
            // A machine set to before 1970 reads as 1970.
            Self::System => {
                millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
            }
            Self::Ahead(ahead) => Self::System.now().saturating_add(ahead.millis()),
            Self::Manual(clock) => *clock.0.borrow(),
        }
    }

    /// Returns when this clock has reached `time`.
    pub(crate) async fn sleep_until(&self, time: UnixMillis) {
        match self {
            // What waits when the clock is moved goes on waiting: it is a matter of seconds.
            Self::System | Self::Ahead(_) => {
                let left = u64::try_from(time.saturating_sub(self.now())).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
            Self::Manual(clock) => {
                let mut hand = clock.0.subscribe();
                // Fails only when the sender is gone, and `clock` holds it.
                let _ = hand.wait_for(|now| *now >= time).await;
            }
        }
    }
}

/// How far a clock is ahead of the machine's; clones move together.
#[derive(Clone, Debug, Default)]
pub struct Ahead(Arc<AtomicI64>);

impl Ahead {
    /// Moves the clock forward; it never goes back, as no clock may that others have read.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(millis(by), Ordering::SeqCst);
    }

    /// How far it is ahead.
    #[must_use]
    pub fn millis(&self) -> UnixMillis {
        self.0.load(Ordering::SeqCst)
    }
}

/// A clock that a test moves, so that no test has to sleep.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<UnixMillis>>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: UnixMillis) -> Self {
        Self(Arc::new(watch::Sender::new(start)))
    }

    /// Moves the clock forward and wakes whoever waited for a moment that has now passed.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = now.saturating_add(millis(by)));
    }
}

/// Whole milliseconds; more than i64 can hold is 292 million years.
fn millis(duration: Duration) -> UnixMillis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
