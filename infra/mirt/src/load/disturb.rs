//! What disturbs a load: processes that die, and a customer who writes without end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use mirt_aws::{sdk, table::Table};
use mirt_engine::{
    failure::PortError,
    sweep::{FindOverdue, Round, Subject},
};
use mirt_local_aws::{endpoint::Endpoint, lambda::Lambda, site::Site};
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::customers::Post;

/// The functions of which processes are killed, each as often as it stands here: the dialogue has
/// the most to lose.
const VICTIMS: [&str; 4] = ["dialogue", "dialogue", "webhook", "sweeper"];

/// The one who writes without end.
const FLOODER: &str = "99999";

/// The queue of wake-ups.
const INBOUND: &str = "mirt-dev-inbound.fifo";

/// What begins the key of a reply that is not noted as sent.
const REPLY: &str = "OUT#";

/// The processes that were killed, and what they may have sent and not yet noted: the replies that
/// were in the outbox when each was gone, by customer and turn.
#[derive(Clone, Debug, Default)]
pub(super) struct Killed(BTreeMap<u64, BTreeSet<(String, u64)>>);

impl Killed {
    /// Whether this process was killed while a reply of this turn was not noted as sent.
    pub(super) fn held(&self, process: u64, user: &str, turn: u64) -> bool {
        let at_its_end = self.0.get(&process);
        at_its_end.is_some_and(|replies| replies.contains(&(user.to_owned(), turn)))
    }

    #[cfg(test)]
    pub(super) fn of(process: u64, replies: impl IntoIterator<Item = (String, u64)>) -> Self {
        Self([(process, replies.into_iter().collect())].into())
    }
}

/// The replies that are not noted as sent, by customer and turn.
async fn outbox(table: &Table) -> Result<BTreeSet<(String, u64)>, PortError> {
    let mut replies = BTreeSet::new();
    for partition in 0..table.partitions(Round::Repairs) {
        let mut page = None;
        loop {
            let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
            let found = table.find_overdue(Round::Repairs, partition, from, to, page).await?;
            replies.extend(found.entries.into_iter().filter_map(|entry| {
                let turn = entry.key.strip_prefix(REPLY)?.split('#').next()?.parse().ok()?;
                let Subject::Session(session) = entry.subject else { return None };
                Some((session.user.as_str().to_owned(), turn))
            }));
            page = found.next;
            if page.is_none() {
                break;
            }
        }
    }
    Ok(replies)
}

/// What was done to a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Disturbed {
    /// Processes killed.
    pub(super) kills: u64,
    /// Of those, the dialogue's.
    pub(super) dialogues: u64,
    /// Who they were.
    pub(super) killed: Killed,
    /// Messages of the flood that were taken.
    pub(super) flood_taken: u64,
    /// Messages of the flood that were not.
    pub(super) flood_limited: u64,
}

impl Disturbed {
    pub(super) fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.dialogues += other.dialogues;
        self.killed.0.extend(other.killed.0);
        self.flood_taken += other.flood_taken;
        self.flood_limited += other.flood_limited;
    }
}

/// Sets for how many seconds a wake-up is hidden that a process holds.
pub(super) async fn hide_for(
    endpoint: &Endpoint,
    seconds: u32,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout;
    let config = sdk::local_config(mirt_http::client()?, endpoint.url(), Site::default().region);
    aws_sdk_sqs::Client::new(&config.await)
        .set_queue_attributes()
        .queue_url(endpoint.sqs().queue_url(INBOUND))
        .attributes(VisibilityTimeout, seconds.to_string())
        .send()
        .await?;
    Ok(())
}

/// Kills a process of some function, again and again, at moments that nobody can foresee.
/// After each the outbox is looked into, before anybody else can send what the dead one had begun.
pub(super) async fn kill(
    functions: Arc<Lambda>,
    table: Table,
    every: Duration,
    length: Duration,
) -> Disturbed {
    let end = Instant::now() + length;
    let mut done = Disturbed::default();
    loop {
        // Evenly between nothing and twice the pause.
        let micros = u64::try_from(every.as_micros()).unwrap_or(u64::MAX / 2);
        sleep(Duration::from_micros(fastrand::u64(0..=2 * micros))).await;
        if Instant::now() >= end {
            return done;
        }
        let victim = VICTIMS[fastrand::usize(..VICTIMS.len())];
        let Ok(Some(process)) = functions.kill_one(victim, fastrand::usize(..)).await else {
            continue;
        };
        done.kills += 1;
        if victim == "dialogue" {
            done.dialogues += 1;
            match outbox(&table).await {
                Ok(replies) => drop(done.killed.0.insert(process, replies)),
                // Then no repetition is explained by it, and the run is not clean.
                Err(error) => tracing::error!(event = "outbox_not_read", %error),
            }
        }
    }
}

/// After a while one customer writes so many messages a second, whatever the answer.
pub(super) async fn flood(post: Post, rate: u32, after: Duration, length: Duration) -> Disturbed {
    sleep(after).await;
    let mut ticks = interval(Duration::from_secs(1) / rate.max(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = Instant::now() + length;
    let mut posts = tokio::task::JoinSet::new();
    let mut n = 0_u64;
    while Instant::now() < end {
        ticks.tick().await;
        let payload = json!({
            "type": "instagram",
            "clientId": FLOODER,
            "message": format!("повідомлення {n}"),
            "message_id": format!("flood-{n}"),
        });
        n += 1;
        let post = post.clone();
        posts.spawn(async move { post.make(&payload).await });
    }
    let mut done = Disturbed::default();
    for status in posts.join_all().await {
        done.flood_taken += u64::from(status == Some(202));
        done.flood_limited += u64::from(status == Some(429));
    }
    done
}
