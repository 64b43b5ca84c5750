//! `mirt sessions show`: one conversation, with every turn and its reasons.

use mirt_domain::{session_id::SessionId, turn::Place as Stand};
use mirt_engine::session_store::{Cause, LoadSession as _, LoadedSession, TurnRecord};
use serde_json::{Value, json};

use super::SessionsError;
use crate::{
    orders::uah,
    outcome::Outcome,
    output::{self, moment, word},
    place::Place,
    up::{bubble, message},
    who::masked,
};

pub(super) async fn run(
    place: &Place,
    id: &SessionId,
    with_words: bool,
    as_json: bool,
) -> Result<Outcome, SessionsError> {
    let loaded = place.table.load_session(id, 0).await?;
    let mut turns = place.table.turns(id).await?;
    // One that was taken while we read is not in the state that is shown.
    turns.retain(|turn| turn.n <= loaded.version);
    if loaded.version == 0 && loaded.inbox.is_empty() && turns.is_empty() {
        return Err(SessionsError::Nothing);
    }
    let all = whole(id, &loaded, &turns, with_words);
    if as_json {
        output::line(all);
    } else {
        show(&all, &turns, with_words);
    }
    Ok(Outcome::Well)
}

/// All of it. Who buys, and what was said, only where that was asked for.
fn whole(id: &SessionId, loaded: &LoadedSession, turns: &[TurnRecord], with_words: bool) -> Value {
    let session = &loaded.session;
    let mut slots = json!(session.slots());
    if !with_words {
        slots["customer"] = json!({ "is_complete": session.slots().customer.is_complete() });
    }
    let lines = session.cart_lines().iter().map(|line| {
        json!({
            "product_id": line.product_id,
            "size": line.size,
            "color": line.color,
            "quantity": line.quantity,
            "price": uah(line.price),
        })
    });
    json!({
        "session": if with_words { id.to_string() } else { masked(id) },
        "state": session.state(),
        "phase": session.phase(),
        "heard_at": session.heard_at(),
        "version": loaded.version,
        "inbox": loaded.inbox.len(),
        "outbox": loaded.outbox.len(),
        "alerts": loaded.alerts.len(),
        "closed": loaded.closed.as_ref().map(|closed| &closed.reason),
        "slots": slots,
        "cart": { "lines": lines.collect::<Vec<_>>(), "total": uah(session.cart_total()) },
        "turns": turns.iter().map(|record| turn(record, with_words)).collect::<Vec<_>>(),
    })
}

fn turn(record: &TurnRecord, with_words: bool) -> Value {
    let trace = &record.trace;
    let mut turn = json!({
        "n": record.n,
        "at": record.at,
        "ms": record.ms,
        "cause": cause(record),
        "intent": trace.intent,
        "from": trace.from,
        "to": trace.to,
        "edge": trace.edge,
        "rules": trace.rules.iter().map(|hit| &hit.rule).collect::<Vec<_>>(),
        "said": trace.said,
        "facts": trace.facts,
        "actions": record.actions,
        "checks_failed": trace.checks_failed,
        "blocked": trace.blocked,
        "mode": trace.mode,
        "degraded": trace.model.as_ref().and_then(|model| model.degraded.as_ref()),
        "rejected": trace.model.as_ref().map(|model| &model.rejected),
    });
    if with_words {
        turn["input"] = record.cause.messages().iter().map(message).collect();
        turn["bubbles"] = record.reply.bubbles.iter().map(bubble).collect();
    }
    turn
}

const fn cause(record: &TurnRecord) -> &'static str {
    match record.cause {
        Cause::Said(_) => "the customer wrote",
        Cause::Managed(_) => "a manager did something",
        Cause::Order(_) => "news of an order",
        Cause::Due => "the passing of time",
    }
}

fn show(all: &Value, turns: &[TurnRecord], with_words: bool) {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    output::line(format_args!(
        "{}  {}, {}",
        text(&all["session"]),
        text(&all["state"]),
        text(&all["phase"])
    ));
    output::line(format_args!(
        "  heard {} UTC; {} turns; waiting: {} in, {} out, {} for managers",
        text(&all["heard_at"]),
        all["version"],
        all["inbox"],
        all["outbox"],
        all["alerts"]
    ));
    if let Some(reason) = all["closed"].as_str() {
        output::line(format_args!(
            "  the channel takes nothing until the customer writes: {reason}"
        ));
    }
    for (name, value) in all["slots"].as_object().into_iter().flatten() {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            output::line(format_args!("  {name}: {value}"));
        }
    }
    for line in all["cart"]["lines"].as_array().into_iter().flatten() {
        output::line(format_args!(
            "  cart: {} x {}, size {}, {} at {}",
            line["quantity"],
            line["product_id"],
            text(&line["size"]),
            text(&line["color"]),
            text(&line["price"])
        ));
    }
    for record in turns {
        show_turn(record, with_words);
    }
}

fn show_turn(record: &TurnRecord, with_words: bool) {
    let trace = &record.trace;
    let stand = |place: &Stand| format!("{} {}", word(&place.state), word(&place.phase));
    output::line(format_args!(
        "#{}  {}  {}, {}: {}  ({} ms)",
        record.n,
        moment(Some(record.at)),
        cause(record),
        word(&trace.intent),
        trace.edge,
        record.ms
    ));
    output::line(format_args!("    {} -> {}", stand(&trace.from), stand(&trace.to)));
    let rules: Vec<&str> = trace.rules.iter().map(|hit| hit.rule.as_str()).collect();
    let actions: Vec<String> =
        record.actions.iter().map(|action| json!(action).to_string()).collect();
    let model = trace.model.as_ref();
    let lists = [
        ("rules", rules.join(", ")),
        ("said", trace.said.join(", ")),
        ("facts", trace.facts.join(", ")),
        ("actions", actions.join(", ")),
        ("checks failed", trace.checks_failed.join(", ")),
        ("words rejected", model.map_or_else(String::new, |it| it.rejected.concat().join(", "))),
        ("without the model", model.and_then(|it| it.degraded.clone()).unwrap_or_default()),
    ];
    for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        output::line(format_args!("    {name}: {list}"));
    }
    if trace.blocked {
        output::line("    kept from being read as instructions");
    }
    if with_words {
        for message in record.cause.messages() {
            output::line(format_args!("    < {}", message.text.as_deref().unwrap_or("(a photo)")));
        }
        for bubble in record.reply.bubbles.iter().map(bubble) {
            let words = bubble["text"].as_str().or(bubble["url"].as_str()).unwrap_or_default();
            output::line(format_args!("    > {}", words.replace('\n', "\n      ")));
        }
    }
}
