//! The table, as `shared/aws` uses it: items of a session, transactions with conditions.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use jiff::Timestamp;
use mirt_domain::{model::MOST_TURNS, session::Session, session_id::SessionId};
use mirt_engine::{
    alert::{Alert, AlertKey, PendingAlert},
    clock::after,
    event::{EventKey, InboundEvent},
    limit::{MOST_PER_HOUR, MOST_PER_MINUTE, Slot},
    receive::Received,
    session_store::{OutboxEntry, OutboxKey, PendingKey, PendingReply, TurnCommit, TurnRecord},
    sweep::{Overdue, Subject},
};

use crate::{guards::Guards, mutant::Mutant, order_store::OrderStore};

/// When an entry that should be gone within seconds is overdue. As in `shared/aws`.
const OVERDUE_AFTER: Duration = Duration::from_mins(2);

/// When a reply that was held in vain is overdue. As in `shared/aws`.
const UNCLAIMED_AFTER: Duration = Duration::from_secs(5);

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Store {
    dedupe: BTreeMap<(SessionId, EventKey), Timestamp>,
    pub(crate) guards: Guards,
    pub(crate) orders: OrderStore,
    sessions: BTreeMap<SessionId, Items>,
}

/// The items of one session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    pub(crate) checkpoint: Session,
    pub(crate) version: u64,
    /// Events that turns have consumed.
    pub(crate) consumed: u64,
    /// The last reply that turns have put into the outbox.
    pub(crate) last_reply: Option<OutboxKey>,
    /// Events that were recorded.
    pub(crate) recorded: u64,
    pub(crate) inbox: BTreeMap<String, InboundEvent>,
    pub(crate) outbox: BTreeMap<OutboxKey, PendingReply>,
    /// Who has reserved a reply.
    reserved: BTreeMap<OutboxKey, String>,
    pub(crate) alerts: BTreeMap<AlertKey, PendingAlert>,
    /// The last turns, oldest first.
    pub(crate) turns: VecDeque<TurnRecord>,
    hours: BTreeMap<u32, Hour>,
}

/// How much was written in an hour of the clock, and in its minutes.
#[derive(Clone, Debug, Default)]
struct Hour {
    count: u32,
    minutes: BTreeMap<u32, u32>,
    is_told: bool,
}

/// Which condition of a commit does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Conflict,
    NewInput,
}

impl Store {
    /// The key of an event in the inbox.
    pub(crate) fn inbox_key(event: &InboundEvent) -> String {
        format!("IN#{}#{}", event.order.as_sort_key(), event.key.as_text())
    }

    pub(crate) fn items(&mut self, id: &SessionId) -> &mut Items {
        self.sessions.entry(id.clone()).or_default()
    }

