//! What CloudWatch tells a topic when an alarm changes its state, as far as it is needed.
//!
//! Read by structures of our own: those of the crate of Lambda's events want the whole trigger, of
//! which an alarm on an expression has another form. Source: CloudWatch user guide, "Notifying users
//! on alarm changes"; SNS developer guide, "Using Amazon SNS with Lambda".

use jiff::Timestamp;
use mirt_engine::alarm::Alarm;
use serde::Deserialize;
use serde_json::Value;

/// What the text of every alarm ends with, before the section.
const RUNBOOK: &str = "Runbook: ";

/// How CloudWatch writes a time: `2026-11-21T12:00:00.123+0000`. The usual form, with `Z` or
/// `+00:00`, is read too: nobody must miss an alarm for how its time is written.
const TIME: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

/// An event that tells of no alarm. It says where it goes wrong, and quotes nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoticeError {
    /// It is not what a topic sends.
    #[error("the event is none of a topic of SNS")]
    Event,
    /// The topic has passed on something else.
    #[error("the topic's message is no state of an alarm of CloudWatch ({0})")]
    Message(String),
    /// The alarm changed its state at no time.
    #[error("the alarm's StateChangeTime is no time")]
    Time(#[source] jiff::Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    sns: Sns,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sns {
    /// JSON in a text.
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    alarm_name: String,
    alarm_description: Option<String>,
    new_state_value: State,
    old_state_value: State,
    state_change_time: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    Alarm,
    Ok,
    InsufficientData,
}

/// The alarms that an event tells of and somebody should hear of.
///
/// # Errors
/// When a part of the event cannot be read: nothing of it is told then, so that it comes once more
/// as a whole.
pub(crate) fn read(event: Value) -> Result<Vec<Alarm>, NoticeError> {
    // What serde_json says may quote what is there.
    let event: Event = serde_json::from_value(event).map_err(|_| NoticeError::Event)?;
    let alarms: Result<Vec<_>, _> =
        event.records.iter().map(|record| alarm(&record.sns.message)).collect();
    Ok(alarms?.into_iter().flatten().collect())
}

/// The alarm, where it has begun, or is over after it had begun. A new alarm is first seen to be
/// well, and that is no news.
fn alarm(message: &str) -> Result<Option<Alarm>, NoticeError> {
    let message: Message = serde_json::from_str(message).map_err(|error| {
        NoticeError::Message(format!("line {}, column {}", error.line(), error.column()))
    })?;
    let at = &message.state_change_time;
    let at = at.parse().or_else(|_| Timestamp::strptime(TIME, at)).map_err(NoticeError::Time)?;
    let has_begun = match (message.old_state_value, message.new_state_value) {
        (_, State::Alarm) => true,
        (State::Alarm, State::Ok) => false,
        (_, State::Ok | State::InsufficientData) => return Ok(None),
    };
    let text = message.alarm_description.unwrap_or_default();
    let section = text.rsplit_once(RUNBOOK).map_or("", |(_, section)| section.trim());
    let subject = section.rsplit_once('#').map_or("", |(_, subject)| subject);
    Ok(Some(Alarm {
        name: message.alarm_name,
        subject: subject.to_owned(),
        section: if section.is_empty() { "infra/RUNBOOK.md" } else { section }.to_owned(),
        has_begun,
        at,
    }))
}
