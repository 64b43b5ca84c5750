//! The document of a chat and day, as files hold it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    message::{Message, Senders},
    page::Page,
    preprocess::Preprocessing,
    source::Source,
};

/// The version of the schema: 1.0 was the predecessor's, 1.1 adds what it dropped.
pub const SCHEMA_VERSION: &str = "1.1";

/// The only time zone.
const UTC: &str = "UTC";

/// A chat's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The schema's version.
    pub version: String,
    /// Always UTC.
    pub timezone: String,
    /// The chat.
    pub source_info: Source,
    /// Who wrote, comments included: names by marked id.
    pub senders: Senders,
    /// The messages, oldest first.
    pub messages: Vec<Message>,
}

impl Document {
    /// Makes the document of the pages of a day, in their order.
    #[must_use]
    pub fn assemble(source: Source, pages: Vec<Page>, preprocessing: &Preprocessing) -> Self {
        let mut senders = Senders::new();
        let mut messages = Vec::with_capacity(pages.iter().map(|page| page.messages.len()).sum());
        for page in pages {
            senders.extend(page.senders);
            messages.extend(page.messages);
        }
        Self {
            version: SCHEMA_VERSION.to_owned(),
            timezone: UTC.to_owned(),
            source_info: source,
            senders,
            messages: preprocessing.run(messages),
        }
    }

    /// The bytes of its file: indented by two, other letters than English ones as they are.
    ///
    /// # Errors
    /// Never for a document; the serialiser cannot know.
    pub fn to_file(&self) -> Result<Vec<u8>, serde_json::Error> {
        to_file(self)
    }
}

/// The bytes of a file of ours.
///
/// # Errors
/// When the value is none that JSON can hold.
pub fn to_file<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The checksum of a file: SHA-256 in hexadecimal.
#[must_use]
pub fn checksum(file: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(file).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
