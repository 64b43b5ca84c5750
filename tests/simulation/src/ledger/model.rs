//! The model: asked no more often than it may be, and what is said while it thinks said once.

use std::collections::{BTreeMap, BTreeSet};

use mirt_domain::session_id::SessionId;

use super::Ledger;
use crate::{executor::TaskId, guards::minute_of};

/// How many probes of the breaker there are in a minute at most; they are not counted with the others.
/// A probe is due 30 s after the one before, or 50 s where its process died.
const PROBES: u32 = 2;

/// What the model was asked.
#[derive(Debug, Default)]
pub(super) struct Model {
    questions: u64,
    minutes: BTreeMap<i64, u32>,
    /// Which process has said which session, before which turn, that it takes a while.
    interims: BTreeSet<(TaskId, SessionId, u64)>,
}

impl Model {
    pub(super) const fn questions(&self) -> u64 {
        self.questions
    }
}

impl Ledger {
    /// The model is asked.
    pub(crate) fn asked(&mut self, process: TaskId, id: &SessionId, most: u32) {
        self.note(process, format_args!("asks the model for {id}"));
        let minute = minute_of(self.time.now());
        self.model.questions += 1;
        let count = self.model.minutes.entry(minute).or_default();
        *count += 1;
        let count = *count;
        if count > most + PROBES {
            self.violation(format_args!("the model is asked {count} times in a minute"));
        }
    }

    /// A customer hears that it takes a while.
    pub(crate) fn interim(&mut self, process: TaskId, id: &SessionId) {
        self.note(process, format_args!("says to {id} that it takes a while"));
        self.model.interims.insert((process, id.clone(), self.next_turn(id)));
    }

    /// Begins to say so: once a turn, and in one that still is to be taken.
    pub(crate) fn begins_interim(&mut self, process: TaskId, id: &SessionId) {
        if self.is_overtaken(process, id) {
            self.violation(format_args!("{id} was answered, and is told that it takes a while"));
        }
        if self.model.interims.contains(&(process, id.clone(), self.next_turn(id))) {
            self.violation(format_args!("{id} is told twice in one turn that it takes a while"));
        }
    }
}
