//! Events recorded: once, and before anyone hears that they were taken.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Put, Update};
use mirt_engine::{
    event::{EventKey, InboundEvent},
    failure::PortError,
    receive::{Received, RecordEvent},
};

use crate::{
    table::{
        DEDUPE_KEPT, Due, SK_INTAKE, Table, data, dedupe_pk, due, inbox_sk, key, number, overdue,
        session_pk, ttl,
    },
    transaction::{Written, put, update},
};

impl RecordEvent for Table {
    /// One transaction: dedupe record, inbox entry, inbox counter.
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

        let items = vec![
            put(what, dedupe)?,
            put(what, Put::builder().table_name(&self.name).set_item(Some(entry)))?,
            update(what, count)?,
        ];
        Ok(match self.write(what, items).await? {
            Written::Done => Received::Accepted,
            // Only the dedupe record has a condition.
            Written::ConditionFailed(_) => Received::Duplicate,
        })
    }
}
