//! What a session keeps, and the ports that read and change it.

use std::future::Future;

use jiff::Timestamp;
use mirt_domain::{
    reply::Reply,
    session::Session,
    session_id::SessionId,
    turn::{Action, Message, TurnTrace},
};
use serde::{Deserialize, Serialize};

use crate::{
    event::{EventOrder, InboundEvent},
    failure::PortError,
};

/// A session as it stands: its checkpoint, what came in since, and what is not yet delivered.
#[derive(Clone, Debug)]
pub struct LoadedSession {
    /// The checkpoint; a new session when there is none.
    pub session: Session,
    /// How many turns were committed; 0 for a new session. Each commit is conditional on it.
    pub version: u64,
    /// How many events were ever recorded. Grows with each, so a commit can see a new one.
    pub recorded: u64,
    /// The events that no turn has consumed, in order.
    pub inbox: Vec<InboxEntry>,
    /// The replies that no delivery was noted for, in order.
    pub outbox: Vec<OutboxEntry>,
}

/// An event in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEntry {
    /// Its key in the store.
    pub key: String,
    /// The event.
    pub event: InboundEvent,
}

/// The place of a message in the outbox: by turn, then within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutboxKey {
    /// The turn that said it.
    pub turn: u64,
    /// Its place among that turn's messages.
    pub part: u32,
}

/// One call of a channel that is still to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its place.
    pub key: OutboxKey,
    /// What to send: no more than the channel takes in one call.
    pub part: Reply,
    /// When the turn was committed.
    pub committed_at: Timestamp,
}

/// What is kept of a turn: the transcript, and why it came out so (I12).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnRecord {
    /// Its number, from 1.
    pub n: u64,
    /// When it was taken.
    pub at: Timestamp,
    /// How long the turn took beside waiting for the burst, in milliseconds.
    pub ms: u64,
    /// What the customer wrote, in order.
    pub input: Vec<Message>,
    /// What was answered.
    pub reply: Reply,
    /// What else was to be done.
    pub actions: Vec<Action>,
    /// Why.
    pub trace: TurnTrace,
}

/// One turn, to be stored whole or not at all (I6).
#[derive(Clone, Debug)]
pub struct TurnCommit {
    /// The session before the turn, as it was read: the condition of the commit.
    pub version: u64,
    /// The count of recorded events that was read. `None` commits even when more came since.
    pub recorded: Option<u64>,
    /// The checkpoint after the turn.
    pub session: Session,
    /// The keys of the events that the turn consumed.
    pub consumed: Vec<String>,
    /// The channel calls to make.
    pub outbox: Vec<OutboxEntry>,
    /// The record of the turn.
    pub record: TurnRecord,
}

/// Why a turn was not committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another instance committed a turn since the session was read: read again.
    #[error("the session has moved on")]
    Conflict,
    /// An event was recorded since the session was read: read again and answer that as well (I5).
    #[error("an event came in")]
    NewInput,
    /// The store did not do it, or it is not known whether it did.
    #[error(transparent)]
    Store(#[from] PortError),
}

/// Reads a session.
pub trait LoadSession: Send + Sync {
    /// Reads checkpoint, inbox and outbox, all of one moment or of a later one.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    fn load_session(
        &self,
        id: &SessionId,
    ) -> impl Future<Output = Result<LoadedSession, PortError>> + Send;
}

/// Stores a turn.
pub trait CommitTurn: Send + Sync {
    /// Stores it whole, or not at all.
    ///
    /// # Errors
    /// [`CommitError`] says why not.
    fn commit_turn(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// Notes what became of outbox entries.
pub trait SettleOutbox: Send + Sync {
    /// Forgets entries that the channel took.
    ///
    /// # Errors
    /// When the store did not do it; the entries will be delivered once more.
    fn mark_delivered(
        &self,
        id: &SessionId,
        entries: &[OutboxKey],
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Takes an entry that the channel will never take out of the outbox and keeps it aside, with
    /// the reason, for a human.
    ///
    /// # Errors
    /// When the store did not do it; the entry will be tried once more.
    fn set_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Puts an inbox in order.
pub fn sort_inbox(inbox: &mut [InboxEntry]) {
    inbox.sort_by(|a, b| {
        let place = |entry: &InboxEntry| -> EventOrder { entry.event.order };
        place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key))
    });
}
