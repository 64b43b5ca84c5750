//! Lambda on a schedule: finds what should have been done long ago, and wakes its session or order.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mirt_aws::{orders::OrdersQueue, queue::InboundQueue, sdk, table::Table};
use mirt_engine::sweep::sweep;
use mirt_runtime::{
    clock::SystemClock,
    process,
    settings::{SettingError, Settings},
};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error("the function's runtime failed")]
    Lambda(#[source] lambda_runtime::Error),
}

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    process::run("sweeper", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let config = sdk::config(mirt_http::client()?).await;
    let table = Table::new(&config, settings.required("MIRT_TABLE")?.to_owned());
    let queue = InboundQueue::new(&config, settings.required("MIRT_INBOUND_QUEUE_URL")?.to_owned());
    let orders = OrdersQueue::new(&config, settings.required("MIRT_ORDERS_QUEUE_URL")?.to_owned());
    let (table, queue, orders) = (&table, &queue, &orders);
    // Whatever the schedule says, there is one thing to do.
    lambda_runtime::run(service_fn(async move |_: LambdaEvent<IgnoredAny>| {
        let swept = sweep(&SystemClock, table, queue, orders).await?;
        Ok::<Value, lambda_runtime::Error>(
            json!({ "overdue": swept.overdue, "woken": swept.woken }),
        )
    }))
    .await
    .map_err(StartError::Lambda)
}
