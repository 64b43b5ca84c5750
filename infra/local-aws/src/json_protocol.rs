//! AWS's JSON protocols 1.0 and 1.1, the part that all three services share: an operation's name
//! in a header, JSON in, JSON or a typed error out.

use serde::Serialize;

/// An answer before it becomes HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// JSON.
    pub(crate) body: Vec<u8>,
    /// The error's code in the older query protocol. The SDKs take the type of an SQS error from
    /// it, not from the body.
    pub(crate) query_error: Option<&'static str>,
}

impl Reply {
    /// 200 with `value`.
    pub(crate) fn ok(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self { status: 200, body, query_error: None },
            Err(_) => Self::error(500, "InternalFailure", "The answer cannot be written as JSON."),
        }
    }

    /// An error of the type `code`.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        // Both spellings, because the services differ and the SDKs read either.
        let body = serde_json::json!({ "__type": code, "message": message, "Message": message });
        Self { status, body: body.to_string().into_bytes(), query_error: None }
    }

    /// An answer whose JSON is at hand.
    pub(crate) fn json(status: u16, body: String) -> Self {
        Self { status, body: body.into_bytes(), query_error: None }
    }

    /// Adds the code of the query protocol.
    pub(crate) fn with_query_error(self, code: &'static str) -> Self {
        Self { query_error: Some(code), ..self }
    }

    /// The service has no such operation, or we do not emulate it.
    pub(crate) fn unknown_operation(operation: &str) -> Self {
        let message = format!("The local stand-in does not know the operation {operation}.");
        Self::error(400, "UnknownOperationException", &message)
    }
}
