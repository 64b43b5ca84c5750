//! What goes wrong, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use fastrand::Rng;
use jiff::Timestamp;

/// A call that leaves a process, or a wait within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    Record,
    Notice,
    Wake,
    Load,
    Commit,
    Send,
    Tell,
    Mark,
    SetAside,
    Postpone,
    Look,
    Reserve,
    Claim,
    Delete,
    Sweep,
    Wait,
    /// A question to the model.
    Ask,
    Moderate,
    /// The model's guards.
    Enter,
    Breaker,
    /// A look into the inbox while the model thinks.
    LookAgain,
    LoadOrder,
    KeepOrder,
    WakeOrder,
    /// A question to the CRM whether it has an order.
    Find,
    /// An order for the CRM.
    Create,
    /// What the CRM tells, written down.
    Hear,
    FindByPhone,
}

impl Site {
    /// Those that runs without a sweeper may have.
    pub(crate) const ALL: [Self; 13] = [
        Self::Record,
        Self::Wake,
        Self::Load,
        Self::Commit,
        Self::Send,
        Self::Tell,
        Self::Mark,
        Self::Delete,
        Self::Wait,
        Self::Ask,
        Self::Moderate,
        Self::Enter,
        Self::LookAgain,
    ];
}

/// What becomes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Fine,
    /// The process dies before the call has an effect.
    KillBefore,
    /// The process dies after the effect and before it hears of it.
    KillAfter,
    /// No effect, and an error that may pass.
    Unavailable,
    /// No effect, and an error that will not pass by itself.
    Refused,
    /// The effect, and an error in the place of the answer.
    AnswerLost,
    /// The effect twice: a library below tried again although the first try had worked.
    Twice,
}

/// One call, as it will go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forecast {
    pub(crate) fate: Fate,
    pub(crate) before: Duration,
    pub(crate) after: Duration,
}

/// How bad it is.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    /// Calls in a thousand that fail in one way or another.
    pub(crate) faults: u32,
    /// Calls that fail besides, each counted from the first of its kind.
    pub(crate) faults_at: BTreeSet<(Site, u64)>,
    /// Of a thousand calls, how many take up to [`Self::slow`].
    pub(crate) slow_calls: u32,
    pub(crate) slow: Duration,
    /// Of a thousand calls, how many hang for minutes: longer than a visibility timeout.
    pub(crate) stalls: u32,
    /// The longest of those.
    pub(crate) stall: Duration,
    /// When the weather clears up. Everything that was begun must come to its end after that.
    pub(crate) until: Timestamp,
    /// How many calls of each kind there were.
    pub(crate) calls: BTreeMap<Site, u64>,
    /// How many faults there were.
    pub(crate) struck: u64,
}

/// Between two items of one query, at most, in microseconds.
const TORN_US: u64 = 400_000;

/// A usual call, in microseconds.
const USUAL_US: u64 = 20_000;

impl Weather {
    /// How long the next pause within a call is, of a query that reads item by item.
    pub(crate) fn pause(&self, now: Timestamp, rng: &mut Rng) -> Duration {
        let stalls = if now < self.until { self.stalls } else { 0 };
        match rng.u32(..1000) {
            draw if draw < stalls => Duration::from_micros(rng.u64(..micros(self.stall))),
            draw if draw < 250 => Duration::from_micros(rng.u64(..TORN_US)),
            _ => Duration::ZERO,
        }
    }

    /// How the next call goes.
    pub(crate) fn forecast(&mut self, site: Site, now: Timestamp, rng: &mut Rng) -> Forecast {
        let is_clear = now >= self.until;
        let calls = self.calls.entry(site).or_default();
        let nth = *calls;
        *calls += 1;
        let struck =
            self.faults_at.contains(&(site, nth)) || !is_clear && rng.u32(..1000) < self.faults;
        let fate = if struck { fault(site, rng) } else { Fate::Fine };
        self.struck += u64::from(struck);
        let mut delay = || {
            let draw = rng.u32(..1000);
            // An adapter cuts its sends off long before a process hangs.
            let is_cut_off = matches!(site, Site::Send | Site::Tell | Site::Find | Site::Create);
            let stalls = if is_cut_off { 0 } else { self.stalls };
            if is_clear || draw >= self.slow_calls + stalls {
                Duration::from_micros(rng.u64(..USUAL_US))
            } else if draw < stalls {
                Duration::from_micros(rng.u64(..micros(self.stall)))
            } else {
                Duration::from_micros(rng.u64(..=micros(self.slow)))
            }
        };
        let before = delay();
        Forecast { fate, before, after: delay() }
    }
}

/// What can go wrong at a call.
fn fault(site: Site, rng: &mut Rng) -> Fate {
    let possible: &[Fate] = match site {
        Site::Wait => &[Fate::KillBefore, Fate::KillAfter],
        Site::Load
        | Site::Sweep
        | Site::Look
        | Site::LookAgain
        | Site::Moderate
        | Site::LoadOrder
        | Site::Find
        | Site::FindByPhone => {
            &[Fate::KillBefore, Fate::KillAfter, Fate::Unavailable, Fate::Refused]
        }
        // No library below may try this again.
        Site::Create => {
            &[Fate::KillBefore, Fate::KillAfter, Fate::Unavailable, Fate::Refused, Fate::AnswerLost]
        }
        _ => &[
            Fate::KillBefore,
            Fate::KillAfter,
            Fate::Unavailable,
            Fate::Refused,
            Fate::AnswerLost,
            Fate::Twice,
        ],
    };
    possible[rng.usize(..possible.len())]
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
