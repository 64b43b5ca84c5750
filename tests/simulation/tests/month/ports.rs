//! The engine's ports on the world.

use std::time::Duration;

use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    decide::{Due, Duty},
    photo::Photo,
    reply::{Bubble, Reply},
    session_id::{SessionId, UserId},
    turn::Action,
};
use mirt_engine::{
    alert::{Alert, Matter, PendingAlert, TellManager},
    card::{KeepCard, ManagersMessage, SessionCard, Telling},
    clock::{Clock, after},
    consult::{LookAgain, Standing},
    deliver::SendReply,
    failure::{PortError, SendError},
    label_chat::{AskForLabel, LabelTask},
    notice_board::{Notices, ReadNotices},
    order_book::{FindByPhone, OrderOfPhone, OrderWakeUp, WakeOrder},
    session_store::{
        Closed, CommitError, CommitTurn, LoadSession, LoadedSession, OutboxEntry, OutboxKey,
        PendingKey, PendingReply, SettleOutbox, TurnCommit,
    },
    sweep::{FindOverdue, Overdue, OverduePage, Round, Subject},
    wake_up::{SendWakeUp, WakeUp},
};

use crate::world::{Happened, Items, World};

/// When what should be gone within seconds is overdue. As in `shared/aws`.
const OVERDUE_AFTER: Duration = Duration::from_mins(2);

fn down() -> PortError {
    PortError::Unavailable { service: "world", source: "an outage".into() }
}

impl World {
    /// A call of the store: refused in an outage, its answer lost now and then.
    fn store<T>(&self, id: &SessionId, work: impl FnOnce(&mut Items) -> T) -> Result<T, PortError> {
        if self.is_store_down() {
            return Err(down());
        }
        let mut state = self.state();
        let items = state.items(id);
        let due = items.due;
        let done = work(items);
        let (now_due, loaded) = (items.due, &items.loaded);
        let is_open =
            !(loaded.inbox.is_empty() && loaded.outbox.is_empty() && loaded.alerts.is_empty());
        if let Some(due) = due {
            state.due.remove(&(round_of(due) as u8, due.at, id.clone()));
        }
        if let Some(due) = now_due {
            state.due.insert((round_of(due) as u8, due.at, id.clone()));
        }
        if is_open {
            state.open.insert(id.clone())
        } else {
            state.open.remove(id)
        };
        drop(state);
        if self.once_in(200) { Err(down()) } else { Ok(done) }
    }
}

/// The first of all users.
fn nobody() -> UserId {
    UserId::parse("!").unwrap()
}

