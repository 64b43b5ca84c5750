//! The machine's clock.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::clock::Clock;

/// Time as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
