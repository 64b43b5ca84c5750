//! `POST /local/schedules/<function>`: a scheduled run now, for who does not want to wait for it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};
use mirt_local_aws::{
    lambda::Lambda,
    schedule::{Schedule, run_once},
};

/// The schedules and what runs their functions.
#[derive(Clone)]
struct Schedules {
    all: Arc<[Schedule]>,
    functions: Arc<Lambda>,
}

pub(super) fn routes(schedules: Vec<Schedule>, functions: Arc<Lambda>) -> Router {
    Router::new()
        .route("/local/schedules/{function}", post(run))
        .with_state(Schedules { all: schedules.into(), functions })
}

/// Answers what the function answered.
async fn run(State(schedules): State<Schedules>, Path(function): Path<String>) -> Response {
    if !schedules.all.iter().any(|schedule| schedule.function == function) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match run_once(&function, &schedules.functions).await {
        Ok(answer) => answer.into_response(),
        Err(error) => {
            tracing::error!(event = "scheduled_run_failed", function, %error);
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}
