//! `mirt pause` and `mirt resume`: everything is left to managers, until it is not.

use std::process::ExitCode;

use mirt_engine::notice_board::{FRESH_FOR, Pause};
use serde_json::json;

use crate::{
    cli::{PauseArguments, ResumeArguments},
    outcome::{OperatorError, Outcome, operate},
    output,
    place::Place,
};

/// Pauses; a pause that is there already stays as it is.
pub(crate) fn pause(arguments: &PauseArguments) -> ExitCode {
    operate(&arguments.place, async |place: Place| -> Result<Outcome, OperatorError> {
        let pause = Pause { since: place.now(), reason: arguments.reason.clone() };
        let before = place.table.pause(&pause).await?;
        let is_new = before.is_none();
        let pause = before.unwrap_or(pause);
        if arguments.json {
            output::line(json!({ "paused": pause, "new": is_new }));
        } else if is_new {
            output::line(format_args!(
                "paused: within {} seconds managers answer everything; mirt resume ends it",
                FRESH_FOR.as_secs()
            ));
        } else {
            output::line(format_args!("it is paused already, {}", told(&pause)));
        }
        Ok(Outcome::Well)
    })
}

/// Ends the pause.
pub(crate) fn resume(arguments: &ResumeArguments) -> ExitCode {
    operate(&arguments.place, async |place: Place| -> Result<Outcome, OperatorError> {
        let ended = place.table.resume().await?;
        match &ended {
            _ if arguments.json => output::line(json!({ "ended": ended })),
            Some(pause) => output::line(format_args!(
                "resumed: within {} seconds the assistant answers again; it was paused {}",
                FRESH_FOR.as_secs(),
                told(pause)
            )),
            None => output::line("it was not paused"),
        }
        Ok(Outcome::Well)
    })
}

fn told(pause: &Pause) -> String {
    match &pause.reason {
        Some(reason) => format!("since {} ({reason})", pause.since),
        None => format!("since {}", pause.since),
    }
}
