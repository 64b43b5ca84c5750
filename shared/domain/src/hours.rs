//! The hours in which nobody is written to who has not just written (decision 9).

use std::str::FromStr;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

/// Where the shop's day and night are.
static KYIV: TimeZone = jiff::tz::get!("Europe/Kyiv");

/// The day of a moment by Kyiv's clocks.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(KYIV.clone()).date()
}

/// A moment by Kyiv's clocks.
#[must_use]
pub fn local_time(at: Timestamp) -> DateTime {
    at.to_zoned(KYIV.clone()).datetime()
}

/// From one full hour to another by Kyiv's clocks; none when both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: i8,
    to: i8,
}

impl Default for QuietHours {
    /// 21:00 to 09:00.
    fn default() -> Self {
        Self { from: 21, to: 9 }
    }
}

/// Text that names no hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("quiet hours are two full hours, as in 21-9")]
pub struct InvalidQuietHours;

impl FromStr for QuietHours {
    type Err = InvalidQuietHours;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hour = |part: &str| part.trim().parse().ok().filter(|hour| (0..24).contains(hour));
        let hours = text.split_once('-').and_then(|(from, to)| Some((hour(from)?, hour(to)?)));
        hours.map(|(from, to)| Self { from, to }).ok_or(InvalidQuietHours)
    }
}

impl QuietHours {
    /// When the quiet hours that `at` is in are over; nothing where it is in none.
    #[must_use]
    pub fn over_at(self, at: Timestamp) -> Option<Timestamp> {
        let local = at.to_zoned(KYIV.clone());
        let hour = local.hour();
        let is_quiet = if self.from <= self.to {
            (self.from..self.to).contains(&hour)
        } else {
            hour >= self.from || hour < self.to
        };
        if !is_quiet {
            return None;
        }
        let is_tomorrow = hour >= self.to;
        let day = if is_tomorrow { local.date().checked_add(1.day()).ok()? } else { local.date() };
        let morning = day.to_datetime(Time::new(self.to, 0, 0, 0).ok()?);
        Some(morning.to_zoned(KYIV.clone()).ok()?.timestamp())
    }

    /// A moment, or the end of the quiet hours that it is in.
    #[must_use]
    pub fn over_by(self, at: Timestamp) -> Timestamp {
        self.over_at(at).unwrap_or(at)
    }

    /// When the next quiet hours begin after a moment that is in none; never where there are none.
    #[must_use]
    pub fn begin_after(self, at: Timestamp) -> Timestamp {
        if self.from == self.to {
            return Timestamp::MAX;
        }
        let local = at.to_zoned(KYIV.clone());
        let is_tomorrow = local.hour() >= self.from;
        let day = if is_tomorrow { local.date().checked_add(1.day()) } else { Ok(local.date()) };
        let begin = day.and_then(|day| Ok(day.to_datetime(Time::new(self.from, 0, 0, 0)?)));
        let begin = begin.and_then(|begin| begin.to_zoned(KYIV.clone()));
        // What no calendar has comes never.
        begin.map_or(Timestamp::MAX, |begin| begin.timestamp())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    /// When quiet hours end that a moment of Kyiv's is in, as Kyiv's clocks show it.
    fn over(hours: &str, at: &str) -> Option<String> {
        let hours: QuietHours = hours.parse().unwrap();
        let local: jiff::civil::DateTime = at.parse().unwrap();
        let at = local.to_zoned(KYIV.clone()).unwrap().timestamp();
        hours.over_at(at).map(|end| end.to_zoned(KYIV.clone()).datetime().to_string())
    }

    #[test]
    fn a_night_goes_over_midnight_and_ends_in_the_morning() {
        assert_eq!(over("21-9", "2026-11-21T20:59:59"), None);
        assert_eq!(over("21-9", "2026-11-21T21:00:00").unwrap(), "2026-11-22T09:00:00");
        assert_eq!(over("21-9", "2026-11-22T03:00:00").unwrap(), "2026-11-22T09:00:00");
        assert_eq!(over("21-9", "2026-11-22T09:00:00"), None);
    }

    #[test]
    fn the_night_in_which_the_clocks_change_ends_at_nine_as_well() {
        assert_eq!(over("21-9", "2026-10-24T23:00:00").unwrap(), "2026-10-25T09:00:00");
        assert_eq!(over("21-9", "2026-03-29T01:00:00").unwrap(), "2026-03-29T09:00:00");
    }

    #[test]
    fn hours_of_one_day_and_none_at_all_can_be_set() {
        assert_eq!(over("13-15", "2026-11-21T14:00:00").unwrap(), "2026-11-21T15:00:00");
        assert_eq!(over("13-15", "2026-11-21T15:00:00"), None);
        assert_eq!(over("9-9", "2026-11-21T09:30:00"), None);
        for text in ["", "21", "21-24", "21:00-09:00"] {
            assert_eq!(text.parse::<QuietHours>(), Err(InvalidQuietHours), "{text}");
        }
    }
}
