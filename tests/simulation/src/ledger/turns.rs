//! Turns: each event in one, in order, whole bursts, and no stale answers (I2 to I6).

use std::collections::BTreeMap;

use mirt_domain::session_id::SessionId;
use mirt_engine::{
    clock::after,
    consult::Standing,
    event::InboundEvent,
    session_store::{OutboxEntry, TurnCommit},
};

use super::Ledger;
use crate::{dialogue::bursts, executor::TaskId};

/// How often a turn may be thrown away because the customer wrote more. Source: I5.
const MAX_RESTARTS: u32 = 2;

/// How many events a turn takes at most. What is over is in the next one.
const MAX_EVENTS: usize = 70;

/// How many turns of others are taken at most while an event waits for its own, where nothing holds it
/// up: whatever they write. There are two of them at most, and each has one turn under way when the
/// event comes, one beside the event's own, and now and then one between; or up to ten of one whose
/// events, each of them a turn of its own, were woken by one batch.
const MOST_FOREIGN: u64 = 10;

/// The turns of one session.
#[derive(Debug, Default)]
pub(super) struct Turns {
    count: u64,
    views: BTreeMap<TaskId, View>,
}

/// What a process last saw of a session.
#[derive(Clone, Copy, Debug, Default)]
struct View {
    /// When it began to read.
    moment: u64,
    /// The version on which it threw a turn away, and how often.
    version: u64,
    restarts: u32,
    /// The version that it read last, and how many events it knows of.
    loaded: u64,
    known: u64,
    /// Whether it has seen that another process took the turn.
    is_overtaken: bool,
}

impl Turns {
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

impl Ledger {
    /// A process begins to read a session.
    pub(crate) fn loads(&mut self, process: TaskId, id: &SessionId) {
        let moment = self.next_moment();
        let turns = self.turns.entry(id.clone()).or_default();
        turns.views.entry(process).or_default().moment = moment;
    }

    /// It has read it: this version, with so many events known, ever.
    pub(crate) fn loaded(&mut self, process: TaskId, id: &SessionId, version: u64, known: u64) {
        let turns = self.turns.entry(id.clone()).or_default();
        let view = turns.views.entry(process).or_default();
        (view.loaded, view.known, view.is_overtaken) = (version, known, false);
        if view.version != version {
            *view = View { version, restarts: 0, ..*view };
        }
    }

    /// While the model thinks, it sees how far the session has come. With more events than it knows of
    /// it begins anew, unless it has done so often enough; where another turn was taken, this one is
    /// none.
    pub(crate) fn looks(&mut self, process: TaskId, id: &SessionId, standing: Standing) {
        let turns = self.turns.entry(id.clone()).or_default();
        let view = turns.views.entry(process).or_default();
        let version = view.loaded;
        let is_new = standing.recorded > view.known && view.restarts < MAX_RESTARTS;
        if standing.version > version {
            view.is_overtaken = true;
        } else if is_new {
            self.note(process, format_args!("throws a question for {id} away"));
            self.begins_anew(process, id, version);
        }
    }

    /// Whether a process knows that another one has taken the turn.
    pub(super) fn is_overtaken(&self, process: TaskId, id: &SessionId) -> bool {
        let view = self.turns.get(id).and_then(|turns| turns.views.get(&process));
        view.is_some_and(|view| view.is_overtaken)
    }

    /// The number of a session's next turn.
    pub(super) fn next_turn(&self, id: &SessionId) -> u64 {
        self.turns.get(id).map_or(0, Turns::count) + 1
    }

    /// A process throws its turn away because the customer wrote more.
    pub(crate) fn begins_anew(&mut self, process: TaskId, id: &SessionId, version: u64) {
        let turns = self.turns.entry(id.clone()).or_default();
        let view = turns.views.entry(process).or_default();
        if view.version != version {
            *view = View { version, restarts: 0, ..*view };
        }
        view.restarts += 1;
        if view.restarts > MAX_RESTARTS {
            let restarts = view.restarts;
            self.violation(format_args!("I5: {id} began its turn anew {restarts} times"));
        }
    }

    /// A turn is committed, with this inbox before it.
    pub(crate) fn committed(
        &mut self,
        process: TaskId,
        id: &SessionId,
        turn: &TurnCommit,
        inbox: BTreeMap<String, InboundEvent>,
    ) {
        let n = turn.version + 1;
        let consumed = turn.consumed.join(", ");
        self.note(process, format_args!("commits turn {n} of {id}: {consumed}"));
        self.next_moment();
        let turns = self.turns.entry(id.clone()).or_default();
        let before = turns.count;
        turns.count = n;
        let mut view = turns.views.remove(&process).unwrap_or_default();
        if view.version != turn.version {
            view.restarts = 0;
        }
        if n != before + 1 || turn.record.n != n {
            self.violation(format_args!("I3: turn {n} of {id} follows turn {before}"));
        }
        self.consumed_once(id, turn);
        self.not_held_up(id, turn);
        self.in_order_and_whole(id, turn, &inbox, view);
        self.raised_by_turn(id, turn);
        for OutboxEntry { key, part, .. } in &turn.outbox {
            self.deliveries.promised(id, *key, part, true);
        }
    }

