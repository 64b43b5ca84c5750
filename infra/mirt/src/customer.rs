//! `mirt customer`: all that is kept of one customer, here or in AWS.

use std::{collections::BTreeMap, process::ExitCode};

use jiff::Timestamp;
use mirt_aws::customers::{EraseError, Erased};
use mirt_engine::failure::PortError;
use serde_json::{Value, json};

use crate::{
    cli::{CustomerArguments, CustomerCommand},
    outcome::{OperatorError, Outcome, operate},
    output,
    place::Place,
    progress::Progress,
    who::WhoError,
};

/// Why nothing was shown or done.
#[derive(Debug, thiserror::Error)]
enum CustomerError {
    #[error(transparent)]
    Operator(#[from] OperatorError),
    #[error("the store or a queue did not do it; mirt doctor says what is wrong there")]
    Store(#[from] PortError),
    #[error("the customer was not erased, or not wholly; run it again later")]
    Erase(#[from] EraseError),
    #[error(transparent)]
    Who(#[from] WhoError),
    #[error("nothing is kept of this customer; mirt sessions list --users shows who there is")]
    Nothing,
}

/// Does what was asked for.
pub(crate) fn main(arguments: &CustomerArguments) -> ExitCode {
    operate(&arguments.place, async |place| run(place, arguments).await)
}

async fn run(place: Place, arguments: &CustomerArguments) -> Result<Outcome, CustomerError> {
    let table = place.table;
    let (CustomerCommand::Show(who) | CustomerCommand::Export(who) | CustomerCommand::Erase(who)) =
        &arguments.command;
    let id = who.session()?;
    match &arguments.command {
        CustomerCommand::Show(_) => {
            let export = table.export(&id).await?.ok_or(CustomerError::Nothing)?;
            let summary = summary(&export);
            if arguments.json {
                output::line(summary);
            } else {
                show(&summary);
            }
        }
        CustomerCommand::Export(_) => {
            let bar = Progress::unknown("exporting");
            let export = table.export(&id).await?.ok_or(CustomerError::Nothing)?;
            bar.line(format_args!("{export:#}"));
        }
        CustomerCommand::Erase(_) => {
            let bar = Progress::unknown("erasing");
            let Erased { removed, kept } = table.erase(&id, Timestamp::now()).await?;
            drop(bar);
            if arguments.json {
                output::line(json!({ "erased": removed, "kept_orders": kept }));
                return Ok(Outcome::Well);
            }
            if removed.is_empty() {
                output::line("nothing is kept of this customer");
            }
            for (kind, count) in removed {
                output::line(format_args!("erased {count} {kind}"));
            }
            for order in &kept {
                output::line(format_args!(
                    "kept order {order} with its goods, sums and dates, without the customer"
                ));
            }
            output::line(
                "the counters of days hold no customer and stay; the CRM and the channels have copies \
                 of their own",
            );
        }
    }
    Ok(Outcome::Well)
}

/// The summary for people: a line for each thing that is known.
fn show(summary: &Value) {
    let mut rows = Vec::new();
    for (name, value) in summary.as_object().into_iter().flatten() {
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match value {
            Value::Object(parts) => {
                rows.extend(parts.iter().map(|(part, it)| [format!("{name}.{part}"), cell(it)]));
            }
            Value::Null => {}
            value => rows.push([name.clone(), cell(value)]),
        }
    }
    output::table(["what", "is kept"], &rows);
}

/// Where the customer stands, what is known of them, and how much of what is kept.
fn summary(export: &Value) -> Value {
    let records = &export["records"];
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for key in records.as_object().into_iter().flat_map(|records| records.keys()) {
        *counts.entry(key.split('#').next().unwrap_or_default()).or_default() += 1;
    }
    json!({
        "channel": export["channel"],
        "user": export["user"],
        "state": records["STATE"]["data"]["state"],
        "heard_at": records["STATE"]["data"]["heard_at"],
        "customer": records["STATE"]["data"]["facts"]["customer"],
        "profile": records["PROFILE"]["data"],
        "records": counts,
        "elsewhere": export["elsewhere"].as_array().map_or(0, Vec::len),
    })
}
