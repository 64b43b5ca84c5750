//! From a seed to a run: who writes what, and how bad the world is.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use fastrand::Rng;
use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    session_id::{SessionId, UserId},
};
use mirt_engine::clock::after;

use crate::{
    crm::CrmPlan,
    dialogue,
    model::ModelPlan,
    orders,
    weather::{Site, Weather},
};

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
    /// How long a message that was received is hidden: longer than any process may take.
    pub(crate) visibility: Duration,
    /// Of a thousand wake-ups, how many arrive up to ten minutes late.
    pub(crate) late_wake_ups: u32,
    /// Of a thousand sends, how many take as long as the adapter's own retries allow.
    pub(crate) slow_sends: u32,
    /// Of a thousand sends, how many are refused for good.
    pub(crate) refusals: u32,
    /// Of how many calls Telegram takes all but one; none where it takes all.
    pub(crate) telegram_refuses_one_of: Option<u64>,
    /// When a session's channel takes nothing.
    pub(crate) outages: BTreeMap<SessionId, (Timestamp, Timestamp)>,
    /// Whether the sweeper runs. Without it, what was acknowledged must be answered all the same,
    /// unless its wake-up ended as a dead letter.
    pub(crate) sweeps: bool,
    /// How soon each event must be in a turn, where nothing is there to hold it up.
    pub(crate) prompt: Option<Duration>,
    /// How the model is; nothing where turns are taken by the rules alone.
    pub(crate) model: Option<ModelPlan>,
    /// How the CRM is.
    pub(crate) crm: CrmPlan,
    /// How long an order's message that was received is hidden: longer than any process may take.
    pub(crate) orders_visibility: Duration,
}

/// What a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Delays alone, and no sweeper.
    Calm,
    /// One to three faults, and no sweeper.
    FewFaults,
    /// Some faults.
    Showers,
    /// A fault at every tenth call.
    Storm,
    /// Processes that hang for longer than a visibility timeout and then go on.
    Stalls,
    /// The same in one session, with a customer who writes and writes and a store that is slow:
    /// several instances read and commit at the same time.
    Races,
    /// Channels that take nothing for a while, or refuse.
    Outage,
    /// A customer who writes and writes, beside others.
    Flood,
}

/// One customer.
#[derive(Clone, Debug)]
pub(crate) struct SessionPlan {
    pub(crate) id: SessionId,
    pub(crate) writings: Vec<Writing>,
    /// Whether the channel delivers again what was not taken.
    pub(crate) delivers_again: bool,
    /// Whether the channel waits for the answer to each message.
    pub(crate) asks: bool,
    /// When a manager says that the money of this customer is there; never, of one who buys nothing.
    pub(crate) presses: Vec<Timestamp>,
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

/// How long a message that was received is hidden. As in `template.yaml`.
const VISIBILITY: Duration = Duration::from_mins(9);

/// How soon an event is in a turn when all goes well: the burst, and a turn that was under way.
const PROMPT: Duration = Duration::from_secs(45);

/// How long the weather is bad.
const BAD_WEATHER: Duration = Duration::from_mins(10);

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let kind = match rng.u32(..16) {
            0 | 1 => Kind::Calm,
            2..=5 => Kind::FewFaults,
            6..=8 => Kind::Showers,
            9 | 10 => Kind::Storm,
            11 | 12 => Kind::Stalls,
            13 => Kind::Races,
            14 => Kind::Outage,
            _ => Kind::Flood,
        };
        let count = if kind == Kind::Races { 1 } else { rng.u32(1..=3) };
        let sessions: Vec<_> = (0..count).map(|n| session(n, kind, rng)).collect();
        let hangs = matches!(kind, Kind::Stalls | Kind::Races);
        // Where processes hang, a short one brings more of them together. It is never shorter than
        // a process may live: that would be a fault of the template, not of the engine.
        let at_least = dialogue::TIMEOUT.as_secs() + 5;
        let visibility = match kind {
            Kind::Stalls => Duration::from_secs(rng.u64(at_least..600)),
            Kind::Races => Duration::from_secs(rng.u64(at_least..at_least + 25)),
            _ => VISIBILITY,
        };
        let mut weather = Weather {
            faults: match kind {
                Kind::Calm | Kind::FewFaults => 0,
                Kind::Showers | Kind::Outage | Kind::Flood => rng.u32(5..40),
                Kind::Storm => rng.u32(60..150),
                Kind::Stalls | Kind::Races => rng.u32(0..10),
            },
            faults_at: match kind {
                Kind::FewFaults => (0..rng.u32(1..=3)).map(|_| fault(rng)).collect(),
                _ => BTreeSet::new(),
            },
            slow_calls: match kind {
                Kind::Races => rng.u32(400..900),
                _ => rng.u32(..200),
            },
            slow: Duration::from_millis(rng.u64(100..3_000)),
            stalls: match kind {
                Kind::Stalls => rng.u32(5..60),
                Kind::Races => rng.u32(10..80),
                _ => 0,
            },
            stall: 2 * visibility,
            until: after(BEGIN, if hangs { 3 * BAD_WEATHER } else { BAD_WEATHER }),
            calls: BTreeMap::new(),
            struck: 0,
        };
        let outages = match kind {
            Kind::Outage => {
                sessions.iter().map(|session| (session.id.clone(), outage(rng))).collect()
            }
            _ => BTreeMap::new(),
        };
        let is_prompt = match kind {
            Kind::Calm => true,
            Kind::Outage | Kind::Flood => rng.bool(),
            _ => false,
        };
        if is_prompt {
            weather.faults = 0;
        }
        let rarely = |rng: &mut Rng, most| {
            if is_prompt || rng.bool() { 0 } else { rng.u32(..most) }
        };
        Self {
            kind,
            weather,
            prompt: is_prompt.then_some(PROMPT),
            // Who must be prompt has an instance for each session.
            dialogues: if is_prompt { 4 } else { rng.usize(if hangs { 2 } else { 1 }..=4) },
            timeouts_hold: !hangs,
            visibility,
            late_wake_ups: rarely(rng, 200),
            slow_sends: rarely(rng, 100),
            telegram_refuses_one_of: None,
            refusals: if kind == Kind::Outage { rng.u32(..200) } else { 0 },
            outages,
            sweeps: !matches!(kind, Kind::Calm | Kind::FewFaults),
            model: (rng.u8(..3) > 0).then(|| model(is_prompt, rng)),
            // Without a sweeper nobody comes back to an order that was not taken.
            crm: match kind {
                Kind::Calm | Kind::FewFaults => CrmPlan::WELL,
                _ => crm(rng),
            },
            orders_visibility: match hangs {
                true => Duration::from_secs(rng.u64(orders::TIMEOUT.as_secs() + 5..360)),
                false => orders::VISIBILITY,
            },
            sessions,
        }
    }
}

