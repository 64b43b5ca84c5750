//! Use case: a session was woken. Wait for the end of the burst, take one turn, commit it, deliver.

use std::time::Duration;

use jiff::Timestamp;
use mirt_domain::{
    session_id::SessionId,
    shop::Shop,
    turn::{self, Action, Message, Turn, TurnInput},
};

use crate::{
    burst::BurstWindow,
    clock::{Clock, after, until},
    deliver::{DeliverError, SendReply, deliver},
    failure::PortError,
    session_store::{
        CommitError, CommitTurn, InboxEntry, LoadSession, LoadedSession, OutboxEntry, OutboxKey,
        SettleOutbox, TurnCommit, TurnRecord,
    },
};

/// How often a turn that is ready is thrown away because the customer wrote more (I5).
const MAX_RESTARTS: u32 = 2;

/// How often a lost race against another instance is run again.
const MAX_CONFLICTS: u32 = 5;

/// How many turns one wake-up takes at most, when the customer keeps writing during delivery.
/// What is left then has a wake-up of its own on the queue.
const MAX_TURNS: u32 = 5;

/// How many events one turn consumes at most. The commit is one transaction of at most 100 items;
/// what is over makes the next turn.
const MAX_EVENTS_PER_TURN: usize = 80;

/// How much text one turn consumes at most: its record, which holds it, stays far under DynamoDB's
/// 400 KB an item.
const MAX_BYTES_PER_TURN: usize = 64 * 1024;

/// What a turn is taken with.
#[derive(Clone, Copy, Debug)]
pub struct Dialogue<'a, K, S, C> {
    /// Time.
    pub clock: &'a K,
    /// Sessions, turns, and the outbox.
    pub store: &'a S,
    /// The customers' channels.
    pub channels: &'a C,
    /// Catalogue, prompts and policies.
    pub shop: Shop<'a>,
    /// How long to wait for a customer who is still writing.
    pub burst: BurstWindow,
}

