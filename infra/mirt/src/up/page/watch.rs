//! What the page is told unasked: sessions that were written, queues that grow or shrink.

use std::{convert::Infallible, sync::Arc, time::Duration};

use mirt_engine::failure::chain;
use mirt_local_aws::dynamodb::written::Written;
use serde_json::{Value, json};
use tokio::{sync::broadcast::error::RecvError, time::interval};

use super::{Page, bill, queues};

/// How often the depth of the queues is looked at, in this process.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Tells the pages until the system ends.
pub(in crate::up) async fn watch(page: Arc<Page>) -> Infallible {
    let mut written = page.endpoint.written();
    let mut looks = interval(LOOK_EVERY);
    let mut before = Value::Null;
    loop {
        tokio::select! {
            item = written.recv() => match item {
                Ok(item) => tell(&page, &item),
                // The pages look at what they show when they hear of the next one.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return std::future::pending().await,
            },
            _ = looks.tick() => {
                bill::note(&page).await;
                match queues::depths(&page).await {
                    Ok(mut depths) => {
                        // Ages grow by themselves and are no news.
                        for queue in depths.as_array_mut().into_iter().flatten() {
                            queue["age_ms"] = Value::Null;
                        }
                        if depths != before {
                            page.live.tell("queues", &depths);
                            before = depths;
                        }
                    }
                    Err(error) => {
                        tracing::debug!(event = "queues_not_seen", error = chain(&error));
                    }
                }
            },
        }
    }
}

/// A session's items have its channel and customer in their key.
fn tell(page: &Page, item: &Written) {
    let kind = item.sk.split('#').next().unwrap_or_default();
    if let Some((channel, user)) = item.pk.strip_prefix("S#").and_then(|it| it.split_once(':')) {
        let what = json!({ "channel": channel, "user": user, "what": kind, "at": item.at });
        page.live.tell("session", &what);
    } else if let Some(order) = item.pk.strip_prefix("O#") {
        page.live.tell("order", &json!({ "id": order }));
    } else if item.pk.starts_with("SPENDING#") {
        page.live.tell("spending", &Value::Null);
    } else if item.pk.starts_with("T#") {
        page.live.tell("history", &Value::Null);
    } else if (item.pk.as_str(), kind) == ("SHOP", "PAUSE") {
        page.live.tell("pause", &Value::Null);
    }
}
