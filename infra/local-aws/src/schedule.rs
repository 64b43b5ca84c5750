//! EventBridge Scheduler on one machine: runs a function again and again.

use std::{convert::Infallible, time::Duration};

use axum::body::Bytes;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::lambda::{Invoke, InvokeError};

/// A function and how often it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The function's short name.
    pub function: String,
    /// From one run to the next.
    pub every: Duration,
}

/// Serves `schedule` until it is dropped. The first run comes after one interval, as in AWS; a run
/// that fails is said in the log and not repeated before its next time.
pub async fn run(schedule: &Schedule, functions: &impl Invoke) -> Infallible {
    let mut times = interval_at(Instant::now() + schedule.every, schedule.every);
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        times.tick().await;
        if let Err(error) = run_once(&schedule.function, functions).await {
            tracing::warn!(function = schedule.function, %error, "a scheduled run failed");
        }
    }
}

/// Runs the function now, with what Scheduler sends when the template gives no input.
///
/// # Errors
/// When the function fails.
pub async fn run_once(function: &str, functions: &impl Invoke) -> Result<Bytes, InvokeError> {
    functions.invoke(function, Bytes::from(json!({}).to_string())).await
}
