//! Behind the counter: the managers' chat, what is due and when, what a day cost, and the days
//! of Telegram's history.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, ToSpan as _};
use mirt_aws::table::Table;
use mirt_engine::{
    failure::PortError,
    spending::day_of,
    sweep::{FindOverdue as _, Overdue, Round, Subject},
};
use mirt_history::{day::Day, store::Days as _};
use serde_json::{Value, json};

use super::{
    Page, bill,
    queues::{depths, failed},
};
use crate::{
    orders::{of_month, whole},
    telegram::calendar::Calendar,
};

/// How far ahead it is looked for what is due, in hours.
const AHEAD_HOURS: i64 = 24 * 31;

/// How many pages of what is due are read in each part of the index.
const MOST_PAGES: usize = 4;

/// How many days of spending are shown.
const DAYS_OF_SPENDING: i64 = 14;

/// The managers' chat.
pub(super) async fn managers(State(page): State<Arc<Page>>) -> Json<Value> {
    Json(json!({
        "is_here": page.environment.telegram.url.is_none(),
        "messages": page.managers.all(),
    }))
}

/// Queues, what is due, and costs.
pub(super) async fn show(State(page): State<Arc<Page>>) -> Response {
    let now = page.clock.now();
    let to = now.checked_add(AHEAD_HOURS.hours()).unwrap_or(Timestamp::MAX);
    let look = async {
        let due = due(&page.table, Timestamp::UNIX_EPOCH, to).await?;
        bill::note(&page).await;
        Ok::<_, PortError>(json!({
            "now": now,
            "queues": depths(&page).await?,
            "due": due.iter().map(entry).collect::<Vec<_>>(),
            "orders": of_month(&page.table, None).await?.iter().rev().map(whole).collect::<Vec<_>>(),
            "spending": spending(&page, now).await?,
        }))
    };
    match look.await {
        Ok(counter) => Json(counter).into_response(),
        Err(error) => failed(&error),
    }
}

/// What is due from one moment to another, by its time.
pub(super) async fn due(
    table: &Table,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Round, Overdue)>, PortError> {
    let mut all = Vec::new();
    let parts = Round::ALL
        .into_iter()
        .flat_map(|round| (0..table.partitions(round)).map(move |partition| (round, partition)));
    for (round, partition) in parts {
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = table.find_overdue(round, partition, from, to, next).await?;
            all.extend(page.entries.into_iter().map(|entry| (round, entry)));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
    all.sort_by_key(|(_, entry)| entry.due_at);
    Ok(all)
}

fn entry((round, entry): &(Round, Overdue)) -> Value {
    let what = match round {
        Round::Repairs => entry.key.split('#').next(),
        Round::FollowUps => Some("FOLLOW_UP"),
        Round::Summaries => Some("SUMMARY"),
    };
    match &entry.subject {
        Subject::Session(session) => json!({
            "channel": session.channel,
            "user": session.user,
            "what": what,
            "at": entry.due_at,
        }),
        Subject::Order(order) => json!({ "order": order, "what": "ORDER", "at": entry.due_at }),
    }
}

/// What the model and AWS cost on the last days, today first.
async fn spending(page: &Page, now: Timestamp) -> Result<Vec<Value>, PortError> {
    let today = day_of(now);
    let days = (0..DAYS_OF_SPENDING).map(|back| today - back).map(async |day| {
        let model = page.table.spending(day).await?;
        Ok::<_, PortError>(json!({ "day": day, "model": model, "aws": page.bill.of(day) }))
    });
    try_join_all(days).await
}

/// The days of every chat whose history is kept.
pub(super) async fn history(State(page): State<Arc<Page>>) -> Response {
    let now = page.clock.now();
    let look = async {
        let mut chats = Vec::new();
        for known in page.table.known_chats().await? {
            let first = Day::of(Timestamp::UNIX_EPOCH);
            let records = page.table.days(&known.chat, first, Day::of(now)).await?;
            let works = page.table.works(&known.chat).await?;
            let calendar = Calendar { known: &known, records: &records, works: &works, now };
            let days: Vec<Value> = records
                .iter()
                .map(|record| json!({ "day": record.day, "status": record.status() }))
                .collect();
            chats.push(json!({ "figures": calendar.figures(), "days": days }));
        }
        Ok::<_, PortError>(chats)
    };
    match look.await {
        Ok(chats) => Json(chats).into_response(),
        Err(error) => failed(&error),
    }
}
