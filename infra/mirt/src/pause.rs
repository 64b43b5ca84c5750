//! `mirt pause` and `mirt resume`: everything is left to managers, until it is not.

use std::process::ExitCode;

use jiff::Timestamp;
use mirt_aws::table::Table;
use mirt_engine::{
    failure::PortError,
    notice_board::{FRESH_FOR, Pause},
};
use serde_json::json;

use crate::{
    cli::{PauseArguments, ResumeArguments},
    output,
    place::{self, PlaceError},
};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
enum PauseError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Store(#[from] PortError),
    #[error("the async runtime cannot be started")]
    Runtime(#[from] std::io::Error),
}
