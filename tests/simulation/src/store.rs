//! The table, as `shared/aws` uses it: items of a session, transactions with conditions.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use mirt_domain::{session::Session, session_id::SessionId};
use mirt_engine::{
    event::{EventKey, InboundEvent},
    receive::Received,
    session_store::{OutboxEntry, OutboxKey, TurnCommit},
};

use crate::mutant::Mutant;

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Store {
    dedupe: BTreeMap<(SessionId, EventKey), Timestamp>,
    sessions: BTreeMap<SessionId, Items>,
}

/// The items of one session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    pub(crate) checkpoint: Session,
    pub(crate) version: u64,
    pub(crate) recorded: u64,
    pub(crate) inbox: BTreeMap<String, InboundEvent>,
    pub(crate) outbox: BTreeMap<OutboxKey, OutboxEntry>,
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

    pub(crate) fn sessions(&self) -> impl Iterator<Item = (&SessionId, &Items)> {
        self.sessions.iter()
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
            EventKey::Content(_) => mirt_engine::clock::after(*at, window) >= event.received_at,
        });
        if is_duplicate && mutant != Some(Mutant::NoDedupe) {
            return Received::Duplicate;
        }
        self.dedupe.insert(dedupe, event.received_at);
        let items = self.items(&event.session);
        items.inbox.insert(Self::inbox_key(event), event.clone());
        items.recorded += 1;
        Received::Accepted
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
        if !version_holds && mutant != Some(Mutant::NoVersionCondition)
            || !consumed_hold && mutant != Some(Mutant::NoConditionOnConsumed)
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
        let items = self.items(id);
        items.checkpoint = turn.session.clone();
        items.version = turn.version + 1;
        items.outbox.extend(turn.outbox.iter().map(|entry| (entry.key, entry.clone())));
    }

    /// The second half.
    pub(crate) fn delete_consumed(&mut self, id: &SessionId, turn: &TurnCommit) {
        let items = self.items(id);
        for key in &turn.consumed {
            items.inbox.remove(key);
        }
    }
}
