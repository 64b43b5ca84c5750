//! What Secrets Manager refuses.

use crate::{json_protocol::Reply, store::StoreError};

/// A secret could not be read or written. No variant holds a value.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// There is no such secret, or no such version of it.
    #[error("Secrets Manager can't find the specified secret.")]
    NotFound,
    /// The name is taken, or the version id by another value.
    #[error("The operation failed because the secret already exists.")]
    Exists,
    /// A version needs a value: a string or bytes.
    #[error("You must provide either SecretString or SecretBinary.")]
    NoValue,
    /// The request is not the JSON that the operation takes.
    #[error("the request cannot be read at line {line}, column {column}")]
    Unreadable {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for SecretsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl SecretsError {
    pub(super) fn into_reply(self) -> Reply {
        let (status, code) = match self {
            Self::NotFound => (400, "ResourceNotFoundException"),
            Self::Exists => (400, "ResourceExistsException"),
            Self::NoValue | Self::Unreadable { .. } => (400, "InvalidParameterException"),
            Self::Store(_) => (500, "InternalServiceError"),
        };
        Reply::error(status, code, &self.to_string())
    }
}
