//! What is known about a day: the set of days of a chat is made of these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    chat::ChatRef,
    day::Day,
    document::{self, Document},
    event::Category,
    message::Message,
    page::Page,
    preprocess::Preprocessing,
    source::Source,
};

/// A day of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRecord {
    /// The day.
    pub day: Day,
    /// What readers see; nothing until a first document is whole.
    pub published: Option<Published>,
    /// The last failure, if nothing was published since.
    pub failure: Option<DayFailure>,
}

/// The state of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DayStatus {
    /// Read after it was over, from its first message to its last.
    Complete,
    /// Read while it was going on, or an earlier reading failed after that.
    Partial,
    /// Never read whole, and the last attempt failed.
    Failed,
}

/// A document that readers see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Which set of pages it is made of.
    pub generation: u64,
    /// How many of them.
    pub pages: u32,
    /// Whether the day was over when it was read.
    pub is_whole: bool,
    /// How many messages Telegram has for the day.
    pub messages: u64,
    /// How many the document has, short ones taken together.
    pub document_messages: u64,
    /// How many comments there are.
    pub comments: u64,
    /// The smallest id.
    pub min_id: Option<i32>,
    /// The largest id.
    pub max_id: Option<i32>,
    /// When the first message was sent.
    pub first_at: Option<Timestamp>,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
    /// The estimate of all tokens.
    pub tokens: u64,
    /// The document's size in bytes.
    pub bytes: u64,
    /// The document's SHA-256.
    pub checksum: String,
    /// The chat, as it was described then.
    pub source: Source,
    /// The steps by which the document is made of its pages.
    pub preprocessing: Preprocessing,
    /// The command that had it fetched.
    pub command_id: String,
    /// When that was.
    pub fetched_at: Timestamp,
    /// How long the reading took, in milliseconds, over all attempts.
    pub took_ms: u64,
    /// The name of the announcement that is still to be made, if one is.
    pub to_announce: Option<String>,
    /// What is still to be done about its digest.
    #[serde(default)]
    pub digest: DigestStep,
}

/// What is still to be done about a day's digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestStep {
    /// A model chooses its words, if there is one; then it is sent.
    Words,
    /// It is sent.
    Send {
        /// Messages of it that were sent already.
        sent: u32,
    },
    /// Nothing.
    #[default]
    Settled,
}

/// A failure of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFailure {
    /// What kind.
    pub category: Category,
    /// Whether it is tried again by itself.
    pub retryable: bool,
    /// When.
    pub at: Timestamp,
}

/// A day that is being read. Kept with each page, so that another process can go on from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The day.
    pub day: Day,
    /// Which set of pages is being made.
    pub generation: u64,
    /// How many pages are kept.
    pub pages: u32,
    /// How many messages are in them.
    pub messages: u64,
    /// The last id of them; what follows is read next.
    pub last_id: Option<i32>,
    /// When that message was sent: how far into the day it is.
    pub last_at: Option<Timestamp>,
    /// The command that began it.
    pub command_id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it has taken so far, in milliseconds.
    pub took_ms: u64,
}

/// A chat of which something is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownChat {
    /// What commands call it.
    pub chat: ChatRef,
    /// What Telegram says about it.
    pub source: Source,
}

impl DayRecord {
    /// A day of which nothing is known.
    #[must_use]
    pub fn new(day: Day) -> Self {
        Self { day, published: None, failure: None }
    }

    /// Its state.
    #[must_use]
    pub fn status(&self) -> DayStatus {
        match &self.published {
            Some(published) if published.is_whole => DayStatus::Complete,
            Some(_) => DayStatus::Partial,
            None => DayStatus::Failed,
        }
    }

    /// Whether something is to be done about it beside reading: an announcement, a digest.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        self.published.as_ref().is_some_and(|published| {
            published.to_announce.is_some() || published.digest != DigestStep::Settled
        })
    }

    /// Whether it need not be read again.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status() == DayStatus::Complete
    }
}

/// A document and what its record says about it.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The record's part.
    pub published: Published,
    /// The document.
    pub document: Document,
}

/// Makes the document of a work's pages, and what readers are told about it.
///
/// # Errors
/// Never for a document; the serialiser cannot know.
pub fn finish(
    work: &Work,
    source: &Source,
    pages: Vec<Page>,
    preprocessing: Preprocessing,
    now: Timestamp,
) -> Result<Finished, serde_json::Error> {
    let raw = || pages.iter().flat_map(|page| &page.messages);
    let (min_id, max_id) = (raw().map(|m| m.id).min(), raw().map(|m| m.id).max());
    let (first_at, last_at) = (raw().map(|m| m.date).min(), raw().map(|m| m.date).max());
    let messages = raw().count() as u64;
    let document = Document::assemble(source.clone(), pages, &preprocessing);
    let file = document.to_file()?;
    let with_comments = |message: &Message| {
        let own = u64::from(message.token_count.unwrap_or_default());
        let comments = message.comments.iter().filter_map(|comment| comment.token_count);
        own + comments.map(u64::from).sum::<u64>()
    };
    let published = Published {
        generation: work.generation,
        pages: work.pages,
        is_whole: work.day.is_over(work.started_at),
        messages,
        document_messages: document.messages.len() as u64,
        comments: document.messages.iter().map(|message| message.comments.len() as u64).sum(),
        min_id,
        max_id,
        first_at,
        last_at,
        tokens: document.messages.iter().map(with_comments).sum(),
        bytes: file.len() as u64,
        checksum: document::checksum(&file),
        source: source.clone(),
        preprocessing,
        command_id: work.command_id.clone(),
        fetched_at: now,
        took_ms: work.took_ms,
        to_announce: None,
        digest: DigestStep::Settled,
    };
    Ok(Finished { published, document })
}
