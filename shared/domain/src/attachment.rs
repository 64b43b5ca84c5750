//! What a customer sent that is neither words nor a photo.

use serde::{Deserialize, Serialize};

use crate::photo::Photo;

/// Something that the assistant cannot read. A file may be a receipt; the rest is declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// Where it can be fetched, for a human to look at; `None` where the channel does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Photo>,
}

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A voice message, or a recording.
    Voice,
    /// A video, round or not, or an animation.
    Video,
    /// A sticker: it is looked at, and says nothing.
    Sticker,
    /// A document; banks send receipts as PDF.
    File,
    /// A place, a poll, a contact without a phone number.
    Other,
}
