//! The machine's clock.

use std::{sync::OnceLock, time::Duration};

use jiff::Timestamp;
use mirt_engine::clock::{Clock, after};

/// The setting by which the local run moves its functions' clock forward.
pub const AHEAD: &str = "MIRT_CLOCK_AHEAD_MS";

/// How far this process's clock is ahead of the machine's; set once, at its start.
static AHEAD_BY: OnceLock<Duration> = OnceLock::new();

/// Time as it is, or as far ahead of it as the local run says.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// Moves the clock of this process; only its first call counts.
    pub(crate) fn run_ahead(by: Duration) {
        let _ = AHEAD_BY.set(by);
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        after(Timestamp::now(), AHEAD_BY.get().copied().unwrap_or_default())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
