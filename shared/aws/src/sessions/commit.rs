//! A turn, committed as one.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem};
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    clock::after,
    failure::PortError,
    session_store::{CommitError, CommitTurn, OutboxEntry, TurnCommit},
};

use super::{HELD, LAST_REPLY};
use crate::{
    table::{
        Due, Item, SK_CLOSED, SK_INTAKE, SK_PROFILE, SK_STATE, TURN_EVENTS, Table, before_sk, data,
        due, event_of_inbox, key, number, outbox_sk, overdue, session_pk, string, ttl, turn_sk,
    },
    transaction::{Written, check, delete, put},
};

const WHAT: &str = "a turn";

/// When a reply that was held in vain is looked for by the sweeper: whoever waited has died.
const UNCLAIMED_AFTER: Duration = Duration::from_secs(5);

impl CommitTurn for Table {
    async fn commit_turn(&self, id: &SessionId, turn: &TurnCommit) -> Result<(), CommitError> {
        let mut items = vec![self.put_state(id, turn)?];
        items.extend(self.guards(id, turn)?);
        let guarded = items.len();

        items.extend(self.put_replies(id, turn)?);
        items.extend(self.put_facts(id, turn)?);
        for alert in &turn.alerts {
            items.push(self.put_alert(id, alert)?);
        }
        for order in &turn.orders {
            items.extend(self.put_order(order)?);
        }
        items.push(self.count(id, &turn.tally, turn.record.at)?);
        items.extend(self.put_records(id, turn)?);
        items.extend(self.add_spending(id, &turn.record)?);
        items.extend(self.no_new_input(id, turn)?);

        match self.write(WHAT, items).await? {
            Written::Done => Ok(()),
            Written::ConditionFailed { at, .. } if at < guarded => Err(CommitError::Conflict),
            Written::ConditionFailed { .. } => Err(CommitError::NewInput),
        }
    }
}

impl Table {
    /// The checkpoint, if it still is the one that was read.
    fn put_state(&self, id: &SessionId, turn: &TurnCommit) -> Result<TransactWriteItem, PortError> {
        let mut state = key(session_pk(id), SK_STATE.to_owned());
        state.extend([data(WHAT, &turn.session)?]);
        state.insert("version".to_owned(), number(turn.version + 1));
        state.insert("consumed".to_owned(), number(turn.consumed_ever));
        if let Some(last) = turn.last_reply {
            state.insert(LAST_REPLY.to_owned(), string(outbox_sk(last)));
        }
        if let Some(next) = turn.due {
            state.extend(due(next.duty.into(), id, next.at));
        }
        let state = Put::builder().table_name(&self.name).set_item(Some(state));
        let state = if turn.version == 0 {
            state.condition_expression("attribute_not_exists(pk)")
        } else {
            state
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(turn.version))
        };
        put(WHAT, state)
    }

    /// What must still be as it was read beside the checkpoint: the events that the turn consumes, and
    /// the last reply of the turns before. Checkpoint and inbox are read with one query, but not in one
    /// moment.
    fn guards(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let pk = session_pk(id);
        let mut guards = Vec::with_capacity(turn.consumed.len() + 1);
        for consumed in &turn.consumed {
            let consumed = Delete::builder()
                .table_name(&self.name)
                .set_key(Some(key(pk.clone(), consumed.clone())))
                .condition_expression("attribute_exists(pk)");
            guards.push(delete(WHAT, consumed)?);
        }
        if let Some(settled) = turn.settled {
            let is_gone = ConditionCheck::builder()
                .table_name(&self.name)
                .set_key(Some(key(pk, outbox_sk(settled))))
                .condition_expression("attribute_not_exists(pk)");
            guards.push(check(WHAT, is_gone)?);
        }
        Ok(guards)
    }

    fn put_replies(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let put_one = |entry: &OutboxEntry| {
            let mut item = key(session_pk(id), outbox_sk(entry.key));
            item.extend([data(WHAT, entry)?]);
            match turn.held_until {
                Some(until) => {
                    item.insert(HELD.to_owned(), number(until.as_millisecond()));
                    item.extend(due(Due::Outbox, id, after(until, UNCLAIMED_AFTER)));
                }
                None => item.extend(due(Due::Outbox, id, overdue(entry.committed_at))),
            }
            self.put_of_turn(item)
        };
        turn.outbox.iter().map(put_one).collect()
    }

    /// What the turn changes of what is known of the customer beside the checkpoint.
    fn put_facts(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> Result<Vec<TransactWriteItem>, PortError> {
        let mut items = Vec::new();
        if turn.opens {
            let closed = key(session_pk(id), SK_CLOSED.to_owned());
            let opened = Delete::builder().table_name(&self.name).set_key(Some(closed));
            items.push(delete(WHAT, opened)?);
        }
        if let Some(profile) = &turn.profile {
            let mut item = key(session_pk(id), SK_PROFILE.to_owned());
            item.extend([data("a profile", profile)?]);
            items.push(self.put_of_turn(item)?);
        }
        Ok(items)
    }

    /// What is remembered of the turn itself, and of what it began with.
    fn put_records(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> Result<[TransactWriteItem; 2], PortError> {
        let (pk, expires) = (session_pk(id), ttl(turn.record.at, self.turn_kept));
        let mut record = key(pk.clone(), turn_sk(turn.record.n));
        let events = turn.consumed.iter().filter_map(|sk| event_of_inbox(sk));
        let events = AttributeValue::L(events.map(string).collect());
        record.insert(TURN_EVENTS.to_owned(), events);
        record.extend([data(WHAT, &turn.record)?, expires.clone()]);
        let mut found = key(pk, before_sk(turn.record.n));
        found.extend([data(WHAT, &turn.found)?, expires]);
        Ok([self.put_of_turn(record)?, self.put_of_turn(found)?])
    }

    /// That nothing was recorded since the session was read, where the turn wants it so.
    fn no_new_input(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> Result<Option<TransactWriteItem>, PortError> {
        let Some(recorded) = turn.recorded else { return Ok(None) };
        let unchanged = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), SK_INTAKE.to_owned())))
            .condition_expression("#recorded = :read")
            .expression_attribute_names("#recorded", "recorded")
            .expression_attribute_values(":read", number(recorded));
        check(WHAT, unchanged).map(Some)
    }

    fn put_of_turn(&self, item: Item) -> Result<TransactWriteItem, PortError> {
        put(WHAT, Put::builder().table_name(&self.name).set_item(Some(item)))
    }
}