/// What a channel does to many customers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelTrouble {
    /// ManyChat answers nothing from the second to the twelfth minute.
    ManychatDown,
    /// Telegram refuses every second call.
    TelegramEverySecond,
}

/// How many customers there are in such a scenario, half of them on each channel.
const CUSTOMERS: u32 = 40;

/// How many messages each of them writes, over a quarter of an hour.
const MESSAGES: u64 = 10;

/// The ten minutes in which ManyChat is down, in seconds from the beginning.
const DOWN: (u64, u64) = (60, 660);

impl Scenario {
    /// Customers who write for a quarter of an hour, in a world in which nothing else goes wrong.
    pub(crate) fn of_trouble(trouble: ChannelTrouble, rng: &mut Rng) -> Self {
        let sessions: Vec<_> = (0..CUSTOMERS).map(|n| patient(n, rng)).collect();
        let [from, to] = [DOWN.0, DOWN.1].map(|second| after(BEGIN, Duration::from_secs(second)));
        let is_down = |session: &&SessionPlan| session.id.channel == Channel::Instagram;
        Self {
            kind: Kind::Outage,
            outages: match trouble {
                ChannelTrouble::ManychatDown => {
                    let down = sessions.iter().filter(is_down);
                    down.map(|session| (session.id.clone(), (from, to))).collect()
                }
                ChannelTrouble::TelegramEverySecond => BTreeMap::new(),
            },
            telegram_refuses_one_of: match trouble {
                ChannelTrouble::ManychatDown => None,
                ChannelTrouble::TelegramEverySecond => Some(2),
            },
            weather: Weather {
                faults: 0,
                faults_at: BTreeSet::new(),
                slow_calls: 0,
                slow: Duration::ZERO,
                stalls: 0,
                stall: Duration::ZERO,
                until: BEGIN,
                calls: BTreeMap::new(),
                struck: 0,
            },
            prompt: None,
            model: None,
            crm: CrmPlan::WELL,
            orders_visibility: orders::VISIBILITY,
            dialogues: 4,
            timeouts_hold: true,
            visibility: VISIBILITY,
            late_wake_ups: 0,
            slow_sends: 0,
            refusals: 0,
            sweeps: true,
            sessions,
        }
    }
}

/// A customer who writes now and then.
fn patient(n: u32, rng: &mut Rng) -> SessionPlan {
    let has_numbers = n.is_multiple_of(2);
    let channel = if has_numbers { Channel::Telegram } else { Channel::Instagram };
    #[expect(clippy::expect_used, reason = "a letter and digits are a user id")]
    let user = UserId::parse(&format!("u{n}")).expect("a user id");
    let mut at = after(BEGIN, Duration::from_secs(rng.u64(..90)));
    let writings = (0..MESSAGES)
        .map(|number| {
            at = after(at, Duration::from_secs(rng.u64(10..160)));
            let copies = vec![Duration::ZERO];
            let number = has_numbers.then_some(number);
            Writing { at, text: format!("m{}", at.as_second()), number, copies }
        })
        .collect();
    SessionPlan {
        id: SessionId { channel, user },
        writings,
        delivers_again: true,
        asks: false,
        presses: Vec::new(),
    }
}

