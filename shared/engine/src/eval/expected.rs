//! What of a case's expectations does not hold.

use mirt_domain::{
    check::{self, TurnFacts},
    money::Money,
    shop::Shop,
    turn::Turn,
};
use serde::Serialize;

use super::{Expected, is_escalated, safety, texts};

/// Everything expected that does not hold.
pub(super) fn failures(shop: &Shop<'_>, turn: &Turn, expected: &Expected) -> Vec<String> {
    let mut failed = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            failed.push(what);
        }
    };
    let to = turn.trace.to;
    let reply = texts(&turn.reply).collect::<Vec<_>>().join("\n");
    let lower = reply.to_lowercase();
    if let Some(intent) = expected.intent {
        let read = turn.trace.intent;
        demand(read == intent, format!("intent is {}, not {}", name(&read), name(&intent)));
    }
    let any = &expected.intent_any;
    let read = turn.trace.intent;
    let is_one_of = any.is_empty() || any.contains(&read);
    demand(is_one_of, format!("intent {} is none of those", name(&read)));
    let allowed = &expected.allowed_states;
    demand(
        allowed.is_empty() || allowed.contains(&to.state),
        format!("state {} is not allowed", name(&to.state)),
    );
    demand(
        !expected.must_not_state.contains(&to.state),
        format!("state {} is forbidden", name(&to.state)),
    );
    if let Some(phase) = expected.phase {
        demand(to.phase == phase, format!("phase is {}, not {}", name(&to.phase), name(&phase)));
    }
    if let Some(rules) = &expected.rules {
        let count = turn.trace.products.len();
        demand(!rules.must_have_products || count > 0, "no garment is named".to_owned());
        let min = rules.min_products.unwrap_or(0);
        demand(count >= min, format!("{count} garments, fewer than {min}"));
        let max = rules.max_products.unwrap_or(usize::MAX);
        demand(count <= max, format!("{count} garments, more than {max}"));
        demand(!rules.must_ask_clarifying || reply.contains('?'), "nothing is asked".to_owned());
    }
    for rule in &expected.reads {
        let is_read = turn.trace.rules.iter().any(|hit| hit.rule == *rule);
        demand(is_read, format!("rule {rule} did not match"));
    }
    for rule in &expected.reads_not {
        let is_read = turn.trace.rules.iter().any(|hit| hit.rule == *rule);
        demand(!is_read, format!("rule {rule} matched"));
    }
    for piece in &expected.says {
        demand(lower.contains(&piece.to_lowercase()), format!("the reply lacks \"{piece}\""));
    }
    for piece in &expected.says_not {
        demand(!lower.contains(&piece.to_lowercase()), format!("the reply has \"{piece}\""));
    }
    for option in &expected.options {
        let is_offered = turn.reply.quick_replies.contains(option);
        demand(is_offered, format!("the quick reply \"{option}\" is not offered"));
    }
    if let Some(total) = expected.total {
        let own = turn.session.cart_total();
        demand(own == Money::from_uah(total), format!("the total is {own}, not {total}"));
    }
    if let Some(silent) = expected.silent {
        demand(turn.reply.bubbles.is_empty() == silent, "silence is wrong".to_owned());
    }
    if let Some(escalated) = expected.escalated {
        demand(is_escalated(turn) == escalated, "the call for a human is wrong".to_owned());
    }
    if let Some(blocked) = expected.blocked {
        demand(turn.trace.blocked == blocked, "blocking is wrong".to_owned());
    }
    let facts = TurnFacts::of(shop, &turn.session, &turn.trace.products);
    if !turn.reply.bubbles.is_empty() {
        for check in check::failed(shop, &facts, &turn.reply.bubbles) {
            demand(false, format!("the reply fails the check {}", check.as_str()));
        }
    }
    for (flag, wanted) in expected.safety.iter().flatten() {
        if wanted.as_bool().unwrap_or(true) {
            failed.extend(safety::broken(flag, turn, &reply));
        }
    }
    failed
}

/// A state, phase or intent as the specification names it.
fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => "?".to_owned(),
    }
}
