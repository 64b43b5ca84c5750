//! What the command prints for people and scripts: the one place that writes to standard output.

use std::{
    error::Error,
    fmt::Display,
    io::{Write as _, stderr, stdout},
};

use mirt_engine::failure::chain;

/// Prints a line. A reader that has gone away, as `head` does, is no error of ours.
pub(crate) fn line(line: impl Display) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Says why the command does not go on.
pub(crate) fn failure(error: &dyn Error) {
    let _ = writeln!(stderr(), "mirt: {}", chain(error));
}

/// Says something beside the result.
pub(crate) fn note(note: impl Display) {
    let _ = writeln!(stderr(), "{note}");
}
