//! Customers as operators name them, and as they are shown to operators.

use mirt_domain::{
    channel::{Channel, UnknownChannel},
    session_id::{InvalidUserId, SessionId, UserId},
};
use sha2::{Digest as _, Sha256};

use crate::cli::Who;

/// Nobody is called so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WhoError {
    #[error("there is no channel {name}")]
    Channel {
        name: String,
        #[source]
        source: UnknownChannel,
    },
    #[error("that is no customer's id; mirt sessions list --users shows ids")]
    User(#[source] InvalidUserId),
}

impl Who {
    /// The customer's session.
    pub(crate) fn session(&self) -> Result<SessionId, WhoError> {
        let channel: Channel = self
            .channel
            .parse()
            .map_err(|source| WhoError::Channel { name: self.channel.clone(), source })?;
        let user = UserId::parse(&self.user).map_err(WhoError::User)?;
        Ok(SessionId { channel, user })
    }
}

/// A session as operators see it: enough to tell two apart, not enough to know who it is.
pub(crate) fn masked(session: &SessionId) -> String {
    let hash = Sha256::digest(session.to_string());
    format!("{}:{:02x}{:02x}{:02x}{:02x}", session.channel, hash[0], hash[1], hash[2], hash[3])
}
