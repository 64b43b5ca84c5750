//! What a session keeps, and the ports that read and change it.

use std::future::Future;

use jiff::Timestamp;
use mirt_domain::{
    decide::Due,
    memory::Profile,
    order::OrderNews,
    reply::Reply,
    session::Session,
    session_id::SessionId,
    tally::Tally,
    turn::{Action, Message, TurnTrace},
};
use serde::{Deserialize, Serialize};

use crate::{
    alert::{Alert, AlertKey, PendingAlert},
    card::SessionCard,
    event::{EventOrder, InboundEvent, Managed},
    failure::PortError,
    order_book::OrderRecord,
    stopwatch::Stretch,
    trace::TraceId,
};

/// A session as it stands: its checkpoint, what came in since, and what is not yet delivered.
#[derive(Clone, Debug)]
pub struct LoadedSession {
    /// The checkpoint; a new session when there is none.
    pub session: Session,
    /// How many turns were committed; 0 for a new session. Each commit is conditional on it.
    pub version: u64,
    /// How many events its turns have consumed, ever.
    pub consumed: u64,
    /// The last reply that its turns have put into the outbox, ever.
    pub last_reply: Option<OutboxKey>,
    /// The events that no turn has consumed, in order.
    pub inbox: Vec<InboxEntry>,
    /// The replies that no delivery was noted for, in order.
    pub outbox: Vec<PendingReply>,
    /// What no manager was told of yet, in order.
    pub alerts: Vec<PendingAlert>,
    /// Where managers see the session, if they ever did.
    pub card: Option<SessionCard>,
    /// Why its channel takes nothing for the customer until they write again.
    pub closed: Option<Closed>,
    /// The last of its turns, oldest first: as many as were asked for, if there were.
    pub past: Vec<TurnRecord>,
}

/// A session whose channel takes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Why, as the adapter calls it.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
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

/// Something that waits for its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PendingKey {
    /// A reply to the customer.
    Reply(OutboxKey),
    /// Something for a manager.
    Alert(AlertKey),
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
    /// When it is too late to send it.
    pub expires_at: Timestamp,
    /// Whether nobody asked for it: what the customer writes before it is sent cancels it.
    #[serde(default)]
    pub is_follow_up: bool,
    /// The request that it answers, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceId>,
}

/// An outbox entry, and how its delivery goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingReply {
    /// What to send.
    pub entry: OutboxEntry,
    /// How often the channel did not take it.
    pub failures: u32,
    /// After a failure, when it is tried again.
    pub due_at: Timestamp,
    /// Until when it is held for whoever waits for it as an answer; `None` where it is to be sent.
    pub held_until: Option<Timestamp>,
}

impl From<OutboxEntry> for PendingReply {
    /// An entry that was just committed.
    fn from(entry: OutboxEntry) -> Self {
        let due_at = entry.committed_at;
        Self { entry, failures: 0, due_at, held_until: None }
    }
}

/// What a turn is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// What the customer wrote, in order.
    #[serde(rename = "input")]
    Said(Vec<Message>),
    /// What a manager did.
    #[serde(rename = "managed")]
    Managed(Managed),
    /// What became of an order.
    #[serde(rename = "order")]
    Order(OrderNews),
    /// The passing of time.
    #[serde(rename = "due")]
    Due,
}

impl Cause {
    /// The customer's messages; none where it was somebody else who did something.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        match self {
            Self::Said(messages) => messages,
            Self::Managed(_) | Self::Order(_) | Self::Due => &[],
        }
    }
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
    /// What it was made of.
    #[serde(flatten)]
    pub cause: Cause,
    /// What was answered.
    pub reply: Reply,
    /// What else was to be done.
    pub actions: Vec<Action>,
    /// Why.
    pub trace: TurnTrace,
    /// When the first and the last of the customer's messages were received; `None` for a turn of
    /// another cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
}

/// What a turn began with, with which and the record's cause it can be taken again (I12), and how its
/// time was spent. Kept beside the record, as long as that, because no later turn reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The session as the turn found it.
    pub session: Session,
    /// What was known of the customer from earlier conversations then, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The parts of the turn's time, and the last reading of the session before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Stretch>,
}

impl Found {
    /// A session as it is found, by a turn that took these parts of time.
    #[must_use]
    pub fn of(session: &Session, parts: Vec<Stretch>) -> Self {
        let known = session.profile();
        let profile = (*known != Profile::default()).then(|| known.clone());
        Self { session: session.clone(), profile, parts }
    }

    /// The session, whole.
    #[must_use]
    pub fn into_session(self) -> Session {
        self.session.with_profile(self.profile.unwrap_or_default())
    }
}

/// How long a burst was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// When its first message was received.
    pub first: Timestamp,
    /// When its last one was.
    pub last: Timestamp,
}

