//! Why a session's turn failed last: what an operator sees beside its dead letters.

use jiff::Timestamp;
use mirt_domain::session_id::SessionId;
use mirt_engine::failure::PortError;

use crate::{
    error::port_error,
    table::{
        SK_TROUBLE, TROUBLE_KEPT, Table, counter, key, number, session_pk, string, text, time, ttl,
    },
};

/// A session's turns that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What the last one failed with: errors and their causes, nothing of what was said.
    pub error: String,
    /// When that was.
    pub at: Timestamp,
    /// How many failed, in the last two weeks or since then.
    pub failures: u64,
}

impl Table {
    /// Keeps why a session's turn failed. It costs nothing when all goes well: what is there is
    /// told apart by its time, not taken away.
    ///
    /// # Errors
    /// When the store did not do it.
    pub async fn note_trouble(
        &self,
        id: &SessionId,
        error: &str,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let (ttl_name, ttl_value) = ttl(now, TROUBLE_KEPT);
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(session_pk(id), SK_TROUBLE.to_owned())))
            .update_expression("SET #error = :error, #at = :at, #ttl = :ttl ADD #failures :one")
            .expression_attribute_names("#error", "error")
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_names("#failures", "failures")
            .expression_attribute_values(":error", string(error))
            .expression_attribute_values(":at", number(now.as_millisecond()))
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":one", number(1))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "a session's trouble", error))?;
        Ok(())
    }

    /// Why a session's turn failed last, if one did since `since`.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn trouble(
        &self,
        id: &SessionId,
        since: Timestamp,
    ) -> Result<Option<Trouble>, PortError> {
        let item = self.read("a session's trouble", session_pk(id), SK_TROUBLE).await?;
        Ok(item
            .map(|item| Trouble {
                error: text(&item, "error").to_owned(),
                at: time(&item, "at"),
                failures: counter(&item, "failures"),
            })
            .filter(|trouble| trouble.at >= since))
    }
}
