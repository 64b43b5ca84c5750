//! Commands: what can be asked for, as it stands on the queue.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{chat::ChatRef, day::Day};

/// The most days that `days_back` may ask for. A longer time is a range.
pub const MAX_DAYS_BACK: u32 = 365;

/// Which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The day `date`.
    Date,
    /// From `from` to `to`, both included.
    Range,
    /// The last `days_back` days that are over.
    Days,
    /// The last day that is over.
    Yesterday,
    /// Every day since the last complete one.
    Incremental,
    /// Every day from the chat's first message on.
    Full,
    /// As incremental, and what there is of today.
    Continuous,
}

/// A command as it stands on the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Always `fetch`.
    pub command: Verb,
    /// Which chat.
    pub chat: ChatRef,
    /// Which days. Without it, what the other fields say: a date, a range, days back, yesterday.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mode: Option<Mode>,
    /// For the mode `date`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<Day>,
    /// For the mode `range`: the first day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<Day>,
    /// For the mode `range`: the last day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Day>,
    /// For the mode `days`: how many, 1 to [`MAX_DAYS_BACK`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub days_back: Option<u32>,
    /// Reads days again that are complete.
    #[serde(skip_serializing_if = "is_false", default)]
    pub force: bool,
    /// What it is called in events. Without it, the queue's id of the message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub command_id: Option<String>,
    /// Who asked, for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requested_by: Option<String>,
    /// When it was asked, for people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timestamp: Option<Timestamp>,
    /// What the predecessor's producers send along, and what never had an effect: a day is whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<u64>,
    /// The same: how days are read is a matter of the settings.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub strategy: Option<String>,
    /// Where it stands, when it was handed on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub progress: Option<Progress>,
}

/// What a command asks to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Fetch the history.
    Fetch,
}

/// Where a command stands that one process did not finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// How often it was handed on.
    pub step: u32,
    /// The day to go on with.
    pub next: Day,
    /// The last day.
    pub last: Day,
    /// Telegram is not to be asked before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_before: Option<Timestamp>,
}

/// A command that says two things, or nothing that can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The mode needs a field that is not there.
    #[error("the mode needs the field {0}")]
    Missing(&'static str),
    /// A field stands there that the mode has no use for.
    #[error("the field {0} does not go with the mode")]
    Unused(&'static str),
    /// The range ends before it begins.
    #[error("the range ends before it begins")]
    Backwards,
    /// More days than can be asked for.
    #[error("days_back is 1 to {MAX_DAYS_BACK}")]
    DaysBack,
    /// The days have not begun yet.
    #[error("the day {0} has not begun")]
    Future(Day),
    /// The id is empty, or longer than a queue can use.
    #[error("command_id is 1 to 64 letters, digits, - or _")]
    Id,
}

/// What the fields ask for, once they agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// From one day to another.
    Range(Day, Day),
    /// So many days that are over.
    Days(u32),
    /// Every day since the last complete one; with today or without.
    Since {
        /// Whether today is asked for too.
        with_today: bool,
    },
    /// From the first message on.
    Full,
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(first, last) if first == last => write!(f, "{first}"),
            Self::Range(first, last) => write!(f, "{first}..{last}"),
            Self::Days(days) => write!(f, "last {days} days"),
            Self::Since { with_today: false } => f.write_str("since the last complete day"),
            Self::Since { with_today: true } => {
                f.write_str("since the last complete day, with today")
            }
            Self::Full => f.write_str("from the first message on"),
        }
    }
}

impl Command {
    /// A command of this mode, without days of its own.
    #[must_use]
    pub fn new(chat: ChatRef, mode: Option<Mode>) -> Self {
        Self {
            command: Verb::Fetch,
            chat,
            mode,
            date: None,
            from: None,
            to: None,
            days_back: None,
            force: false,
            command_id: None,
            requested_by: None,
            timestamp: None,
            limit: None,
            strategy: None,
            progress: None,
        }
    }

