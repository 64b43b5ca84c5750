//! What happened, and whether it may have: the invariants, checked as things happen and at the end.

mod alerts;
mod deliveries;
mod model;
mod orders;
mod turns;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use jiff::Timestamp;
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    event::{EventKey, InboundEvent},
    limit::{MOST_PER_HOUR, MOST_PER_MINUTE, Slot},
    receive::CONTENT_WINDOW,
    session_store::OutboxEntry,
    wake_up::WakeUp,
};

use crate::{
    executor::{Handle, TaskId},
    scenario::BEGIN,
    store::Store,
};
use alerts::Alerts;
use deliveries::Deliveries;
pub(crate) use deliveries::Sender;
use model::Model;
use orders::Orders;
use turns::Turns;

/// The book of one run.
pub(crate) struct Ledger {
    time: Handle,
    /// How soon each event must be in a turn.
    prompt: Option<Duration>,
    /// Counts what happens: two things of one time have an order all the same.
    moment: u64,
    /// Lines about all that happens, when they are wanted.
    trace: Option<Vec<String>>,
    violations: Vec<String>,
    records: BTreeMap<SessionId, BTreeMap<String, Record>>,
    turns: BTreeMap<SessionId, Turns>,
    /// Who was told in which hour that they write too much.
    told: BTreeSet<(SessionId, u32)>,
    deliveries: Deliveries,
    alerts: Alerts,
    orders: Orders,
    model: Model,
    /// The most turns of others that were taken while an event waited for its own, where turns must be
    /// prompt.
    most_foreign: u64,
}

/// An event in the store.
#[derive(Clone, Debug)]
struct Record {
    event: InboundEvent,
    /// When it was recorded.
    moment: u64,
    at: Timestamp,
    /// How many turns other sessions had taken then.
    foreign_then: u64,
    /// Whether anyone was told that it was taken.
    is_answered: bool,
    /// The turn that it is in.
    turn: Option<u64>,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) events: usize,
    pub(crate) turns: u64,
    pub(crate) replies: usize,
    pub(crate) alerts: usize,
    pub(crate) sent_again: u64,
    pub(crate) orders: u64,
    pub(crate) questions: u64,
    pub(crate) most_foreign: u64,
}

impl Ledger {
    pub(crate) fn new(time: Handle, prompt: Option<Duration>, is_traced: bool) -> Self {
        Self {
            time,
            prompt,
            moment: 0,
            trace: is_traced.then(Vec::new),
            violations: Vec::new(),
            records: BTreeMap::new(),
            turns: BTreeMap::new(),
            told: BTreeSet::new(),
            deliveries: Deliveries::default(),
            alerts: Alerts::default(),
            orders: Orders::default(),
            model: Model::default(),
            most_foreign: 0,
        }
    }

    /// Writes a line.
    pub(crate) fn note(&mut self, process: TaskId, what: fmt::Arguments<'_>) {
        if let Some(trace) = &mut self.trace {
            trace.push(line(&self.time, format_args!("process {process}: {what}")));
        }
    }

