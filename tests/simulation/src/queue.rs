//! SQS FIFO: groups, deduplication, visibility, redelivery, dead letters.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use fastrand::Rng;
use jiff::Timestamp;
use mirt_domain::{order::OrderId, session_id::SessionId};
use mirt_engine::{
    clock::after,
    failure::PortError,
    label_chat::{AskForLabel, LabelTask},
    order_book::{OrderWakeUp, WakeOrder},
    wake_up::{SendWakeUp, WakeUp},
};

use crate::{dialogue, orders, process::Process, weather::Site};

/// How long a deduplication id is remembered. Source: SQS developer guide.
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// How often a message is received before it is a dead letter. As in `template.yaml`.
const MAX_RECEIVES: u32 = 5;

/// What a queue carries.
pub(crate) trait Letter: Clone {
    /// The message group.
    type Group: Clone + Ord;

    fn group(&self) -> Self::Group;

    /// The deduplication id, within the group.
    fn name(&self) -> &str;
}

impl Letter for WakeUp {
    type Group = SessionId;

    fn group(&self) -> SessionId {
        self.session.clone()
    }

    fn name(&self) -> &str {
        &self.event
    }
}

impl Letter for OrderWakeUp {
    type Group = OrderId;

    fn group(&self) -> OrderId {
        self.order
    }

    fn name(&self) -> &str {
        &self.reason
    }
}

/// A queue.
pub(crate) struct Queue<L: Letter> {
    groups: BTreeMap<L::Group, VecDeque<Message<L>>>,
    sent: BTreeMap<(L::Group, String), Timestamp>,
    next: u64,
    pub(crate) dead: Vec<Message<L>>,
}

/// A message.
#[derive(Clone)]
pub(crate) struct Message<L> {
    pub(crate) id: u64,
    pub(crate) wake_up: L,
    pub(crate) receives: u32,
    /// Nobody is given it before.
    hidden_until: Timestamp,
    /// Changes with each receive; an old one deletes nothing.
    receipt: u64,
}

impl<L: Letter> Default for Queue<L> {
    fn default() -> Self {
        Self { groups: BTreeMap::new(), sent: BTreeMap::new(), next: 0, dead: Vec::new() }
    }
}

impl<L: Letter> Queue<L> {
    /// Takes a message, unless its deduplication id was there a moment ago. It can be received
    /// after `delay`.
    fn send(&mut self, wake_up: &L, now: Timestamp, delay: Duration) -> bool {
        let name = (wake_up.group(), wake_up.name().to_owned());
        if self.sent.get(&name).is_some_and(|at| after(*at, DEDUPLICATION) > now) {
            return false;
        }
        self.sent.insert(name, now);
        self.next += 1;
        let group = self.groups.entry(wake_up.group()).or_default();
        // In a FIFO queue nothing overtakes: what is behind a late message is late too.
        let hidden_until = group
            .back()
            .filter(|last| last.receives == 0)
            .map_or(now, |last| last.hidden_until)
            .max(after(now, delay));
        group.push_back(Message {
            id: self.next,
            wake_up: wake_up.clone(),
            receives: 0,
            hidden_until,
            receipt: 0,
        });
        true
    }

    /// Gives up to `most` messages, in order within each group, and none of a group that has one in
    /// flight.
    pub(crate) fn receive(
        &mut self,
        now: Timestamp,
        visibility: Duration,
        most: usize,
        rng: &mut Rng,
    ) -> Vec<Message<L>> {
        let mut open: Vec<L::Group> = self.groups.keys().cloned().collect();
        rng.shuffle(&mut open);
        let most = rng.usize(1..=most);
        let mut batch = Vec::new();
        for id in open {
            let Some(group) = self.groups.get_mut(&id) else { continue };
            while group
                .front()
                .is_some_and(|first| first.hidden_until <= now && first.receives == MAX_RECEIVES)
            {
                self.dead.extend(group.pop_front());
            }
            if group.iter().any(|message| message.receives > 0 && message.hidden_until > now) {
                continue;
            }
            for message in group.iter_mut() {
                if batch.len() == most || message.hidden_until > now {
                    break;
                }
                if message.receives == MAX_RECEIVES {
                    // Its turn to die comes when it is the first.
                    break;
                }
                self.next += 1;
                message.receives += 1;
                message.receipt = self.next;
                message.hidden_until = after(now, visibility);
                batch.push(message.clone());
            }
        }
        self.groups.retain(|_, group| !group.is_empty());
        batch
    }

    /// Deletes a message that was received, if its receipt is still good.
    pub(crate) fn delete(&mut self, message: &Message<L>, now: Timestamp) -> bool {
        let name = message.wake_up.group();
        let Some(group) = self.groups.get_mut(&name) else { return false };
        let before = group.len();
        group.retain(|other| other.receipt != message.receipt || other.hidden_until <= now);
        let is_deleted = group.len() < before;
        if group.is_empty() {
            self.groups.remove(&name);
        }
        is_deleted
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

impl Process {
    /// How long a message is on its way.
    fn journey(&self) -> Duration {
        let late = self.world.scenario.late_wake_ups;
        self.world.time.chance(|rng| match rng.u32(..1000) {
            draw if draw < late => Duration::from_secs(rng.u64(..600)),
            _ => Duration::from_millis(rng.u64(..100)),
        })
    }
}

impl SendWakeUp for Process {
    async fn send_wake_up(&self, wake_up: &WakeUp) -> Result<(), PortError> {
        let now = || self.world.time.now();
        let delay = self.journey();
        self.call(Site::Wake, |state| {
            let is_new = state.queue.send(wake_up, now(), delay);
            state.ledger.woke(self.id, wake_up, is_new);
            // The queue's poller, not this process, sees to what comes next.
            dialogue::poll_after(&self.world, delay);
        })
        .await?;
        Ok(())
    }
}

impl WakeOrder for Process {
    async fn wake_order(&self, wake_up: &OrderWakeUp) -> Result<(), PortError> {
        let now = || self.world.time.now();
        let delay = self.journey();
        self.call(Site::WakeOrder, |state| {
            let OrderWakeUp { order, reason } = wake_up;
            let is_new = state.orders_queue.send(wake_up, now(), delay);
            state
                .ledger
                .note(self.id, format_args!("wakes order {order} ({reason}), new: {is_new}"));
            orders::poll_after(&self.world, delay);
        })
        .await?;
        Ok(())
    }
}

impl AskForLabel for Process {
    /// No part of a sale, and nothing waits for it.
    async fn ask_for_label(&self, _: &LabelTask) -> Result<(), PortError> {
        Ok(())
    }
}
