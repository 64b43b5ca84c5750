//! The engine's ports on the store.

use std::time::Duration;

use jiff::Timestamp;
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    alert::Alert,
    answer::GiveAnswer,
    card::{KeepCard, ManagersMessage, SessionCard},
    event::InboundEvent,
    failure::PortError,
    limit::{RecordNotice, Slot},
    notice_board::{Notices, ReadNotices},
    receive::{Received, RecordEvent},
    session_store::{
        Closed, CommitError, CommitTurn, InboxEntry, LoadSession, LoadedSession, OutboxEntry,
        OutboxKey, PendingKey, PendingReply, SettleOutbox, TurnCommit, sort_inbox,
    },
};

use crate::{
    mutant::Mutant,
    process::{Process, Trouble},
    store::{Items, Refusal, Store},
    weather::Site,
    world::State,
};

impl RecordEvent for Process {
    async fn record_event(
        &self,
        event: &InboundEvent,
        content_window: Duration,
    ) -> Result<Received, PortError> {
        let forecast = self.begin(Site::Record).await?;
        let received = self.world.with(|state| {
            // A second try carries the first one's token, and changes nothing.
            let received = state.store.record(event, content_window, self.world.mutant);
            if received == Received::Accepted {
                state.ledger.recorded(self.id, event);
            }
            received
        });
        self.end(Site::Record, forecast).await?;
        Ok(received)
    }
}

impl RecordNotice for Process {
    async fn record_notice(
        &self,
        session: &SessionId,
        slot: Slot,
        notice: &OutboxEntry,
    ) -> Result<bool, PortError> {
        let forecast = self.begin(Site::Notice).await?;
        let is_new = self.world.with(|state| {
            let is_new = state.store.record_notice(session, slot, notice);
            if is_new {
                state.ledger.notice(self.id, session, slot, notice);
            }
            is_new
        });
        self.end(Site::Notice, forecast).await?;
        Ok(is_new)
    }
}

impl KeepCard for Process {
    async fn keep_card(&self, _: &SessionId, _: &SessionCard) -> Result<(), PortError> {
        Ok(())
    }

    async fn keep_subject(
        &self,
        _: &ManagersMessage,
        _: &SessionId,
        _: Timestamp,
    ) -> Result<(), PortError> {
        Ok(())
    }
}

impl LoadSession for Process {
    /// A query reads what is committed, and no more than that: its items are not of one moment,
    /// and nothing is said about the order in which they are read.
    async fn load_session(&self, id: &SessionId, past: usize) -> Result<LoadedSession, PortError> {
        let forecast = self.begin(Site::Load).await?;
        self.world.with(|state| state.ledger.loads(self.id, id));
        let mut loaded = LoadedSession {
            session: mirt_domain::session::Session::default(),
            version: 0,
            consumed: 0,
            last_reply: None,
            inbox: Vec::new(),
            outbox: Vec::new(),
            alerts: Vec::new(),
            card: None,
            closed: None,
            past: Vec::new(),
        };
        let mut parts = [
            Part::Checkpoint,
            Part::OldInbox,
            Part::NewInbox,
            Part::OldOutbox,
            Part::NewOutbox,
            Part::Alerts,
            Part::Past(past),
        ];
        self.world.time.chance(|rng| rng.shuffle(&mut parts));
        let middle = self.world.with(|state| {
            let Items { inbox, outbox, version, .. } = state.store.items(id);
            // Where nothing is in the outbox yet, between what may come while it is read.
            let coming = self
                .world
                .time
                .chance(|rng| OutboxKey { turn: *version + rng.u64(1..=2), part: rng.u32(0..=1) });
            Middle {
                inbox: inbox.keys().nth(inbox.len() / 2).cloned().unwrap_or_default(),
                outbox: outbox.keys().nth(outbox.len() / 2).copied().unwrap_or(coming),
            }
        });
        for part in parts {
            self.tear().await;
            self.world.with(|state| read(state, id, part, &middle, &mut loaded));
        }
        if self.world.has(Mutant::UnsortedInbox) {
            self.world.time.chance(|rng| rng.shuffle(&mut loaded.inbox));
        } else {
            sort_inbox(&mut loaded.inbox);
        }
        loaded.outbox.sort_by_key(|pending| pending.entry.key);
        if self.world.has(Mutant::PostponedIsHidden) {
            let now = self.world.time.now();
            loaded.outbox.retain(|pending| pending.failures == 0 || pending.due_at <= now);
        }
        let known = loaded.consumed + loaded.inbox.len() as u64;
        self.end(Site::Load, forecast).await?;
        self.world.with(|state| state.ledger.loaded(self.id, id, loaded.version, known));
        Ok(loaded)
    }
}

