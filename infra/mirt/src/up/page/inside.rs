//! `GET /local/sessions/<channel>/<user>`: a look inside a conversation.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use mirt_domain::{
    channel::Channel,
    decide::next_due,
    money::Money,
    photo::Photo,
    reply::Bubble,
    session_id::{SessionId, UserId},
    turn::Message,
};
use mirt_engine::{
    failure::PortError,
    session_store::{Found, LoadSession as _, TurnRecord},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Page, queues::failed};

/// How much of the transcript is wanted.
#[derive(Deserialize)]
pub(super) struct Part {
    /// Only so many turns, the last ones.
    last: Option<usize>,
}

pub(super) async fn show(
    State(page): State<Arc<Page>>,
    Path((channel, user)): Path<(Channel, String)>,
    Query(part): Query<Part>,
) -> Response {
    let user = match UserId::parse(&user) {
        Ok(user) => user,
        Err(error) => {
            let body = json!({ "error": error.to_string() });
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
    };
    match look(&page, &SessionId { channel, user }, part.last).await {
        Ok(session) => Json(session).into_response(),
        Err(error) => failed(&error),
    }
}

async fn look(page: &Page, id: &SessionId, last: Option<usize>) -> Result<Value, PortError> {
    let mut loaded = page.table.load_session(id, last.unwrap_or_default()).await?;
    let mut turns = match last {
        Some(_) => std::mem::take(&mut loaded.past),
        None => page.table.turns(id).await?,
    };
    // One that was taken while we read is not in the state that is shown.
    turns.retain(|turn| turn.n <= loaded.version);
    let found = match turns.first() {
        Some(first) => page.table.found_by_turns(id, first.n).await?,
        None => BTreeMap::new(),
    };
    let session = &loaded.session;
    let lines: Vec<Value> = session
        .cart_lines()
        .iter()
        .map(|line| {
            json!({
                "product_id": line.product_id,
                "size": line.size,
                "color": line.color,
                "quantity": line.quantity,
                "price": uah(line.price),
            })
        })
        .collect();
    let outbox = loaded.outbox.iter().map(|pending| {
        json!({
            "turn": pending.entry.key.turn,
            "part": pending.entry.key.part,
            "failures": pending.failures,
            "due": pending.due_at,
            "expires": pending.entry.expires_at,
        })
    });
    let inbox = loaded.inbox.iter().map(|entry| {
        let said = entry.event.body.message().map(message);
        json!({ "at": entry.event.received_at, "said": said })
    });
    Ok(json!({
        "channel": id.channel,
        "user": id.user,
        "state": session.state(),
        "phase": session.phase(),
        "version": loaded.version,
        "heard_at": session.heard_at(),
        "due_at": next_due(session, &page.settings, page.clock.now()).map(|due| due.at),
        "slots": session.slots(),
        "session": session,
        "profile": session.profile(),
        "cart": { "lines": lines, "total": uah(session.cart_total()) },
        "pending_inbox": loaded.inbox.len(),
        "pending_outbox": loaded.outbox.len(),
        "pending_alerts": loaded.alerts.len(),
        "inbox": inbox.collect::<Vec<_>>(),
        "outbox": outbox.collect::<Vec<_>>(),
        "delivered": page.deliveries.to(id.channel, id.user.as_str()),
        "turns": turns.iter().map(|it| turn(it, found.get(&it.n))).collect::<Vec<_>>(),
    }))
}

fn turn(record: &TurnRecord, found: Option<&Found>) -> Value {
    let trace = &record.trace;
    let products: Vec<Value> = trace
        .products
        .iter()
        .map(|product| {
            json!({ "id": product.id, "size": product.size, "price": product.price.map(uah) })
        })
        .collect();
    json!({
        "n": record.n,
        "at": record.at,
        "ms": record.ms,
        "parts": found.map_or_else(Vec::new, |found| found.parts.clone()),
        "cause": record.cause,
        "heard": record.heard,
        "before": found.map(|found| &found.session),
        "options": record.reply.quick_replies,
        "input": record.cause.messages().iter().map(message).collect::<Vec<_>>(),
        "intent": trace.intent,
        "from": trace.from.state,
        "to": trace.to.state,
        "rules": trace.rules.iter().map(|hit| &hit.rule).collect::<Vec<_>>(),
        "bubbles": record.reply.bubbles.iter().map(bubble).collect::<Vec<_>>(),
        "products": products,
        "mode": trace.mode,
        "actions": record.actions,
        "trace": trace,
    })
}

pub(crate) fn message(message: &Message) -> Value {
    let address = |photo: &Photo| match photo {
        Photo::Url(url) => url.clone(),
        Photo::TelegramFile(id) => id.clone(),
    };
    json!({ "text": message.text, "photos": message.photos.iter().map(address).collect::<Vec<_>>() })
}

pub(crate) fn bubble(bubble: &Bubble) -> Value {
    match bubble {
        Bubble::Text(text) => json!({ "type": "text", "text": text }),
        Bubble::Photo { url, caption } => {
            json!({ "type": "image", "url": url, "caption": caption })
        }
        Bubble::Sent { caption, .. } => {
            let words = format!("📎 {}", caption.as_deref().unwrap_or_default());
            json!({ "type": "sent", "text": words, "caption": caption })
        }
    }
}

/// An amount in hryvnias: a whole number, or text with its kopecks.
fn uah(money: Money) -> Value {
    let (uah, kopecks) = (money.kopecks() / 100, money.kopecks() % 100);
    if kopecks == 0 { json!(uah) } else { json!(format!("{uah}.{kopecks:02}")) }
}