    /// The mode, said or understood.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.unwrap_or(match self {
            Self { date: Some(_), .. } => Mode::Date,
            Self { from: Some(_), .. } | Self { to: Some(_), .. } => Mode::Range,
            Self { days_back: Some(_), .. } => Mode::Days,
            _ => Mode::Yesterday,
        })
    }

    /// Checks that the fields go together.
    ///
    /// # Errors
    /// [`CommandError`] says which do not.
    pub fn ask(&self) -> Result<Ask, CommandError> {
        let mode = self.mode();
        for (name, is_there, goes_with) in [
            ("date", self.date.is_some(), Mode::Date),
            ("from", self.from.is_some(), Mode::Range),
            ("to", self.to.is_some(), Mode::Range),
            ("days_back", self.days_back.is_some(), Mode::Days),
        ] {
            if is_there && mode != goes_with {
                return Err(CommandError::Unused(name));
            }
        }
        if let Some(id) = &self.command_id
            && !((1..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
        {
            return Err(CommandError::Id);
        }
        match mode {
            Mode::Date => {
                let date = self.date.ok_or(CommandError::Missing("date"))?;
                Ok(Ask::Range(date, date))
            }
            Mode::Range => {
                let from = self.from.ok_or(CommandError::Missing("from"))?;
                let to = self.to.ok_or(CommandError::Missing("to"))?;
                if from <= to { Ok(Ask::Range(from, to)) } else { Err(CommandError::Backwards) }
            }
            Mode::Days => match self.days_back {
                Some(days @ 1..=MAX_DAYS_BACK) => Ok(Ask::Days(days)),
                Some(_) => Err(CommandError::DaysBack),
                None => Err(CommandError::Missing("days_back")),
            },
            Mode::Yesterday => Ok(Ask::Days(1)),
            Mode::Incremental => Ok(Ask::Since { with_today: false }),
            Mode::Continuous => Ok(Ask::Since { with_today: true }),
            Mode::Full => Ok(Ask::Full),
        }
    }

    /// The command that goes on with `next`, after this one.
    #[must_use]
    pub fn handed_on(&self, next: Day, last: Day, not_before: Option<Timestamp>) -> Self {
        let step = self.progress.map_or(0, |progress| progress.step).saturating_add(1);
        Self { progress: Some(Progress { step, next, last, not_before }), ..self.clone() }
    }

    /// How often it was handed on.
    #[must_use]
    pub fn step(&self) -> u32 {
        self.progress.map_or(0, |progress| progress.step)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    fn ask(json: &str) -> Result<Ask, CommandError> {
        serde_json::from_str::<Command>(json).unwrap().ask()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_mode_is_understood_from_the_fields() {
        let base = r#"{"command":"fetch","chat":"@news""#;

        assert_eq!(ask(&format!("{base}}}")), Ok(Ask::Days(1)));
        assert_eq!(ask(&format!(r#"{base},"days_back":3}}"#)), Ok(Ask::Days(3)));
        assert_eq!(
            ask(&format!(r#"{base},"date":"2026-11-01"}}"#)),
            Ok(Ask::Range(day("2026-11-01"), day("2026-11-01")))
        );
        assert_eq!(
            ask(&format!(r#"{base},"mode":"continuous"}}"#)),
            Ok(Ask::Since { with_today: true })
        );
    }

    #[test]
    fn fields_that_do_not_go_together_are_refused() {
        let base = r#"{"command":"fetch","chat":"@news","#;
        let error = |rest: &str| ask(&format!("{base}{rest}}}")).unwrap_err();

        assert_eq!(error(r#""mode":"full","date":"2026-11-01""#), CommandError::Unused("date"));
        assert_eq!(error(r#""from":"2026-11-01""#), CommandError::Missing("to"));
        assert_eq!(error(r#""from":"2026-11-02","to":"2026-11-01""#), CommandError::Backwards);
        assert_eq!(error(r#""days_back":366"#), CommandError::DaysBack);
        assert_eq!(error(r#""command_id":"a b""#), CommandError::Id);
    }

    #[test]
    fn what_the_predecessors_producers_send_is_understood() {
        let scheduler = r#"{"command":"fetch","chat":"ru_python","date":"2026-11-18",
            "requested_by":"scheduler","timestamp":"2026-11-19T02:00:00.123456Z"}"#;
        let by_hand = r#"{"command":"fetch","chat":"@ru_python","days_back":1,"limit":1000,
            "strategy":"recent","requested_by":"cli","timestamp":"2026-11-19T02:00:00Z"}"#;

        assert_eq!(ask(scheduler), Ok(Ask::Range(day("2026-11-18"), day("2026-11-18"))));
        assert_eq!(ask(by_hand), Ok(Ask::Days(1)));
    }

    #[test]
    fn what_is_misspelt_is_no_command() {
        for json in [
            r#"{"command":"fetch","chat":"@news","fore":true}"#,
            r#"{"command":"fetch","chat":"?"}"#,
            r#"{"command":"delete","chat":"@news"}"#,
        ] {
            assert!(serde_json::from_str::<Command>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_command_that_is_handed_on_counts_its_steps() {
        let command = Command::new("@news".parse().unwrap(), Some(Mode::Full));

        let next = command.handed_on(day("2026-01-01"), day("2026-02-01"), None);
        let next = next.handed_on(day("2026-01-05"), day("2026-02-01"), None);

        assert_eq!((next.step(), next.mode()), (2, Mode::Full));
        let json = serde_json::to_string(&next).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), next);
    }
}
