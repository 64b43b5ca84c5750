//! Behind the counter: the managers' chat, what is due and when, what the model cost, and the days
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
    Page,
    queues::{depths, failed},
};
use crate::{
    orders::{of_month, whole},
    telegram::calendar::Calendar,
};

/// How far ahead it is looked for what is due, in hours.
const AHEAD_HOURS: i64 = 24 * 7;

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
        Ok::<_, PortError>(json!({
            "now": now,
            "queues": depths(&page).await?,
            "due": due.iter().map(entry).collect::<Vec<_>>(),
            "orders": of_month(&page.table, None).await?.iter().rev().map(whole).collect::<Vec<_>>(),
            "spending": spending(&page.table, now).await?,
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
) -> Result<Vec<Overdue>, PortError> {
    let mut all = Vec::new();
    let parts = Round::ALL
        .into_iter()
        .flat_map(|round| (0..table.partitions(round)).map(move |partition| (round, partition)));
    for (round, partition) in parts {
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = table.find_overdue(round, partition, from, to, next).await?;
            all.extend(page.entries);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
    all.sort_by_key(|entry| entry.due_at);
    Ok(all)
}

fn entry(entry: &Overdue) -> Value {
    match &entry.subject {
        Subject::Session(session) => json!({
            "channel": session.channel,
            "user": session.user,
            "what": entry.key.split('#').next(),
            "at": entry.due_at,
        }),
        Subject::Order(order) => json!({ "order": order, "what": "ORDER", "at": entry.due_at }),
    }
}

/// What the model cost on the last days, today first.
async fn spending(table: &Table, now: Timestamp) -> Result<Vec<Value>, PortError> {
    let today = day_of(now);
    let days = (0..DAYS_OF_SPENDING).map(|back| today - back).map(async |day| {
        Ok::<_, PortError>(json!({ "day": day, "spent": table.spending(day).await? }))
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
