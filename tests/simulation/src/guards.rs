//! The model's guards in the store: the breaker, and the calls of each minute.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mirt_engine::{breaker::BreakerState, guarded::Entry};

/// As `shared/aws` keeps them.
#[derive(Debug, Default)]
pub(crate) struct Guards {
    pub(crate) breaker: BreakerState,
    minutes: BTreeMap<i64, u32>,
}

impl Guards {
    /// Takes calls out of a minute's.
    pub(crate) fn enter(
        &mut self,
        now: Timestamp,
        count: u32,
        most: u32,
        is_unlimited: bool,
    ) -> Entry {
        if !self.breaker.is_closed() {
            return Entry::NotClosed(self.breaker.clone());
        }
        let taken = self.minutes.entry(minute_of(now)).or_default();
        if *taken + count > most && !is_unlimited {
            return Entry::NoneLeft;
        }
        *taken += count;
        Entry::Granted
    }

    /// Writes the breaker, unless somebody was faster.
    pub(crate) fn write(&mut self, state: &BreakerState) -> bool {
        let is_newer = self.breaker.generation < state.generation;
        if is_newer {
            self.breaker = state.clone();
        }
        is_newer
    }
}

pub(crate) fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