impl ReadNotices for Process {
    /// Nobody tells of the stock here: all of the catalogue is there.
    async fn read_notices(&self) -> Result<Notices, PortError> {
        Ok(Notices::default())
    }
}

/// Items that a query reads in one moment.
#[derive(Clone, Copy)]
enum Part {
    Checkpoint,
    OldInbox,
    NewInbox,
    OldOutbox,
    NewOutbox,
    Alerts,
    /// So many of the last turns.
    Past(usize),
}

/// Where the new ones begin.
struct Middle {
    inbox: String,
    outbox: OutboxKey,
}

fn read(
    state: &mut State,
    id: &SessionId,
    part: Part,
    middle: &Middle,
    loaded: &mut LoadedSession,
) {
    let items = state.store.items(id);
    let entry = |(key, event): (&String, &InboundEvent)| InboxEntry {
        key: key.clone(),
        event: event.clone(),
    };
    match part {
        Part::Checkpoint => {
            loaded.session = items.checkpoint.clone();
            loaded.version = items.version;
            loaded.consumed = items.consumed;
            loaded.last_reply = items.last_reply;
        }
        Part::OldInbox => {
            loaded.inbox.extend(items.inbox.range(..middle.inbox.clone()).map(entry));
        }
        Part::NewInbox => {
            loaded.inbox.extend(items.inbox.range(middle.inbox.clone()..).map(entry));
        }
        Part::Past(most) => {
            let first = items.turns.len().saturating_sub(most);
            loaded.past = items.turns.iter().skip(first).cloned().collect();
        }
        Part::Alerts => loaded.alerts = items.alerts.values().cloned().collect(),
        Part::OldOutbox => {
            let old = items.outbox.range(..middle.outbox);
            loaded.outbox.extend(old.map(|(_, pending)| pending.clone()));
        }
        Part::NewOutbox => {
            let new = items.outbox.range(middle.outbox..);
            loaded.outbox.extend(new.map(|(_, pending)| pending.clone()));
        }
    }
}

impl CommitTurn for Process {
    async fn commit_turn(&self, id: &SessionId, turn: &TurnCommit) -> Result<(), CommitError> {
        let forecast = self.begin(Site::Commit).await?;
        let result = self.world.with(|state| {
            let checked = state.store.check(id, turn, self.world.mutant);
            match checked {
                Ok(()) => {
                    let left = Store::items(&mut state.store, id).inbox.clone();
                    state.ledger.committed(self.id, id, turn, left);
                    for order in &turn.orders {
                        let before = state.store.orders.get(order.order.id);
                        state.ledger.ordered(self.id, before, order);
                    }
                    match self.world.has(Mutant::AlertAfterCommit) {
                        true => state.store.put_checkpoint(id, turn),
                        false => state.store.put_turn(id, turn),
                    }
                    if !self.world.has(Mutant::CommitInTwoWrites) {
                        state.store.delete_consumed(id, turn);
                    }
                }
                Err(refusal) => {
                    let why = format_args!("does not commit a turn of {id}: {refusal:?}");
                    state.ledger.note(self.id, why);
                }
            }
            checked
        });
        if self.world.has(Mutant::CommitInTwoWrites) && result.is_ok() {
            self.call(Site::Commit, |state| state.store.delete_consumed(id, turn)).await?;
        }
        if self.world.has(Mutant::AlertAfterCommit) && result.is_ok() {
            self.call(Site::Commit, |state| state.store.put_alerts(id, turn)).await?;
        }
        self.end(Site::Commit, forecast).await?;
        result.map_err(|refusal| match refusal {
            Refusal::Conflict => CommitError::Conflict,
            Refusal::NewInput => {
                // Only a process that hears of it begins anew because of it.
                self.world.with(|state| state.ledger.begins_anew(self.id, id, turn.version));
                CommitError::NewInput
            }
        })
    }
}

