//! A photo that a customer sent: where to find it, never its bytes.

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
