//! Lambda on a schedule: finds what should have been done long ago, and wakes its session or order. The
//! functions for what time does to a conversation are the same with another round.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mirt_aws::{
    metrics::{count_in_job, function_name},
    orders::OrdersQueue,
    queue::InboundQueue,
    sdk,
    table::Table,
};
use mirt_engine::{
    clock::Clock as _,
    sweep::{Round, sweep},
};
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
    main_of("sweeper", Round::Repairs)
}

/// Runs the function `name`, which does `round`, until Lambda ends it.
#[must_use]
pub fn main_of(name: &'static str, round: Round) -> ExitCode {
    process::run(name, async move |settings| run(settings, round).await)
}

async fn run(settings: Settings, round: Round) -> Result<(), StartError> {
    let config = sdk::config(mirt_http::client()?).await;
    let table = Table::new(&config, settings.required("MIRT_TABLE")?.to_owned());
    let queue = InboundQueue::new(&config, settings.required("MIRT_INBOUND_QUEUE_URL")?.to_owned());
    let orders = OrdersQueue::new(&config, settings.required("MIRT_ORDERS_QUEUE_URL")?.to_owned());
    let function = function_name();
    let (table, queue, orders, round, function) = (&table, &queue, &orders, &round, &function);
    // Whatever the schedule says, there is one thing to do.
    lambda_runtime::run(service_fn(async move |_: LambdaEvent<IgnoredAny>| {
        let swept = sweep(*round, &SystemClock, table, queue, orders).await?;
        count_in_job(function, "woken", swept.woken.into(), SystemClock.now());
        Ok::<Value, lambda_runtime::Error>(
            json!({ "overdue": swept.overdue, "woken": swept.woken }),
        )
    }))
    .await
    .map_err(StartError::Lambda)
}
