//! When a burst of messages is over (I4).

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::after;

/// How long to wait for a customer who is still writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurstWindow {
    /// The quiet after the last message that ends a burst.
    pub quiet: Duration,
    /// The longest wait after the first message, for a customer who never stops.
    pub longest: Duration,
}

impl Default for BurstWindow {
    /// 1.5 s and 6 s, of the architecture's invariant I4.
    fn default() -> Self {
        Self { quiet: Duration::from_millis(1500), longest: Duration::from_secs(6) }
    }
}

impl BurstWindow {
    /// When a burst is over that began at `first` and whose last message came at `last`.
    #[must_use]
    pub fn over_at(&self, first: Timestamp, last: Timestamp) -> Timestamp {
        after(last, self.quiet).min(after(first, self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    #[test]
    fn a_burst_ends_with_a_quiet_window_after_the_last_message() {
        assert_eq!(BurstWindow::default().over_at(at(0), at(2_000)), at(3_500));
    }

    #[test]
    fn a_customer_who_never_stops_is_answered_all_the_same() {
        assert_eq!(BurstWindow::default().over_at(at(0), at(5_900)), at(6_000));
    }
}
