//! Turns: each event in one, in order, whole bursts, and no stale answers (I2 to I6).

use std::collections::BTreeMap;

use mirt_domain::session_id::SessionId;
use mirt_engine::{
    clock::after,
    event::InboundEvent,
    session_store::{OutboxEntry, TurnCommit},
};

use super::Ledger;
use crate::{dialogue::bursts, executor::TaskId};

/// How often a turn may be thrown away because the customer wrote more. Source: I5.
const MAX_RESTARTS: u32 = 2;

/// How many events a turn takes at most. What is over is in the next one.
const MAX_EVENTS: usize = 80;

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
        for (key, event) in inbox.iter().filter(|(key, _)| !turn.consumed.contains(key)) {
            let was_there = records.get(key).is_some_and(|record| record.moment < view.moment);
            if was_there && !is_full {
                wrong.push(format!("I4: turn {n} of {id} leaves out {key}, which was there"));
            } else if was_there && last.is_some_and(|last| event.order < last) {
                wrong.push(format!("I3: turn {n} of {id} takes what came after {key}"));
            } else if !was_there && view.restarts < MAX_RESTARTS && !is_full {
                wrong.push(format!("I5: turn {n} of {id} does not answer {key}"));
            }
        }
        let received = || consumed.iter().map(|event| event.received_at);
        if let (Some(first), Some(last)) = (received().min(), received().max()) {
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