    /// Something that must never be.
    pub(crate) fn violation(&mut self, what: fmt::Arguments<'_>) {
        let line = line(&self.time, what);
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{line}   <-- VIOLATION"));
        }
        self.violations.push(line);
    }

    fn next_moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    /// A process died, or was killed, before its work was done.
    pub(crate) fn died(&mut self, process: TaskId) {
        self.note(process, format_args!("is gone"));
        self.deliveries.died(process);
        self.alerts.died(process);
    }

    /// An event was recorded (I2).
    pub(crate) fn recorded(&mut self, process: TaskId, event: &InboundEvent) {
        let key = event.key.as_text();
        self.note(process, format_args!("records {} {key}", event.session));
        let moment = self.next_moment();
        let records = self.records.entry(event.session.clone()).or_default();
        let is_there = records.values().any(|other| {
            other.event.key == event.key
                && match event.key {
                    EventKey::Id(_) => true,
                    EventKey::Content(_) => {
                        let apart = other.event.received_at.duration_since(event.received_at);
                        apart.unsigned_abs() <= CONTENT_WINDOW
                    }
                }
        });
        let at = self.time.now();
        let slot = Slot::of(event.received_at);
        let is_counted = |event: &InboundEvent| event.body.message().is_some();
        let in_minute = records
            .values()
            .filter(|other| is_counted(&other.event) && Slot::of(other.event.received_at) == slot)
            .count();
        let others = self.turns.iter().filter(|(id, _)| **id != event.session);
        let foreign_then = others.map(|(_, turns)| turns.count()).sum();
        let record = Record {
            event: event.clone(),
            moment,
            at,
            foreign_then,
            is_answered: false,
            turn: None,
        };
        records.insert(Store::inbox_key(event), record);
        if is_there {
            self.violation(format_args!("I2: {} {key} is recorded twice", event.session));
        }
        if is_counted(event) && in_minute >= MOST_PER_MINUTE as usize {
            let session = &event.session;
            self.violation(format_args!(
                "{session} has {in_minute} events in one minute, and one more"
            ));
        }
    }

    /// A customer will be told that they write too much.
    pub(crate) fn notice(
        &mut self,
        process: TaskId,
        id: &SessionId,
        slot: Slot,
        notice: &OutboxEntry,
    ) {
        self.note(process, format_args!("puts a notice for {id}"));
        self.deliveries.promised(id, notice.key, &notice.part, false);
        if !self.told.insert((id.clone(), slot.hour)) {
            self.violation(format_args!("{id} is told twice in an hour to write less"));
        }
    }

    /// A customer's event was not taken, because there were too many.
    pub(crate) fn limited(&mut self, process: TaskId, event: &InboundEvent, is_told: bool) {
        let (session, key) = (&event.session, event.key.as_text());
        self.note(process, format_args!("takes no more of {session}: {key}"));
        let slot = Slot::of(event.received_at);
        let all = self.records.get(session).into_iter().flat_map(BTreeMap::values);
        let records = all.filter(|record| record.event.body.message().is_some());
        let same_hour = || {
            records
                .clone()
                .map(|record| Slot::of(record.event.received_at))
                .filter(|other| other.hour == slot.hour)
        };
        let in_minute = same_hour().filter(|other| other.minute == slot.minute).count();
        if in_minute < MOST_PER_MINUTE as usize && same_hour().count() < MOST_PER_HOUR as usize {
            self.violation(format_args!("{session} is limited after {in_minute} in a minute"));
        }
        if is_told && !self.told.contains(&(session.clone(), slot.hour)) {
            self.violation(format_args!("{session} is not told that they write too much"));
        }
    }

    /// A session was woken.
    pub(crate) fn woke(&mut self, process: TaskId, wake_up: &WakeUp, is_new: bool) {
        let known = if is_new { "" } else { ", which the queue had already" };
        let (session, event) = (&wake_up.session, &wake_up.event);
        self.note(process, format_args!("wakes {session} for {event}{known}"));
    }

    /// A channel was told that its event was taken (I1).
    pub(crate) fn answered(&mut self, process: TaskId, event: &InboundEvent) {
        let key = event.key.as_text();
        self.note(process, format_args!("answers 2xx for {} {key}", event.session));
        let records = self.records.entry(event.session.clone()).or_default();
        let record = records.values_mut().rev().find(|record| {
            record.event.key == event.key
                && match event.key {
                    EventKey::Id(_) => true,
                    EventKey::Content(_) => {
                        let apart = event.received_at.duration_since(record.event.received_at);
                        apart.as_millis() <= CONTENT_WINDOW.as_millis().cast_signed()
                    }
                }
        });
        match record {
            Some(record) => record.is_answered = true,
            None => self.violation(format_args!(
                "I1: {} {key} is acknowledged and not in the store",
                event.session
            )),
        }
    }

    /// The end of a run: nothing may be left to do. `is_unaided` says that there was no sweeper, so
    /// that what nobody was promised may still lie there.
    pub(crate) fn at_rest(&mut self, is_unaided: bool) {
        let mut left = Vec::new();
        for (session, records) in &self.records {
            for record in records.values() {
                if record.turn.is_none() && (record.is_answered || !is_unaided) {
                    left.push(format!("{session} {} is in no turn", record.event.key.as_text()));
                }
            }
        }
        left.extend(self.deliveries.not_delivered(is_unaided));
        left.extend(self.alerts.not_told(is_unaided, self.deliveries.postponed()));
        for left in left {
            self.violation(format_args!("{left}"));
        }
    }

    /// What was seen that must not be, in order.
    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
    }

    /// The lines about all that happened.
    pub(crate) fn take_trace(&mut self) -> Vec<String> {
        self.trace.take().unwrap_or_default()
    }

    /// What was done.
    pub(crate) fn count(&self) -> Count {
        Count {
            events: self.records.values().map(BTreeMap::len).sum(),
            turns: self.turns.values().map(Turns::count).sum(),
            replies: self.deliveries.count(),
            alerts: self.alerts.count(),
            sent_again: self.deliveries.sent_again(),
            orders: self.orders.count() as u64,
            questions: self.model.questions(),
            most_foreign: self.most_foreign,
        }
    }
}

fn line(time: &Handle, what: fmt::Arguments<'_>) -> String {
    let ms = time.now().duration_since(BEGIN).as_millis();
    format!("{:>8}.{:03} {what}", ms / 1_000, ms % 1_000)
}
