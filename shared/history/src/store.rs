//! What fetching needs from outside: the store, the reader of Telegram's history, the queues.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_engine::failure::{Cause, PortError};

use crate::{
    chat::ChatRef,
    day::Day,
    digest::Digest,
    event::{Category, Event},
    message::Message,
    page::Page,
    record::{DayRecord, KnownChat, Work},
    source::Source,
};

/// A number that grows with every holder of the lease. What a former holder still writes is refused
/// by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub u64);

/// One reader at a time for the session.
pub trait Lease: Send + Sync {
    /// Takes the lease until `until`, or says until when another has it.
    ///
    /// # Errors
    /// When the store did not answer.
    fn acquire(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> impl Future<Output = Result<Result<Fence, Timestamp>, PortError>> + Send;

    /// Keeps it until `until`; false if another has it by now.
    ///
    /// # Errors
    /// When the store did not answer.
    fn renew(
        &self,
        fence: Fence,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Gives it back, if it still is this holder's.
    ///
    /// # Errors
    /// When the store did not answer.
    fn release(&self, fence: Fence) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is stored.
    Done,
    /// Another holds the lease by now: nothing was stored.
    Overtaken,
}

/// The set of days of each chat.
pub trait Days: Send + Sync {
    /// What is known about a chat.
    ///
    /// # Errors
    /// When the store did not answer.
    fn known_chat(
        &self,
        chat: &ChatRef,
    ) -> impl Future<Output = Result<Option<KnownChat>, PortError>> + Send;

    /// Remembers a chat.
    ///
    /// # Errors
    /// When the store did not answer.
    fn remember_chat(&self, chat: &KnownChat)
    -> impl Future<Output = Result<(), PortError>> + Send;

    /// What is known about days from `first` to `last`, in order.
    ///
    /// # Errors
    /// When the store did not answer.
    fn days(
        &self,
        chat: &ChatRef,
        first: Day,
        last: Day,
    ) -> impl Future<Output = Result<Vec<DayRecord>, PortError>> + Send;

    /// The last day that is complete.
    ///
    /// # Errors
    /// When the store did not answer.
    fn last_complete(
        &self,
        chat: &ChatRef,
    ) -> impl Future<Output = Result<Option<DayRecord>, PortError>> + Send;

    /// Notes that a day failed, or that its announcement is made. What is published stays.
    ///
    /// # Errors
    /// When the store did not answer.
    fn note(
        &self,
        chat: &ChatRef,
        record: &DayRecord,
        fence: Fence,
    ) -> impl Future<Output = Result<Written, PortError>> + Send;
}

/// The pages of a day that is being read, and their publication.
pub trait Pages: Send + Sync {
    /// The work on a day, if it was begun.
    ///
    /// # Errors
    /// When the store did not answer.
    fn work(
        &self,
        chat: &ChatRef,
        day: Day,
    ) -> impl Future<Output = Result<Option<Work>, PortError>> + Send;

    /// Keeps a page, and then the work with it in: `work.pages` counts it already.
    ///
    /// # Errors
    /// When the store did not answer.
    fn keep_page(
        &self,
        chat: &ChatRef,
        work: &Work,
        page: &Page,
        fence: Fence,
    ) -> impl Future<Output = Result<Written, PortError>> + Send;

    /// The first `count` pages of a generation, in order.
    ///
    /// # Errors
    /// When the store did not answer, or has fewer.
    fn pages(
        &self,
        chat: &ChatRef,
        day: Day,
        generation: u64,
        count: u32,
    ) -> impl Future<Output = Result<Vec<Page>, PortError>> + Send;

    /// Shows a document to readers, all of it at once, with its digest. The work is over if the day
    /// is whole; otherwise it goes on later.
    ///
    /// # Errors
    /// When the store did not answer.
    fn publish(
        &self,
        chat: &ChatRef,
        record: &DayRecord,
        digest: &Digest,
        fence: Fence,
    ) -> impl Future<Output = Result<Written, PortError>> + Send;

    /// The digest of a generation, if it has one.
    ///
    /// # Errors
    /// When the store did not answer.
    fn digest(
        &self,
        chat: &ChatRef,
        day: Day,
        generation: u64,
    ) -> impl Future<Output = Result<Option<Digest>, PortError>> + Send;

    /// Puts a digest in the place of a generation's own.
    ///
    /// # Errors
    /// When the store did not answer.
    fn keep_digest(
        &self,
        chat: &ChatRef,
        day: Day,
        generation: u64,
        digest: &Digest,
        fence: Fence,
    ) -> impl Future<Output = Result<Written, PortError>> + Send;

    /// Removes the pages of other generations than these.
    ///
    /// # Errors
    /// When the store did not answer.
    fn remove_others(
        &self,
        chat: &ChatRef,
        day: Day,
        kept: u64,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Telegram did not give what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It wants to be left alone.
    #[error("Telegram wants to be asked again in {} s", .0.as_secs())]
    Flood(Duration),
    /// It does not accept the session: nothing works before a human has logged in again.
    #[error("Telegram does not accept the session: {0}")]
    Session(String),
    /// The chat is not there, or not open to this account.
    #[error("the chat cannot be read: {0}")]
    Chat(String),
    /// It may work when it is tried again.
    #[error("Telegram cannot be reached")]
    Unavailable(#[source] Cause),
    /// It will not work again either.
    #[error("Telegram refused: {0}")]
    Refused(String),
}

impl ReadError {
    /// What kind of failure it is.
    #[must_use]
    pub fn category(&self) -> Category {
        match self {
            Self::Flood(_) => Category::RateLimit,
            Self::Session(_) => Category::AuthError,
            Self::Chat(_) => Category::ChatNotFound,
            Self::Unavailable(_) => Category::NetworkError,
            Self::Refused(_) => Category::UnknownError,
        }
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the first message at or after this moment.
    At(Timestamp),
    /// With the first message after this id.
    After(i32),
}

/// The history of chats. One call is one question to Telegram, and is bounded in time.
pub trait ReadHistory: Send + Sync {
    /// Finds a chat; `known` spares Telegram the search by name.
    ///
    /// # Errors
    /// [`ReadError`].
    fn find(
        &self,
        chat: &ChatRef,
        known: Option<&Source>,
    ) -> impl Future<Output = Result<Source, ReadError>> + Send;

    /// Some messages from a place on, oldest first, without their comments. An empty page means that
    /// there are no more.
    ///
    /// # Errors
    /// [`ReadError`].
    fn page(
        &self,
        source: &Source,
        start: Start,
    ) -> impl Future<Output = Result<Page, ReadError>> + Send;

    /// At most `limit` comments under a post, the latest ones, oldest first.
    ///
    /// # Errors
    /// [`ReadError`].
    fn comments(
        &self,
        source: &Source,
        post: &Message,
        limit: u32,
    ) -> impl Future<Output = Result<Page, ReadError>> + Send;
}

/// Tells others.
pub trait Announce: Send + Sync {
    /// Sends an event; one with the same key is sent once.
    ///
    /// # Errors
    /// When the queue did not answer.
    fn announce(&self, event: &Event) -> impl Future<Output = Result<(), PortError>> + Send;
}
