//! The days of a chat in the terminal: a month a line, a sign a day, a bar for what is being read.

use std::collections::BTreeMap;

use jiff::{Timestamp, Unit};
use mirt_history::{
    day::Day,
    record::{DayRecord, DayStatus, KnownChat, Work},
};
use serde::Serialize;

use super::progress::percent;

/// The width of a progress bar, in signs.
const BAR: u64 = 24;

/// A chat's days.
pub(crate) struct Calendar<'a> {
    pub(crate) known: &'a KnownChat,
    pub(crate) records: &'a [DayRecord],
    pub(crate) works: &'a [Work],
    pub(crate) now: Timestamp,
}

/// A calendar in figures.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    chat: String,
    title: String,
    complete: usize,
    partial: Vec<Day>,
    failed: Vec<Day>,
    /// Days between the first and the last that are not there.
    gaps: Vec<Day>,
    messages: u64,
    last_complete: Option<Day>,
    /// Days that are over and came after the last complete one.
    days_behind: Option<i64>,
    running: Vec<Running>,
}

#[derive(Debug, Serialize)]
struct Running {
    day: Day,
    messages: u64,
    /// How far into the day the last message is.
    percent: u64,
}

impl Calendar<'_> {
    pub(crate) fn figures(&self) -> Figures {
        let of = |status| {
            let days = self.records.iter().filter(move |record| record.status() == status);
            days.map(|record| record.day).collect::<Vec<_>>()
        };
        let complete = of(DayStatus::Complete);
        let there: Vec<_> = self.records.iter().map(|record| record.day).collect();
        let gaps = match (there.first(), there.last()) {
            (Some(first), Some(last)) => {
                first.through(*last).filter(|day| there.binary_search(day).is_err()).collect()
            }
            _ => Vec::new(),
        };
        let last_complete = complete.last().copied();
        let yesterday = Day::of(self.now).previous();
        let behind = |day: Day| {
            let span = yesterday.date().since((Unit::Day, day.date())).ok()?;
            Some(i64::from(span.get_days()).max(0))
        };
        let published = self.records.iter().filter_map(|record| record.published.as_ref());
        Figures {
            chat: self.known.chat.to_string(),
            title: self.known.source.title.clone(),
            complete: complete.len(),
            partial: of(DayStatus::Partial),
            failed: of(DayStatus::Failed),
            gaps,
            messages: published.map(|published| published.messages).sum(),
            last_complete,
            days_behind: last_complete.and_then(behind),
            running: self.works.iter().map(running).collect(),
        }
    }

    /// For people; what is being read is drawn by whoever follows it, unless nobody does.
    pub(crate) fn to_text(&self, with_running: bool) -> String {
        let figures = self.figures();
        let behind = match (figures.last_complete, figures.days_behind) {
            (Some(day), Some(0)) => format!("complete to {day}, up to date"),
            (Some(day), Some(1)) => format!("complete to {day}, 1 day behind"),
            (Some(day), Some(days)) => format!("complete to {day}, {days} days behind"),
            _ => "no complete day".to_owned(),
        };
        let mut lines = vec![
            format!("{}  {}", figures.chat, figures.title),
            format!(
                "  {behind}; {} complete, {} partial, {} failed, {} missing; {} messages",
                figures.complete,
                figures.partial.len(),
                figures.failed.len(),
                figures.gaps.len(),
                figures.messages
            ),
        ];
        lines.extend(self.months());
        if !self.records.is_empty() {
            lines.push("  █ complete  ▒ partial  x failed  · missing".to_owned());
        }
        let running = figures.running.iter().filter(|_| with_running);
        lines.extend(running.map(|running| {
            let full = usize::try_from(running.percent * BAR / 100).unwrap_or_default();
            let empty = usize::try_from(BAR).unwrap_or_default().saturating_sub(full);
            let bar = "█".repeat(full) + &"░".repeat(empty);
            format!(
                "  {} {bar} {:3} %  {} messages",
                running.day, running.percent, running.messages
            )
        }));
        lines.join("\n")
    }

    /// A line for each month from the first day to the last, a sign for each day.
    fn months(&self) -> Vec<String> {
        let (Some(first), Some(last)) = (self.records.first(), self.records.last()) else {
            return Vec::new();
        };
        let signs: BTreeMap<_, _> =
            self.records.iter().map(|record| (record.day, sign(record.status()))).collect();
        let mut months: BTreeMap<(i16, i8), String> = BTreeMap::new();
        for day in first.day.through(last.day) {
            let date = day.date();
            let line = months.entry((date.year(), date.month())).or_insert_with(|| {
                // The month's days before the first one.
                " ".repeat(usize::try_from(date.day() - 1).unwrap_or_default())
            });
            line.push(signs.get(&day).copied().unwrap_or('·'));
        }
        months
            .into_iter()
            .map(|((year, month), line)| format!("  {year}-{month:02}  {line}"))
            .collect()
    }
}

fn sign(status: DayStatus) -> char {
    match status {
        DayStatus::Complete => '█',
        DayStatus::Partial => '▒',
        DayStatus::Failed => 'x',
    }
}

fn running(work: &Work) -> Running {
    Running { day: work.day, messages: work.messages, percent: percent(work) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use mirt_history::{
        event::Category,
        record::{DayFailure, finish},
        source::{Source, SourceKind},
    };

    use super::*;

    fn source() -> Source {
        Source::describe(SourceKind::Channel, 7, Some("news"), "Новини")
    }

    fn work(day: &str, started_at: &str, last_at: Option<&str>) -> Work {
        Work {
            day: day.parse().unwrap(),
            generation: 1,
            pages: 0,
            messages: 40,
            last_id: None,
            last_at: last_at.map(|at| at.parse().unwrap()),
            command_id: "c".to_owned(),
            started_at: started_at.parse().unwrap(),
            took_ms: 0,
        }
    }

    fn read(day: &str, at: &str) -> DayRecord {
        let work = work(day, at, None);
        let finished = finish(&work, &source(), Vec::new(), Default::default(), work.started_at);
        let published = Some(finished.unwrap().published);
        DayRecord { day: work.day, published, failure: None }
    }

    #[test]
    fn days_gaps_and_the_lag_are_a_calendar_with_a_bar_for_what_is_read() {
        let at = "2026-11-05T06:00:00Z".parse().unwrap();
        let failure = DayFailure { category: Category::NetworkError, retryable: true, at };
        let failed = "2026-11-03".parse().unwrap();
        let records = [
            read("2026-10-31", "2026-11-05T00:00:00Z"),
            read("2026-11-02", "2026-11-05T00:00:00Z"),
            DayRecord { day: failed, published: None, failure: Some(failure) },
            read("2026-11-04", "2026-11-04T12:00:00Z"),
        ];
        let known = KnownChat { chat: "@news".parse().unwrap(), source: source() };
        let works = [work("2026-11-04", "2026-11-05T06:00:00Z", Some("2026-11-04T12:00:00Z"))];

        let calendar = Calendar { known: &known, records: &records, works: &works, now: at };

        assert_eq!(
            calendar.to_text(true).lines().collect::<Vec<_>>(),
            [
                "@news  Новини",
                "  complete to 2026-11-02, 2 days behind; 2 complete, 1 partial, 1 failed, 1 missing; 0 messages",
                "  2026-10                                █",
                "  2026-11  ·█x▒",
                "  █ complete  ▒ partial  x failed  · missing",
                "  2026-11-04 ████████████░░░░░░░░░░░░  50 %  40 messages",
            ]
        );
        assert!(!calendar.to_text(false).contains("50 %"));
    }
}
