//! A day: from 00:00 to 24:00 UTC.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A UTC day. Its first moment belongs to it, the first one of the next day does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

/// What is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD")]
pub struct NoDay;

impl Day {
    /// The day of a moment.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_zoned(TimeZone::UTC).date())
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Timestamp {
        // UTC has no gaps, and dates reach no further than timestamps but at the calendar's ends.
        self.0.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    /// The first moment of the next day.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.next().start()
    }

    /// The next day.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The day before.
    #[must_use]
    pub fn previous(self) -> Self {
        self.plus(-1)
    }

    /// So many days later; held at the ends of the calendar.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// Whether a moment lies in it.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        Self::of(at) == self
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        now >= self.end()
    }

    /// The days from this one to `last`, both included.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |day| Some(day.next()))
            .take_while(move |day| *day <= last)
    }

    /// As a date of the calendar.
    #[must_use]
    pub fn date(self) -> Date {
        self.0
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if is_plain { text.parse().map(Self).map_err(|_| NoDay) } else { Err(NoDay) }
    }
}

impl TryFrom<String> for Day {
    type Error = NoDay;

    fn try_from(text: String) -> Result<Self, NoDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_holds_its_first_moment_and_not_the_next_days() {
        let day = day("2024-02-29");

        assert!(day.contains(at("2024-02-29T00:00:00Z")));
        assert!(day.contains(at("2024-02-29T23:59:59Z")));
        assert!(!day.contains(at("2024-03-01T00:00:00Z")));
        assert!(!day.is_over(at("2024-02-29T23:59:59Z")) && day.is_over(day.end()));
    }

    #[test]
    fn days_run_over_the_ends_of_months_and_years() {
        let days: Vec<_> =
            day("2025-12-30").through(day("2026-01-02")).map(|day| day.to_string()).collect();

        assert_eq!(days, ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]);
        assert_eq!(day("2026-01-02").through(day("2026-01-01")).count(), 0);
    }

    #[test]
    fn only_a_plain_date_is_a_day() {
        for text in ["2025-02-30", "20250201", "2025-2-1", "yesterday", "2025-02-01T00:00"] {
            assert_eq!(text.parse::<Day>(), Err(NoDay), "{text}");
        }
    }
}
