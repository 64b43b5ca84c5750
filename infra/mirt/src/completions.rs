//! `mirt completions SHELL`

use std::{io, process::ExitCode};

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

/// Prints the shell's script.
pub(crate) fn main(shell: Shell) -> ExitCode {
    clap_complete::generate(shell, &mut Cli::command(), "mirt", &mut io::stdout().lock());
    ExitCode::SUCCESS
}
