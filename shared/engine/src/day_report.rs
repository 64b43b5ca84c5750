//! Use case: once a day the managers hear what the day before came to, from counters that were kept
//! as things happened.

use std::{collections::BTreeMap, future::Future, time::Duration};

use jiff::{Timestamp, civil::Date};
use mirt_domain::{
    hours::day_of,
    money::Money,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::EscalationReason,
    shop::Shop,
    tally::{TIMES_MS, escalated, name},
    turn::Action,
};

use crate::{
    alert::Matter,
    clock::Clock,
    failure::{PortError, SendError},
};

/// Longer than a run lasts, and shorter than from one to the next.
pub const LONGEST_RUN: Duration = Duration::from_mins(10);

/// The counters of a day, by name.
pub type Counts = BTreeMap<String, u64>;

/// Keeps the counters of days.
pub trait DayBook: Send + Sync {
    /// What was counted on a day.
    ///
    /// # Errors
    /// When the store did not answer.
    fn read_day(&self, day: Date) -> impl Future<Output = Result<Counts, PortError>> + Send;

    /// Takes it upon this run to send a day's report. False where it was sent, or another run has taken
    /// it upon itself since `stale`: before that, whoever did has died.
    ///
    /// # Errors
    /// When it is not known whether it is this run's.
    fn claim_report(
        &self,
        day: Date,
        now: Timestamp,
        stale: Timestamp,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;

    /// Notes that a day's report was sent.
    ///
    /// # Errors
    /// When it is not known to be noted: the report may come twice.
    fn note_reported(
        &self,
        day: Date,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Tells all managers something that is about no conversation.
pub trait TellManagers: Send + Sync {
    /// Posts a text in their chat.
    ///
    /// # Errors
    /// When they were not reached.
    fn tell_managers(&self, text: &str) -> impl Future<Output = Result<(), SendError>> + Send;
}

/// Why a report was not sent. The next run tries again.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The counters could not be read, or it could not be noted that the report was sent.
    #[error(transparent)]
    Store(#[from] PortError),
    /// The managers were not reached.
    #[error("the managers could not be told")]
    Send(#[from] SendError),
}

/// Sends the report of the day before, unless it was sent, or the quiet hours are not over; gives
/// whether it was. To be asked once an hour: a run that fails is made good by the next.
///
/// # Errors
/// [`ReportError`]
pub async fn report_yesterday(
    clock: &impl Clock,
    book: &impl DayBook,
    managers: &impl TellManagers,
    shop: &Shop<'_>,
) -> Result<bool, ReportError> {
    let now = clock.now();
    let settings = shop.settings;
    let Ok(day) = day_of(now).yesterday() else { return Ok(false) };
    if settings.quiet.over_by(now) > now {
        return Ok(false);
    }
    let counts = book.read_day(day).await?;
    let stale = now.checked_sub(LONGEST_RUN).unwrap_or(Timestamp::MIN);
    if counts.is_empty() || !book.claim_report(day, now, stale).await? {
        return Ok(false);
    }
    managers.tell_managers(&text(shop, day, &counts)).await?;
    book.note_reported(day, clock.now()).await?;
    Ok(true)
}

/// The report of a day.
#[must_use]
pub fn text(shop: &Shop<'_>, day: Date, counts: &Counts) -> String {
    let none = Values::none;
    let count = |name: &str| counts.get(name).copied().unwrap_or(0);
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    // The build checks that the texts are there, and each is given all that it names.
    let words =
        |key, values: &Values| shop.prompts.render(key, values, 0).unwrap_or_default().join("\n");
    let line = |key, count: u64| words(key, &none().with(Placeholder::N, number(count)));
    let (conversations, handed) = (count(name::CONVERSATIONS), count(name::HANDED_OVER));
    let orders = none()
        .with(Placeholder::N, number(count(name::ORDERS)))
        .with(Placeholder::Total, Money::from_kopecks(count(name::SUM)));
    let day = none().with(Placeholder::Day, day.to_string());
    let mut lines = vec![
        words(TemplateKey::ReportHead, &day),
        line(TemplateKey::ReportConversations, conversations),
        line(TemplateKey::ReportAlone, conversations.saturating_sub(handed)),
        words(TemplateKey::ReportOrders, &orders),
        line(TemplateKey::ReportHandedOver, handed),
    ];
    for reason in EscalationReason::ALL {
        let times = count(&escalated(reason));
        if times > 0 {
            let why = Matter::Action(Action::Escalate { reason }).text(shop.settings);
            let values = none()
                .with(Placeholder::Reason, words(why, &none()))
                .with(Placeholder::N, number(times));
            lines.push(words(TemplateKey::ReportReason, &values));
        }
    }
    lines.push(line(TemplateKey::ReportUnanswered, count(name::UNANSWERED)));
    for (key, name) in [
        (TemplateKey::ReportFollowUps, name::FOLLOW_UPS),
        (TemplateKey::ReportFollowUpsAnswered, name::FOLLOW_UPS_ANSWERED),
        (TemplateKey::ReportFollowUpOrders, name::FOLLOW_UP_ORDERS),
        (TemplateKey::ReportFollowUpsUnanswered, name::FOLLOW_UPS_UNANSWERED),
    ] {
        lines.push(line(key, count(name)));
    }
    let cents = count(name::MODEL_COST).div_ceil(10_000);
    let cost = format!("${}.{:02}", cents / 100, cents % 100);
    lines.push(words(TemplateKey::ReportCost, &none().with(Placeholder::Cost, cost)));
    if let Some(time) = p95(counts) {
        lines.push(words(TemplateKey::ReportTime, &none().with(Placeholder::Time, time)));
    }
    let incidents = count(name::UNSENT) + count(name::WITHOUT_MODEL) + count(name::HELD_BACK);
    lines.push(line(TemplateKey::ReportIncidents, incidents));
    lines.join("\n")
}

/// The time within which ninety-five of a hundred turns were taken, as the counters tell it.
fn p95(counts: &Counts) -> Option<String> {
    let of = |name: String| counts.get(&name).copied().unwrap_or(0);
    let times: Vec<u64> = TIMES_MS.iter().map(|bound| of(format!("ms_{bound}"))).collect();
    let all = times.iter().sum::<u64>() + of("ms_more".to_owned());
    if all == 0 {
        return None;
    }
    let wanted = (all * 95).div_ceil(100);
    let mut seen = 0;
    for (bound, count) in TIMES_MS.iter().zip(times) {
        seen += count;
        if seen >= wanted {
            return Some(format!("≤ {}.{:02} с", bound / 1_000, bound % 1_000 / 10));
        }
    }
    let longest = TIMES_MS.last().copied().unwrap_or_default();
    Some(format!("> {} с", longest / 1_000))
}
