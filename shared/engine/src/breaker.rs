//! A breaker around the model, shared by all instances: when most calls fail, turns go straight to
//! rules and templates until a single probe succeeds. Beside it the ceiling on calls.
//!
//! An instance reads the shared state at most every [`FRESH`], and writes it only when a call of its
//! own failed or when it probes: while all is well, a turn costs no call of the store.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, after},
    failure::{PortError, chain},
    model::{AskModel, Asked, ModelError, ModelRequest, Moderate, Moderation},
    model_budget::{TAKEN_AT_ONCE, TakeModelCalls, Taken},
};

/// How long what an instance has read of the shared state holds.
const FRESH: Duration = Duration::from_secs(10);

/// Calls are counted over windows of this length.
const WINDOW: Duration = Duration::from_mins(1);

/// Fewer failures in a window than this never open the breaker.
const LEAST_FAILURES: u32 = 5;

/// How long the breaker stays open the first time; doubled each time that a probe fails.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long others wait for a probe: longer than a call lasts.
const PROBE: Duration = Duration::from_secs(50);

/// How often an instance tries to write what another one wrote at the same time.
const ATTEMPTS: u32 = 3;

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

/// Where the shared state is kept.
pub trait KeepBreaker: Send + Sync {
    /// Reads it; the default when there is none.
    ///
    /// # Errors
    /// When the store did not answer.
    fn breaker(&self) -> impl Future<Output = Result<BreakerState, PortError>> + Send;

    /// Writes it, unless somebody has since the state with the generation before this one's was
    /// read. Tells whether it did.
    ///
    /// # Errors
    /// When it is not known whether it did.
    fn write_breaker(
        &self,
        state: &BreakerState,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// A model behind the breaker.
#[derive(Debug)]
pub struct Guarded<'a, M, S, K> {
    model: &'a M,
    store: &'a S,
    clock: &'a K,
    most_per_minute: u32,
    own: Mutex<Own>,
}

/// What one instance knows.
#[derive(Debug, Default)]
struct Own {
    seen: Option<(Timestamp, BreakerState)>,
    /// Calls that succeeded since the last write.
    succeeded: u32,
    /// Calls that were taken out of the minute's.
    taken: Taken,
}

impl<'a, M, S, K> Guarded<'a, M, S, K>
where
    M: AskModel,
    S: KeepBreaker + TakeModelCalls,
    K: Clock,
{
    /// Puts a model behind the breaker that is kept in `store`, with so many calls in a minute from
    /// all instances.
    #[must_use]
    pub fn new(model: &'a M, store: &'a S, clock: &'a K, most_per_minute: u32) -> Self {
        Self { model, store, clock, most_per_minute, own: Mutex::default() }
    }

    /// Whether the ceiling lets one more call through.
    async fn takes_one(&self) -> bool {
        let now = self.clock.now();
        if self.own(|own| own.taken.make_one(now)) {
            return true;
        }
        match self.store.take_model_calls(now, TAKEN_AT_ONCE, self.most_per_minute).await {
            Ok(is_granted) => {
                if is_granted {
                    self.own(|own| own.taken.add(now));
                } else {
                    tracing::error!(event = "degraded", what = "model_ceiling");
                }
                is_granted
            }
            Err(error) => {
                tracing::warn!(event = "degraded", what = "model_ceiling", error = chain(&error));
                false
            }
        }
    }

    /// The shared state, as far as it is known here.
    async fn state(&self) -> BreakerState {
        let now = self.clock.now();
        let known =
            self.own(|own| own.seen.clone().filter(|(read_at, _)| now < after(*read_at, FRESH)));
        if let Some((_, state)) = known {
            return state;
        }
        match self.store.breaker().await {
            Ok(state) => {
                self.own(|own| own.seen = Some((now, state.clone())));
                state
            }
            Err(error) => {
                // Without the store there is no turn either; the model is not what is missing.
                tracing::warn!(event = "degraded", what = "breaker", error = chain(&error));
                BreakerState::default()
            }
        }
    }

    /// Writes what follows from the shared state as it is now. Tells whether it was written.
    async fn write(&self, next: impl Fn(&BreakerState) -> Option<BreakerState>) -> bool {
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let written = async {
                let Some(state) = next(&self.store.breaker().await?) else {
                    return Ok(Some(false));
                };
                let is_written = self.store.write_breaker(&state).await?;
                if is_written {
                    self.own(|own| own.seen = Some((now, state)));
                }
                Ok::<_, PortError>(is_written.then_some(true))
            };
            match written.await {
                Ok(Some(is_written)) => return is_written,
                // Another instance was faster.
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(event = "degraded", what = "breaker", error = chain(&error));
                    return false;
                }
            }
        }
        false
    }

    async fn note(&self, is_probe: bool, is_outage: bool) {
        if is_probe {
            let is_written =
                self.write(|state| Some(state.probed(!is_outage, self.clock.now()))).await;
            let outcome = if is_outage { "failed" } else { "succeeded" };
            tracing::warn!(event = "breaker_probe", outcome, is_written);
        } else if is_outage {
            let succeeded = self.own(|own| std::mem::take(&mut own.succeeded));
            let count = |state: &BreakerState| Some(state.counted(succeeded, 1, self.clock.now()));
            self.write(count).await;
            if self.state().await.permit(self.clock.now()) == Permit::Open {
                tracing::error!(event = "breaker_open");
            }
        } else {
            self.own(|own| own.succeeded = own.succeeded.saturating_add(1));
        }
    }

    fn own<T>(&self, act: impl FnOnce(&mut Own) -> T) -> T {
        act(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<M, S, K> AskModel for Guarded<'_, M, S, K>
where
    M: AskModel,
    S: KeepBreaker + TakeModelCalls,
    K: Clock,
{
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        let is_probe = match self.state().await.permit(self.clock.now()) {
            Permit::Closed => false,
            Permit::Open => return Asked::refused(ModelError::BreakerOpen),
            Permit::Probe => {
                let begin = |state: &BreakerState| {
                    let now = self.clock.now();
                    (state.permit(now) == Permit::Probe).then(|| state.probing(now))
                };
                if !self.write(begin).await {
                    return Asked::refused(ModelError::BreakerOpen);
                }
                true
            }
        };
        if !self.takes_one().await {
            return Asked::refused(ModelError::Ceiling);
        }
        let asked = self.model.ask(request, within).await;
        self.note(is_probe, asked.answer.as_ref().is_err_and(ModelError::is_outage)).await;
        asked
    }
}

impl<M, S, K> Moderate for Guarded<'_, M, S, K>
where
    M: AskModel + Moderate,
    S: KeepBreaker + TakeModelCalls,
    K: Clock,
{
    async fn moderate(&self, text: &str, within: Duration) -> Result<Moderation, ModelError> {
        if self.state().await.permit(self.clock.now()) != Permit::Closed {
            return Err(ModelError::BreakerOpen);
        }
        self.model.moderate(text, within).await
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