/// Why a woken session was not brought to rest. The wake-up has to come again.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The store did not answer.
    #[error("the session could not be read or written")]
    Store(#[from] PortError),
    /// Other instances won every race.
    #[error("the session was changed by others {MAX_CONFLICTS} times in a row")]
    Conflicts,
    /// A committed reply was not delivered.
    #[error(transparent)]
    Deliver(#[from] DeliverError),
}

impl<K, S, C> Dialogue<'_, K, S, C>
where
    K: Clock,
    S: LoadSession + CommitTurn + SettleOutbox,
    C: SendReply,
{
    /// Brings a woken session to rest: its inbox empty, its outbox delivered.
    ///
    /// `woken_at` is when the latest known event of the session was received; nothing is read
    /// before its quiet window is over.
    ///
    /// # Errors
    /// [`TurnError`]: the wake-up must be delivered again. What was committed stays committed,
    /// what was delivered stays delivered, and doing it again does neither twice.
    pub async fn take_turns(&self, id: &SessionId, woken_at: Timestamp) -> Result<(), TurnError> {
        // A clock that runs ahead of ours must not make us wait for it.
        let woken_at = woken_at.min(self.clock.now());
        self.wait_until(self.burst.over_at(woken_at, woken_at)).await;
        let (mut turns, mut restarts, mut conflicts) = (0, 0, 0);
        while turns < MAX_TURNS {
            let loaded = self.load_whole_burst(id).await?;
            deliver(self.channels, self.store, id, &loaded.outbox).await?;
            if loaded.inbox.is_empty() {
                return Ok(());
            }
            let waiting = loaded.inbox.len();
            let commit = self.prepare(id, loaded, restarts < MAX_RESTARTS);
            match self.store.commit_turn(id, &commit).await {
                Ok(()) => {
                    log_turn(id, &commit);
                    deliver(self.channels, self.store, id, &commit.outbox).await?;
                    if commit.recorded.is_some() && commit.consumed.len() == waiting {
                        // The commit saw that nothing more had come: what comes later has a
                        // wake-up of its own.
                        return Ok(());
                    }
                    turns += 1;
                    restarts = 0;
                }
                Err(CommitError::NewInput) => restarts += 1,
                Err(CommitError::Conflict) if conflicts < MAX_CONFLICTS => conflicts += 1,
                Err(CommitError::Conflict) => return Err(TurnError::Conflicts),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads the session once the customer has stopped writing, or has written for long enough. A
    /// clock elsewhere that runs ahead of ours makes us wait no longer than that.
    async fn load_whole_burst(&self, id: &SessionId) -> Result<LoadedSession, PortError> {
        let at_the_latest = after(self.clock.now(), self.burst.longest);
        loop {
            let loaded = self.store.load_session(id).await?;
            let received = || loaded.inbox.iter().map(|entry| entry.event.received_at);
            let (Some(first), Some(last)) = (received().min(), received().max()) else {
                return Ok(loaded);
            };
            let over_at = self.burst.over_at(first, last).min(at_the_latest);
            if self.clock.now() >= over_at {
                return Ok(loaded);
            }
            self.wait_until(over_at).await;
        }
    }

    async fn wait_until(&self, moment: Timestamp) {
        let wait = until(self.clock.now(), moment);
        if wait > Duration::ZERO {
            self.clock.sleep(wait).await;
        }
    }

    /// Takes the turn and puts together all that its commit stores.
    fn prepare(&self, id: &SessionId, loaded: LoadedSession, unless_new_input: bool) -> TurnCommit {
        let now = self.clock.now();
        let n = loaded.version + 1;
        let (consumed, messages) = one_turn_of(loaded.inbox);
        let input = TurnInput { messages, now };
        let Turn { session, reply, actions, trace } =
            turn::take(&self.shop, &loaded.session, &input);
        let outbox = self
            .channels
            .split(id.channel, &reply)
            .into_iter()
            .zip(0..)
            .map(|(part, place)| OutboxEntry {
                key: OutboxKey { turn: n, part: place },
                part,
                committed_at: now,
            })
            .collect();
        let ms = until(now, self.clock.now()).as_millis().try_into().unwrap_or(u64::MAX);
        TurnCommit {
            version: loaded.version,
            recorded: unless_new_input.then_some(loaded.recorded),
            session,
            consumed,
            outbox,
            record: TurnRecord { n, at: now, ms, input: input.messages, reply, actions, trace },
        }
    }
}

/// The keys and messages of the events that one turn takes, in order: at least one, and no more
/// than its record and its transaction can hold.
fn one_turn_of(inbox: Vec<InboxEntry>) -> (Vec<String>, Vec<Message>) {
    let mut bytes = 0;
    inbox
        .into_iter()
        .take(MAX_EVENTS_PER_TURN)
        .enumerate()
        .take_while(|(place, entry)| {
            bytes += entry.event.message.text.as_deref().map_or(0, str::len);
            *place == 0 || bytes <= MAX_BYTES_PER_TURN
        })
        .map(|(_, entry)| (entry.key, entry.event.message))
        .unzip()
}

/// One line a turn: what was decided, and nothing of what was said.
fn log_turn(id: &SessionId, commit: &TurnCommit) {
    let TurnRecord { n, ms, reply, actions, trace, .. } = &commit.record;
    tracing::info!(
        event = "turn_committed",
        channel = %id.channel,
        turn = n,
        ms,
        messages = commit.consumed.len(),
        bubbles = reply.bubbles.len(),
        intent = ?trace.intent,
        from = ?trace.from,
        to = ?trace.to,
    );
    for action in actions {
        match action {
            Action::Escalate { reason } => {
                tracing::warn!(event = "escalation", channel = %id.channel, turn = n, ?reason);
            }
            Action::CheckPayment => {
                tracing::warn!(event = "payment_to_check", channel = %id.channel, turn = n);
            }
            Action::PlaceOrder => {
                tracing::info!(event = "order_to_place", channel = %id.channel, turn = n);
            }
        }
    }
}
