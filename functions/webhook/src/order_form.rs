//! Flows of ManyChat that ask for the delivery data with a form of their own, and hand them over
//! (`spec/integrations.md` 1.5).
//!
//! What a form holds is what the customer says, and goes the way of everything that they say: the
//! conversation's own rules read it, check it and go on from it. What is bought and for how much the
//! session knows; a form's own product and sum are not believed (I8).

use lambda_http::{Body, Response, http::StatusCode};
use mirt_channels::manychat::OrderForm;
use mirt_domain::{
    order::{Order, OrderState},
    prompts::{Placeholder, TemplateKey, Values},
    session::Session,
    session_id::SessionId,
    state::State,
    turn::Message,
};
use mirt_engine::event::{EventBody, EventKey};
use serde_json::{Value, json};

use crate::{answer, flow::Flow};

/// Takes a form, and says what came of the order.
pub(crate) async fn take(flow: &Flow<'_>, id: SessionId, form: &OrderForm) -> Response<Body> {
    match taken(flow, id, form).await {
        Ok(body) => answer::json(StatusCode::OK, &body),
        Err(_) => {
            // The flow has a way for it: it branches on the flag.
            let body = json!({
                "success": false,
                "error": "the order could not be stored; please send it again",
                "set_field_values": [field("order_status", "error")],
            });
            answer::json(StatusCode::OK, &body)
        }
    }
}

async fn taken(
    flow: &Flow<'_>,
    id: SessionId,
    form: &OrderForm,
) -> Result<Value, Box<Response<Body>>> {
    let before = flow.session(&id).await?;
    let message = Message { text: Some(words(&before, form)), ..Message::default() };
    let key = EventKey::from_content(&message);
    let (answer, after) = flow.ask(id, key, EventBody::said(message)).await?;
    Ok(body(&before, &after, answer.as_deref().unwrap_or_default()))
}

/// The form as the customer would say it. Who sends a form for what was just offered takes it.
fn words(session: &Session, form: &OrderForm) -> String {
    let text = |key, values: &Values| {
        mirt_content::prompts().render(key, values, 0).unwrap_or_default().join(" ")
    };
    let is_offered = session.state() == State::Offer && session.cart_lines().is_empty();
    let consent = is_offered.then(|| text(TemplateKey::QuickTake, &Values::none()));
    let number = form.branch.as_deref().and_then(|branch| branch.trim().parse::<u32>().ok());
    let branch = match number {
        Some(n) => Some(text(TemplateKey::OrderBranch, &Values::none().with(Placeholder::N, n))),
        None => form.branch.clone(),
    };
    let parts = [form.name.clone(), form.phone.clone(), form.city.clone(), branch];
    let data = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    consent.into_iter().chain([data]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". ")
}

fn body(before: &Session, after: &Session, words: &str) -> Value {
    let customer = &after.facts().customer;
    let missing: Vec<&str> = [
        ("client_name", customer.name.is_none()),
        ("client_phone", customer.phone.is_none()),
        ("client_city", customer.city.is_none()),
        ("client_nova_poshta", customer.branch.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, is_missing)| is_missing.then_some(name))
    .collect();
    let order = Order::of(after).filter(|_| missing.is_empty());
    let Some(order) = order else {
        let product = Order::of(after).is_none().then_some("last_product");
        return json!({
            "success": false,
            "needs_data": true,
            "missing_fields": missing.into_iter().chain(product).collect::<Vec<_>>(),
            "prompt": words,
            "set_field_values": [field("order_status", "needs_data")],
        });
    };
    let is_known = before.facts().customer == *customer
        && Order::of(before).is_some_and(|earlier| earlier.id == order.id);
    let placed = after.facts().placed.iter().find(|placed| placed.id == order.id);
    let (status, tag) = match placed.map(|placed| placed.state) {
        Some(
            OrderState::Accepted
            | OrderState::Processing
            | OrderState::Shipped
            | OrderState::Delivered,
        ) => ("created", "order_created"),
        Some(OrderState::Failed | OrderState::Cancelled) => {
            return json!({
                "success": false,
                "error": "the order was not taken",
                "message": words,
                "set_field_values": [field("order_status", "failed")],
            });
        }
        _ => ("queued", "order_queued"),
    };
    // The work on an order has the order's own name: it is its group on the queue.
    let id = order.id.to_string();
    json!({
        "success": true,
        "duplicate": is_known,
        "order_id": order.id.number(),
        "external_id": id,
        "status": status,
        "task_id": id,
        "message": words,
        "set_field_values": [
            field("order_status", status),
            field("crm_external_id", &id),
            field("crm_order_id", &order.id.number()),
            field("crm_task_id", &id),
        ],
        "add_tag": [tag],
    })
}

fn field(name: &str, value: &str) -> Value {
    json!({ "field_name": name, "field_value": value })
}
