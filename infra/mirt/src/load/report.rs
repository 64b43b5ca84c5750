//! What a load showed.

use std::{collections::BTreeMap, fmt, time::Duration};

use mirt_local_aws::service::HalfUnits;
use serde_json::{Value, json};

use super::{customers::Found, disturb::Disturbed};

/// The result of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    sessions: usize,
    rate: u32,
    /// Messages posted.
    pub(super) sent: usize,
    /// Messages that were never accepted.
    pub(super) refused: usize,
    /// Messages posted while the answer to another one was on its way.
    pub(super) interrupted: usize,
    /// Questions to the model, if there was one.
    pub(super) model_calls: Option<u64>,
    /// Posts made again, because the one before was not accepted.
    pub(super) posted_again: u64,
    /// What was done to the run.
    pub(super) disturbed: Disturbed,
    /// Times at which every customer was waiting, so that nobody could say anything.
    pub(super) held_back: usize,
    /// Deliveries that came faster than they could be counted.
    pub(super) unheard: u64,
    pub(super) accept_times: Vec<Duration>,
    /// From a question to its answer, without the quiet window.
    pub(super) turn_times: Vec<Duration>,
    /// The same before somebody began to flood.
    pub(super) calm_times: Vec<Duration>,
    found: Found,
    calls: BTreeMap<String, u64>,
    capacity: BTreeMap<String, HalfUnits>,
}

impl Report {
    pub(super) fn new(sessions: usize, rate: u32) -> Self {
        Self { sessions, rate, ..Self::default() }
    }

    /// Whether all that was accepted was answered once and in order. What a process had sent and not
    /// noted when it was killed is sent once more, which may be all the messages of one call; nothing
    /// else is.
    pub(super) fn is_clean(&self) -> bool {
        let Found { lost, out_of_order, doubled, undelivered, unexplained, .. } = self.found;
        self.refused == 0
            && lost + out_of_order + doubled + undelivered + unexplained == 0
            && self.unheard == 0
    }

    pub(super) fn add(&mut self, found: &Found) {
        self.found.turns += found.turns;
        self.found.lost += found.lost;
        self.found.out_of_order += found.out_of_order;
        self.found.doubled += found.doubled;
        self.found.undelivered += found.undelivered;
        self.found.joined += found.joined;
        self.found.sent_again += found.sent_again;
        self.found.unexplained += found.unexplained;
    }

    /// Keeps how often each operation was called during the run.
    pub(super) fn count_calls(
        &mut self,
        before: &BTreeMap<String, u64>,
        after: &BTreeMap<String, u64>,
    ) {
        self.calls = after
            .iter()
            .map(|(name, count)| (name.clone(), count - before.get(name).unwrap_or(&0)))
            .filter(|(_, count)| *count > 0)
            .collect();
    }

    /// Keeps what the store was asked for during the run.
    pub(super) fn count_capacity(
        &mut self,
        before: &BTreeMap<String, HalfUnits>,
        after: &BTreeMap<String, HalfUnits>,
    ) {
        self.capacity = after
            .iter()
            .map(|(name, units)| {
                let before = before.get(name).copied().unwrap_or_default();
                (name.clone(), HalfUnits(units.0 - before.0))
            })
            .collect();
    }

    /// How long answers take beside a flood, in percent of how long they take without; nothing where
    /// there was none.
    fn slowed(&self, part: usize) -> Option<u128> {
        let [calm, beside] =
            [&self.calm_times, &self.turn_times].map(|times| percentile(times, part).as_micros());
        (beside * 100).checked_div(calm)
    }

