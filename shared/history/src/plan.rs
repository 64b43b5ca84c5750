//! Which days a command is about.

use jiff::Timestamp;

use crate::{
    command::{Ask, CommandError},
    day::Day,
};

/// The first and the last day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

/// What has to be known about a chat to plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// The last day that is complete.
    pub last_complete: Option<Day>,
    /// Whether something is still to be done about that one: a process died, or could not tell.
    pub is_unsettled: bool,
    /// The day of the chat's first message.
    pub first_message: Option<Day>,
}

/// The days, or none if there is nothing to do.
///
/// # Errors
/// When they have not begun yet.
pub fn span(ask: Ask, known: Known, now: Timestamp) -> Result<Option<Span>, CommandError> {
    let today = Day::of(now);
    let yesterday = today.previous();
    let span = match ask {
        Ask::Range(first, _) if first > today => return Err(CommandError::Future(first)),
        // What has not begun of a range is left out: it is there for the next command.
        Ask::Range(first, last) => Span { first, last: last.min(today) },
        Ask::Days(days) => {
            let back = i32::try_from(days).unwrap_or(i32::MAX);
            Span { first: today.plus(-back), last: yesterday }
        }
        Ask::Since { with_today } => Span {
            first: match known.last_complete {
                Some(day) if known.is_unsettled => day,
                Some(day) => day.next(),
                None => yesterday,
            },
            last: if with_today { today } else { yesterday },
        },
        Ask::Full => match known.first_message {
            Some(first) => Span { first, last: yesterday },
            None => return Ok(None),
        },
    };
    Ok((span.first <= span.last).then_some(span))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// The days that are planned on 2026-11-21.
    fn planned(ask: Ask, known: Known) -> Option<(String, String)> {
        let now = "2026-11-21T10:00:00Z".parse().unwrap();
        let span = span(ask, known, now).unwrap()?;
        Some((span.first.to_string(), span.last.to_string()))
    }

    fn days(first: &str, last: &str) -> Option<(String, String)> {
        Some((first.to_owned(), last.to_owned()))
    }

    #[test]
    fn each_mode_has_its_days() {
        let none = Known::default();
        let until = |day: Day| Known { last_complete: Some(day), ..Known::default() };
        let since = |day: Day| Known { first_message: Some(day), ..Known::default() };
        let (today, closed) = (Ask::Since { with_today: true }, Ask::Since { with_today: false });

        assert_eq!(planned(Ask::Days(1), none), days("2026-11-20", "2026-11-20"));
        assert_eq!(planned(Ask::Days(7), none), days("2026-11-14", "2026-11-20"));
        assert_eq!(planned(closed, none), days("2026-11-20", "2026-11-20"));
        assert_eq!(planned(closed, until(day("2026-11-17"))), days("2026-11-18", "2026-11-20"));
        assert_eq!(planned(closed, until(day("2026-11-20"))), None);
        assert_eq!(planned(today, until(day("2026-11-20"))), days("2026-11-21", "2026-11-21"));
        assert_eq!(planned(Ask::Full, since(day("2025-10-01"))), days("2025-10-01", "2026-11-20"));
        // The first message is of yesterday: its day is the last one and is not missed.
        assert_eq!(planned(Ask::Full, since(day("2026-11-20"))), days("2026-11-20", "2026-11-20"));
        assert_eq!(planned(Ask::Full, none), None);
        assert_eq!(
            planned(Ask::Range(day("2026-11-19"), day("2026-12-31")), none),
            days("2026-11-19", "2026-11-21")
        );
    }

    #[test]
    fn days_that_have_not_begun_cannot_be_asked_for() {
        let future = day("2026-11-22");
        let now = "2026-11-21T23:59:59Z".parse().unwrap();

        let planned = span(Ask::Range(future, future), Known::default(), now);

        assert_eq!(planned, Err(CommandError::Future(future)));
    }
}
