//! Transactions: all or nothing, and why not.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{ConditionCheck, Delete, DeleteRequest, Put, TransactWriteItem, Update, WriteRequest},
};
use mirt_engine::failure::PortError;

use crate::{
    error::port_error,
    table::{Item, Table},
};

/// How often a request is sent, the first time included: a transaction that met another one on the same
/// items, a batch of which the table left some undone.
pub(crate) const ATTEMPTS: u32 = 6;

/// The longest wait before the first repetition, in microseconds; doubled each time. The wait itself
/// is drawn below it, so that two transactions that met do not meet again.
const FIRST_WAIT_US: u64 = 30_000;

/// How many deletions one request takes (DynamoDB's limit).
const DELETES_PER_REQUEST: usize = 25;

/// Waits before a request is sent again; `attempt` counts those that failed before the last one.
pub(crate) async fn pause(attempt: u32) {
    let wait = fastrand::u64(1..=FIRST_WAIT_US << attempt);
    tokio::time::sleep(Duration::from_micros(wait)).await;
}

/// What became of a transaction.
#[derive(Debug, PartialEq)]
pub(crate) enum Written {
    /// All of it is stored.
    Done,
    /// None of it is: the condition of the item at this place does not hold.
    ConditionFailed {
        /// The place.
        at: usize,
        /// The item as it is, if the condition asked for it.
        item: Option<Item>,
    },
}

impl Table {
    /// Writes all items or none. A conflict with a transaction that runs at the same time is no
    /// answer to the conditions, so it is run again, a bounded number of times.
    pub(crate) async fn write(
        &self,
        what: &'static str,
        items: Vec<TransactWriteItem>,
    ) -> Result<Written, PortError> {
        let mut attempt = 0;
        loop {
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .send()
                .await;
            let Err(error) = answer else { return Ok(Written::Done) };
            if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            {
                let reasons = cancelled.cancellation_reasons();
                let has = |code: &str| reasons.iter().position(|one| one.code() == Some(code));
                if let Some(at) = has("ConditionalCheckFailed") {
                    let item = reasons.get(at).and_then(|reason| reason.item.clone());
                    return Ok(Written::ConditionFailed { at, item });
                }
                let conflict = has("TransactionConflict").is_some();
                if conflict && attempt + 1 < ATTEMPTS {
                    pause(attempt).await;
                    attempt += 1;
                    continue;
                }
                // Throttled, or in conflict for too long: it may work later.
                return Err(PortError::Unavailable {
                    service: "dynamodb",
                    source: "the transaction was cancelled".into(),
                });
            }
            return Err(port_error("dynamodb", what, error));
        }
    }

    /// Deletes the items of all these keys. What the table had no capacity for is sent again after a
    /// while, a bounded number of times.
    pub(crate) async fn delete_all(
        &self,
        what: &'static str,
        keys: impl IntoIterator<Item = Item>,
    ) -> Result<(), PortError> {
        let requests = keys
            .into_iter()
            .map(|key| {
                let request = built(what, DeleteRequest::builder().set_key(Some(key)).build())?;
                Ok(WriteRequest::builder().delete_request(request).build())
            })
            .collect::<Result<Vec<_>, PortError>>()?;
        for requests in requests.chunks(DELETES_PER_REQUEST) {
            let mut requests = requests.to_vec();
            let mut attempt = 0;
            loop {
                let answer = self
                    .client
                    .batch_write_item()
                    .request_items(&self.name, requests)
                    .send()
                    .await
                    .map_err(|error| port_error("dynamodb", what, error))?;
                let left = answer.unprocessed_items.unwrap_or_default().remove(&self.name);
                let Some(left) = left.filter(|left| !left.is_empty()) else { break };
                if attempt + 1 == ATTEMPTS {
                    let source = "deletions were left unprocessed".into();
                    return Err(PortError::Unavailable { service: "dynamodb", source });
                }
                pause(attempt).await;
                attempt += 1;
                requests = left;
            }
        }
        Ok(())
    }
}

/// A builder that was given all that it needs still answers with a `Result`; this sorts it.
fn built<T>(
    what: &'static str,
    result: Result<T, aws_sdk_dynamodb::error::BuildError>,
) -> Result<T, PortError> {
    result.map_err(|error| crate::error::unreadable(what, error))
}

pub(crate) fn put(
    what: &'static str,
    put: aws_sdk_dynamodb::types::builders::PutBuilder,
) -> Result<TransactWriteItem, PortError> {
    Ok(TransactWriteItem::builder().put(built::<Put>(what, put.build())?).build())
}

pub(crate) fn delete(
    what: &'static str,
    delete: aws_sdk_dynamodb::types::builders::DeleteBuilder,
) -> Result<TransactWriteItem, PortError> {
    Ok(TransactWriteItem::builder().delete(built::<Delete>(what, delete.build())?).build())
}

pub(crate) fn update(
    what: &'static str,
    update: aws_sdk_dynamodb::types::builders::UpdateBuilder,
) -> Result<TransactWriteItem, PortError> {
    Ok(TransactWriteItem::builder().update(built::<Update>(what, update.build())?).build())
}

pub(crate) fn check(
    what: &'static str,
    check: aws_sdk_dynamodb::types::builders::ConditionCheckBuilder,
) -> Result<TransactWriteItem, PortError> {
    Ok(TransactWriteItem::builder()
        .condition_check(built::<ConditionCheck>(what, check.build())?)
        .build())
}
