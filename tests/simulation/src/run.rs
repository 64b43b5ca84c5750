//! One run: from a seed to what it came to.

use std::{sync::LazyLock, time::Duration};

use fastrand::Rng;
use mirt_domain::shop::{Settings, Shop, Words};
use mirt_engine::{
    clock::{after, until},
    eval,
};

use crate::{
    checkout, customers,
    executor::{Endless, Executor},
    mutant::Mutant,
    scenario::{BEGIN, ChannelTrouble, Kind, Scenario},
    sweeper,
    world::{State, World},
};

/// When a run must have come to rest, long after the weather has cleared up.
const LONGEST: Duration = Duration::from_hours(48);

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::of(mirt_content::catalog()));
static SETTINGS: LazyLock<Settings> = LazyLock::new(eval::settings);

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What must never be, and was; empty when all is well.
    pub violations: Vec<String>,
    /// A line for each thing that happened, if asked for.
    pub trace: Vec<String>,
    /// Events recorded.
    pub events: u64,
    /// Turns committed.
    pub turns: u64,
    /// Channel calls committed.
    pub replies: u64,
    /// Things that managers had to hear of.
    pub alerts: u64,
    /// Channel calls made again, each for a reason that is allowed.
    pub sent_again: u64,
    /// Channel calls that an outage swallowed.
    pub in_vain: u64,
    /// When the last channel call was taken, in seconds from the beginning.
    pub last_taken: u64,
    /// Orders that were made in the CRM.
    pub orders: u64,
    /// Questions to the model.
    pub questions: u64,
    /// The most turns of others that were taken while an event waited for its own, in a run in which
    /// turns must be prompt.
    pub most_foreign: u64,
    /// Calls of the processes.
    pub calls: u64,
    /// Calls that went wrong.
    pub faults: u64,
}

impl Outcome {
    /// Adds up the figures.
    pub(crate) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.turns += other.turns;
        self.replies += other.replies;
        self.alerts += other.alerts;
        self.sent_again += other.sent_again;
        self.in_vain += other.in_vain;
        self.last_taken = self.last_taken.max(other.last_taken);
        self.orders += other.orders;
        self.questions += other.questions;
        self.most_foreign = self.most_foreign.max(other.most_foreign);
        self.calls += other.calls;
        self.faults += other.faults;
    }
}

/// Runs a seed, with a bug planted or without.
#[must_use]
pub fn run(seed: u64, mutant: Option<Mutant>, is_traced: bool) -> Outcome {
    play(seed, Scenario::new, mutant, is_traced)
}

/// Lets many customers write while their channel is in trouble.
#[must_use]
pub fn run_trouble(seed: u64, trouble: ChannelTrouble) -> Outcome {
    play(seed, |rng| Scenario::of_trouble(trouble, rng), None, false)
}

fn play(
    seed: u64,
    scenario: impl FnOnce(&mut Rng) -> Scenario,
    mutant: Option<Mutant>,
    is_traced: bool,
) -> Outcome {
    let mut executor = Executor::new(seed, BEGIN);
    let time = executor.handle();
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &WORDS,
        prompts: mirt_content::prompts(),
        settings: &SETTINGS,
    };
    let scenario = time.chance(scenario);
    let kind = scenario.kind;
    let world = World::new(time, shop, scenario, mutant, is_traced);
    checkout::prepare(&world);
    customers::write(&world);
    let rest = come_to_rest(&mut executor, &world);
    let mut outcome = world.with(|state| {
        match rest {
            Ok(true) => {}
            Ok(false) => state.ledger.violation(format_args!("the run does not come to rest")),
            Err(Endless) => state.ledger.violation(format_args!("the run is an endless loop")),
        }
        let has_dead = !state.queue.dead.is_empty();
        if !has_dead || world.scenario.sweeps {
            state.ledger.at_rest(!world.scenario.sweeps);
        }
        if state.weather.struck == 0 || world.scenario.sweeps {
            state.ledger.orders_at_rest(&mut state.store);
        }
        let count = state.ledger.count();
        Outcome {
            violations: state.ledger.violations().to_vec(),
            trace: state.ledger.take_trace(),
            events: count.events as u64,
            turns: count.turns,
            replies: count.replies as u64,
            alerts: count.alerts as u64,
            sent_again: count.sent_again,
            in_vain: state.channels.in_vain,
            last_taken: state.channels.last_taken.map_or(0, |at| until(BEGIN, at).as_secs()),
            orders: count.orders,
            questions: count.questions,
            most_foreign: count.most_foreign,
            calls: state.weather.calls.values().sum(),
            faults: state.weather.struck,
        }
    });
    if is_traced {
        outcome.trace.insert(0, describe(kind, &world));
    }
    outcome
}

/// Runs until nothing is left to do, with a sweeper every minute if there is one.
fn come_to_rest(executor: &mut Executor, world: &World) -> Result<bool, Endless> {
    let end = after(BEGIN, LONGEST);
    if !world.scenario.sweeps {
        return executor.run_until(end);
    }
    let mut minute = BEGIN;
    while minute < end {
        minute = after(minute, sweeper::EVERY);
        let is_idle = executor.run_until(minute)?;
        if is_idle && world.with(|state| is_drained(state)) {
            return Ok(true);
        }
        executor.advance_to(minute);
        sweeper::start(world);
    }
    Ok(false)
}

/// Whether nothing is left to do but to ask the CRM now and then how far it has come.
fn is_drained(state: &State) -> bool {
    state.store.is_drained() && state.queue.is_empty() && state.orders_queue.is_empty()
}

fn describe(kind: Kind, world: &World) -> String {
    let sessions: Vec<String> = world
        .scenario
        .sessions
        .iter()
        .map(|session| format!("{} with {} messages", session.id, session.writings.len()))
        .collect();
    let dialogues = world.scenario.dialogues;
    format!("{kind:?}; {dialogues} dialogue instances; {}", sessions.join(", "))
}
