//! The model behind its guards: the breaker, and the ceiling on calls of all instances together, so
//! that neither an outage nor a flood costs more than it must.
//!
//! Both are kept in the store, and while all is well one call of it asks for both, for several
//! questions at once: an instance takes [`TAKEN_AT_ONCE`] calls out of the minute's if the breaker is
//! closed, and asks again when they are made or the minute is over. It writes the breaker only when a
//! call of its own failed, or when it probes.

use std::{
    future::Future,
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    breaker::{BreakerState, Permit},
    clock::{Clock, after},
    failure::{PortError, chain},
    model::{AskModel, Asked, ModelError, ModelRequest, Moderate, Moderation},
};

/// How many model calls all instances make in a minute of the clock, unless a setting says
/// otherwise: ten a second, far more than a shop's customers need on a busy day.
pub const MOST_PER_MINUTE: u32 = 600;

/// How many calls an instance takes at once: about as many as it makes in a busy minute. What it
/// does not make of them is lost with the minute.
const TAKEN_AT_ONCE: u32 = 10;

/// How many calls a turn makes at most, give or take: with fewer at hand it takes more of them when it
/// looks at the breaker, so that it need not ask the store a second time.
const FEW: u32 = 4;

/// How long what an instance has read of the breaker holds.
const FRESH: Duration = Duration::from_secs(10);

/// How often an instance tries to write what another one wrote at the same time.
const ATTEMPTS: u32 = 3;

/// What came of asking for calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The breaker is closed, and they were taken out of the minute's.
    Granted,
    /// The breaker is closed, and the minute has not as many left.
    NoneLeft,
    /// The breaker is not closed: this is how it stands. None was taken.
    NotClosed(BreakerState),
}

/// Where the model's guards are kept.
pub trait GuardModel: Send + Sync {
    /// Takes `count` calls out of this minute's, of which there are `most`, if the breaker is closed:
    /// in one step.
    ///
    /// # Errors
    /// When the store did not answer. Nobody knows then how many calls there were.
    fn enter(
        &self,
        now: Timestamp,
        count: u32,
        most: u32,
    ) -> impl Future<Output = Result<Entry, PortError>> + Send;

    /// Reads the breaker; the default when there is none.
    ///
    /// # Errors
    /// When the store did not answer.
    fn breaker(&self) -> impl Future<Output = Result<BreakerState, PortError>> + Send;

    /// Writes the breaker, unless somebody has since the state with the generation before this one's
    /// was read. Tells whether it did.
    ///
    /// # Errors
    /// When it is not known whether it did.
    fn write_breaker(
        &self,
        state: &BreakerState,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// A model behind its guards.
#[derive(Debug)]
pub struct Guarded<'a, M, S, K> {
    model: M,
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
    taken: Taken,
    /// The last minute of which there was none left.
    spent: Option<i64>,
}

/// What was taken out of a minute's calls and not yet made.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    minute: i64,
    left: u32,
}

impl Own {
    /// How many calls of this minute may still be made.
    fn left(&self, now: Timestamp) -> u32 {
        if self.taken.minute == minute_of(now) { self.taken.left } else { 0 }
    }

