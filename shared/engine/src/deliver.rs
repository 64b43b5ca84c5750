//! Use case: what was committed is sent (I7), in order, and noted as sent.
//!
//! A reply that its channel does not take now stays in the outbox until it is due again, and what
//! was said after it waits behind it. The session goes on meanwhile.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use jiff::Timestamp;
use mirt_domain::{channel::Channel, reply::Reply, session_id::SessionId};
use tracing::{Instrument as _, error_span};

use crate::{
    alert::Alert,
    clock::{Clock, after, until},
    failure::{PortError, SendError, chain},
    figures::{Counted, Measure},
    session_store::{Closed, OutboxEntry, OutboxKey, PendingKey, PendingReply, SettleOutbox},
};

/// How long after its n-th failure a reply is tried again; the last holds for all that follow.
/// About as long as the channel has been out: short troubles are over soon, and a long one is not
/// made longer by us.
const TRY_AGAIN_AFTER: [Duration; 6] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(10),
];

/// How long after a customer's last message a channel takes a reply, and we send one (decision 10).
/// Source: Meta's messaging window of 24 hours.
const WINDOW: Duration = Duration::from_hours(24);

/// How many replies are set aside at once when a session is closed: what one transaction holds. More
/// than these have never waited in one session.
const MOST_CLOSED: usize = 40;

/// No call is begun with less time left than this, and none lasts into it: what was sent has to be
/// noted before the process ends.
const TIME_TO_NOTE: Duration = Duration::from_secs(5);

/// How often a delivery is noted, when that fails: each failure may cost the customer a repetition.
const ATTEMPTS_TO_NOTE: u32 = 3;

/// Between two of them.
const PAUSE_BEFORE_NOTING: Duration = Duration::from_millis(500);

/// How long it is between two calls of one delivery, if nothing else is set: as long as it takes to
/// see that another message has come.
pub const PAUSE: Duration = Duration::from_millis(600);

/// The longest pause, whatever is set: all of them fit into what is left of a function's time.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The most pauses of one delivery: a customer who gets many messages gets the rest at once.
const MOST_PAUSES: usize = 5;

/// With less time left than this nobody pauses: what is to be said is said first.
const TIME_TO_PAUSE: Duration = Duration::from_secs(20);

/// Sends to customers, within each channel's limits.
pub trait SendReply: Send + Sync {
    /// Cuts a reply into what the channel takes in one call each. Nothing is lost, and the order
    /// stays; a silent reply gives no call.
    fn split(&self, channel: Channel, reply: &Reply) -> Vec<Reply>;

    /// Makes one call, with the adapter's own timeout and bounded retries.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    fn send(
        &self,
        to: &SessionId,
        part: &Reply,
    ) -> impl Future<Output = Result<(), SendError>> + Send;

    /// Shows the customer for some seconds that an answer is being written, where the channel has
    /// such a thing. A failure is a line in the log and no more.
    fn show_typing(&self, to: &SessionId) -> impl Future<Output = ()> + Send;
}

/// What a delivery came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// Nothing of it is left.
    All,
    /// Nothing of it is left, and managers have to hear of what was not taken.
    NotAll,
    /// The first that is left waits for its time, and the others behind it.
    Waiting,
}

/// What a delivery is made with.
#[derive(Debug)]
pub struct Delivery<'a, K, S, C> {
    /// Time.
    pub clock: &'a K,
    /// The outbox.
    pub store: &'a S,
    /// The customers' channels.
    pub channels: &'a C,
    /// When this process must be done. Nothing is sent later: another instance may have the session
    /// by then.
    pub deadline: Timestamp,
    /// How long it is between two calls, so that messages do not come as one heap; none where zero.
    pub pause: Duration,
    /// Who measures.
    pub measure: &'a dyn Measure,
}

/// When a reply to a message that was received at `asked_at` is too late.
#[must_use]
pub fn window_ends(asked_at: Timestamp) -> Timestamp {
    after(asked_at, WINDOW)
}

