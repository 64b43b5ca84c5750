//! The figures of Telegram's history, for CloudWatch.
//!
//! Chats of the schedule's list have figures of their own, and all others together are `other`: what
//! is fetched by hand must not make a metric each. Days and commands are no dimensions at all.

use jiff::{Timestamp, Unit};
use mirt_aws::metrics::{Line, write};
use mirt_history::{
    chat::ChatRef,
    day::Day,
    event::Category,
    fetch::{Ending, Report},
};
use serde_json::{Value, json};

const NAMESPACE: &str = "MIRT/Telegram";

/// What chats are called that are not on the list.
const OTHER: &str = "other";

/// The age of a chat that never had a complete day, in hours: longer than any alarm waits.
const NEVER_HOURS: f64 = 1000.0;

/// Whose figures they are.
pub(crate) struct Figures {
    /// The function's name in AWS, which has the stage in it.
    function: String,
    /// The chats that have figures of their own.
    chats: Vec<ChatRef>,
}

impl Figures {
    pub(crate) fn new(function: String, chats: Vec<ChatRef>) -> Self {
        Self { function, chats }
    }

    /// Writes what a process did for a chat.
    pub(crate) fn worked(&self, chat: &ChatRef, report: &Report) {
        write(&self.work(chat, report, Timestamp::now()));
    }

    /// Writes how old the last complete day of a chat of the list is.
    pub(crate) fn age(&self, chat: &ChatRef, last_complete: Option<Day>) {
        write(&self.age_line(chat, last_complete, Timestamp::now()));
    }

    fn work(&self, chat: &ChatRef, report: &Report, now: Timestamp) -> Value {
        let messages: u64 = report.days.iter().map(|(_, messages, _)| messages).sum();
        let took: u128 = report.days.iter().map(|(_, _, took)| took.as_millis()).sum();
        let category = match report.ending {
            Ending::Retry(category) | Ending::GiveUp(category) => Some(category),
            Ending::Done | Ending::HandOn(_) | Ending::Overtaken | Ending::Wait(_) => None,
        };
        let is_refused = category == Some(Category::AuthError);
        let mut line = self.about(chat);
        let by_chat = json!([["Function"], ["Function", "Chat"]]);
        line.add(
            by_chat,
            &[
                ("Messages", "Count", json!(messages)),
                ("Days", "Count", json!(report.days.len())),
                ("DurationMs", "Milliseconds", json!(took)),
                ("Calls", "Count", json!(report.usage.calls)),
                ("FloodSeconds", "Seconds", json!(report.usage.flood.as_secs())),
                ("Successes", "Count", json!(u8::from(matches!(report.ending, Ending::Done)))),
                ("DigestTokens", "Count", json!(report.model.tokens)),
                ("DigestMicroUsd", "None", json!(report.model.micro_usd)),
                ("AuthFailures", "Count", json!(u8::from(is_refused))),
            ],
        );
        line.add(
            json!([["Function"], ["Function", "Chat"], ["Function", "Chat", "Category"]]),
            &[("Errors", "Count", json!(u8::from(category.is_some())))],
        );
        line.say("Category", json!(category.map_or("none", Category::as_str)));
        line.of(now)
    }

    fn age_line(&self, chat: &ChatRef, last_complete: Option<Day>, now: Timestamp) -> Value {
        let age = last_complete
            .and_then(|day| now.since(day.end()).and_then(|age| age.total(Unit::Hour)).ok());
        let mut line = self.about(chat);
        line.add(
            json!([["Function"], ["Function", "Chat"]]),
            &[("LastCompleteDayAgeHours", "None", json!(age.unwrap_or(NEVER_HOURS).round()))],
        );
        line.of(now)
    }

    fn about(&self, chat: &ChatRef) -> Line {
        let mut line = Line::new(NAMESPACE, &self.function);
        line.say("Chat", json!(self.name(chat)));
        line
    }

