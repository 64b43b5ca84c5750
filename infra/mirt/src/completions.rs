//! `mirt completions SHELL`

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{cli::Cli, output};

/// Prints the shell's script.
pub(crate) fn main(shell: Shell) -> ExitCode {
    // By way of memory: where a reader has gone away, as `head` does, the writing of a script panics.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mirt", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}
