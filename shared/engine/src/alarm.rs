//! Use case: the managers hear of an alarm of the system in their own chat and language: what is
//! wrong, since when, and which section of the runbook says what to do.

use jiff::Timestamp;
use mirt_domain::{
    hours::local_time,
    prompts::{Placeholder, Prompts, TemplateKey, Values},
};

use crate::{day_report::TellManagers, failure::SendError};

/// An alarm that has begun or is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name as the operators see it: `mirt-production-latency`.
    pub name: String,
    /// What it is about, as its section of the runbook is called: `latency`. Empty where its text
    /// names none.
    pub subject: String,
    /// Where it is said what to do: `infra/RUNBOOK.md#latency`.
    pub section: String,
    /// Whether it has begun; else it is over.
    pub has_begun: bool,
    /// Since when.
    pub at: Timestamp,
}

/// Tells the managers of an alarm.
///
/// # Errors
/// When they were not reached.
pub async fn tell(
    managers: &impl TellManagers,
    prompts: &Prompts,
    alarm: &Alarm,
) -> Result<(), SendError> {
    managers.tell_managers(&text(prompts, alarm)).await
}

/// What the managers read.
#[must_use]
pub fn text(prompts: &Prompts, alarm: &Alarm) -> String {
    // The build checks that the texts are there, and each is given all that it names.
    let words =
        |key, values: &Values| prompts.render(key, values, 0).unwrap_or_default().join("\n");
    let what = words(subject_key(&alarm.subject), &Values::none());
    let values = Values::none()
        .with(Placeholder::What, what)
        .with(Placeholder::Time, local_time(alarm.at).strftime("%d.%m о %H:%M").to_string())
        .with(Placeholder::Alarm, alarm.name.as_str())
        .with(Placeholder::Section, alarm.section.as_str());
    words(if alarm.has_begun { TemplateKey::AlarmBegun } else { TemplateKey::AlarmOver }, &values)
}

/// The words for what an alarm is about; general ones for an alarm that has none of its own.
#[must_use]
pub fn subject_key(subject: &str) -> TemplateKey {
    let key = format!("alarm.{}", subject.replace('-', "_"));
    match key.parse() {
        Ok(TemplateKey::AlarmBegun | TemplateKey::AlarmOver) | Err(_) => TemplateKey::AlarmOther,
        Ok(key) => key,
    }
}