    pub(super) fn as_json(&self) -> Value {
        let times = |times: &[Duration]| {
            let at = |part| percentile(times, part).as_millis();
            json!({ "p50_ms": at(50), "p95_ms": at(95), "p99_ms": at(99) })
        };
        let Found { turns, joined, lost, out_of_order, doubled, undelivered, .. } = self.found;
        let Found { sent_again, unexplained, .. } = self.found;
        let Disturbed { kills, dialogues, flood_taken, flood_limited, .. } = self.disturbed;
        json!({
            "sessions": self.sessions,
            "rate": self.rate,
            "sent": self.sent,
            "refused": self.refused,
            "held_back": self.held_back,
            "written_while_waiting": self.interrupted,
            "turns": turns,
            "turns_of_several_messages": joined,
            "model_calls": self.model_calls,
            "lost": lost,
            "out_of_order": out_of_order,
            "doubled": doubled,
            "undelivered": undelivered,
            "sent_again": sent_again,
            "sent_again_and_no_kill_explains_it": unexplained,
            "posted_again": self.posted_again,
            "kills": kills,
            "kills_of_the_dialogue": dialogues,
            "flood_taken": flood_taken,
            "flood_limited": flood_limited,
            "accept": times(&self.accept_times),
            "turn": times(&self.turn_times),
            "turn_before_the_flood": times(&self.calm_times),
            "flood_slows_others_to_percent": {
                "p50": self.slowed(50), "p95": self.slowed(95), "p99": self.slowed(99),
            },
            "aws_calls": self.calls,
            "capacity": self.capacity.iter().map(|(name, units)| {
                (name.clone(), Value::from(units.to_string()))
            }).collect::<serde_json::Map<_, _>>(),
            "clean": self.is_clean(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found { turns, joined, lost, out_of_order, doubled, undelivered, .. } = self.found;
        let Found { sent_again, unexplained, .. } = self.found;
        let Disturbed { kills, dialogues, flood_taken, flood_limited, .. } = self.disturbed;
        writeln!(f, "{} sessions, {} messages a second asked for", self.sessions, self.rate)?;
        writeln!(f, "sent {}, refused {}, turns {turns}", self.sent, self.refused)?;
        if let Some(calls) = self.model_calls {
            writeln!(f, "model calls {calls}")?;
            writeln!(
                f,
                "written while an answer was on its way {}, turns of several messages {joined}",
                self.interrupted
            )?;
        }
        if kills > 0 {
            writeln!(f, "killed {kills} processes, {dialogues} of them of the dialogue")?;
            writeln!(
                f,
                "posted again {}, heard again {sent_again}, of them explained by no kill {unexplained}",
                self.posted_again
            )?;
        }
        if flood_taken + flood_limited > 0 {
            writeln!(f, "the flood: {flood_taken} taken, {flood_limited} refused")?;
        }
        writeln!(
            f,
            "lost {lost}, out of order {out_of_order}, doubled {doubled}, undelivered {undelivered}"
        )?;
        for (what, times) in
            [("accept", &self.accept_times), ("answer, without the quiet window", &self.turn_times)]
        {
            let [p50, p95, p99] = [50, 95, 99].map(|part| percentile(times, part).as_millis());
            writeln!(f, "{what}: p50 {p50} ms, p95 {p95} ms, p99 {p99} ms")?;
        }
        if let [Some(p50), Some(p95), Some(p99)] = [50, 95, 99].map(|part| self.slowed(part)) {
            let [c50, c95, c99] =
                [50, 95, 99].map(|part| percentile(&self.calm_times, part).as_millis());
            writeln!(f, "the same before the flood: p50 {c50} ms, p95 {c95} ms, p99 {c99} ms")?;
            writeln!(f, "beside the flood in percent of it: p50 {p50}, p95 {p95}, p99 {p99}")?;
        }
        if self.held_back > 0 {
            writeln!(f, "held back {} times: every customer was waiting", self.held_back)?;
        }
        writeln!(f, "AWS calls:")?;
        for (name, count) in &self.calls {
            writeln!(f, "  {name}: {count}")?;
        }
        writeln!(f, "Capacity units:")?;
        for (name, units) in &self.capacity {
            writeln!(f, "  {name}: {units}")?;
        }
        write!(f, "{}", if self.is_clean() { "clean" } else { "NOT CLEAN" })
    }
}

fn percentile(times: &[Duration], part: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len().saturating_sub(1) * part / 100).copied().unwrap_or_default()
}
