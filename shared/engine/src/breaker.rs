//! The breaker around the model: when most calls fail, turns go straight to rules and templates until
//! a single probe succeeds. Here is what follows from what; who asks it is in [`crate::guarded`].

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::after;

/// Calls are counted over windows of this length.
const WINDOW: Duration = Duration::from_mins(1);

/// Fewer failures in a window than this never open the breaker.
const LEAST_FAILURES: u32 = 5;

/// How long the breaker stays open the first time; doubled each time that a probe fails.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long others wait for a probe: longer than a call lasts.
pub const PROBE: Duration = Duration::from_secs(50);

/// What all instances know of the model's health.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BreakerState {
    /// How often it was written: the condition of the next write.
    pub generation: u64,
    /// When the window began.
    window: Option<Timestamp>,
    succeeded: u32,
    failed: u32,
    /// Until when no call is made; nothing while the breaker is closed.
    open_until: Option<Timestamp>,
    /// Until when somebody is probing.
    probed_until: Option<Timestamp>,
    /// How often it was opened since it was closed last.
    times_opened: u32,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Yes.
    Closed,
    /// One, by whoever notes first that they make it.
    Probe,
    /// No.
    Open,
}

impl BreakerState {
    /// Whether calls are made as long as they go well.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.open_until.is_none()
    }

    /// Whether a call may be made now.
    #[must_use]
    pub fn permit(&self, now: Timestamp) -> Permit {
        match self.open_until {
            None => Permit::Closed,
            Some(until) if now < until => Permit::Open,
            Some(_) if self.probed_until.is_some_and(|until| now < until) => Permit::Open,
            Some(_) => Permit::Probe,
        }
    }

    /// The state once somebody begins to probe.
    #[must_use]
    pub fn probing(&self, now: Timestamp) -> Self {
        Self { probed_until: Some(after(now, PROBE)), ..self.next() }
    }

    /// The state after a probe.
    #[must_use]
    pub fn probed(&self, is_well: bool, now: Timestamp) -> Self {
        if is_well {
            Self { generation: self.generation + 1, ..Self::default() }
        } else {
            self.opened(now)
        }
    }

    /// The state after calls of one instance while it was closed.
    #[must_use]
    pub fn counted(&self, succeeded: u32, failed: u32, now: Timestamp) -> Self {
        let is_current = self.window.is_some_and(|began| now < after(began, WINDOW));
        let mut state = self.next();
        if !is_current {
            state.window = Some(now);
            (state.succeeded, state.failed) = (0, 0);
        }
        state.succeeded = state.succeeded.saturating_add(succeeded);
        state.failed = state.failed.saturating_add(failed);
        let is_bad = state.failed >= LEAST_FAILURES && state.failed >= state.succeeded;
        if is_bad && state.open_until.is_none() { state.opened(now) } else { state }
    }

    fn opened(&self, now: Timestamp) -> Self {
        let pause = (FIRST_PAUSE * 2_u32.pow(self.times_opened.min(8))).min(LONGEST_PAUSE);
        Self {
            generation: self.generation + 1,
            open_until: Some(after(now, pause)),
            times_opened: self.times_opened.saturating_add(1),
            ..Self::default()
        }
    }

    fn next(&self) -> Self {
        Self { generation: self.generation + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn after_failures(n: u32) -> BreakerState {
        (0..n).fold(BreakerState::default(), |state, _| state.counted(0, 1, at(0)))
    }

    #[test]
    fn it_opens_when_most_calls_of_a_window_fail_and_not_before() {
        assert_eq!(after_failures(4).permit(at(0)), Permit::Closed);
        assert_eq!(after_failures(5).permit(at(0)), Permit::Open);
        let mostly_well = after_failures(4).counted(20, 1, at(0));
        assert_eq!(mostly_well.permit(at(0)), Permit::Closed);
    }

    #[test]
    fn failures_of_another_window_do_not_count() {
        let later = after_failures(4).counted(0, 1, at(61));

        assert_eq!(later.permit(at(61)), Permit::Closed);
    }

    #[test]
    fn after_the_pause_one_probe_is_made_and_others_wait_for_it() {
        let open = after_failures(5);

        assert_eq!(open.permit(at(29)), Permit::Open);
        assert_eq!(open.permit(at(30)), Permit::Probe);
        let probing = open.probing(at(30));
        assert_eq!(probing.permit(at(31)), Permit::Open);
        // Whoever probed may have died.
        assert_eq!(probing.permit(at(90)), Permit::Probe);
    }

    #[test]
    fn a_probe_that_succeeds_closes_it_and_one_that_fails_opens_it_for_longer() {
        let probing = after_failures(5).probing(at(30));

        assert_eq!(probing.probed(true, at(31)).permit(at(31)), Permit::Closed);
        let again = probing.probed(false, at(31));
        assert_eq!(again.permit(at(31 + 59)), Permit::Open);
        assert_eq!(again.permit(at(31 + 60)), Permit::Probe);
    }

    #[test]
    fn every_state_has_a_generation_of_its_own() {
        let open = after_failures(5);

        assert_eq!(open.generation, 6, "five counts, the last of which opens it");
        assert!(open.probing(at(30)).generation > open.generation);
    }
}
