//! Replies: delivered, in order, and twice only where that cannot be helped (I7).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mirt_domain::{
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::{
    alert::Alert,
    session_store::{OutboxEntry, OutboxKey, PendingKey},
};

use super::Ledger;
use crate::executor::TaskId;

/// All replies that were committed.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    promises: BTreeMap<SessionId, BTreeMap<OutboxKey, Promise>>,
    names: BTreeMap<String, (SessionId, OutboxKey)>,
    /// Sessions whose channel did not take a reply at first.
    postponed: BTreeSet<SessionId>,
    /// Sessions of which nobody knows whether replies are still held for an answer.
    may_be_held: BTreeSet<SessionId>,
    sent_again: u64,
}

/// Who sends a reply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    pub(crate) process: TaskId,
    /// When the call began. One that hangs may arrive much later.
    pub(crate) began: Timestamp,
    /// When the process should be over.
    pub(crate) deadline: Timestamp,
}

/// A reply that was committed.
#[derive(Debug, Default)]
struct Promise {
    /// How often the channel took it.
    taken: u32,
    /// Who sent it last.
    sender: Option<Sender>,
    /// Whether it may be sent once more: nobody who lives knows that it was taken.
    may_repeat: bool,
    /// Whether it was taken out of the outbox to be given as an answer. Who dies with it in hand has
    /// lost it: the one window in which a reply is.
    is_claimed: bool,
    /// Whether one who waited for it reserved it and does not know whether they have it: they give it,
    /// whatever became of it meanwhile.
    is_given_blindly: bool,
    /// Why it will not be sent.
    aside: Option<String>,
    is_refused: bool,
    /// Whether it comes after what was said before it. A notice comes when it comes.
    has_order: bool,
}

impl Deliveries {
    pub(super) fn promised(
        &mut self,
        id: &SessionId,
        key: OutboxKey,
        part: &Reply,
        has_order: bool,
    ) {
        if let [Bubble::Text(name)] = part.bubbles.as_slice() {
            self.names.insert(name.clone(), (id.clone(), key));
        }
        self.promises
            .entry(id.clone())
            .or_default()
            .insert(key, Promise { has_order, ..Promise::default() });
    }

    /// What a process sent and had not noted is sent again by whoever comes next.
    pub(super) fn died(&mut self, process: TaskId) {
        for promise in self.promises.values_mut().flat_map(BTreeMap::values_mut) {
            if promise.sender.is_some_and(|sender| sender.process == process) {
                promise.may_repeat = true;
            }
        }
    }

    /// What was never delivered. Without a sweeper, a reply that was postponed may lie there, and
    /// what was said after it.
    pub(super) fn not_delivered(&self, is_unaided: bool) -> Vec<String> {
        let each = self.promises.iter().flat_map(|(id, promises)| {
            promises.iter().map(move |(key, promise)| (id, key, promise))
        });
        let is_open = |promise: &Promise| {
            promise.taken == 0 && promise.aside.is_none() && !promise.is_claimed
        };
        each.filter(|(_, _, promise)| is_open(promise))
            .filter(|(id, _, _)| {
                !is_unaided || !self.postponed.contains(*id) && !self.may_be_held.contains(*id)
            })
            .map(|(id, key, _)| format!("I7: {id} {key:?} was never delivered"))
            .collect()
    }

    /// Sessions of which a reply was postponed.
    pub(super) fn postponed(&self) -> &BTreeSet<SessionId> {
        &self.postponed
    }

    pub(super) fn count(&self) -> usize {
        self.promises.values().map(BTreeMap::len).sum()
    }

    pub(super) fn sent_again(&self) -> u64 {
        self.sent_again
    }

    fn named(&mut self, name: &str) -> Option<(SessionId, OutboxKey, &mut Promise)> {
        let (id, key) = self.names.get(name)?;
        let promise = self.promises.get_mut(id)?.get_mut(key)?;
        Some((id.clone(), *key, promise))
    }
}

impl Ledger {
    /// A channel took a reply.
    pub(crate) fn taken(&mut self, sender: Sender, to: &SessionId, name: &str) {
        self.note(sender.process, format_args!("sends {name} to {to}"));
        let now = self.time.now();
        let Some((id, key, promise)) = self.deliveries.named(name) else {
            return self.violation(format_args!("I6: {to} is sent what no turn committed"));
        };
        // Of two at work on one session, one should be over: nothing can call its last words back.
        let overdue = promise.sender.iter().chain([&sender]).any(|sender| sender.deadline < now);
        let is_excused = promise.taken == 0 || promise.may_repeat || overdue;
        let was_taken = promise.taken;
        promise.taken += 1;
        promise.may_repeat = false;
        promise.sender = Some(sender);
        let (is_aside, has_order) = (promise.aside.is_some(), promise.has_order);
        let is_given_blindly = promise.is_given_blindly;
        let earlier = self.deliveries.promises.get(&id).and_then(|promises| {
            let open = |(_, promise): &(&OutboxKey, &Promise)| {
                promise.has_order
                    && promise.taken == 0
                    && !promise.is_claimed
                    && promise.aside.is_none()
                    && !promise.is_refused
            };
            promises.range(..key).find(open).map(|(key, _)| *key)
        });
        self.deliveries.sent_again += u64::from(was_taken > 0);
        if sender.began > sender.deadline {
            self.violation(format_args!("I7: {id} {key:?} is sent by who should be over"));
        }
        if !is_excused {
            self.violation(format_args!("I7: {id} {key:?} is sent again for no reason"));
        }
        if is_aside && !is_given_blindly {
            self.violation(format_args!("I7: {id} {key:?} is sent although it was set aside"));
        }
        if let Some(earlier) = earlier.filter(|_| has_order) {
            self.violation(format_args!("I3: {id} {key:?} is sent before {earlier:?}"));
        }
    }