impl From<Trouble> for CommitError {
    fn from(trouble: Trouble) -> Self {
        Self::Store(trouble.into())
    }
}

impl GiveAnswer for Process {
    async fn is_waiting(&self, event: &InboundEvent) -> Result<bool, PortError> {
        let key = Store::inbox_key(event);
        let inbox = |state: &mut State| state.store.items(&event.session).inbox.contains_key(&key);
        Ok(self.call(Site::Look, inbox).await?)
    }

    async fn pending_replies(&self, id: &SessionId) -> Result<Vec<PendingReply>, PortError> {
        let outbox = |state: &mut State| state.store.items(id).outbox.values().cloned().collect();
        Ok(self.call(Site::Look, outbox).await?)
    }

    async fn reserve(&self, id: &SessionId, entry: OutboxKey, by: &str) -> Result<bool, PortError> {
        Ok(self.call(Site::Reserve, |state| state.store.items(id).reserve(entry, by)).await?)
    }

    /// The transaction has a token, by which the table knows one that is made twice.
    async fn claim(
        &self,
        id: &SessionId,
        given: OutboxKey,
        by: &str,
        others: &[OutboxKey],
    ) -> Result<bool, PortError> {
        // Until it is known what came of it the others may be held, for the sweeper to find.
        self.world.with(|state| state.ledger.may_be_held(id, true));
        let mut is_claimed = false;
        let claimed = self.call(Site::Claim, |state| {
            is_claimed |= state.store.items(id).claim(given, by, others);
            if is_claimed {
                state.ledger.claimed(self.id, id, given);
            }
            is_claimed
        });
        let is_claimed = claimed.await?;
        self.world.with(|state| state.ledger.may_be_held(id, false));
        Ok(is_claimed)
    }
}

impl SettleOutbox for Process {
    async fn mark_delivered(
        &self,
        id: &SessionId,
        entries: &[PendingKey],
    ) -> Result<(), PortError> {
        let is_dropped = self.world.has(Mutant::NoMark);
        let marked = self
            .call(Site::Mark, |state| {
                for key in entries {
                    if !is_dropped {
                        state.store.items(id).settle(*key);
                    }
                }
            })
            .await;
        self.world.with(|state| state.ledger.marked(self.id, id, entries, marked.is_ok()));
        Ok(marked?)
    }

    async fn release(&self, id: &SessionId, entry: OutboxKey) -> Result<bool, PortError> {
        let released = self.call(Site::Postpone, |state| {
            let pending = state.store.items(id).outbox.get_mut(&entry);
            pending.map(|pending| pending.held_until = None).is_some()
        });
        Ok(released.await?)
    }

    async fn set_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        reason: &str,
        alert: &Alert,
    ) -> Result<(), PortError> {
        self.call(Site::SetAside, |state| {
            let items = state.store.items(id);
            if items.outbox.remove(&entry.key).is_some() {
                items.put_alert(alert);
                state.ledger.set_aside(self.id, id, entry, reason, alert);
            }
        })
        .await?;
        Ok(())
    }

    /// No channel of the simulation closes a session: one that a customer has left is no harder for
    /// the engine than one that refuses everything.
    async fn close(
        &self,
        id: &SessionId,
        entries: &[OutboxEntry],
        closed: &Closed,
        alert: &Alert,
    ) -> Result<(), PortError> {
        for entry in entries {
            self.set_aside(id, entry, &closed.reason, alert).await?;
        }
        Ok(())
    }

    async fn postpone(
        &self,
        id: &SessionId,
        entry: PendingKey,
        failures: u32,
        due_at: Timestamp,
    ) -> Result<(), PortError> {
        self.call(Site::Postpone, |state| {
            if let Some(trial) = state.store.items(id).trial(entry) {
                (*trial.0, *trial.1) = (failures, due_at);
            }
            state.ledger.postponed(self.id, id, entry, due_at);
        })
        .await?;
        Ok(())
    }
}

impl Process {
    /// Lets time pass in the middle of a query, now and then.
    async fn tear(&self) {
        let now = self.world.time.now();
        let pause =
            self.world.with(|state| self.world.time.chance(|rng| state.weather.pause(now, rng)));
        if pause > Duration::ZERO {
            self.world.time.sleep(pause).await;
        }
    }
}
