//! `GET /health`: the version, which catalogue and texts it was built with, and whether the store and the queue answer.

use lambda_http::{Body, Response, http::StatusCode};
use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_engine::failure::{PortError, chain};
use serde_json::json;

use crate::answer;

/// Asks both and says what they answered: 200 when both did, else 503.
pub(crate) async fn check(table: &Table, queue: &InboundQueue) -> Response<Body> {
    let (store, queue) = tokio::join!(table.check(), queue.check());
    let is_well = store.is_ok() && queue.is_ok();
    let body = json!({
        "status": if is_well { "ok" } else { "degraded" },
        "version": env!("CARGO_PKG_VERSION"),
        "content": {
            "catalog": mirt_content::catalog().version(),
            "prompts": mirt_content::prompts().version(),
        },
        "checks": { "store": word("store", &store), "queue": word("queue", &queue) },
    });
    if is_well { answer::json(StatusCode::OK, &body) } else { answer::unavailable(&body) }
}

fn word(what: &'static str, result: &Result<(), PortError>) -> &'static str {
    match result {
        Ok(()) => "ok",
        Err(error) => {
            tracing::error!(event = "health_check_failed", what, error = chain(error));
            "unavailable"
        }
    }
}
