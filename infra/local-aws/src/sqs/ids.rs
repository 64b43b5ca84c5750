//! Ids that the service makes, and the form of those that callers make.

use super::error::SqsError;
use crate::{clock::UnixMillis, random};

/// Longest group, deduplication or attempt id.
const MAX_ID_LETTERS: usize = 128;

/// Twenty digits that grow with the order of arrival, as real sequence numbers have.
pub(super) fn sequence_number(id: i64) -> String {
    format!("1{id:019}")
}

/// Checks an id of the caller's: 1 to 128 letters, digits and punctuation marks of ASCII.
pub(super) fn check(parameter: &str, id: &str) -> Result<(), SqsError> {
    if (1..=MAX_ID_LETTERS).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(());
    }
    Err(SqsError::invalid(
        parameter,
        id,
        &format!(
            "{parameter} can only include alphanumeric and punctuation characters. 1 to \
             {MAX_ID_LETTERS} in length."
        ),
    ))
}

/// A receive of messages, as it stands with each of them: when it was, and a name.
pub(super) fn receipt(now: UnixMillis) -> String {
    format!("{now}.{}", random::uuid())
}

/// A receipt handle: which message, and which receive of it.
pub(super) struct ReceiptHandle {
    pub(super) message: i64,
    pub(super) receipt: String,
    /// When it was received.
    pub(super) received: UnixMillis,
}

impl ReceiptHandle {
    pub(super) fn parse(handle: &str) -> Result<Self, SqsError> {
        handle
            .split_once('.')
            .and_then(|(message, receipt)| {
                let (received, _) = receipt.split_once('.')?;
                Some(Self {
                    message: message.parse().ok()?,
                    receipt: receipt.to_owned(),
                    received: received.parse().ok()?,
                })
            })
            .ok_or(SqsError::ReceiptHandleIsInvalid)
    }
}

/// The handle of a message on a receipt.
pub(super) fn receipt_handle(message: i64, receipt: &str) -> String {
    format!("{message}.{receipt}")
}
