//! Who is talking: the identity of a session.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::channel::Channel;

/// The longest user id that is taken, in bytes. With the channel's name before it, it still fits
/// the 128 characters of an SQS message group id.
pub const MAX_USER_ID_BYTES: usize = 100;

/// A customer's id within a channel: printable ASCII, 1 to [`MAX_USER_ID_BYTES`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserId(String);

/// What is wrong with a user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUserId {
    /// Nothing is left after trimming.
    #[error("the user id is empty")]
    Empty,
    /// It would not fit a message group id.
    #[error("the user id is longer than {MAX_USER_ID_BYTES} bytes")]
    TooLong,
    /// It holds a character that is no printable ASCII, or `#`, which parts our keys.
    #[error("the user id holds a character other than printable ASCII without '#'")]
    BadCharacter,
}

impl UserId {
    /// Takes a user id as a channel sent it, trimmed.
    ///
    /// # Errors
    /// [`InvalidUserId`] says what is wrong; the id itself is not in it.
    pub fn parse(raw: &str) -> Result<Self, InvalidUserId> {
        let id = raw.trim();
        if id.is_empty() {
            return Err(InvalidUserId::Empty);
        }
        if id.len() > MAX_USER_ID_BYTES {
            return Err(InvalidUserId::TooLong);
        }
        if !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err(InvalidUserId::BadCharacter);
        }
        Ok(Self(id.to_owned()))
    }

    /// Who is in the place of a customer whose data were erased. No channel's ids are words.
    #[must_use]
    pub fn erased() -> Self {
        Self("erased".to_owned())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserId {
    type Error = InvalidUserId;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        id.0
    }
}

/// One customer in one channel. Everything that changes a session goes through its FIFO group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId {
    /// The channel.
    pub channel: Channel,
    /// The customer in it.
    pub user: UserId,
}

impl fmt::Display for SessionId {
    /// `instagram:1234`: the message group id. Not for logs: it identifies a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel, self.user.0)
    }
}
