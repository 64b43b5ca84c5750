//! Use case: find what is due, and wake its session.
//!
//! The sweeper's round: events that were recorded and whose wake-up was never sent, or ended as a dead letter; replies
//! that their channel did not take; hand-overs that nobody looks after. The other rounds have what time
//! does to a conversation, a kind each. A run does a bounded amount of work and changes nothing: what
//! it leaves is found by the next, and two runs at once send the same wake-ups, which the queue
//! takes once.

use std::{collections::BTreeSet, future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::{order::OrderId, session_id::SessionId};

use crate::{
    clock::{Clock, until},
    event::digest,
    failure::{PortError, chain},
    order_book::{OrderWakeUp, WakeOrder},
    wake_up::{SendWakeUp, WakeUp},
};

/// How many pages of a partition one run reads at most.
const MAX_PAGES: u32 = 5;

/// What is older than this is with the dead letters, and with a human.
const OLDEST: Duration = Duration::from_hours(7 * 24);

/// Whose things can be overdue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A session's.
    Session(SessionId),
    /// An order's.
    Order(OrderId),
}

/// What a run looks for. Each reads nothing but what is its own and due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// What should have been done long ago; once a minute.
    Repairs,
    /// Customers to write to; every five minutes.
    FollowUps,
    /// Conversations to sum up; once an hour.
    Summaries,
}

impl Round {
    /// Every round.
    pub const ALL: [Self; 3] = [Self::Repairs, Self::FollowUps, Self::Summaries];

    /// From one run to the next, as `template.yaml` has it.
    #[must_use]
    pub const fn every(self) -> Duration {
        match self {
            Self::Repairs => Duration::from_mins(1),
            Self::FollowUps => Duration::from_mins(5),
            Self::Summaries => Duration::from_hours(1),
        }
    }

    /// For how long what stays overdue is tried in every fifth run at least. A job that was down for hours
    /// finds the silent customers of all that time, whose wake-ups have never failed.
    const fn tried_for(self) -> Duration {
        match self {
            Self::Repairs => Duration::from_mins(30),
            Self::FollowUps | Self::Summaries => Duration::from_hours(24),
        }
    }

    /// How many sessions of a partition one run wakes at most.
    const fn most_wake_ups(self) -> usize {
        match self {
            Self::Repairs => 100,
            // Some four thousand a run over all partitions: a minute of sending.
            Self::FollowUps | Self::Summaries => 1_000,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Repairs => "repairs",
            Self::FollowUps => "follow_ups",
            Self::Summaries => "summaries",
        }
    }
}

/// Something that should have been done by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// Whose.
    pub subject: Subject,
    /// Its key in the store.
    pub key: String,
    /// When it should have been done.
    pub due_at: Timestamp,
}

/// Some of what is overdue, oldest first.
#[derive(Clone, Debug)]
pub struct OverduePage<C> {
    /// The entries.
    pub entries: Vec<Overdue>,
    /// Where the next page begins, if there is one.
    pub next: Option<C>,
}

/// Finds what is overdue, without looking at anything else.
pub trait FindOverdue: Send + Sync {
    /// Where a page begins.
    type Cursor: Send;

    /// How many parts the index has for a round.
    fn partitions(&self, round: Round) -> u32;

    /// A page of one partition: what was due from `from` to `to`.
    ///
    /// # Errors
    /// When the store did not answer.
    fn find_overdue(
        &self,
        round: Round,
        partition: u32,
        from: Timestamp,
        to: Timestamp,
        page: Option<Self::Cursor>,
    ) -> impl Future<Output = Result<OverduePage<Self::Cursor>, PortError>> + Send;
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Entries that were overdue.
    pub overdue: u32,
    /// Sessions and orders that were woken.
    pub woken: u32,
}

/// Wakes the sessions and the orders with something overdue.
///
/// # Errors
/// The first of the calls that failed. What could be done was done all the same.
pub async fn sweep<S: FindOverdue>(
    round: Round,
    clock: &impl Clock,
    store: &S,
    queue: &impl SendWakeUp,
    orders: &impl WakeOrder,
) -> Result<Swept, PortError> {
    let now = clock.now();
    let mut swept = Swept::default();
    let mut failed = None;
    for partition in 0..store.partitions(round) {
        let place = (round, partition);
        if let Err(error) = sweep_partition(store, (queue, orders), place, now, &mut swept).await {
            tracing::error!(
                event = "sweep_failed",
                round = round.as_str(),
                partition,
                error = chain(&error)
            );
            failed.get_or_insert(error);
        }
    }
    if swept.overdue > 0 {
        let Swept { overdue, woken } = swept;
        match round {
            Round::Repairs => tracing::warn!(event = "swept", overdue, woken),
            Round::FollowUps | Round::Summaries => {
                tracing::info!(event = "due", round = round.as_str(), overdue, woken);
            }
        }
    }
    failed.map_or(Ok(swept), Err)
}

async fn sweep_partition<S: FindOverdue>(
    store: &S,
    (queue, orders): (&impl SendWakeUp, &impl WakeOrder),
    (round, partition): (Round, u32),
    now: Timestamp,
    swept: &mut Swept,
) -> Result<(), PortError> {
    let oldest = now.checked_sub(OLDEST).unwrap_or(Timestamp::MIN);
    let mut woken = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let page = store.find_overdue(round, partition, oldest, now, cursor).await?;
        for entry in page.entries {
            swept.overdue += 1;
            let overdue = until(entry.due_at, now);
            if !is_its_turn(round, overdue) || !woken.insert(entry.subject.clone()) {
                continue;
            }
            let name = wake_up_name(&entry);
            match entry.subject {
                Subject::Session(session) => {
                    let wake_up =
                        WakeUp { session, event: name, received_at: entry.due_at, trace: None };
                    queue.send_wake_up(&wake_up).await?;
                }
                Subject::Order(order) => {
                    orders.wake_order(&OrderWakeUp { order, reason: name }).await?;
                }
            }
            swept.woken += 1;
            if woken.len() >= round.most_wake_ups() {
                return Ok(());
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(())
}

/// Whether an entry's session is woken in this run. What stays overdue is woken less and less often:
/// its wake-ups fail, and must not crowd out the others'.
fn is_its_turn(round: Round, overdue: Duration) -> bool {
    match overdue.as_secs() / round.every().as_secs() {
        0..3 => true,
        runs if overdue < round.tried_for() => runs % 5 == 0,
        runs => runs % 30 == 0,
    }
}

/// What the wake-up for an entry is called. It follows from the entry and from when it was due, so
/// that the queue takes it once from any number of runs within its deduplication interval.
fn wake_up_name(entry: &Overdue) -> String {
    format!("due:{}:{}", digest(&[&entry.key]), entry.due_at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_overdue_is_woken_less_and_less_often() {
        let runs = |from, to| {
            (from..to)
                .filter(|minute| is_its_turn(Round::Repairs, Duration::from_mins(*minute)))
                .count()
        };

        let is_found = |from: u64| {
            (from..from + 25)
                .any(|minute| is_its_turn(Round::FollowUps, Duration::from_mins(minute)))
        };
        assert!((0..20 * 60).all(is_found), "after an outage of hours as well");
        assert_eq!(runs(0, 10), 4);
        assert_eq!(runs(10, 30), 4);
        assert_eq!(runs(30, 24 * 60), 47);
    }
}