/// Which round looks for it.
const fn round_of(due: Due) -> Round {
    match due.duty {
        Duty::HandOver | Duty::News => Round::Repairs,
        Duty::FollowUp => Round::FollowUps,
        Duty::Summary => Round::Summaries,
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    async fn sleep(&self, duration: Duration) {
        let mut state = self.state();
        state.now = after(state.now, duration);
    }
}

impl LoadSession for World {
    async fn load_session(&self, id: &SessionId, _: usize) -> Result<LoadedSession, PortError> {
        self.store(id, |items| items.loaded.clone())
    }
}

impl CommitTurn for World {
    async fn commit_turn(&self, id: &SessionId, turn: &TurnCommit) -> Result<(), CommitError> {
        let was_summed_up = self.state().items(id).loaded.session.is_summed_up();
        let committed = self.store(id, |items| {
            let loaded = &mut items.loaded;
            let is_there = |key: &String| loaded.inbox.iter().any(|entry| entry.key == *key);
            let is_settled =
                turn.settled.is_none_or(|key| loaded.outbox.iter().all(|it| it.entry.key != key));
            if loaded.version != turn.version || !turn.consumed.iter().all(is_there) || !is_settled
            {
                return Err(CommitError::Conflict);
            }
            if turn.recorded.is_some_and(|recorded| recorded != items.recorded) {
                return Err(CommitError::NewInput);
            }
            loaded.version += 1;
            loaded.session = turn.session.clone();
            loaded.consumed = turn.consumed_ever;
            loaded.last_reply = turn.last_reply;
            loaded.inbox.retain(|entry| !turn.consumed.contains(&entry.key));
            loaded.outbox.extend(turn.outbox.iter().cloned().map(PendingReply::from));
            loaded.alerts.extend(turn.alerts.iter().cloned().map(PendingAlert::from));
            items.due = turn.due;
            Ok(())
        });
        let is_done = match &committed {
            Ok(result) => result.is_ok(),
            Err(_) => self.state().items(id).loaded.version == turn.version + 1,
        };
        if is_done && !was_summed_up && turn.session.is_summed_up() {
            self.note(id, Happened::SummedUp);
        }
        committed?
    }
}

impl SettleOutbox for World {
    async fn mark_delivered(
        &self,
        id: &SessionId,
        entries: &[PendingKey],
    ) -> Result<(), PortError> {
        self.store(id, |items| {
            let is_marked = |key: PendingKey| entries.contains(&key);
            items.loaded.outbox.retain(|it| !is_marked(PendingKey::Reply(it.entry.key)));
            items.loaded.alerts.retain(|it| !is_marked(PendingKey::Alert(it.alert.key)));
        })
    }

    async fn release(&self, id: &SessionId, entry: OutboxKey) -> Result<bool, PortError> {
        self.store(id, |items| items.loaded.outbox.iter().any(|it| it.entry.key == entry))
    }

    async fn close(
        &self,
        id: &SessionId,
        entries: &[OutboxEntry],
        closed: &Closed,
        alert: &Alert,
    ) -> Result<(), PortError> {
        self.store(id, |items| {
            items.loaded.outbox.retain(|it| entries.iter().all(|gone| gone.key != it.entry.key));
            items.loaded.closed = Some(closed.clone());
            items.loaded.alerts.push(PendingAlert::from(alert.clone()));
        })
    }

    async fn set_aside(
        &self,
        id: &SessionId,
        entry: &OutboxEntry,
        _: &str,
        alert: &Alert,
    ) -> Result<(), PortError> {
        self.store(id, |items| {
            let before = items.loaded.outbox.len();
            items.loaded.outbox.retain(|it| it.entry.key != entry.key);
            if items.loaded.outbox.len() < before {
                items.loaded.alerts.push(PendingAlert::from(alert.clone()));
            }
        })
    }

    async fn postpone(
        &self,
        id: &SessionId,
        entry: PendingKey,
        failures: u32,
        due_at: Timestamp,
    ) -> Result<(), PortError> {
        self.store(id, |items| {
            for it in &mut items.loaded.outbox {
                if PendingKey::Reply(it.entry.key) == entry {
                    (it.failures, it.due_at) = (failures, due_at);
                }
            }
            for it in &mut items.loaded.alerts {
                if PendingKey::Alert(it.alert.key) == entry {
                    (it.failures, it.due_at) = (failures, due_at);
                }
            }
        })
    }
}

impl KeepCard for World {
    async fn keep_card(&self, id: &SessionId, card: &SessionCard) -> Result<(), PortError> {
        self.store(id, |items| items.loaded.card = Some(card.clone()))
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

impl LookAgain for World {
    async fn standing(&self, id: &SessionId) -> Result<Standing, PortError> {
        self.store(id, |items| Standing { recorded: items.recorded, version: items.loaded.version })
    }
}

impl FindByPhone for World {
    async fn orders_of_phone(&self, _: &str) -> Result<Vec<OrderOfPhone>, PortError> {
        Ok(Vec::new())
    }
}

impl ReadNotices for World {
    async fn read_notices(&self) -> Result<Notices, PortError> {
        Ok(Notices::default())
    }
}

impl WakeOrder for World {
    async fn wake_order(&self, _: &OrderWakeUp) -> Result<(), PortError> {
        Ok(())
    }
}

impl AskForLabel for World {
    async fn ask_for_label(&self, _: &LabelTask) -> Result<(), PortError> {
        Ok(())
    }
}

impl SendReply for World {
    fn split(&self, _: Channel, reply: &Reply) -> Vec<Reply> {
        if reply.bubbles.is_empty() { Vec::new() } else { vec![reply.clone()] }
    }

    async fn send(&self, to: &SessionId, part: &Reply) -> Result<(), SendError> {
        if self.is_channel_down() {
            return Err(SendError::Retry { after: None, source: "an outage".into() });
        }
        let is_follow_up = {
            let mut state = self.state();
            let outbox = &state.items(to).loaded.outbox;
            outbox.iter().any(|it| it.entry.is_follow_up && it.entry.part == *part)
        };
        self.note(
            to,
            if is_follow_up { Happened::FollowedUp(words(part)) } else { Happened::Heard },
        );
        Ok(())
    }

    async fn show_typing(&self, _: &SessionId) {}
}

fn words(reply: &Reply) -> String {
    let text = |bubble: &Bubble| match bubble {
        Bubble::Text(text) => text.clone(),
        Bubble::Photo { .. } | Bubble::Sent { .. } => String::new(),
    };
    reply.bubbles.iter().map(text).collect()
}

impl TellManager for World {
    async fn tell_manager(
        &self,
        about: &SessionId,
        alert: &Alert,
        telling: &Telling,
    ) -> Result<Option<ManagersMessage>, SendError> {
        if self.is_channel_down() {
            return Err(SendError::Retry { after: None, source: "an outage".into() });
        }
        if matches!(telling, Telling::Update(..)) {
            return Ok(None);
        }
        match alert.matter {
            Matter::Action(Action::TellUnanswered) => {
                self.note_at(about, alert.raised_at, Happened::LeftToManager);
            }
            Matter::Unsent { .. } => self.note_at(about, alert.raised_at, Happened::Unsent),
            _ => {}
        }
        let id = i64::try_from(alert.key.turn).unwrap();
        Ok(Some(ManagersMessage { chat: about.to_string(), id }))
    }

    async fn show_photo(&self, _: &ManagersMessage, _: &Photo) -> Result<(), SendError> {
        Ok(())
    }
}

impl SendWakeUp for World {
    async fn send_wake_up(&self, wake_up: &WakeUp) -> Result<(), PortError> {
        if self.once_in(100) {
            return Err(down());
        }
        let mut state = self.state();
        let now = state.now;
        // As the queue does for five minutes.
        if !state.queue.iter().any(|(queued, ..)| queued == wake_up) {
            state.queue.push((wake_up.clone(), now, 0));
        }
        Ok(())
    }
}

impl FindOverdue for World {
    type Cursor = ();

    fn partitions(&self, _: Round) -> u32 {
        1
    }

    async fn find_overdue(
        &self,
        round: Round,
        _: u32,
        from: Timestamp,
        to: Timestamp,
        _: Option<()>,
    ) -> Result<OverduePage<()>, PortError> {
        if self.is_store_down() {
            return Err(down());
        }
        let state = self.state();
        let mut entries = Vec::new();
        let mut add = |session: &SessionId, key: String, due_at: Timestamp| {
            if (from..=to).contains(&due_at) {
                entries.push(Overdue { subject: Subject::Session(session.clone()), key, due_at });
            }
        };
        let first = (round as u8, from, SessionId { channel: Channel::Instagram, user: nobody() });
        for (_, at, session) in
            state.due.range(first..).take_while(|it| it.0 == round as u8 && it.1 <= to)
        {
            add(session, "STATE".to_owned(), *at);
        }
        let open = state.open.iter().filter(|_| round == Round::Repairs);
        for (session, items) in open.filter_map(|id| state.sessions.get_key_value(id)) {
            let overdue = |since| after(since, OVERDUE_AFTER);
            for entry in &items.loaded.inbox {
                add(session, entry.key.clone(), overdue(entry.event.received_at));
            }
            for it in &items.loaded.outbox {
                let key = format!("OUT#{}", it.entry.key.turn);
                let fresh = overdue(it.entry.committed_at);
                add(session, key, if it.failures > 0 { it.due_at } else { fresh });
            }
            for it in &items.loaded.alerts {
                let key = format!("MANAGER#{}", it.alert.key.turn);
                let fresh = overdue(it.alert.raised_at);
                add(session, key, if it.failures > 0 { it.due_at } else { fresh });
            }
        }
        entries.sort_by_key(|entry| entry.due_at);
        Ok(OverduePage { entries, next: None })
    }
}