/// A model that is well, or slow, or down; where turns must be prompt it may not keep them waiting.
fn model(is_prompt: bool, rng: &mut Rng) -> ModelPlan {
    let often = |rng: &mut Rng| match rng.u8(..4) {
        0 => 1_000,
        1 => rng.u32(..500),
        _ => rng.u32(..60),
    };
    ModelPlan {
        failing: often(rng),
        slow: if is_prompt { 0 } else { often(rng) },
        slowest: Duration::from_secs(rng.u64(5..40)),
        most_per_minute: if rng.u8(..4) == 0 { rng.u32(..40) } else { 600 },
    }
}

fn session(n: u32, kind: Kind, rng: &mut Rng) -> SessionPlan {
    let has_numbers = rng.bool();
    let channel = if has_numbers { Channel::Telegram } else { Channel::Instagram };
    #[expect(clippy::expect_used, reason = "a letter and a digit are a user id")]
    let user = UserId::parse(&format!("u{n}")).expect("a user id");
    let hangs = matches!(kind, Kind::Stalls | Kind::Races);
    let floods = kind == Kind::Flood && n == 0;
    let bursts = if floods { 1 } else { rng.u32(1..=4) };
    let mut at = after(BEGIN, Duration::from_millis(rng.u64(..5_000)));
    let mut writings: Vec<Writing> = Vec::new();
    for _ in 0..bursts {
        let (count, gap_ms) = match kind {
            Kind::Flood if floods => (rng.u32(20..140), rng.u64(50..1_400)),
            Kind::Stalls => (rng.u32(5..30), rng.u64(10..4_000)),
            Kind::Races => (rng.u32(30..80), rng.u64(500..2_000)),
            // Some never stop typing.
            Kind::Calm if rng.u8(..4) == 0 => (rng.u32(20..60), rng.u64(200..1_500)),
            _ => (rng.u32(1..=6), rng.u64(10..2_500)),
        };
        for _ in 0..count {
            let number = writings.len() as u64;
            let copies = if rng.u8(..5) == 0 { rng.u32(2..=4) } else { 1 };
            // Without numbers, the same words may come again: soon they are one event, later two.
            let repeats = !has_numbers && rng.u8(..6) == 0;
            let text = match writings.last() {
                Some(last) if repeats => last.text.clone(),
                // Leaves something to a human.
                _ if rng.u8(..12) == 0 => format!("покличте менеджера {number}"),
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
        let longest_pause_ms = if hangs { 400_000 } else { 90_000 };
        at = after(at, Duration::from_millis(rng.u64(..longest_pause_ms)));
    }
    // A reply whose asker dies is found by the sweeper.
    let asks = !has_numbers && kind != Kind::FewFaults && writings.len().is_multiple_of(3);
    let delivers_again = rng.u8(..4) > 0;
    let presses = if rng.bool() { Vec::new() } else { presses(rng) };
    SessionPlan { id: SessionId { channel, user }, writings, delivers_again, asks, presses }
}

/// When managers say that the money is there: mostly once, and another one a while later.
fn presses(rng: &mut Rng) -> Vec<Timestamp> {
    let count = rng.u8(1..=3);
    (0..count).map(|_| after(BEGIN, Duration::from_millis(rng.u64(..240_000)))).collect()
}

/// A CRM that is well, or slow, or refuses, or is down: for an hour, or for longer than an order is
/// tried.
fn crm(rng: &mut Rng) -> CrmPlan {
    let often = |rng: &mut Rng| match rng.u8(..4) {
        0 => rng.u32(..500),
        1 => rng.u32(..60),
        _ => 0,
    };
    let outage = (rng.u8(..6) == 0).then(|| {
        let from = after(BEGIN, Duration::from_secs(rng.u64(..180)));
        let longest = if rng.u8(..4) == 0 { 30 * 3_600 } else { 3_600 };
        (from, after(from, Duration::from_secs(rng.u64(10..longest))))
    });
    CrmPlan { failing: often(rng), refusing: often(rng) / 2, slow: often(rng), outage }
}

/// One call of one kind, among the first of a run.
fn fault(rng: &mut Rng) -> (Site, u64) {
    (Site::ALL[rng.usize(..Site::ALL.len())], rng.u64(..12))
}

fn outage(rng: &mut Rng) -> (Timestamp, Timestamp) {
    let from = after(BEGIN, Duration::from_secs(rng.u64(..120)));
    let longest = if rng.u8(..4) == 0 { 30 * 3_600 } else { 1_200 };
    (from, after(from, Duration::from_secs(rng.u64(10..longest))))
}