impl<K, S, C> Delivery<'_, K, S, C>
where
    K: Clock,
    S: SettleOutbox,
    C: SendReply,
{
    /// Sends outbox entries in order and notes them, all with one write when all goes well.
    ///
    /// An entry that will never be sent, because the channel refuses it for good or because it is
    /// too late for it, is set aside for a human and does not hold back the others.
    ///
    /// # Errors
    /// When it is not known whether what became of an entry is noted: the session must be woken
    /// again.
    pub async fn deliver(
        &self,
        session: &SessionId,
        entries: &[PendingReply],
    ) -> Result<Delivered, PortError> {
        let mut sent: Vec<PendingKey> = Vec::with_capacity(entries.len());
        let stopped = self.send_all(session, entries, &mut sent).await;
        if !sent.is_empty() {
            self.measure.count(session.channel, Counted::Delivered, sent.len());
            self.note(session, &sent).await?;
        }
        match stopped? {
            Stopped::AtTheEnd if sent.len() == entries.len() => Ok(Delivered::All),
            Stopped::AtTheEnd => Ok(Delivered::NotAll),
            Stopped::OutOfTime => {
                tracing::warn!(event = "delivery_out_of_time", channel = %session.channel);
                Ok(Delivered::Waiting)
            }
            Stopped::NotDue => Ok(Delivered::Waiting),
            Stopped::Failed { key, failures, asked, expires_at } => {
                let step = usize::try_from(failures).unwrap_or(usize::MAX);
                let last = TRY_AGAIN_AFTER.len();
                let pause = TRY_AGAIN_AFTER[step.clamp(1, last) - 1].max(asked.unwrap_or_default());
                // Not later than it is worth sending: then it is set aside, and what follows goes on.
                let due_at = after(self.clock.now(), pause).min(expires_at);
                self.store.postpone(session, key, failures, due_at).await?;
                Ok(Delivered::Waiting)
            }
        }
    }

    async fn send_all(
        &self,
        session: &SessionId,
        entries: &[PendingReply],
        sent: &mut Vec<PendingKey>,
    ) -> Result<Stopped, PortError> {
        for place in 0..entries.len() {
            let step = self.send_first(session, &entries[place..], sent);
            // What was committed for an earlier request is logged as that one's.
            let stopped = match &entries[place].entry.trace {
                Some(trace) => step.instrument(error_span!("delivery", %trace)).await?,
                None => step.await?,
            };
            if let Some(stopped) = stopped {
                return Ok(stopped);
            }
        }
        Ok(Stopped::AtTheEnd)
    }

    /// Sends the first of `entries`, unless its time has not come or is over. Says where the delivery
    /// stops, if it does.
    async fn send_first(
        &self,
        session: &SessionId,
        entries: &[PendingReply],
        sent: &mut Vec<PendingKey>,
    ) -> Result<Option<Stopped>, PortError> {
        let Some(PendingReply { entry, failures, due_at, held_until }) = entries.first() else {
            return Ok(Some(Stopped::AtTheEnd));
        };
        let key = PendingKey::Reply(entry.key);
        let now = self.clock.now();
        if now > entry.expires_at {
            self.set_aside(session, entry, "window_closed").await?;
            return Ok(None);
        }
        if (*failures > 0 && now < *due_at) || held_until.is_some_and(|until| now < until) {
            return Ok(Some(Stopped::NotDue));
        }
        if (1..=MOST_PAUSES).contains(&sent.len()) {
            self.pause_before(entry).await;
        }
        if held_until.is_some() && !self.store.release(session, entry.key).await? {
            return Ok(None);
        }
        let left = self.time_left();
        if left.is_zero() {
            return Ok(Some(Stopped::OutOfTime));
        }
        match self.within(left, self.channels.send(session, &entry.part)).await {
            Ok(()) => {
                let OutboxKey { turn, part } = entry.key;
                tracing::info!(event = "reply_sent", channel = %session.channel, turn, part);
                sent.push(key);
                Ok(None)
            }
            Err(SendError::Refused { reason }) => {
                self.set_aside(session, entry, reason).await?;
                Ok(None)
            }
            Err(SendError::Closed { reason }) => {
                let rest = entries.iter().map(|pending| pending.entry.clone());
                let rest: Vec<_> = rest.take(MOST_CLOSED).collect();
                self.close(session, &rest, reason).await?;
                Ok(Some(Stopped::AtTheEnd))
            }
            Err(error @ (SendError::Retry { .. } | SendError::Broken { .. })) => {
                let failures = failures.saturating_add(1);
                tracing::warn!(
                    event = "reply_postponed",
                    channel = %session.channel,
                    failures,
                    error = chain(&error),
                );
                if matches!(error, SendError::Broken { .. }) {
                    self.measure.count(session.channel, Counted::ChannelBroken, 1);
                }
                let asked = if let SendError::Retry { after, .. } = error { after } else { None };
                let expires_at = entry.expires_at;
                Ok(Some(Stopped::Failed { key, failures, asked, expires_at }))
            }
        }
    }

    /// Waits a moment before a call that shows the customer something, where there is time for it.
    async fn pause_before(&self, entry: &OutboxEntry) {
        let is_shown = !entry.part.bubbles.is_empty();
        if is_shown && !self.pause.is_zero() && self.time_left() > TIME_TO_PAUSE {
            self.clock.sleep(self.pause.min(LONGEST_PAUSE)).await;
        }
    }

    /// Nothing more is sent until the customer writes, and managers hear of it once.
    async fn close(
        &self,
        session: &SessionId,
        entries: &[OutboxEntry],
        reason: &str,
    ) -> Result<(), PortError> {
        let channel = session.channel;
        tracing::error!(event = "degraded", what = "session_closed", %channel, reason);
        let at = self.clock.now();
        let turn = entries.first().map_or(0, |first| first.key.turn);
        let alert = Alert::for_unsent(turn, reason, at);
        let closed = Closed { reason: reason.to_owned(), at };
        self.measure.count(session.channel, Counted::Undelivered, entries.len());
        self.store.close(session, entries, &closed, &alert).await
    }

    async fn set_aside(
        &self,
        session: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
    ) -> Result<(), PortError> {
        let channel = session.channel;
        tracing::error!(event = "degraded", what = "reply_set_aside", %channel, reason);
        self.measure.count(session.channel, Counted::Undelivered, 1);
        let alert = Alert::for_unsent(entry.key.turn, reason, self.clock.now());
        self.store.set_aside(session, entry, reason, &alert).await
    }
}

