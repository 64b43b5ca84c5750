//! What becomes of replies after their turn.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use mirt_domain::{
    hours::day_of,
    session_id::SessionId,
    tally::{Tally, name},
};
use mirt_engine::{
    alert::Alert,
    failure::PortError,
    session_store::{Closed, OutboxEntry, OutboxKey, PendingKey, SettleOutbox},
};

use super::{FAILURES, HELD};
use crate::{
    error::if_held,
    table::{
        DUE_AT, SK_CLOSED, Table, data, key, number, outbox_sk, pending_sk, session_pk,
        undelivered_sk,
    },
    transaction::{Written, delete, put},
};

/// So many replies that will never be sent, on their day.
fn unsent(replies: usize, at: Timestamp) -> Tally {
    let replies = replies.try_into().unwrap_or(u64::MAX);
    Tally { day: day_of(at), counts: [(name::UNSENT.to_owned(), replies)].into() }
}

impl SettleOutbox for Table {
    async fn mark_delivered(
        &self,
        id: &SessionId,
        entries: &[PendingKey],
    ) -> Result<(), PortError> {
        let keys = entries.iter().map(|entry| key(session_pk(id), pending_sk(*entry)));
        self.delete_all("a delivery mark", keys).await
    }

    async fn release(&self, id: &SessionId, entry: OutboxKey) -> Result<bool, PortError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), outbox_sk(entry))))
            .update_expression("REMOVE #held")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#held", HELD)
            .send()
            .await;
        if_held("a held reply", answer)
    }

    async fn set_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
        alert: &Alert,
    ) -> Result<(), PortError> {
        let mut items = self.moved_aside(id, entry, reason)?.to_vec();
        items.push(self.put_alert(id, alert)?);
        items.push(self.count(id, &unsent(1, alert.raised_at), alert.raised_at)?);
        match self.write("a refused reply", items).await? {
            // Another instance has settled it.
            Written::Done | Written::ConditionFailed { .. } => Ok(()),
        }
    }

    async fn close(
        &self,
        id: &SessionId,
        entries: &[OutboxEntry],
        closed: &Closed,
        alert: &Alert,
    ) -> Result<(), PortError> {
        let what = "a closed session";
        let mut mark = key(session_pk(id), SK_CLOSED.to_owned());
        mark.extend([data(what, closed)?]);
        let mut items = vec![
            put(what, Put::builder().table_name(&self.name).set_item(Some(mark)))?,
            self.put_alert(id, alert)?,
            self.count(id, &unsent(entries.len(), alert.raised_at), alert.raised_at)?,
        ];
        for entry in entries {
            items.extend(self.moved_aside(id, entry, &closed.reason)?);
        }
        match self.write(what, items).await? {
            // Another instance has settled one of them, and the next wake-up sees to the others.
            Written::Done | Written::ConditionFailed { .. } => Ok(()),
        }
    }

    async fn postpone(
        &self,
        id: &SessionId,
        entry: PendingKey,
        failures: u32,
        due_at: Timestamp,
    ) -> Result<(), PortError> {
        let what = "a postponed reply";
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), pending_sk(entry))))
            .update_expression("SET #failures = :failures, #due_at = :due_at")
            // One that was delivered meanwhile must not come back.
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#failures", FAILURES)
            .expression_attribute_names("#due_at", DUE_AT)
            .expression_attribute_values(":failures", number(failures))
            .expression_attribute_values(":due_at", number(due_at.as_millisecond()))
            .send()
            .await;
        // One that was delivered meanwhile is let be.
        if_held(what, answer).map(drop)
    }
}

impl Table {
    /// A reply out of the outbox, if it is still there, and beside it with the reason.
    fn moved_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
    ) -> Result<[TransactWriteItem; 2], PortError> {
        let what = "a refused reply";
        let pk = session_pk(id);
        let mut aside = key(pk.clone(), undelivered_sk(entry.key));
        aside.extend([data(what, entry)?]);
        aside.insert("reason".to_owned(), AttributeValue::S(reason.to_owned()));
        let gone = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk, outbox_sk(entry.key))))
            .condition_expression("attribute_exists(pk)");
        let aside = Put::builder().table_name(&self.name).set_item(Some(aside));
        Ok([put(what, aside)?, delete(what, gone)?])
    }
}
