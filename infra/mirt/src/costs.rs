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
    let mut rows = Vec::new();
    for day in (today - i64::from(arguments.days) + 1)..=today {
        let spending = place.table.spending(day).await?;
        if arguments.json {
            output::line(json!({ "day": date(day), "model": spending }));
        } else if spending.requests > 0 {
            rows.push(row(day, &spending));
        }
    }
    if !arguments.json {
        let heads = ["day", "turns", "requests", "tokens in", "cached", "tokens out", "cost"];
        output::table(heads, &rows);
    }
    Ok(Outcome::Well)
}

fn row(day: i64, spending: &Spending) -> [String; 7] {
    let Spending { turns, requests, input_tokens, cached_tokens, output_tokens, .. } = spending;
    let unknown = match spending.unpriced_tokens {
        0 => String::new(),
        tokens => format!(" and {tokens} tokens without a price"),
    };
    let cost = format!("{}{unknown}", MicroUsd(spending.micro_usd));
    let counts = [turns, requests, input_tokens, cached_tokens, output_tokens];
    let [turns, requests, input, cached, output] = counts.map(ToString::to_string);
    [date(day), turns, requests, input, cached, output, cost]
}

/// A day as it is written.
fn date(day: i64) -> String {
    let begins = Timestamp::from_second(day.saturating_mul(SECONDS_A_DAY)).unwrap_or_default();
    begins.to_zoned(TimeZone::UTC).date().to_string()
}
