//! `mirt costs`: what the model cost, day by day, over all conversations.

use std::process::ExitCode;

use jiff::{Timestamp, tz::TimeZone};
use mirt_domain::model::MicroUsd;
use mirt_engine::spending::{Spending, day_of};
use serde_json::json;

use crate::{
    cli::CostsArguments,
    outcome::{OperatorError, Outcome, operate},
    output,
    place::Place,
};

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Prints the days, oldest first.
pub(crate) fn main(arguments: &CostsArguments) -> ExitCode {
    operate(&arguments.place, async |place| run(place, arguments).await)
}

async fn run(place: Place, arguments: &CostsArguments) -> Result<Outcome, OperatorError> {
    let today = day_of(Timestamp::now());
    if !arguments.json {
        output::line(format_args!(
            "{:<10}  {:>7}  {:>8}  {:>11}  {:>11}  {:>11}  {:>11}",
            "day", "turns", "requests", "tokens in", "cached", "tokens out", "cost"
        ));
    }
    for day in (today - i64::from(arguments.days) + 1)..=today {
        let spending = place.table.spending(day).await?;
        if arguments.json {
            output::line(json!({ "day": date(day), "model": spending }));
        } else if spending.requests > 0 {
            show(day, &spending);
        }
    }
    Ok(Outcome::Well)
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
