//! Replies: delivered, in order, and twice only where that cannot be helped (I7).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mirt_domain::{
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::session_store::{OutboxEntry, OutboxKey};

use super::Ledger;
use crate::executor::TaskId;

/// All replies that were committed.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    promises: BTreeMap<SessionId, BTreeMap<OutboxKey, Promise>>,
    names: BTreeMap<String, (SessionId, OutboxKey)>,
    /// Sessions whose channel did not take a reply at first.
    postponed: BTreeSet<SessionId>,
    sent_again: u64,
}

/// A reply that was committed.
#[derive(Debug, Default)]
struct Promise {
    /// How often the channel took it.
    taken: u32,
    /// The last process that sent it, and when that one should have been over.
    sender: Option<(TaskId, Timestamp)>,
    /// Whether it may be sent once more: nobody who lives knows that it was taken.
    may_repeat: bool,
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
            if promise.sender.is_some_and(|(sender, _)| sender == process) {
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
        each.filter(|(_, _, promise)| promise.taken == 0 && promise.aside.is_none())
            .filter(|(id, _, _)| !is_unaided || !self.postponed.contains(*id))
            .map(|(id, key, _)| format!("I7: {id} {key:?} was never delivered"))
            .collect()
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
    pub(crate) fn taken(
        &mut self,
        process: TaskId,
        deadline: Timestamp,
        to: &SessionId,
        name: &str,
    ) {
        self.note(process, format_args!("sends {name} to {to}"));
        let now = self.time.now();
        let Some((id, key, promise)) = self.deliveries.named(name) else {
            return self.violation(format_args!("I6: {to} is sent what no turn committed"));
        };
        let overdue = promise.sender.is_some_and(|(_, deadline)| deadline < now);
        let is_excused = promise.taken == 0 || promise.may_repeat || overdue;
        let was_taken = promise.taken;
        promise.taken += 1;
        promise.may_repeat = false;
        promise.sender = Some((process, deadline));
        let (is_aside, has_order) = (promise.aside.is_some(), promise.has_order);
        let earlier = self.deliveries.promises.get(&id).and_then(|promises| {
            let open = |(_, promise): &(&OutboxKey, &Promise)| {
                promise.has_order
                    && promise.taken == 0
                    && promise.aside.is_none()
                    && !promise.is_refused
            };
            promises.range(..key).find(open).map(|(key, _)| *key)
        });
        self.deliveries.sent_again += u64::from(was_taken > 0);
        if !is_excused {
            self.violation(format_args!("I7: {id} {key:?} is sent again for no reason"));
        }
        if is_aside {
            self.violation(format_args!("I7: {id} {key:?} is sent although it was set aside"));
        }
        if let Some(earlier) = earlier.filter(|_| has_order) {
            self.violation(format_args!("I3: {id} {key:?} is sent before {earlier:?}"));
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

    /// Replies were noted as sent, or could not be.
    pub(crate) fn marked(
        &mut self,
        process: TaskId,
        id: &SessionId,
        keys: &[OutboxKey],
        is_done: bool,
    ) {
        let outcome = if is_done { "notes as sent" } else { "cannot note as sent" };
        self.note(process, format_args!("{outcome}: {id} {keys:?}"));
        let Some(promises) = self.deliveries.promises.get_mut(id) else { return };
        let mut never = Vec::new();
        for key in keys {
            let Some(promise) = promises.get_mut(key) else { continue };
            promise.may_repeat |= !is_done;
            if promise.taken == 0 {
                never.push(*key);
            }
        }
        for key in never {
            self.violation(format_args!("I7: {id} {key:?} is noted as sent and was not"));
        }
    }

    /// A reply is tried again later.
    pub(crate) fn postponed(
        &mut self,
        process: TaskId,
        id: &SessionId,
        key: OutboxKey,
        due_at: Timestamp,
    ) {
        self.deliveries.postponed.insert(id.clone());
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
    ) {
        let key = entry.key;
        self.note(process, format_args!("sets aside {id} {key:?}: {reason}"));
        let is_late = self.time.now() > entry.expires_at;
        let promises = self.deliveries.promises.entry(id.clone()).or_default();
        let Some(promise) = promises.get_mut(&key) else { return };
        promise.aside = Some(reason.to_owned());
        if !promise.is_refused && !is_late {
            self.violation(format_args!("I7: {id} {key:?} is set aside for no reason"));
        }
    }
}
