//! Replies given as answers, to whoever waits for them.

use aws_sdk_dynamodb::types::{Delete, Update};
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    answer::GiveAnswer,
    event::InboundEvent,
    failure::PortError,
    session_store::{OutboxKey, PendingReply},
};

use crate::{
    error::{if_held, port_error},
    sessions::{HELD, MAX_PAGES, pending_reply},
    table::{SK_OUTBOX, Table, inbox_sk, key, outbox_sk, session_pk, string},
    transaction::{Written, delete, update},
};

/// Who has reserved a reply.
const RESERVED_BY: &str = "reserved_by";

/// What holds of a held reply that nobody else has reserved. Who asks again finds their own.
const IS_MINE_OR_FREE: &str =
    "attribute_exists(#held) AND (attribute_not_exists(#by) OR #by = :by)";

impl GiveAnswer for Table {
    /// One key is read, and read consistently: what was just written must not seem to be gone.
    async fn is_waiting(&self, event: &InboundEvent) -> Result<bool, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(&event.session), inbox_sk(event))))
            .consistent_read(true)
            .projection_expression("pk")
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "an event that waits", error))?;
        Ok(answer.item.is_some())
    }

    async fn pending_replies(&self, id: &SessionId) -> Result<Vec<PendingReply>, PortError> {
        let last = format!("{SK_OUTBOX}~");
        let items = self.range("replies", session_pk(id), (SK_OUTBOX, &last), MAX_PAGES).await?;
        items.iter().map(pending_reply).collect()
    }

    async fn reserve(&self, id: &SessionId, entry: OutboxKey, by: &str) -> Result<bool, PortError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), outbox_sk(entry))))
            .update_expression("SET #by = :by")
            .condition_expression(IS_MINE_OR_FREE)
            .expression_attribute_names("#held", HELD)
            .expression_attribute_names("#by", RESERVED_BY)
            .expression_attribute_values(":by", string(by))
            .send()
            .await;
        if_held("a reserved reply", answer)
    }

    async fn claim(
        &self,
        id: &SessionId,
        entry: OutboxKey,
        by: &str,
        others: &[OutboxKey],
    ) -> Result<bool, PortError> {
        let what = "an answer";
        let pk = session_pk(id);
        let taken = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key(pk.clone(), outbox_sk(entry))))
            .condition_expression("attribute_exists(#held) AND #by = :by")
            .expression_attribute_names("#held", HELD)
            .expression_attribute_names("#by", RESERVED_BY)
            .expression_attribute_values(":by", string(by));
        let mut items = vec![delete(what, taken)?];
        for other in others {
            let released = Update::builder()
                .table_name(&self.name)
                .set_key(Some(key(pk.clone(), outbox_sk(*other))))
                .update_expression("REMOVE #held")
                .condition_expression("attribute_exists(#held)")
                .expression_attribute_names("#held", HELD);
            items.push(update(what, released)?);
        }
        Ok(self.write(what, items).await? == Written::Done)
    }
}
