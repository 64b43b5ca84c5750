//! Ids that the service makes, and the form of those that callers make.

use super::error::SqsError;

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

/// A receipt handle: which message, and which receive of it.
pub(super) struct ReceiptHandle {
    pub(super) message: i64,
    pub(super) receipt: String,
}

impl ReceiptHandle {
    pub(super) fn parse(handle: &str) -> Result<Self, SqsError> {
        handle
            .split_once('.')
            .and_then(|(message, receipt)| Some((message.parse().ok()?, receipt)))
            .map(|(message, receipt)| Self { message, receipt: receipt.to_owned() })
            .ok_or(SqsError::ReceiptHandleIsInvalid)
    }
}

impl std::fmt::Display for ReceiptHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.message, self.receipt)
    }
}
