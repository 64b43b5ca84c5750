//! `mirt costs`: what the model cost, day by day, over all conversations.

use std::process::ExitCode;

use jiff::{Timestamp, tz::TimeZone};
use mirt_aws::table::Table;
use mirt_domain::model::MicroUsd;
use mirt_engine::{
    failure::PortError,
    spending::{Spending, day_of},
};
use serde_json::json;

use crate::{
    cli::CostsArguments,
    output,
    place::{self, PlaceError},
};

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Why nothing was shown.
#[derive(Debug, thiserror::Error)]
enum CostsError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Store(#[from] PortError),
    #[error("the async runtime cannot be started")]
    Runtime(#[from] std::io::Error),
}

/// Prints the days, oldest first.
pub(crate) fn main(arguments: &CostsArguments) -> ExitCode {
    let run = || -> Result<(), CostsError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(arguments))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &CostsArguments) -> Result<(), CostsError> {
    let config = place::config(&arguments.place).await?;
    let table = Table::new(&config, format!("mirt-{}", arguments.place.stage));
    let today = day_of(Timestamp::now());
    if !arguments.json {
        output::line(format_args!(
            "{:<10}  {:>7}  {:>8}  {:>11}  {:>11}  {:>11}  {:>11}",
            "day", "turns", "requests", "tokens in", "cached", "tokens out", "cost"
        ));
    }
    for day in (today - i64::from(arguments.days) + 1)..=today {
        let spending = table.spending(day).await?;
        if arguments.json {
            output::line(json!({ "day": date(day), "model": spending }));
        } else if spending.requests > 0 {
            show(day, &spending);
        }
    }
    Ok(())
}

fn show(day: i64, spending: &Spending) {
    let Spending { turns, requests, input_tokens, cached_tokens, output_tokens, .. } = spending;
    let unknown = match spending.unpriced_tokens {
        0 => String::new(),
        tokens => format!(" and {tokens} tokens without a price"),
    };
    let (day, cost) = (date(day), MicroUsd(spending.micro_usd).to_string());
    output::line(format_args!(
        "{day:<10}  {turns:>7}  {requests:>8}  {input_tokens:>11}  {cached_tokens:>11}  \
         {output_tokens:>11}  {cost:>11}{unknown}"
    ));
}

/// A day as it is written.
fn date(day: i64) -> String {
    let begins = Timestamp::from_second(day.saturating_mul(SECONDS_A_DAY)).unwrap_or_default();
    begins.to_zoned(TimeZone::UTC).date().to_string()
}
