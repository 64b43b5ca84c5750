//! Whether what runs by the clock runs: told from what it leaves behind.

use std::{collections::BTreeSet, time::Duration};

use jiff::{Timestamp, ToSpan as _};
use mirt_domain::hours::day_of;
use mirt_engine::{
    day_report::DayBook as _,
    failure::{PortError, chain},
    sweep::{FindOverdue as _, Round},
};
use mirt_history::{chat::ChatRef, day::Day, store::Days as _};

use super::{Findings, deployed::Deployed};
use crate::{output::ago, place::Place};

/// What of time's doings is looked for, which function does it, and how late it may be: several of its
/// runs.
const ROUNDS: [(Round, &str, Duration); 3] = [
    (Round::Repairs, "sweeper", Duration::from_mins(10)),
    (Round::FollowUps, "followups", Duration::from_mins(30)),
    (Round::Summaries, "summaries", Duration::from_hours(3)),
];

/// How many days behind a chat may be: the day before is read by and by.
const BEHIND: i32 = 2;

/// How many days before its last complete one a chat is looked at for days that are missing.
const LOOKED_BACK: i32 = 31;

pub(super) async fn check(place: &Place, deployed: &Deployed, findings: &mut Findings) {
    for (round, function, late) in ROUNDS {
        let check = format!("schedule {function}");
        match oldest_due(place, round).await {
            Ok(None) => findings.well(check, "nothing is overdue"),
            Ok(Some(at)) if place.now().duration_since(at).as_secs() <= seconds(late) => {
                findings.well(check, format!("the oldest that is due is so for {}", ago(at, place.now())));
            }
            Ok(Some(at)) => findings.fault(
                check,
                format!("something is due for {}", ago(at, place.now())),
                format!(
                    "see whether functions/{function} runs (its schedule, its log), and whether what it \
                     wakes fails (mirt dlq show)"
                ),
            ),
            Err(error) => findings.fault(check, chain(&error), "see the check of the table"),
        }
    }
    if let Err(error) = report(place, deployed, findings).await {
        findings.fault("schedule dayreport", chain(&error), "see the check of the table");
    }
    if let Err(error) = history(place, deployed, findings).await {
        findings.fault("schedule telegram-fetch", chain(&error), "see the check of the table");
    }
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// Since when the oldest of what is due is so.
async fn oldest_due(place: &Place, round: Round) -> Result<Option<Timestamp>, PortError> {
    let (table, now) = (&place.table, place.now());
    let mut oldest = None;
    for part in 0..table.partitions(round) {
        let page = table.find_overdue(round, part, Timestamp::UNIX_EPOCH, now, None).await?;
        let first = page.entries.first().map(|entry| entry.due_at);
        oldest = [oldest, first].into_iter().flatten().min();
    }
    Ok(oldest)
}

/// The last report of a day. Days on which nothing happened have none.
async fn report(
    place: &Place,
    deployed: &Deployed,
    findings: &mut Findings,
) -> Result<(), PortError> {
    let check = "schedule dayreport";
    if deployed.setting("dayreport", "MIRT_MANAGERS_CHAT").is_none() {
        findings.well(check, "there is no managers' chat to report to");
        return Ok(());
    }
    let today = day_of(place.now());
    let last = place.table.last_report(today).await?;
    // Yesterday's may still be to come: it waits for the end of the quiet hours.
    let owed = today.checked_sub(2.days()).unwrap_or(today);
    let is_owed = !place.table.read_day(owed).await?.is_empty();
    match last {
        Some(day) if day >= owed || !is_owed => {
            findings.well(check, format!("the last is of {day}"))
        }
        None if !is_owed => findings.well(check, "none in the last week, and nothing to report"),
        last => findings.fault(
            check,
            match last {
                Some(day) => format!("the last is of {day}"),
                None => "none in the last week".to_owned(),
            },
            "see whether functions/dayreport runs and the bot reaches the managers' chat (its log)",
        ),
    }
    Ok(())
}

/// The last complete day of each chat whose history is fetched.
async fn history(
    place: &Place,
    deployed: &Deployed,
    findings: &mut Findings,
) -> Result<(), PortError> {
    let chats = deployed.setting("telegram-fetch", "MIRT_TELEGRAM_CHATS").unwrap_or_default();
    for chat in chats.split(',').map(str::trim).filter(|chat| !chat.is_empty()) {
        let check = format!("chat {chat}");
        let Ok(chat) = chat.parse::<ChatRef>() else { continue };
        let last = place.table.last_complete(&chat).await?;
        let oldest = Day::of(place.now()).date().checked_sub(BEHIND.days());
        if let Some(last) = &last {
            gap(place, &chat, last.day, findings).await?;
        }
        match last.map(|record| record.day) {
            Some(day) if oldest.is_ok_and(|oldest| day.date() >= oldest) => {
                findings.well(check, format!("complete to {day}"));
            }
            Some(day) => findings.fault(
                check,
                format!("complete to {day} and not further"),
                "mirt telegram status shows its days, mirt dlq show --queue telegram-commands what failed",
            ),
            None => findings.warn(
                check,
                "no day of it is complete yet",
                format!("mirt telegram fetch {chat} --incremental"),
            ),
        }
    }
    Ok(())
}

/// Days of a chat that are missing between complete ones: the hourly run goes on from the last, and never
/// back.
async fn gap(
    place: &Place,
    chat: &ChatRef,
    last: Day,
    findings: &mut Findings,
) -> Result<(), PortError> {
    let records = place.table.days(chat, last.plus(-LOOKED_BACK), last).await?;
    let complete: BTreeSet<Day> =
        records.iter().filter(|record| record.is_complete()).map(|record| record.day).collect();
    let Some(first) = complete.first() else { return Ok(()) };
    let missing: Vec<Day> = first.through(last).filter(|day| !complete.contains(day)).collect();
    if let (Some(from), Some(to)) = (missing.first(), missing.last()) {
        findings.warn(
            format!("chat {chat}"),
            format!("{} days from {from} to {to} are missing", missing.len()),
            format!("mirt telegram fetch {chat} --range {from}..{to}"),
        );
    }
    Ok(())
}
