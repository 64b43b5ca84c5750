//! A page: the messages that came with one call, as they are kept until and after their day is
//! whole. Compressed, because writes cost by the kilobyte.

use std::io::{self, Read as _, Write as _};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::message::{Message, Senders};

/// The most that a page may unpack to: a hundred messages of the longest texts with fifty comments
/// each are 40 MB.
const MAX_UNPACKED_BYTES: u64 = 64 * 1024 * 1024;

/// Messages in ascending order, and who sent them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The messages, oldest first, as they were read: without what is worked out from them.
    pub messages: Vec<Message>,
    /// Their senders' names, and those of their comments.
    pub senders: Senders,
}

/// A page that cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It does not unpack, or unpacks to more than a page can be.
    #[error("a stored page does not unpack")]
    Packed(#[from] io::Error),
    /// It is no page.
    #[error("a stored page is not readable")]
    Json(#[from] serde_json::Error),
}

/// A value as it is stored: a page, a digest.
///
/// # Errors
/// Never for what is stored here; the serialiser cannot know.
pub fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, PageError> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::new(6));
    packed.write_all(&serde_json::to_vec(value)?)?;
    Ok(packed.finish()?)
}

/// What was stored, as it was.
///
/// # Errors
/// When these are not its bytes.
pub fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Result<T, PageError> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(MAX_UNPACKED_BYTES).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    #[test]
    fn a_page_comes_back_as_it_was_and_is_much_smaller_stored() {
        let mut page = Page::default();
        for id in 1..=100 {
            let mut message = Message::blank(id, "2026-11-20T10:00:00Z".parse().unwrap());
            message.text = Some(format!("повідомлення {id}, таке як усі інші"));
            page.messages.push(message);
        }
        page.senders.insert("1".to_owned(), "Олена".to_owned());

        let packed = pack(&page).unwrap();

        assert_eq!(unpack::<Page>(&packed).unwrap(), page);
        assert!(packed.len() * 8 < serde_json::to_vec(&page).unwrap().len());
    }

    #[test]
    fn what_is_no_page_is_an_error() {
        assert!(unpack::<Page>(&[1, 2, 3]).is_err());
        assert!(unpack::<Page>(&[]).is_err());
    }
}