    fn name<'c>(&self, chat: &'c ChatRef) -> &'c str {
        if self.chats.contains(chat) { chat.as_str() } else { OTHER }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use std::{collections::BTreeSet, time::Duration};

    use super::*;

    /// What alarms and dashboard look at, a line a metric: namespace, name, function, unit.
    const WATCHED: &str = include_str!("../../../tests/deployment/watched.txt");

    fn figures() -> Figures {
        Figures::new("mirt-dev-telegram-fetch".to_owned(), vec!["@news".parse().unwrap()])
    }

    fn now() -> Timestamp {
        "2026-11-21T06:10:00Z".parse().unwrap()
    }

    fn report(ending: Ending) -> Report {
        let day: Day = "2026-11-20".parse().unwrap();
        Report { days: vec![(day, 500, Duration::from_millis(1500))], ..Report::ended(ending) }
    }

    /// Every metric of a line with every set of dimensions that it has, as `Name Dimension=Value …`.
    fn metrics(line: &Value) -> BTreeSet<String> {
        let list = |value: &Value| value.as_array().unwrap().clone();
        let mut all = BTreeSet::new();
        for directive in list(&line["_aws"]["CloudWatchMetrics"]) {
            for metric in list(&directive["Metrics"]) {
                assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
                for set in list(&directive["Dimensions"]) {
                    let mut name = metric["Name"].as_str().unwrap().to_owned();
                    for dimension in list(&set) {
                        let dimension = dimension.as_str().unwrap();
                        let value = line[dimension].as_str().unwrap();
                        name.push_str(&format!(" {dimension}={value}"));
                    }
                    all.insert(name);
                }
            }
        }
        all
    }

    #[test]
    fn a_line_holds_every_figure_that_it_names_and_errors_by_their_kind() {
        let chat = "@news".parse().unwrap();

        let line = figures().work(&chat, &report(Ending::GiveUp(Category::AuthError)), now());

        assert_eq!((&line["Messages"], &line["DurationMs"]), (&json!(500), &json!(1500)));
        assert_eq!((&line["AuthFailures"], &line["Successes"]), (&json!(1), &json!(0)));
        let errors = "Errors Function=mirt-dev-telegram-fetch Chat=@news Category=auth_error";
        assert!(metrics(&line).contains(errors), "{line}");
    }

    #[test]
    fn a_day_that_ended_six_hours_ago_is_as_old_and_none_at_all_is_older_than_any_alarm() {
        let chat = "@news".parse().unwrap();

        let line = figures().age_line(&chat, Some("2026-11-20".parse().unwrap()), now());
        let never = figures().age_line(&chat, None, now());

        assert_eq!(line["LastCompleteDayAgeHours"], json!(6.0));
        assert!(never["LastCompleteDayAgeHours"].as_f64() > Some(26.0));
    }

    #[test]
    fn chats_that_are_not_on_the_list_make_no_metrics_of_their_own() {
        let lines = ["@a_bcd", "@b_cde", "-100123"].map(|chat| {
            metrics(&figures().work(&chat.parse().unwrap(), &report(Ending::Done), now()))
        });

        assert!(lines.iter().all(|line| *line == lines[0]), "{lines:?}");
        assert!(lines[0].iter().any(|metric| metric.ends_with("Chat=other")), "{lines:?}");
    }

    #[test]
    fn what_alarms_and_dashboard_look_at_is_what_is_written() {
        let chat = "@news".parse().unwrap();
        let lines = [
            figures().work(&chat, &report(Ending::Done), now()),
            figures().age_line(&chat, None, now()),
        ];
        let mut written = BTreeSet::new();
        for line in &lines {
            for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
                let sets = directive["Dimensions"].as_array().unwrap();
                assert!(sets.contains(&json!(["Function"])), "{directive}");
                for metric in directive["Metrics"].as_array().unwrap() {
                    let [name, unit] = ["Name", "Unit"].map(|part| metric[part].as_str().unwrap());
                    written.insert(format!("{name} telegram-fetch {unit}"));
                }
            }
        }

        let prefix = format!("{NAMESPACE} ");
        let watched: Vec<_> =
            WATCHED.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
        assert!(!watched.is_empty());
        for metric in watched {
            assert!(written.contains(metric), "{metric} is not in {written:?}");
        }
    }
}
