//! How long each part of a turn took, by the clock port: no time passes in a simulation but what is
//! slept or waited for.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, after, until};

/// What a turn does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Reads the session.
    Read,
    /// Reads the customer by the rules and decides.
    Rules,
    /// Has the message looked at before the model sees it.
    Moderation,
    /// Fetches the photos.
    Photos,
    /// Asks the model.
    Model,
    /// Weighs what the model said, words the reply and checks it.
    Check,
    /// Commits the turn.
    Commit,
    /// Sends what it says.
    Deliver,
}

impl Work {
    /// Its name, as it is stored and traced.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Rules => "rules",
            Self::Moderation => "moderation",
            Self::Photos => "photos",
            Self::Model => "model",
            Self::Check => "check",
            Self::Commit => "commit",
            Self::Deliver => "deliver",
        }
    }
}

/// A part of a turn's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// What was done.
    pub what: Work,
    /// When it began, in microseconds after the turn did; before it for what comes before it.
    pub from: i64,
    /// How long it took, in microseconds.
    pub us: u64,
}

impl Stretch {
    /// What was done from `began` to `ended` of the turn that began at `turn`.
    pub(crate) fn between(
        turn: Timestamp,
        what: Work,
        (began, ended): (Timestamp, Timestamp),
    ) -> Self {
        Self {
            what,
            from: began.as_microsecond().saturating_sub(turn.as_microsecond()),
            us: until(began, ended).as_micros().try_into().unwrap_or(u64::MAX),
        }
    }

    /// When it began and ended, in a turn that began at `turn`.
    #[must_use]
    pub fn bounds(&self, turn: Timestamp) -> (Timestamp, Timestamp) {
        let began = turn.as_microsecond().saturating_add(self.from);
        let began = Timestamp::from_microsecond(began).unwrap_or(turn);
        (began, after(began, Duration::from_micros(self.us)))
    }
}

/// Measures the parts of one turn.
#[derive(Debug)]
pub(crate) struct Stopwatch<'a, K> {
    clock: &'a K,
    parts: Vec<(Work, Timestamp, Timestamp)>,
}

impl<'a, K: Clock> Stopwatch<'a, K> {
    pub(crate) const fn new(clock: &'a K) -> Self {
        Self { clock, parts: Vec::new() }
    }

    /// Forgets what was measured.
    pub(crate) fn reset(&mut self) {
        self.parts.clear();
    }

    /// Does a part at once.
    pub(crate) fn time<T>(&mut self, what: Work, work: impl FnOnce() -> T) -> T {
        let began = self.clock.now();
        let done = work();
        self.note(what, began);
        done
    }

    /// Notes a part that began at `began` and is over.
    pub(crate) fn note(&mut self, what: Work, began: Timestamp) {
        self.parts.push((what, began, self.clock.now()));
    }

    /// When a part begins.
    pub(crate) fn begin(&self) -> Timestamp {
        self.clock.now()
    }

    /// The parts of a turn that began at `turn`.
    pub(crate) fn parts(&self, turn: Timestamp) -> Vec<Stretch> {
        let part = |&(what, from, to): &_| Stretch::between(turn, what, (from, to));
        self.parts.iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A clock that is a millisecond further at each look.
    struct Ticking(Mutex<Timestamp>);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *now = after(*now, Duration::from_millis(1));
            *now
        }

        async fn sleep(&self, _: Duration) {}
    }

    #[test]
    fn parts_are_told_from_the_turns_beginning_on() {
        let clock = Ticking(Mutex::new(Timestamp::UNIX_EPOCH));
        let mut times = Stopwatch::new(&clock);
        times.time(Work::Check, || ());
        times.reset();

        let reading = times.begin();
        times.note(Work::Read, reading);
        let turn = clock.now();
        times.time(Work::Rules, || ());

        let bounds = times.parts(turn)[0].bounds(turn);
        assert_eq!(bounds.1, after(bounds.0, Duration::from_millis(1)));
        assert_eq!(
            times.parts(turn),
            [
                Stretch { what: Work::Read, from: -2_000, us: 1_000 },
                Stretch { what: Work::Rules, from: 1_000, us: 1_000 },
            ]
        );
    }
}
