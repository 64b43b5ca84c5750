//! Alerts: one for each thing that a turn left to a human, and each of them told (I10).

use std::collections::{BTreeMap, BTreeSet};

use mirt_domain::{session_id::SessionId, turn::Action};
use mirt_engine::{
    alert::{Alert, AlertKey, Matter},
    session_store::TurnCommit,
};

use super::{Ledger, Sender};
use crate::executor::TaskId;

/// All that managers have to hear of.
#[derive(Debug, Default)]
pub(super) struct Alerts(BTreeMap<(SessionId, AlertKey), Raised>);

#[derive(Debug, Default)]
struct Raised {
    told: u32,
    sender: Option<Sender>,
    /// Whether it may be told once more: nobody who lives knows that it was.
    may_repeat: bool,
    is_postponed: bool,
}

impl Alerts {
    pub(super) fn died(&mut self, process: TaskId) {
        for raised in self.0.values_mut() {
            raised.may_repeat |= raised.sender.is_some_and(|sender| sender.process == process);
        }
    }

    /// What no manager has heard of. Without a sweeper, what failed once may lie there with what came
    /// behind it, and what came after a reply for which there was no time.
    pub(super) fn not_told(
        &self,
        is_unaided: bool,
        had_no_time: &BTreeSet<SessionId>,
    ) -> Vec<String> {
        let waits_behind_one = |id: &SessionId, key: AlertKey| {
            let mut postponed = self.0.iter().filter(|(_, raised)| raised.is_postponed);
            postponed.any(|((of, earlier), _)| of == id && *earlier <= key)
        };
        let is_excused = |id: &SessionId, key: AlertKey| {
            is_unaided && (had_no_time.contains(id) || waits_behind_one(id, key))
        };
        self.0
            .iter()
            .filter(|((id, key), raised)| raised.told == 0 && !is_excused(id, *key))
            .map(|((id, key), _)| format!("I10: no manager has heard of {id} {key:?}"))
            .collect()
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

impl Ledger {
    /// A turn raises an alert for each of its actions, and no other.
    pub(super) fn raised_by_turn(&mut self, id: &SessionId, turn: &TurnCommit) {
        let actions = turn.record.actions.iter().cloned().map(Matter::Action);
        let told = turn.alerts.iter().map(|alert| alert.matter.clone());
        if !actions.eq(told.filter(|matter| matches!(matter, Matter::Action(_)))) {
            self.violation(format_args!("I10: a turn of {id} does not say what it leaves to do"));
        }
        for alert in &turn.alerts {
            self.raised(id, alert);
        }
    }

    /// Managers have to hear of something. What is said in vain by one turn is one matter.
    pub(super) fn raised(&mut self, id: &SessionId, alert: &Alert) {
        let raised = self.alerts.0.entry((id.clone(), alert.key)).or_default();
        let is_new = raised.told == 0;
        raised.may_repeat = true;
        if !is_new && matches!(alert.matter, Matter::Action(_)) {
            self.violation(format_args!("I10: {id} {:?} is raised again", alert.key));
        }
    }

    /// A manager is told.
    pub(crate) fn told(&mut self, sender: Sender, id: &SessionId, alert: &Alert) {
        self.note(sender.process, format_args!("tells managers of {id}: {:?}", alert.matter));
        if alert.matter == Matter::Action(Action::TellOrderFailed) {
            self.told_given_up(id);
        }
        let now = self.time.now();
        let Some(raised) = self.alerts.0.get_mut(&(id.clone(), alert.key)) else {
            return self.violation(format_args!("I6: managers hear of what no turn of {id} left"));
        };
        let overdue = raised.sender.iter().chain([&sender]).any(|sender| sender.deadline < now);
        let is_excused = raised.told == 0 || raised.may_repeat || overdue;
        raised.told += 1;
        raised.may_repeat = false;
        raised.sender = Some(sender);
        if !is_excused {
            self.violation(format_args!("I7: {id} {:?} is told again for no reason", alert.key));
        }
    }

    /// The answer did not arrive, or came too late, so that its sender cannot know of it.
    pub(crate) fn tell_again(&mut self, id: &SessionId, key: AlertKey) {
        if let Some(raised) = self.alerts.0.get_mut(&(id.clone(), key)) {
            raised.may_repeat = true;
        }
    }

    /// Alerts were noted as told, or could not be.
    pub(super) fn marked_told(&mut self, id: &SessionId, key: AlertKey, is_done: bool) {
        let Some(raised) = self.alerts.0.get_mut(&(id.clone(), key)) else { return };
        raised.may_repeat |= !is_done;
        if raised.told == 0 {
            self.violation(format_args!("I10: {id} {key:?} is noted as told and was not"));
        }
    }

    /// It is tried again later.
    pub(super) fn alert_postponed(&mut self, id: &SessionId, key: AlertKey) {
        if let Some(raised) = self.alerts.0.get_mut(&(id.clone(), key)) {
            raised.is_postponed = true;
            raised.may_repeat = true;
        }
    }
}