    /// What is due, oldest first.
    pub(crate) fn overdue(
        &self,
        from: Timestamp,
        to: Timestamp,
        mutant: Option<Mutant>,
    ) -> Vec<Overdue> {
        let entries = self.sessions.iter().flat_map(|(session, items)| {
            let inbox = items
                .inbox
                .iter()
                .map(|(key, event)| (key.clone(), after(event.received_at, OVERDUE_AFTER)));
            let outbox = items
                .outbox
                .iter()
                .map(|(key, pending)| (format!("OUT#{}#{}", key.turn, key.part), pending.due_at));
            let alerts = items.alerts.iter().map(|(key, pending)| {
                (format!("MANAGER#{}#{}", key.turn, key.place), pending.due_at)
            });
            inbox.chain(outbox).chain(alerts).map(|(key, due_at)| Overdue {
                subject: Subject::Session(session.clone()),
                key,
                due_at,
            })
        });
        let orders = self.orders.due().filter(|_| mutant != Some(Mutant::OrderIsNeverDue));
        let mut overdue: Vec<_> =
            entries.chain(orders).filter(|entry| (from..=to).contains(&entry.due_at)).collect();
        overdue.sort_by(|a, b| a.due_at.cmp(&b.due_at).then_with(|| a.key.cmp(&b.key)));
        overdue
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_drained(&self) -> bool {
        self.orders.is_drained() && self.sessions.values().all(Items::is_drained)
    }

    /// The transaction of an event: dedupe record with its condition, inbox entry, counter.
    pub(crate) fn record(
        &mut self,
        event: &InboundEvent,
        window: Duration,
        mutant: Option<Mutant>,
    ) -> Received {
        let dedupe = (event.session.clone(), event.key.clone());
        let is_duplicate = self.dedupe.get(&dedupe).is_some_and(|at| match event.key {
            EventKey::Id(_) => true,
            EventKey::Content(_) => {
                mutant == Some(Mutant::ContentIsOnceForever)
                    || after(*at, window) >= event.received_at
            }
        });
        if is_duplicate && mutant != Some(Mutant::NoDedupe) {
            return Received::Duplicate;
        }
        let slot = Slot::of(event.received_at);
        let items = self.items(&event.session);
        let hour = items.hours.entry(slot.hour).or_default();
        let minute = hour.minutes.entry(slot.minute).or_default();
        // What the shop's own people do is not counted.
        let counts = u32::from(event.body.message().is_some());
        let is_full = counts > 0 && (*minute >= MOST_PER_MINUTE || hour.count >= MOST_PER_HOUR);
        if is_full && mutant != Some(Mutant::NoLimit) {
            return Received::Limited { is_told: hour.is_told };
        }
        *minute += counts;
        hour.count += counts;
        self.dedupe.insert(dedupe, event.received_at);
        let items = self.items(&event.session);
        items.inbox.insert(Self::inbox_key(event), event.clone());
        items.recorded += 1;
        Received::Accepted
    }

    /// The transaction of a notice: the mark that it is there, with its condition, and the entry.
    pub(crate) fn record_notice(
        &mut self,
        id: &SessionId,
        slot: Slot,
        notice: &OutboxEntry,
    ) -> bool {
        let items = self.items(id);
        let hour = items.hours.entry(slot.hour).or_default();
        let is_new = !hour.is_told;
        hour.is_told = true;
        if is_new {
            items.put_reply(notice, None);
        }
        is_new
    }

    /// Whether the transaction of a turn would go through.
    pub(crate) fn check(
        &mut self,
        id: &SessionId,
        turn: &TurnCommit,
        mutant: Option<Mutant>,
    ) -> Result<(), Refusal> {
        let items = self.items(id);
        let version_holds = items.version == turn.version;
        let consumed_hold = turn.consumed.iter().all(|key| items.inbox.contains_key(key));
        let is_settled = turn.settled.is_none_or(|key| !items.outbox.contains_key(&key));
        let is_dropped = |one| mutant == Some(one) || mutant == Some(Mutant::LastWriterWins);
        if !version_holds && !is_dropped(Mutant::NoVersionCondition)
            || !consumed_hold && !is_dropped(Mutant::NoConditionOnConsumed)
            || !is_settled && !is_dropped(Mutant::NoConditionOnSettled)
        {
            return Err(Refusal::Conflict);
        }
        let nothing_new = turn.recorded.is_none_or(|recorded| recorded == items.recorded);
        if nothing_new || mutant == Some(Mutant::NoConditionOnNewInput) {
            Ok(())
        } else {
            Err(Refusal::NewInput)
        }
    }

    /// The first half of a turn's transaction.
    pub(crate) fn put_turn(&mut self, id: &SessionId, turn: &TurnCommit) {
        self.put_checkpoint(id, turn);
        self.put_alerts(id, turn);
    }

    /// A turn's transaction without its alerts.
    pub(crate) fn put_checkpoint(&mut self, id: &SessionId, turn: &TurnCommit) {
        let items = self.items(id);
        items.checkpoint = turn.session.clone();
        items.version = turn.version + 1;
        items.consumed = turn.consumed_ever;
        items.last_reply = turn.last_reply;
        items.turns.push_back(turn.record.clone());
        if items.turns.len() > MOST_TURNS {
            items.turns.pop_front();
        }
        for entry in &turn.outbox {
            items.put_reply(entry, turn.held_until);
        }
        self.orders.put_all(&turn.orders);
    }

    pub(crate) fn put_alerts(&mut self, id: &SessionId, turn: &TurnCommit) {
        let items = self.items(id);
        for alert in &turn.alerts {
            items.put_alert(alert);
        }
    }

    /// The second half.
    pub(crate) fn delete_consumed(&mut self, id: &SessionId, turn: &TurnCommit) {
        let items = self.items(id);
        for key in &turn.consumed {
            items.inbox.remove(key);
        }
    }
}

impl Items {
    fn is_drained(&self) -> bool {
        self.inbox.is_empty() && self.outbox.is_empty() && self.alerts.is_empty()
    }

    /// Forgets what was taken.
    pub(crate) fn settle(&mut self, key: PendingKey) {
        match key {
            PendingKey::Reply(key) => drop(self.outbox.remove(&key)),
            PendingKey::Alert(key) => drop(self.alerts.remove(&key)),
        }
    }

    /// How often its delivery failed, and when it is tried again.
    pub(crate) fn trial(&mut self, key: PendingKey) -> Option<(&mut u32, &mut Timestamp)> {
        match key {
            PendingKey::Reply(key) => {
                self.outbox.get_mut(&key).map(|one| (&mut one.failures, &mut one.due_at))
            }
            PendingKey::Alert(key) => {
                self.alerts.get_mut(&key).map(|one| (&mut one.failures, &mut one.due_at))
            }
        }
    }

    /// Reserves a held reply, unless another has.
    pub(crate) fn reserve(&mut self, entry: OutboxKey, by: &str) -> bool {
        let is_held = self.outbox.get(&entry).is_some_and(|it| it.held_until.is_some());
        is_held && self.reserved.entry(entry).or_insert_with(|| by.to_owned()) == by
    }

    /// Takes `given` out and ends the holding of `others`, if all of them are held.
    pub(crate) fn claim(&mut self, given: OutboxKey, by: &str, others: &[OutboxKey]) -> bool {
        let is_held = |key| {
            let pending: Option<&PendingReply> = self.outbox.get(key);
            pending.is_some_and(|pending| pending.held_until.is_some())
        };
        let is_own = self.reserved.get(&given).is_some_and(|other| other == by);
        if !is_own || !is_held(&given) || !others.iter().all(is_held) {
            return false;
        }
        self.outbox.remove(&given);
        for key in others {
            if let Some(pending) = self.outbox.get_mut(key) {
                pending.held_until = None;
            }
        }
        true
    }

    pub(crate) fn put_alert(&mut self, alert: &Alert) {
        let due_at = after(alert.raised_at, OVERDUE_AFTER);
        let pending = PendingAlert { due_at, ..PendingAlert::from(alert.clone()) };
        self.alerts.insert(alert.key, pending);
    }

    fn put_reply(&mut self, entry: &OutboxEntry, held_until: Option<Timestamp>) {
        let due_at = match held_until {
            Some(until) => after(until, UNCLAIMED_AFTER),
            None => after(entry.committed_at, OVERDUE_AFTER),
        };
        let pending = PendingReply { due_at, held_until, ..PendingReply::from(entry.clone()) };
        self.outbox.insert(entry.key, pending);
    }
}
