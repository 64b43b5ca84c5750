//! Time as a port, so that the engine is deterministic.

use std::{future::Future, time::Duration};

use jiff::Timestamp;

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// How long it is from `now` to `then`; zero when `then` is past.
#[must_use]
pub fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO)
}

/// `at` moved by `duration`, held at the ends of the calendar.
#[must_use]
pub fn after(at: Timestamp, duration: Duration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_past_moment_is_no_wait() {
        let now = Timestamp::UNIX_EPOCH;

        assert_eq!(until(after(now, Duration::from_secs(3)), now), Duration::ZERO);
        assert_eq!(until(now, after(now, Duration::from_secs(3))), Duration::from_secs(3));
    }
}
