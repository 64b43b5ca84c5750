//! What the parsers of all channels share.

use mirt_domain::{attachment::Attachment, photo::Photo, session_id::InvalidUserId, turn::Message};

use crate::limits::{MAX_INBOUND_PHOTOS, MAX_INBOUND_TEXT};

/// Why a payload is no message of a customer. Each is one sentence for whoever set the channel up;
/// none quotes the payload.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The body is no JSON.
    #[error("the body is not valid JSON (line {line}, column {column})")]
    NotJson {
        /// Where it stops being JSON.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// The body is JSON of another form.
    #[error("the body is not of the expected form: {0}")]
    WrongForm(&'static str),
    /// It is not said who wrote.
    #[error("missing customer id: send clientId, sessionId, subscriber.id or user.id")]
    NoUser,
    /// It is said in a form that cannot be a key.
    #[error("unusable customer id: {0}")]
    BadUser(#[from] InvalidUserId),
    /// Nothing was written.
    #[error("missing message text or image")]
    Empty,
}

impl From<serde_json::Error> for ParseError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() {
            Self::WrongForm("a field has a value of another type than expected")
        } else {
            Self::NotJson { line: error.line(), column: error.column() }
        }
    }
}

/// A message within the inbound limits; what is over is dropped and said in the log.
pub(crate) fn bounded(
    text: Option<&str>,
    mut photos: Vec<Photo>,
    attachments: Vec<Attachment>,
) -> Result<Message, ParseError> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    let text = text.map(|text| match text.char_indices().nth(MAX_INBOUND_TEXT) {
        Some((end, _)) => {
            tracing::warn!(event = "degraded", what = "text_cut", limit = MAX_INBOUND_TEXT);
            text[..end].to_owned()
        }
        None => text.to_owned(),
    });
    if photos.len() > MAX_INBOUND_PHOTOS {
        tracing::warn!(event = "degraded", what = "photos_dropped", limit = MAX_INBOUND_PHOTOS);
        photos.truncate(MAX_INBOUND_PHOTOS);
    }
    if text.is_none() && photos.is_empty() && attachments.is_empty() {
        return Err(ParseError::Empty);
    }
    Ok(Message { text, photos, attachments, nickname: None })
}
