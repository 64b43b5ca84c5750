//! What the assistant says, before a channel's limits are applied.

use serde::{Deserialize, Serialize};

use crate::{marks::Mark, photo::SentFile};

/// One message to the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bubble {
    /// Plain text.
    Text(String),
    /// A photo of the catalogue.
    Photo {
        /// Where the channel fetches it; https on a host that the catalogue allows.
        url: String,
        /// Words under the photo.
        caption: Option<String>,
    },
    /// What a manager sent for the customer.
    Sent {
        /// The file.
        file: SentFile,
        /// Words under it.
        caption: Option<String>,
    },
}

/// All that one turn says, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The messages; empty when the assistant is silent.
    pub bubbles: Vec<Bubble>,
    /// Answers that the customer can tap instead of typing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<String>,
    /// What the channel's account notes about the customer beside the reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}
