//! What SQS refuses, with the codes that its clients know.

use crate::{json_protocol::Reply, store::StoreError};

/// An SQS operation did not do its work. All but the last are the caller's fault.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the variants are the service's error codes, the texts its own")]
pub enum SqsError {
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    #[error("A queue already exists with the same name and a different value for attribute {0}")]
    QueueNameExists(String),
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    #[error("Invalid value for the parameter {0}.")]
    InvalidAttributeValue(String),
    #[error("{0}")]
    InvalidParameterValue(String),
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(String),
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    #[error(
        "Value {0} for parameter VisibilityTimeout is invalid. Reason: Message does not exist or is not available for visibility timeout change."
    )]
    MessageNotInflight(String),
    #[error("There should be at least one entry in the request.")]
    EmptyBatchRequest,
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntriesInBatchRequest(usize),
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    #[error("Batch requests cannot be longer than 1048576 bytes. You have sent {0} bytes.")]
    BatchRequestTooLong(usize),
    #[error(
        "The resource that you specified for the SourceArn or DestinationArn parameter doesn't exist."
    )]
    ResourceNotFound,
    #[error("The request cannot be read: {0}")]
    Serialization(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for SqsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<serde_json::Error> for SqsError {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

impl SqsError {
    /// A value outside its limits, in the service's words.
    pub(super) fn invalid(parameter: &str, value: impl std::fmt::Display, reason: &str) -> Self {
        Self::InvalidParameterValue(format!(
            "Value {value} for parameter {parameter} is invalid. Reason: {reason}"
        ))
    }

    /// A request that is not the JSON that its operation takes.
    #[expect(clippy::needless_pass_by_value, reason = "it is called by map_err")]
    pub(super) fn unreadable(error: serde_json::Error) -> Self {
        let text = error.to_string();
        match text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
            Some((field, _)) => Self::MissingParameter(field.to_owned()),
            None => Self::Serialization(text),
        }
    }

    /// The error's type in the JSON protocol, and its code in the query protocol before it.
    pub(super) const fn codes(&self) -> (&'static str, &'static str) {
        match self {
            Self::QueueDoesNotExist => {
                ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
            }
            Self::QueueNameExists(_) => ("QueueNameExists", "QueueAlreadyExists"),
            Self::InvalidAttributeName(_) => ("InvalidAttributeName", "InvalidAttributeName"),
            Self::InvalidAttributeValue(_) => ("InvalidAttributeValue", "InvalidAttributeValue"),
            Self::InvalidParameterValue(_) => {
                ("InvalidParameterValueException", "InvalidParameterValue")
            }
            Self::MissingParameter(_) => ("MissingRequiredParameterException", "MissingParameter"),
            Self::InvalidMessageContents => ("InvalidMessageContents", "InvalidMessageContents"),
            Self::ReceiptHandleIsInvalid => ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
            Self::MessageNotInflight(_) => {
                ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
            }
            Self::EmptyBatchRequest => {
                ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest")
            }
            Self::TooManyEntriesInBatchRequest(_) => (
                "TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            ),
            Self::BatchEntryIdsNotDistinct(_) => {
                ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
            }
            Self::InvalidBatchEntryId => {
                ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId")
            }
            Self::BatchRequestTooLong(_) => {
                ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
            }
            Self::ResourceNotFound => ("ResourceNotFoundException", "ResourceNotFoundException"),
            Self::Serialization(_) => ("SerializationException", "SerializationException"),
            Self::Store(_) => ("InternalFailure", "InternalFailure"),
        }
    }

    pub(super) fn into_reply(self) -> Reply {
        let status = if matches!(self, Self::Store(_)) { 500 } else { 400 };
        let (code, query_code) = self.codes();
        let error_type = format!("com.amazonaws.sqs#{code}");
        Reply::error(status, &error_type, &self.to_string()).with_query_error(query_code)
    }
}
