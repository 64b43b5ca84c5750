//! `mirt function NAME`: a Lambda function's process, as the local Lambda starts it.

use std::{
    io::{Read as _, stdin},
    process::{ExitCode, exit},
    thread,
};

use crate::cli::FunctionName;

/// Runs the function until its supervisor ends it, or ends itself.
pub(crate) fn main(name: FunctionName) -> ExitCode {
    thread::spawn(exit_with_the_supervisor);
    match name {
        FunctionName::Webhook => mirt_webhook::main(),
        FunctionName::Dialogue => mirt_dialogue::main(),
        FunctionName::Orders => mirt_orders::main(),
        FunctionName::Summaries => mirt_summaries::main(),
        FunctionName::Followups => mirt_followups::main(),
        FunctionName::Alarms => mirt_alarms::main(),
        FunctionName::Dayreport => mirt_dayreport::main(),
        FunctionName::Sweeper => mirt_sweeper::main(),
        FunctionName::TelegramFetch => mirt_telegram_fetch::main(),
    }
}

/// The supervisor never writes to its function's standard input; it only holds it open while it
/// lives. Its end, even by `kill -9`, is the function's end too.
fn exit_with_the_supervisor() {
    let mut nothing = [0];
    while matches!(stdin().read(&mut nothing), Ok(1..)) {}
    exit(0);
}
