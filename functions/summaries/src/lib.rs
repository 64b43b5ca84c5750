//! Lambda on a schedule: wakes the conversations that are to be summed up.

use std::process::ExitCode;

use mirt_engine::sweep::Round;

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    mirt_sweeper::main_of("summaries", Round::Summaries)
}
