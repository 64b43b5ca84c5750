//! Events recorded: once, and before anyone hears that they were taken.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure, Update, builders::UpdateBuilder,
};
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    event::{EventKey, InboundEvent},
    failure::PortError,
    limit::{MOST_PER_HOUR, MOST_PER_MINUTE, RecordNotice, Slot},
    receive::{Received, RecordEvent},
    session_store::OutboxEntry,
};

use crate::{
    table::{
        DEDUPE_KEPT, Due, HOUR_KEPT, SK_INTAKE, Table, data, dedupe_pk, due, hour_sk, inbox_sk,
        key, number, outbox_sk, overdue, session_pk, ttl,
    },
    transaction::{Written, put, update},
};

/// Marks the hour in which a customer was told that they write too much.
const TOLD: &str = "told";

impl RecordEvent for Table {
    /// One transaction: dedupe record, the customer's counts, inbox entry, inbox counter.
    async fn record_event(
        &self,
        event: &InboundEvent,
        content_window: Duration,
    ) -> Result<Received, PortError> {
        let what = "an event";
        let at = event.received_at;
        let pk = session_pk(&event.session);

        let mut dedupe = Put::builder()
            .table_name(&self.name)
            .set_item(Some(key(dedupe_pk(event), "E".to_owned())))
            .item("at", number(at.as_millisecond()));
        let (ttl_name, ttl_value) = ttl(at, DEDUPE_KEPT);
        dedupe = dedupe.item(ttl_name, ttl_value);
        dedupe = match event.key {
            EventKey::Id(_) => dedupe.condition_expression("attribute_not_exists(pk)"),
            EventKey::Content(_) => {
                let window_began =
                    at.as_millisecond() - i64::try_from(content_window.as_millis()).unwrap_or(0);
                dedupe
                    .condition_expression("attribute_not_exists(pk) OR #at < :window_began")
                    .expression_attribute_names("#at", "at")
                    .expression_attribute_values(":window_began", number(window_began))
            }
        };

        let mut entry = key(pk.clone(), inbox_sk(event));
        entry.extend([data(what, event)?]);
        entry.extend(due(Due::Inbox, &event.session, overdue(at)));

        let count = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk, SK_INTAKE.to_owned())))
            .update_expression("ADD #recorded :one")
            .expression_attribute_names("#recorded", "recorded")
            .expression_attribute_values(":one", number(1));

        // In this order: a duplicate is one however much its customer wrote.
        let mut items = vec![
            put(what, dedupe)?,
            put(what, Put::builder().table_name(&self.name).set_item(Some(entry)))?,
            update(what, count)?,
        ];
        if event.body.message().is_some() {
            // What the shop's own people do is not counted.
            items.push(update(what, self.hour_count(event))?);
        }
        Ok(match self.write(what, items).await? {
            Written::Done => Received::Accepted,
            Written::ConditionFailed { at: 0, .. } => Received::Duplicate,
            Written::ConditionFailed { item, .. } => {
                Received::Limited { is_told: item.is_some_and(|hour| hour.contains_key(TOLD)) }
            }
        })
    }
}

impl RecordNotice for Table {
    /// One transaction: the mark that the customer was told this hour, and the outbox entry.
    async fn record_notice(
        &self,
        session: &SessionId,
        slot: Slot,
        notice: &OutboxEntry,
    ) -> Result<bool, PortError> {
        let what = "a notice";
        let pk = session_pk(session);
        let told = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk.clone(), hour_sk(slot))))
            .update_expression("SET #told = :told")
            .condition_expression("attribute_not_exists(#told)")
            .expression_attribute_names("#told", TOLD)
            .expression_attribute_values(":told", AttributeValue::Bool(true));
        let mut entry = key(pk, outbox_sk(notice.key));
        entry.extend([data(what, notice)?]);
        entry.extend(due(Due::Outbox, session, overdue(notice.committed_at)));
        let items = vec![
            update(what, told)?,
            put(what, Put::builder().table_name(&self.name).set_item(Some(entry)))?,
        ];
        Ok(self.write(what, items).await? == Written::Done)
    }
}

impl Table {
    /// Counts an event for its minute and its hour, if neither is full.
    fn hour_count(&self, event: &InboundEvent) -> UpdateBuilder {
        let slot = Slot::of(event.received_at);
        let (ttl_name, ttl_value) = ttl(event.received_at, HOUR_KEPT);
        Update::builder()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(&event.session), hour_sk(slot))))
            .update_expression("SET #ttl = :ttl ADD #hour :one, #minute :one")
            .condition_expression(
                "(attribute_not_exists(#hour) OR #hour < :most_per_hour) \
                 AND (attribute_not_exists(#minute) OR #minute < :most_per_minute)",
            )
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_names("#hour", "count")
            .expression_attribute_names("#minute", format!("m{:02}", slot.minute))
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most_per_hour", number(MOST_PER_HOUR))
            .expression_attribute_values(":most_per_minute", number(MOST_PER_MINUTE))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}
