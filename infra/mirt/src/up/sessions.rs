//! `GET /local/sessions/<channel>/<user>`: a look inside a conversation.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use mirt_aws::table::Table;
use mirt_domain::{
    channel::Channel,
    money::Money,
    photo::Photo,
    reply::Bubble,
    session_id::{SessionId, UserId},
    turn::Message,
};
use mirt_engine::{
    failure::{PortError, chain},
    session_store::{LoadSession as _, TurnRecord},
};
use serde_json::{Value, json};

/// The routes that look into `table`.
pub(super) fn routes(table: Table) -> Router {
    Router::new().route("/local/sessions/{channel}/{user}", get(show)).with_state(table)
}

async fn show(
    State(table): State<Table>,
    Path((channel, user)): Path<(Channel, String)>,
) -> Response {
    let user = match UserId::parse(&user) {
        Ok(user) => user,
        Err(error) => {
            let body = json!({ "error": error.to_string() });
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
    };
    match look(&table, &SessionId { channel, user }).await {
        Ok(session) => Json(session).into_response(),
        Err(error) => {
            tracing::error!(event = "session_not_shown", error = chain(&error));
            let body = json!({ "error": error.to_string() });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

async fn look(table: &Table, id: &SessionId) -> Result<Value, PortError> {
    let loaded = table.load_session(id).await?;
    let turns = table.turns(id).await?;
    let lines: Vec<Value> = loaded
        .session
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
    Ok(json!({
        "channel": id.channel,
        "user": id.user,
        "state": loaded.session.state(),
        "phase": loaded.session.phase(),
        "version": loaded.version,
        "slots": loaded.session.slots(),
        "cart": { "lines": lines, "total": uah(loaded.session.cart_total()) },
        "pending_inbox": loaded.inbox.len(),
        "pending_outbox": loaded.outbox.len(),
        "pending_alerts": loaded.alerts.len(),
        "turns": turns.iter().map(turn).collect::<Vec<_>>(),
    }))
}

fn turn(record: &TurnRecord) -> Value {
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

fn message(message: &Message) -> Value {
    let address = |photo: &Photo| match photo {
        Photo::Url(url) => url.clone(),
        Photo::TelegramFile(id) => id.clone(),
    };
    json!({ "text": message.text, "photos": message.photos.iter().map(address).collect::<Vec<_>>() })
}

fn bubble(bubble: &Bubble) -> Value {
    match bubble {
        Bubble::Text(text) => json!({ "type": "text", "text": text }),
        Bubble::Photo { url, caption } => {
            json!({ "type": "image", "url": url, "caption": caption })
        }
    }
}

/// An amount in hryvnias: a whole number, or text with its kopecks.
fn uah(money: Money) -> Value {
    let (uah, kopecks) = (money.kopecks() / 100, money.kopecks() % 100);
    if kopecks == 0 { json!(uah) } else { json!(format!("{uah}.{kopecks:02}")) }
}
