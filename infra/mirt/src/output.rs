//! What the command prints for people and scripts: the one place that writes to standard output.

use std::{
    error::Error,
    fmt::Display,
    io::{Write as _, stderr, stdout},
};

use jiff::Timestamp;
use mirt_engine::failure::chain;
use serde::Serialize;

/// Prints a line. A reader that has gone away, as `head` does, is no error of ours.
pub(crate) fn line(line: impl Display) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints what was done: an object for scripts, words for people.
pub(crate) fn told(as_json: bool, object: serde_json::Value, words: impl Display) {
    if as_json {
        line(object);
    } else {
        line(words);
    }
}

/// Says why the command does not go on.
pub(crate) fn failure(error: &dyn Error) {
    let _ = writeln!(stderr(), "mirt: {}", chain(error));
}

/// Says something beside the result.
pub(crate) fn note(note: impl Display) {
    let _ = writeln!(stderr(), "{note}");
}

/// The word that a value of a few is written as.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|it| it.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A moment for people: to the second, in UTC.
pub(crate) fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.strftime("%F %T").to_string())
}

/// How long ago, for people, in the largest unit that fits.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Prints rows below heads, each column as wide as its widest cell.
pub(crate) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let print = |cells: [&str; N]| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let fill = width.saturating_sub(cell.chars().count()) + 2;
            text.extend([cell, " ".repeat(fill).as_str()]);
        }
        line(text.trim_end());
    };
    print(heads);
    for row in rows {
        print(std::array::from_fn(|column| row[column].as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_is_told_in_the_largest_unit_that_says_enough() {
        let at = Timestamp::UNIX_EPOCH;
        let told = |seconds| Timestamp::from_second(seconds).map(|now| ago(at, now)).ok();

        let all = [0, 119, 120, 7_199, 7_200, 172_799, 172_800].map(told);

        let wanted = ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"];
        assert_eq!(all, wanted.map(|it| Some(it.to_owned())));
    }
}
