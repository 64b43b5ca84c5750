//! What is kept as the secret: the application, the session.

use serde::{Deserialize, Serialize};

use crate::{AppId, Session};

/// The secret of the account that reads. It has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// The application's id, as registered at my.telegram.org.
    pub api_id: i32,
    /// Its hash.
    pub api_hash: String,
    /// The session.
    pub session: Session,
    /// Why the session is not to be used any more, if it is not. A new login forgets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Credentials {
    /// The application.
    #[must_use]
    pub fn app(&self) -> AppId {
        AppId(self.api_id)
    }
}
