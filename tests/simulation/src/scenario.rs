//! From a seed to a run: who writes what, and how bad the world is.

use std::{collections::BTreeMap, time::Duration};

use fastrand::Rng;
use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    session_id::{SessionId, UserId},
};
use mirt_engine::clock::after;

use crate::weather::Weather;

/// One run.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) kind: Kind,
    pub(crate) sessions: Vec<SessionPlan>,
    pub(crate) weather: Weather,
    /// How many batches are worked on at the same time.
    pub(crate) dialogues: usize,
    /// Whether a process that takes too long is killed. Where not, it goes on beside the instance
    /// that was given its messages after the visibility timeout.
    pub(crate) timeouts_hold: bool,
    /// Of a thousand wake-ups, how many arrive up to ten minutes late.
    pub(crate) late_wake_ups: u32,
    /// Of a thousand sends, how many take as long as the adapter's own retries allow.
    pub(crate) slow_sends: u32,
    /// Of a thousand sends, how many are refused for good.
    pub(crate) refusals: u32,
    /// When a session's channel takes nothing.
    pub(crate) outages: BTreeMap<SessionId, (Timestamp, Timestamp)>,
    /// Whether the sweeper runs. Without it, what was acknowledged must be answered all the same,
    /// unless its wake-up ended as a dead letter.
    pub(crate) sweeps: bool,
}

/// What a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Delays alone, and no sweeper.
    Calm,
    /// One fault, and no sweeper.
    OneFault,
    /// Some faults.
    Showers,
    /// A fault at every tenth call.
    Storm,
    /// Processes that hang for longer than a visibility timeout and then go on.
    Stalls,
    /// Channels that take nothing for a while, or refuse.
    Outage,
    /// A customer who writes and writes.
    Flood,
}

/// One customer.
#[derive(Clone, Debug)]
pub(crate) struct SessionPlan {
    pub(crate) id: SessionId,
    pub(crate) writings: Vec<Writing>,
    /// Whether the channel delivers again what was not taken.
    pub(crate) delivers_again: bool,
}

/// One message of a customer.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    pub(crate) at: Timestamp,
    pub(crate) text: String,
    /// The channel's own number for it, if the channel has such.
    pub(crate) number: Option<u64>,
    /// How late each of its deliveries is.
    pub(crate) copies: Vec<Duration>,
}

/// When every run begins: no run may depend on today.
pub(crate) const BEGIN: Timestamp = Timestamp::constant(1_795_255_200, 0);

/// How long the weather is bad.
const BAD_WEATHER: Duration = Duration::from_mins(10);

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let kind = match rng.u32(..16) {
            0 | 1 => Kind::Calm,
            2..=5 => Kind::OneFault,
            6..=8 => Kind::Showers,
            9 | 10 => Kind::Storm,
            11..=13 => Kind::Stalls,
            14 => Kind::Outage,
            _ => Kind::Flood,
        };
        let sessions: Vec<_> = (0..rng.u32(1..=3)).map(|n| session(n, kind, rng)).collect();
        let weather = Weather {
            faults: match kind {
                Kind::Calm | Kind::OneFault => 0,
                Kind::Showers | Kind::Outage | Kind::Flood => rng.u32(5..40),
                Kind::Storm => rng.u32(60..150),
                Kind::Stalls => rng.u32(0..10),
            },
            one_fault_at: (kind == Kind::OneFault).then(|| rng.u64(..60)),
            slow_calls: rng.u32(..200),
            slow: Duration::from_millis(rng.u64(100..3_000)),
            stalls: if kind == Kind::Stalls { rng.u32(10..60) } else { 0 },
            until: after(BEGIN, BAD_WEATHER),
            calls: 0,
            struck: 0,
        };
        let outages = match kind {
            Kind::Outage => {
                sessions.iter().map(|session| (session.id.clone(), outage(rng))).collect()
            }
            _ => BTreeMap::new(),
        };
        Self {
            kind,
            weather,
            dialogues: rng.usize(1..=4),
            timeouts_hold: kind != Kind::Stalls,
            late_wake_ups: if rng.bool() { 0 } else { rng.u32(..200) },
            slow_sends: if rng.bool() { 0 } else { rng.u32(..100) },
            refusals: if kind == Kind::Outage { rng.u32(..200) } else { 0 },
            outages,
            sweeps: !matches!(kind, Kind::Calm | Kind::OneFault),
            sessions,
        }
    }
}

fn session(n: u32, kind: Kind, rng: &mut Rng) -> SessionPlan {
    let has_numbers = rng.bool();
    let channel = if has_numbers { Channel::Telegram } else { Channel::Instagram };
    #[expect(clippy::expect_used, reason = "a letter and a digit are a user id")]
    let user = UserId::parse(&format!("u{n}")).expect("a user id");
    let bursts = if kind == Kind::Flood { 1 } else { rng.u32(1..=4) };
    let mut at = after(BEGIN, Duration::from_millis(rng.u64(..5_000)));
    let mut writings: Vec<Writing> = Vec::new();
    for _ in 0..bursts {
        let (count, gap_ms) = match kind {
            Kind::Flood => (rng.u32(20..140), rng.u64(50..1_400)),
            _ => (rng.u32(1..=6), rng.u64(10..2_500)),
        };
        for _ in 0..count {
            let number = writings.len() as u64;
            let copies = if rng.u8(..5) == 0 { rng.u32(2..=4) } else { 1 };
            // Without numbers, the same words may come again: soon they are one event, later two.
            let repeats = !has_numbers && rng.u8(..6) == 0;
            let text = match writings.last() {
                Some(last) if repeats => last.text.clone(),
                _ => format!("m{number}"),
            };
            writings.push(Writing {
                at,
                text,
                number: has_numbers.then_some(number),
                copies: (0..copies).map(|_| Duration::from_millis(rng.u64(..700))).collect(),
            });
            at = after(at, Duration::from_millis(rng.u64(1..=gap_ms)));
        }
        at = after(at, Duration::from_millis(rng.u64(..90_000)));
    }
    SessionPlan { id: SessionId { channel, user }, writings, delivers_again: rng.u8(..4) > 0 }
}

fn outage(rng: &mut Rng) -> (Timestamp, Timestamp) {
    let from = after(BEGIN, Duration::from_secs(rng.u64(..120)));
    let longest = if rng.u8(..4) == 0 { 30 * 3_600 } else { 1_200 };
    (from, after(from, Duration::from_secs(rng.u64(10..longest))))
}
