//! `mirt doctor`: whether all is well, what is not, and what to do about it.
//!
//! It changes nothing, and what it calls is harmless: descriptions, depths, who a bot is, which models
//! there are. Only a dead-letter queue that is not empty is read from, as `mirt dlq show` does. No key
//! and no customer is ever printed.
//!
//! When a schedule ran last is nowhere kept, so it is told from what it leaves behind: what is overdue in
//! the index `due`, the last day's report, the last complete day of each Telegram chat.

mod apis;
mod content;
mod deployed;
mod drift;
mod findings;
mod queues;
mod schedules;
mod secrets;
mod settings;
mod store;
mod versions;

use std::process::ExitCode;

pub(crate) use deployed::{Deployed, DeployedError};
use findings::Findings;
use mirt_engine::failure::chain;

use crate::{
    cli::DoctorArguments,
    outcome::{OperatorError, Outcome, operate},
    output::ago,
    place::Place,
};

/// Looks at everything and says what it found.
pub(crate) fn main(arguments: &DoctorArguments) -> ExitCode {
    operate(&arguments.place, async |place| run(&place, arguments.json).await)
}

async fn run(place: &Place, as_json: bool) -> Result<Outcome, OperatorError> {
    let http = mirt_http::client().map_err(crate::place::PlaceError::from)?;
    let mut findings = Findings::default();
    let deployed = Deployed::read(place).await?;
    drift::check(place, &deployed, &mut findings).await;
    settings::check(place, &deployed, &mut findings);
    let secrets = secrets::check(place, &deployed, &mut findings).await;
    store::check(place, &deployed, &mut findings).await;
    queues::check(place, &deployed, &mut findings).await;
    content::check(&http, &deployed, &mut findings).await;
    apis::check(&http, place, &deployed, &secrets, &mut findings).await;
    schedules::check(place, &deployed, &mut findings).await;
    pause(place, &mut findings).await;
    findings.print(as_json);
    Ok(Outcome::well_if(findings.are_well()))
}

/// Whether the assistant leaves everything to managers, because somebody said so.
async fn pause(place: &Place, findings: &mut Findings) {
    let check = "pause";
    match place.table.paused().await {
        Ok(None) => findings.well(check, "none: the assistant answers"),
        Ok(Some(pause)) => {
            let since = ago(pause.since, place.now());
            let why = pause.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            let found = format!("everything is left to managers for {since}{why}");
            findings.warn(check, found, "mirt resume has the assistant answer again");
        }
        Err(error) => findings.fault(check, chain(&error), "see the check of the table"),
    }
}
