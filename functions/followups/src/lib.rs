//! Lambda on a schedule: wakes the silent customers' sessions that are to be written to.

use std::process::ExitCode;

use mirt_engine::sweep::Round;

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    mirt_sweeper::main_of("followups", Round::FollowUps)
}