    /// A reply was taken out of the outbox by who waited for it.
    pub(crate) fn claimed(&mut self, process: TaskId, id: &SessionId, key: OutboxKey) {
        self.note(process, format_args!("claims {id} {key:?}"));
        let promises = self.deliveries.promises.get_mut(id);
        if let Some(promise) = promises.and_then(|promises| promises.get_mut(&key)) {
            promise.is_claimed = true;
        }
    }

    /// A reply was given as an answer. Who does not know whether it was claimed gives it all the
    /// same, though it may be sent meanwhile, or after.
    pub(crate) fn given(&mut self, sender: Sender, to: &SessionId, name: &str) {
        self.may_be_given_twice(name);
        self.taken(sender, to, name);
        self.may_be_given_twice(name);
    }

    fn may_be_given_twice(&mut self, name: &str) {
        if let Some((_, _, promise)) = self.deliveries.named(name) {
            promise.may_repeat |= !promise.is_claimed;
            promise.is_given_blindly |= !promise.is_claimed;
        }
    }

    /// A channel refused a reply for good.
    pub(crate) fn refused(&mut self, process: TaskId, name: &str) {
        self.note(process, format_args!("sends {name}, which is refused"));
        if let Some((_, _, promise)) = self.deliveries.named(name) {
            promise.is_refused = true;
        }
    }

    /// The channel's answer did not arrive, so that its sender cannot know that it was taken.
    pub(crate) fn answer_lost(&mut self, name: &str) {
        if let Some((_, _, promise)) = self.deliveries.named(name) {
            promise.may_repeat = true;
        }
    }

    /// Replies and alerts were noted as sent, or could not be.
    pub(crate) fn marked(
        &mut self,
        process: TaskId,
        id: &SessionId,
        keys: &[PendingKey],
        is_done: bool,
    ) {
        let outcome = if is_done { "notes as sent" } else { "cannot note as sent" };
        self.note(process, format_args!("{outcome}: {id} {keys:?}"));
        for key in keys {
            match key {
                PendingKey::Reply(key) => self.marked_sent(id, *key, is_done),
                PendingKey::Alert(key) => self.marked_told(id, *key, is_done),
            }
        }
    }

    fn marked_sent(&mut self, id: &SessionId, key: OutboxKey, is_done: bool) {
        let promises = self.deliveries.promises.get_mut(id);
        let Some(promise) = promises.and_then(|promises| promises.get_mut(&key)) else { return };
        promise.may_repeat |= !is_done;
        if promise.taken == 0 {
            self.violation(format_args!("I7: {id} {key:?} is noted as sent and was not"));
        }
    }

    /// Whether it is not known what came of the end of a holding.
    pub(crate) fn may_be_held(&mut self, id: &SessionId, is_unknown: bool) {
        if is_unknown {
            self.deliveries.may_be_held.insert(id.clone());
        } else {
            self.deliveries.may_be_held.remove(id);
        }
    }

    /// A reply or an alert is tried again later.
    pub(crate) fn postponed(
        &mut self,
        process: TaskId,
        id: &SessionId,
        key: PendingKey,
        due_at: Timestamp,
    ) {
        match key {
            PendingKey::Reply(_) => {
                self.deliveries.postponed.insert(id.clone());
            }
            PendingKey::Alert(key) => self.alert_postponed(id, key),
        }
        let pause = due_at.duration_since(self.time.now()).as_secs();
        self.note(process, format_args!("postpones {id} {key:?} for {pause} s"));
    }

    /// A reply will not be sent.
    pub(crate) fn set_aside(
        &mut self,
        process: TaskId,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
        alert: &Alert,
    ) {
        let key = entry.key;
        self.note(process, format_args!("sets aside {id} {key:?}: {reason}"));
        self.raised(id, alert);
        let is_late = self.time.now() > entry.expires_at;
        let promises = self.deliveries.promises.entry(id.clone()).or_default();
        let Some(promise) = promises.get_mut(&key) else { return };
        promise.aside = Some(reason.to_owned());
        if !promise.is_refused && !is_late {
            self.violation(format_args!("I7: {id} {key:?} is set aside for no reason"));
        }
    }
}
