//! Photos that customers sent and files that managers sent: where to find them, never their bytes.

use serde::{Deserialize, Serialize};

/// Where a customer's photo can be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Photo {
    /// An address that the channel gave; private links of Meta's CDN expire.
    Url(String),
    /// A Telegram file id. A link to the file would hold the bot's token, so none is kept.
    TelegramFile(String),
}

/// A file that a manager sent for a customer, where the managers' bot can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// Telegram's id of it, for the bot of the managers' chat.
    pub id: String,
    /// What it is to whoever gets it.
    pub kind: SentKind,
    /// How large it is, in bytes, where Telegram says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What a manager's file is to whoever gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentKind {
    /// A photo.
    Photo,
    /// A photo that was sent as a file: Telegram gives it on as a file only.
    PhotoAsFile,
    /// Any other file.
    File,
}

/// What a photo is known again by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The first half of the SHA-256 of its file, in hexadecimal.
    pub bytes: String,
    /// Its look: for 64 places, whether it grows darker to the right.
    pub look: u64,
}

/// How many bits two looks of one photo may differ in.
const SAME_LOOK_BITS: u32 = 6;

impl Mark {
    /// Whether two photos are the same, by their bytes or by their look.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.bytes == other.bytes || (self.look ^ other.look).count_ones() <= SAME_LOOK_BITS
    }
}
