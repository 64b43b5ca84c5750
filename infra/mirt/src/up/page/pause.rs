//! The pause, seen and switched: what `mirt pause` and `mirt resume` do.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use mirt_engine::{failure::PortError, notice_board::Pause};
use serde_json::json;

use super::{Page, queues::failed};

pub(super) async fn show(State(page): State<Arc<Page>>) -> Response {
    answer(page.table.paused().await)
}

/// Pauses without a reason; a pause that is there already stays as it is.
pub(super) async fn begin(State(page): State<Arc<Page>>) -> Response {
    let pause = Pause { since: page.clock.now(), reason: None };
    answer(page.table.pause(&pause).await.map(|before| before.or(Some(pause))))
}

pub(super) async fn end(State(page): State<Arc<Page>>) -> Response {
    answer(page.table.resume().await.map(|_| None))
}

fn answer(pause: Result<Option<Pause>, PortError>) -> Response {
    match pause {
        Ok(pause) => Json(json!({ "pause": pause })).into_response(),
        Err(error) => failed(&error),
    }
}
