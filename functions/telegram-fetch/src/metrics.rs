//! Figures in CloudWatch's embedded metric format: one line of the log, no call.
//! Source: CloudWatch user guide, "Specification: Embedded metric format".

use std::io::{Write as _, stdout};

use jiff::{Timestamp, Unit};
use mirt_history::{
    chat::ChatRef,
    event::Category,
    fetch::{Ending, Report},
};
use serde_json::{Map, Value, json};

const NAMESPACE: &str = "MIRT/Telegram";

/// Writes what a process did for a chat.
pub(crate) fn write(chat: &ChatRef, report: &Report) {
    let line = line(chat, report, Timestamp::now());
    // A log that cannot be written is no reason to fail.
    let _ = writeln!(stdout().lock(), "{line}");
}

fn line(chat: &ChatRef, report: &Report, now: Timestamp) -> Value {
    let mut figures = Figures::default();
    let messages: u64 = report.days.iter().map(|(_, messages, _)| messages).sum();
    let took: u128 = report.days.iter().map(|(_, _, took)| took.as_millis()).sum();
    figures.add("Messages", "Count", json!(messages));
    figures.add("Days", "Count", json!(report.days.len()));
    figures.add("DurationMs", "Milliseconds", json!(took));
    figures.add("Calls", "Count", json!(report.usage.calls));
    figures.add("FloodSeconds", "Seconds", json!(report.usage.flood.as_secs()));
    let category = match report.ending {
        Ending::Retry(category) | Ending::GiveUp(category) => Some(category),
        Ending::Done | Ending::HandOn(_) | Ending::Overtaken => None,
    };
    figures.add("Errors", "Count", json!(u8::from(category.is_some())));
    let is_refused = category == Some(Category::AuthError);
    figures.add("AuthFailures", "Count", json!(u8::from(is_refused)));
    figures.add("Successes", "Count", json!(u8::from(matches!(report.ending, Ending::Done))));
    if let Some(day) = report.last_complete {
        let hours = now.since(day.end()).and_then(|age| age.total(Unit::Hour)).unwrap_or_default();
        figures.add("LastCompleteDayAgeHours", "None", json!(hours.round()));
    }
    let mut line = figures.values;
    line.insert("Chat".to_owned(), json!(chat));
    line.insert("Category".to_owned(), json!(category.map_or("none", Category::as_str)));
    let directive = json!({
        "Namespace": NAMESPACE,
        // Over all chats, by chat, and errors by their kind: few enough of each.
        "Dimensions": [[], ["Chat"], ["Category"]],
        "Metrics": figures.named,
    });
    line.insert(
        "_aws".to_owned(),
        json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }),
    );
    Value::Object(line)
}

#[derive(Default)]
struct Figures {
    values: Map<String, Value>,
    named: Vec<Value>,
}

impl Figures {
    fn add(&mut self, name: &str, unit: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
        self.named.push(json!({ "Name": name, "Unit": unit }));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use std::time::Duration;

    use super::*;

    #[test]
    fn a_line_names_every_figure_that_it_holds() {
        let day: mirt_history::day::Day = "2026-11-20".parse().unwrap();
        let report = Report {
            days: vec![(day, 500, Duration::from_millis(1500))],
            last_complete: Some(day),
            ..Report::ended(Ending::GiveUp(Category::AuthError))
        };

        let line =
            line(&"@news".parse().unwrap(), &report, "2026-11-21T06:10:00Z".parse().unwrap());

        assert_eq!((&line["Chat"], &line["Category"]), (&json!("@news"), &json!("auth_error")));
        assert_eq!((&line["Messages"], &line["DurationMs"]), (&json!(500), &json!(1500)));
        assert_eq!((&line["AuthFailures"], &line["Successes"]), (&json!(1), &json!(0)));
        assert_eq!(line["LastCompleteDayAgeHours"], json!(6.0));
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
        }
    }
}