    /// Each event in one turn, with its own words.
    fn consumed_once(&mut self, id: &SessionId, turn: &TurnCommit) {
        let n = turn.version + 1;
        let mut wrong = Vec::new();
        let (now, prompt) = (self.time.now(), self.prompt);
        let records = self.records.entry(id.clone()).or_default();
        let mut words = Vec::new();
        for key in &turn.consumed {
            match records.get_mut(key) {
                None => wrong.push(format!("I2: turn {n} of {id} takes what was never recorded")),
                Some(record) => {
                    words.extend(record.event.body.message().cloned());
                    if prompt.is_some_and(|prompt| after(record.at, prompt) < now) {
                        wrong.push(format!("I10: {id} {key} waited too long for turn {n}"));
                    }
                    if let Some(earlier) = record.turn.replace(n) {
                        wrong.push(format!("I2: {id} {key} is in turn {earlier} and in turn {n}"));
                    }
                }
            }
        }
        if words != turn.record.cause.messages() {
            wrong.push(format!("I3: turn {n} of {id} reads other words than it consumes"));
        }
        for wrong in wrong {
            self.violation(format_args!("{wrong}"));
        }
    }

    /// Whatever others write, an event does not wait behind it.
    fn not_held_up(&mut self, id: &SessionId, turn: &TurnCommit) {
        if self.prompt.is_none() {
            return;
        }
        let others = self.turns.iter().filter(|(other, _)| *other != id);
        let now: u64 = others.map(|(_, turns)| turns.count()).sum();
        let records = self.records.entry(id.clone()).or_default();
        let waited = turn.consumed.iter().filter_map(|key| records.get(key));
        let foreign = waited.map(|record| now - record.foreign_then).max().unwrap_or(0);
        self.most_foreign = self.most_foreign.max(foreign);
        if foreign > MOST_FOREIGN {
            self.violation(format_args!("{id} waited for {foreign} turns of others"));
        }
    }

    /// A turn takes all that was there, from the first on, when the customer had stopped writing.
    fn in_order_and_whole(
        &mut self,
        id: &SessionId,
        turn: &TurnCommit,
        inbox: &BTreeMap<String, InboundEvent>,
        view: View,
    ) {
        let n = turn.version + 1;
        let is_full = turn.consumed.len() >= MAX_EVENTS;
        let records = self.records.entry(id.clone()).or_default();
        let consumed: Vec<&InboundEvent> = turn
            .consumed
            .iter()
            .filter_map(|key| records.get(key))
            .map(|record| &record.event)
            .collect();
        let mut wrong = Vec::new();
        if !consumed.is_sorted_by_key(|event| event.order) {
            wrong.push(format!("I3: turn {n} of {id} takes its events out of order"));
        }
        let last = consumed.iter().map(|event| event.order).max();
        // What the shop does is a turn of its own, which ends the one before it.
        let is_shops = |event: &InboundEvent| event.body.message().is_none();
        let others = inbox.iter().filter(|(key, _)| !turn.consumed.contains(key));
        let end = others.filter(|(_, event)| is_shops(event)).map(|(_, event)| event.order).min();
        let is_of_another_turn = |event: &InboundEvent| {
            consumed.first().is_some_and(|first| is_shops(first))
                || end.is_some_and(|end| end <= event.order)
        };
        for (key, event) in inbox.iter().filter(|(key, _)| !turn.consumed.contains(key)) {
            let was_there = records.get(key).is_some_and(|record| record.moment < view.moment);
            if is_full || is_of_another_turn(event) {
                // It is in the next one.
            } else if was_there {
                wrong.push(format!("I4: turn {n} of {id} leaves out {key}, which was there"));
            } else if view.restarts < MAX_RESTARTS {
                wrong.push(format!("I5: turn {n} of {id} does not answer {key}"));
            }
            if was_there && last.is_some_and(|last| event.order < last) {
                wrong.push(format!("I3: turn {n} of {id} takes what came after {key}"));
            }
        }
        let first = inbox.values().map(|event| event.received_at).min();
        let last = consumed.iter().map(|event| event.received_at).max();
        if let (Some(first), Some(last)) = (first, last) {
            let over_at = bursts().of(id.channel).over_at(first, last);
            if turn.record.at < over_at {
                wrong.push(format!("I4: turn {n} of {id} is taken while the customer writes"));
            }
        }
        for wrong in wrong {
            self.violation(format_args!("{wrong}"));
        }
    }
}
