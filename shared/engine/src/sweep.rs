//! Use case: find what should have been done long ago, and wake its session.
//!
//! Events that were recorded and whose wake-up was never sent, or ended as a dead letter; replies
//! that their channel did not take. A run does a bounded amount of work and changes nothing: what
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

/// How many sessions or orders of a partition one run wakes at most.
const MAX_WAKE_UPS: u32 = 100;

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

    /// How many parts the index has.
    const PARTITIONS: u32;

    /// A page of one partition: what was due from `from` to `to`.
    ///
    /// # Errors
    /// When the store did not answer.
    fn find_overdue(
        &self,
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
    clock: &impl Clock,
    store: &S,
    queue: &impl SendWakeUp,
    orders: &impl WakeOrder,
) -> Result<Swept, PortError> {
    let now = clock.now();
    let mut swept = Swept::default();
    let mut failed = None;
    for partition in 0..S::PARTITIONS {
        if let Err(error) = sweep_partition(store, queue, orders, partition, now, &mut swept).await
        {
            tracing::error!(event = "sweep_failed", partition, error = chain(&error));
            failed.get_or_insert(error);
        }
    }
    if swept.overdue > 0 {
        tracing::warn!(event = "swept", overdue = swept.overdue, woken = swept.woken);
    }
    failed.map_or(Ok(swept), Err)
}

async fn sweep_partition<S: FindOverdue>(
    store: &S,
    queue: &impl SendWakeUp,
    orders: &impl WakeOrder,
    partition: u32,
    now: Timestamp,
    swept: &mut Swept,
) -> Result<(), PortError> {
    let oldest = now.checked_sub(OLDEST).unwrap_or(Timestamp::MIN);
    let mut woken = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let page = store.find_overdue(partition, oldest, now, cursor).await?;
        for entry in page.entries {
            swept.overdue += 1;
            if !is_its_turn(until(entry.due_at, now)) || !woken.insert(entry.subject.clone()) {
                continue;
            }
            let name = wake_up_name(&entry);
            match entry.subject {
                Subject::Session(session) => {
                    let wake_up = WakeUp { session, event: name, received_at: entry.due_at };
                    queue.send_wake_up(&wake_up).await?;
                }
                Subject::Order(order) => {
                    orders.wake_order(&OrderWakeUp { order, reason: name }).await?;
                }
            }
            swept.woken += 1;
            if woken.len() >= MAX_WAKE_UPS as usize {
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

/// Whether an entry's session is woken in this run, one of a run a minute. What stays overdue is
/// woken less and less often: its wake-ups fail, and must not crowd out the others'.
fn is_its_turn(overdue: Duration) -> bool {
    match overdue.as_secs() / 60 {
        minutes @ 0..30 => minutes < 3 || minutes % 5 == 0,
        minutes => minutes % 30 == 0,
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
            (from..to).filter(|minute| is_its_turn(Duration::from_mins(*minute))).count()
        };

        assert_eq!(runs(0, 10), 4);
        assert_eq!(runs(10, 30), 4);
        assert_eq!(runs(30, 24 * 60), 47);
    }
}