/// One turn, to be stored whole or not at all (I6).
#[derive(Clone, Debug)]
pub struct TurnCommit {
    /// The session before the turn, as it was read: the condition of the commit.
    pub version: u64,
    /// How many events were recorded, ever, if the turn answers them all. `None` commits even when
    /// more came.
    ///
    /// It is worked out from what was read, not read itself: the items of a session are not read in
    /// one moment, so a counter read beside the inbox may count what the inbox does not show.
    pub recorded: Option<u64>,
    /// How many events the session's turns have consumed, ever, with this one.
    pub consumed_ever: u64,
    /// Whether the customer wrote, so that a session that was closed to replies is so no more.
    pub opens: bool,
    /// The last reply that the session's turns have put into the outbox, ever, with this one.
    pub last_reply: Option<OutboxKey>,
    /// The last reply before this turn, if it is settled as far as is known: the turn is stored only
    /// if that is so.
    ///
    /// Checkpoint and outbox are not read in one moment either. Who reads a checkpoint without the
    /// replies that were committed with it would send its own before them.
    pub settled: Option<OutboxKey>,
    /// The checkpoint after the turn.
    pub session: Session,
    /// The keys of the events that the turn consumed.
    pub consumed: Vec<String>,
    /// What time will do to the session next.
    pub due: Option<Due>,
    /// What outlives the conversation, where the turn changed it.
    pub profile: Option<Profile>,
    /// The channel calls to make.
    pub outbox: Vec<OutboxEntry>,
    /// Until when they are held for whoever waits for them as an answer.
    pub held_until: Option<Timestamp>,
    /// What managers have to hear of.
    pub alerts: Vec<Alert>,
    /// The orders that the turn changed. Nobody else writes them before they are confirmed, and no
    /// turn does after that, so they need no condition beside the session's version.
    pub orders: Vec<OrderRecord>,
    /// What the turn adds to the counters of its day.
    pub tally: Tally,
    /// The record of the turn.
    pub record: TurnRecord,
    /// What it began with.
    pub found: Found,
}

/// Why a turn was not committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another instance committed a turn since the session was read, or while it was: read again.
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
    /// Reads checkpoint, inbox, outbox and the last `past` turns: each item as it was at some moment
    /// of the call, not necessarily the same one.
    ///
    /// # Errors
    /// When the store did not answer, or holds what cannot be read.
    fn load_session(
        &self,
        id: &SessionId,
        past: usize,
    ) -> impl Future<Output = Result<LoadedSession, PortError>> + Send;
}

/// Stores a turn.
pub trait CommitTurn: Send + Sync {
    /// Stores it whole, or not at all, and what the model cost with it.
    ///
    /// # Errors
    /// [`CommitError`] says why not.
    fn commit_turn(
        &self,
        id: &SessionId,
        turn: &TurnCommit,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// Notes what became of replies and alerts.
pub trait SettleOutbox: Send + Sync {
    /// Forgets what was taken.
    ///
    /// # Errors
    /// When the store did not do it; the entries will be delivered once more.
    fn mark_delivered(
        &self,
        id: &SessionId,
        entries: &[PendingKey],
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Ends the holding of a reply that nobody took as an answer, so that it can be sent. Tells
    /// whether it is still there: whoever waited for it may have taken it in the last moment.
    ///
    /// # Errors
    /// When the store did not do it.
    fn release(
        &self,
        id: &SessionId,
        entry: OutboxKey,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Takes a reply that will never be sent out of the outbox, keeps it aside with the reason, and
    /// raises `alert`, all or nothing. Does nothing when the reply is not there any more.
    ///
    /// # Errors
    /// When the store did not do it; the entry will be tried once more.
    fn set_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
        alert: &Alert,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Takes replies, the first of which the channel does not take, out of the outbox, keeps them
    /// aside with the reason, closes the session and raises `alert`, all or nothing. Does nothing
    /// when one of them is not there any more.
    ///
    /// # Errors
    /// When the store did not do it; the first entry will be tried once more.
    fn close(
        &self,
        id: &SessionId,
        entries: &[OutboxEntry],
        closed: &Closed,
        alert: &Alert,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Notes that an entry has failed `failures` times and is due again at `due_at`. Does nothing
    /// when the entry is not there any more.
    ///
    /// # Errors
    /// When the store did not do it; the entry will be tried once more, too soon perhaps.
    fn postpone(
        &self,
        id: &SessionId,
        entry: PendingKey,
        failures: u32,
        due_at: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Puts an inbox in order.
pub fn sort_inbox(inbox: &mut [InboxEntry]) {
    inbox.sort_by(|a, b| {
        let place = |entry: &InboxEntry| -> EventOrder { entry.event.order };
        place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key))
    });
}
