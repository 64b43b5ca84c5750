//! Messages in flight: deleted, or hidden for shorter or longer.

use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Context, batch::Batch, error::SqsError, ids::ReceiptHandle, queue::Queue,
    settings::VISIBILITY_SECONDS,
};
use crate::clock::UnixMillis;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMessage {
    queue_url: String,
    receipt_handle: String,
}

pub(super) fn delete_message(
    context: &Context<'_>,
    request: DeleteMessage,
) -> Result<Value, SqsError> {
    delete(context, &request.queue_url, &request.receipt_handle)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Deletion {
    receipt_handle: String,
}

pub(super) fn delete_message_batch(
    context: &Context<'_>,
    batch: Batch<Deletion>,
) -> Result<Value, SqsError> {
    Queue::at(context, &batch.queue_url)?;
    batch.each(|Deletion { receipt_handle }| {
        delete(context, &batch.queue_url, receipt_handle)?;
        Ok(json!({}))
    })
}

/// Deletes a received message. Deleting it again is no error.
///
/// A FIFO queue refuses a handle whose visibility timeout is over: the message may be with another
/// receiver by then. A standard queue takes the latest handle at any time, and an older one
/// without doing anything.
pub(super) fn delete(context: &Context<'_>, url: &str, handle: &str) -> Result<(), SqsError> {
    let queue = Queue::at(context, url)?;
    let receipt = ReceiptHandle::parse(handle)?;
    match state(context, &queue, &receipt)? {
        HandleState::InFlight => {}
        HandleState::TimedOut if !queue.settings.fifo => {}
        HandleState::Replaced if !queue.settings.fifo => return Ok(()),
        HandleState::Gone => return Ok(()),
        HandleState::TimedOut | HandleState::Replaced => return Err(expired(handle)),
    }
    context.execute("DELETE FROM message WHERE id = ?1", [receipt.message])?;
    forget_attempt(context, &queue, &receipt)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeMessageVisibility {
    queue_url: String,
    #[serde(flatten)]
    change: VisibilityChange,
}

/// A received message and how long it stays hidden from now on, in seconds.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VisibilityChange {
    receipt_handle: String,
    visibility_timeout: i64,
}

pub(super) fn change_message_visibility(
    context: &Context<'_>,
    request: ChangeMessageVisibility,
) -> Result<Value, SqsError> {
    hide(context, &Queue::at(context, &request.queue_url)?, &request.change)
}

pub(super) fn change_message_visibility_batch(
    context: &Context<'_>,
    batch: Batch<VisibilityChange>,
) -> Result<Value, SqsError> {
    let queue = Queue::at(context, &batch.queue_url)?;
    batch.each(|change| hide(context, &queue, change))
}

fn hide(
    context: &Context<'_>,
    queue: &Queue,
    change: &VisibilityChange,
) -> Result<Value, SqsError> {
    let VisibilityChange { receipt_handle, visibility_timeout: seconds } = change;
    if !VISIBILITY_SECONDS.contains(seconds) {
        let reason = "Must be between 0 and 43200.";
        return Err(SqsError::invalid("VisibilityTimeout", seconds, reason));
    }
    let receipt = ReceiptHandle::parse(receipt_handle)?;
    match state(context, queue, &receipt)? {
        HandleState::InFlight => {}
        HandleState::Replaced => return Err(expired(receipt_handle)),
        HandleState::TimedOut | HandleState::Gone => {
            return Err(SqsError::MessageNotInflight(receipt_handle.clone()));
        }
    }
    let hidden_until = context.now.saturating_add(seconds * 1_000);
    // The longest time counts from the receive, not from this call.
    let longest = *VISIBILITY_SECONDS.end();
    if hidden_until > receipt.received.saturating_add(longest * 1_000) {
        let reason = format!(
            "Total VisibilityTimeout for the message is beyond the limit [{longest} seconds]."
        );
        return Err(SqsError::invalid("VisibilityTimeout", seconds, &reason));
    }
    context.execute(
        "UPDATE message SET visible = ?2 WHERE id = ?1",
        params![receipt.message, hidden_until],
    )?;
    forget_attempt(context, queue, &receipt)?;
    Ok(json!({}))
}

/// Gives all messages in flight back to the queue. Their number.
pub(super) fn release_all(context: &Context<'_>, name: &str) -> Result<usize, SqsError> {
    let queue = Queue::at(context, name)?;
    context.execute(
        "UPDATE message SET visible = ?2
         WHERE queue = ?1 AND receipt IS NOT NULL AND visible > ?2",
        params![queue.name, context.now],
    )
}

/// How a receipt handle stands to its message.
enum HandleState {
    /// The message is hidden on this receipt.
    InFlight,
    /// The message is visible again, and was not received since.
    TimedOut,
    /// The message was received again since.
    Replaced,
    /// The message is deleted, or was given up.
    Gone,
}

fn state(
    context: &Context<'_>,
    queue: &Queue,
    handle: &ReceiptHandle,
) -> Result<HandleState, SqsError> {
    let row: Option<(String, Option<String>, UnixMillis)> = context
        .tx
        .prepare_cached("SELECT queue, receipt, visible FROM message WHERE id = ?1")?
        .query_row([handle.message], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(match row {
        None => HandleState::Gone,
        Some((of, ..)) if of != queue.name => return Err(SqsError::ReceiptHandleIsInvalid),
        Some((_, receipt, _)) if receipt.as_ref() != Some(&handle.receipt) => HandleState::Replaced,
        Some((_, _, visible)) if visible <= context.now => HandleState::TimedOut,
        Some(_) => HandleState::InFlight,
    })
}

/// A receive whose messages have changed cannot be repeated any more.
fn forget_attempt(
    context: &Context<'_>,
    queue: &Queue,
    handle: &ReceiptHandle,
) -> Result<(), SqsError> {
    let sql = "DELETE FROM receive_attempt WHERE queue = ?1 AND receipt = ?2";
    context.execute(sql, [&queue.name, &handle.receipt]).map(drop)
}

fn expired(handle: &str) -> SqsError {
    SqsError::invalid("ReceiptHandle", handle, "The receipt handle has expired.")
}