impl<K: Clock, S: SettleOutbox, C> Delivery<'_, K, S, C> {
    /// How long a call that begins now may take.
    pub(crate) fn time_left(&self) -> Duration {
        until(self.clock.now(), self.deadline).saturating_sub(TIME_TO_NOTE)
    }

    /// One call, cut off when time is up.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = Result<T, SendError>>,
    ) -> Result<T, SendError> {
        let (call, limit) = (pin!(call), pin!(self.clock.sleep(limit)));
        match select(call, limit).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => {
                Err(SendError::Retry { after: None, source: "no answer in time".into() })
            }
        }
    }

    /// Notes what was taken.
    pub(crate) async fn note(
        &self,
        session: &SessionId,
        sent: &[PendingKey],
    ) -> Result<(), PortError> {
        let mut attempt = 1;
        loop {
            match self.store.mark_delivered(session, sent).await {
                Err(PortError::Unavailable { .. }) if attempt < ATTEMPTS_TO_NOTE => {
                    attempt += 1;
                    self.clock.sleep(PAUSE_BEFORE_NOTING).await;
                }
                result => return result,
            }
        }
    }
}

/// Where a delivery stopped.
enum Stopped {
    AtTheEnd,
    /// At an entry whose time has not come.
    NotDue,
    /// At an entry that this process has no time for.
    OutOfTime,
    /// At an entry that the channel did not take.
    Failed {
        key: PendingKey,
        /// How often it has failed by now.
        failures: u32,
        /// How long the channel asked to be left alone.
        asked: Option<Duration>,
        /// Until when it is worth sending.
        expires_at: Timestamp,
    },
}

#[cfg(test)]
mod tests;