    fn entered(&mut self, entry: Entry, count: u32, now: Timestamp) {
        let minute = minute_of(now);
        let state = match entry {
            Entry::Granted => {
                self.taken = Taken { minute, left: self.left(now) + count };
                BreakerState::default()
            }
            Entry::NoneLeft => {
                self.spent = Some(minute);
                BreakerState::default()
            }
            Entry::NotClosed(state) => state,
        };
        self.seen = Some((now, state));
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

impl<'a, M, S, K> Guarded<'a, M, S, K>
where
    S: GuardModel,
    K: Clock,
{
    /// Puts a model behind the guards that are kept in `store`, with so many calls in a minute from
    /// all instances.
    #[must_use]
    pub fn new(model: M, store: &'a S, clock: &'a K, most_per_minute: u32) -> Self {
        Self { model, store, clock, most_per_minute, own: Mutex::default() }
    }

    /// Whether a call may be made now, as far as the breaker goes.
    async fn permit(&self) -> Permit {
        let now = self.clock.now();
        let (is_fresh, wants_more) = self.own(|own| {
            let is_fresh = own.seen.as_ref().is_some_and(|(at, _)| now < after(*at, FRESH));
            (is_fresh, own.left(now) < FEW && own.spent != Some(minute_of(now)))
        });
        if !is_fresh {
            if wants_more { self.enter().await } else { self.look().await }
        }
        let now = self.clock.now();
        // Without the store there is no turn either; the model is not what is missing.
        self.own(|own| own.seen.as_ref().map_or(Permit::Closed, |(_, state)| state.permit(now)))
    }

    /// Takes one call out of those that this instance has, or gets more of them.
    async fn take_one(&self) -> Result<(), ModelError> {
        if self.has_one() {
            return Ok(());
        }
        let minute = minute_of(self.clock.now());
        if self.own(|own| own.spent != Some(minute)) {
            self.enter().await;
            if self.has_one() {
                return Ok(());
            }
        }
        let is_closed =
            self.own(|own| own.seen.as_ref().is_none_or(|(_, state)| state.is_closed()));
        Err(if is_closed { ModelError::Ceiling } else { ModelError::BreakerOpen })
    }

    /// Makes one of the calls that were taken for this minute, if there is one.
    fn has_one(&self) -> bool {
        let now = self.clock.now();
        self.own(|own| {
            let left = own.left(now);
            own.taken.left = left.saturating_sub(1);
            left > 0
        })
    }

    /// Asks the store for both, and keeps the answer. Without one, nobody knows how many calls there
    /// were.
    async fn enter(&self) {
        let now = self.clock.now();
        let count = TAKEN_AT_ONCE.min(self.most_per_minute);
        match self.store.enter(now, count, self.most_per_minute).await {
            Ok(entry) => {
                if entry == Entry::NoneLeft {
                    tracing::error!(event = "degraded", what = "model_ceiling");
                }
                self.own(|own| own.entered(entry, count, now));
            }
            Err(error) => {
                tracing::warn!(event = "degraded", what = "model_guards", error = chain(&error));
            }
        }
    }

    /// Reads the breaker anew.
    async fn look(&self) {
        let now = self.clock.now();
        match self.store.breaker().await {
            Ok(state) => self.own(|own| own.seen = Some((now, state))),
            Err(error) => {
                tracing::warn!(event = "degraded", what = "breaker", error = chain(&error));
            }
        }
    }

    /// Writes what follows from the breaker as it is now. Tells whether it was written.
    async fn write(&self, next: impl Fn(&BreakerState) -> Option<BreakerState>) -> bool {
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            let written = async {
                let found = self.store.breaker().await?;
                let Some(state) = next(&found) else {
                    self.own(|own| own.seen = Some((now, found)));
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

    /// Notes how a call went.
    async fn note(&self, is_probe: bool, is_outage: bool) {
        if is_probe {
            let is_written =
                self.write(|state| Some(state.probed(!is_outage, self.clock.now()))).await;
            let outcome = if is_outage { "failed" } else { "succeeded" };
            tracing::warn!(event = "breaker_probe", outcome, is_written);
        } else if is_outage {
            let succeeded = self.own(|own| mem::take(&mut own.succeeded));
            let count = |state: &BreakerState| Some(state.counted(succeeded, 1, self.clock.now()));
            self.write(count).await;
            if self.permit().await == Permit::Open {
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
    S: GuardModel,
    K: Clock,
{
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        let is_probe = match self.permit().await {
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
        // A probe is one call in half a minute at most: it is not counted.
        if !is_probe && let Err(refused) = self.take_one().await {
            return Asked::refused(refused);
        }
        let asked = self.model.ask(request, within).await;
        self.note(is_probe, asked.answer.as_ref().is_err_and(ModelError::is_outage)).await;
        asked
    }
}

impl<M, S, K> Moderate for Guarded<'_, M, S, K>
where
    M: AskModel + Moderate,
    S: GuardModel,
    K: Clock,
{
    /// Moderation is not counted: it costs nothing.
    async fn moderate(&self, text: &str, within: Duration) -> Result<Moderation, ModelError> {
        if self.permit().await != Permit::Closed {
            return Err(ModelError::BreakerOpen);
        }
        self.model.moderate(text, within).await
    }
}

#[cfg(test)]
mod tests;
