//! The queues: how much waits, what failed for good, and sending it back.

use std::sync::Arc;

use aws_sdk_sqs::types::QueueAttributeName::{
    ApproximateNumberOfMessages as Waiting, ApproximateNumberOfMessagesDelayed as Delayed,
    ApproximateNumberOfMessagesNotVisible as InFlight,
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use mirt_aws::dead_letters::DeadLetters;
use mirt_engine::failure::{PortError, chain};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Page;
use crate::dlq;

/// What the names of queues of dead letters hold.
const DEAD: &str = "-dlq";

/// How much is in each queue: waiting, hidden until later, and in somebody's hands.
pub(super) async fn depths(page: &Page) -> Result<Value, PortError> {
    let client = aws_sdk_sqs::Client::new(&page.config);
    let mut depths = Vec::new();
    for name in &page.queues {
        let answer = client
            .get_queue_attributes()
            .queue_url(page.endpoint.sqs().queue_url(name))
            .set_attribute_names(Some(vec![Waiting, Delayed, InFlight]))
            .send()
            .await
            .map_err(|error| PortError::Unavailable { service: "sqs", source: error.into() })?;
        let attributes = answer.attributes.unwrap_or_default();
        let count = |name| -> u64 {
            attributes.get(&name).and_then(|count| count.parse().ok()).unwrap_or_default()
        };
        // Who looks at dead letters has them in hand for a moment: that is no movement.
        let is_dead = name.contains(DEAD);
        let in_hand = count(InFlight);
        let age = page.endpoint.sqs().age_of_oldest(name).await;
        let age =
            age.map_err(|error| PortError::Unavailable { service: "sqs", source: error.into() })?;
        depths.push(json!({
            "age_ms": age,
            "name": name,
            "is_dead": is_dead,
            "waiting": count(Waiting) + if is_dead { in_hand } else { 0 },
            "delayed": count(Delayed),
            "in_flight": if is_dead { 0 } else { in_hand },
        }));
    }
    Ok(Value::Array(depths))
}

/// What failed for good, in all queues of dead letters.
pub(super) async fn dead_letters(State(page): State<Arc<Page>>) -> Response {
    let _only = page.looking.lock().await;
    let look = async {
        let mut all = Vec::new();
        for name in page.queues.iter().filter(|name| name.contains(DEAD)) {
            let seen = DeadLetters::open(&page.config, name).await?.look().await?;
            let now = page.clock.now();
            all.extend(dlq::rows(name, &seen.letters, &page.table, now).await?);
        }
        Ok::<_, PortError>(all)
    };
    match look.await {
        Ok(all) => Json(all).into_response(),
        Err(error) => failed(&error),
    }
}

/// Which queue's dead letters.
#[derive(Deserialize)]
pub(super) struct Which {
    queue: String,
}

/// Sends all of a queue's dead letters back to where they came from, in order.
pub(super) async fn redrive(State(page): State<Arc<Page>>, Json(which): Json<Which>) -> Response {
    if !page.queues.contains(&which.queue) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let redrive = async { DeadLetters::open(&page.config, &which.queue).await?.redrive().await };
    match redrive.await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => failed(&error),
    }
}

pub(super) fn failed(error: &PortError) -> Response {
    tracing::error!(event = "page_not_answered", error = chain(error));
    let body = json!({ "error": error.to_string() });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
}
