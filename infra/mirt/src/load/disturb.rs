//! What disturbs a load: processes that die, and a customer who writes without end.

use std::{sync::Arc, time::Duration};

use mirt_aws::sdk;
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

/// What was done to a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Disturbed {
    /// Processes killed.
    pub(super) kills: u64,
    /// Of those, the dialogue's.
    pub(super) dialogues: u64,
    /// Messages of the flood that were taken.
    pub(super) flood_taken: u64,
    /// Messages of the flood that were not.
    pub(super) flood_limited: u64,
}

impl Disturbed {
    pub(super) fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.dialogues += other.dialogues;
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
pub(super) async fn kill(functions: Arc<Lambda>, every: Duration, length: Duration) -> Disturbed {
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
        if functions.kill_one(victim, fastrand::usize(..)).is_ok_and(|there_was| there_was) {
            done.kills += 1;
            done.dialogues += u64::from(victim == "dialogue");
        }
    }
}

/// One customer writes so many messages a second, whatever the answer.
pub(super) async fn flood(post: Post, rate: u32, length: Duration) -> Disturbed {
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
