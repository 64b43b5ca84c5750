//! Orders made and found in the CRM.

use mirt_domain::{catalog::Catalog, order::OrderId};
use mirt_engine::{
    look_after_order::{Crm, CrmError, InCrm},
    order_book::{CrmOrderId, OrderRecord},
};
use serde_json::Value;

use crate::{
    http::{Repeat, call},
    payload::NewOrder,
    status,
};

/// How many orders an answer may have: one is right, two are a mistake of the CRM's users.
const MOST_FOUND: &str = "5";

/// The CRM's API.
#[derive(Clone)]
pub struct Sitniks<'a> {
    http: reqwest::Client,
    orders: String,
    key: String,
    catalog: &'a Catalog,
}

impl std::fmt::Debug for Sitniks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sitniks").finish_non_exhaustive()
    }
}

impl<'a> Sitniks<'a> {
    /// The API at `base`, with the shop's key. Garments are called as `catalog` calls them.
    #[must_use]
    pub fn new(http: reqwest::Client, base: &str, key: String, catalog: &'a Catalog) -> Self {
        let orders = format!("{}/api/orders", base.trim_end_matches('/'));
        Self { http, orders, key, catalog }
    }
}

impl Crm for Sitniks<'_> {
    async fn find(&self, order: OrderId) -> Result<Option<InCrm>, CrmError> {
        let name = order.to_string();
        let query = [("external_id", name.as_str()), ("limit", MOST_FOUND)];
        let request = self.http.get(&self.orders).bearer_auth(&self.key).query(&query);
        let body = call(request, Repeat::Harmless).await?;
        let Some(orders) = listed(&body) else {
            // Not a no: to make an order now could make it twice.
            return Err(unreadable());
        };
        let mut found = orders.iter().filter(|one| text(&one["external_id"]) == name);
        let Some(first) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            tracing::error!(event = "degraded", what = "order_twice_in_crm", %order);
        }
        let id = id(first).ok_or_else(unreadable)?;
        let word = first["status"].as_str().unwrap_or_default();
        let state = status::state(word);
        if state.is_none() {
            tracing::warn!(event = "degraded", what = "unknown_crm_status", %order);
        }
        Ok(Some(InCrm { id, state }))
    }

    async fn create(&self, record: &OrderRecord) -> Result<CrmOrderId, CrmError> {
        let order = NewOrder::of(record, self.catalog);
        let request = self.http.post(&self.orders).bearer_auth(&self.key).json(&order);
        let body = call(request, Repeat::AskFirst).await?;
        // Made, and not said under which number: the next question tells.
        id(&body)
            .or_else(|| id(&body["order"]))
            .or_else(|| id(&body["data"]))
            .ok_or_else(unreadable)
    }
}

fn unreadable() -> CrmError {
    CrmError::Retry { after: None, source: "an answer that cannot be read".into() }
}

/// The orders of an answer, wherever it has them.
pub(crate) fn listed(body: &Value) -> Option<&Vec<Value>> {
    [body, &body["orders"], &body["data"], &body["items"]].into_iter().find_map(Value::as_array)
}

fn id(order: &Value) -> Option<CrmOrderId> {
    let id = [&order["id"], &order["order_id"]].map(text).into_iter().find(|id| !id.is_empty())?;
    Some(CrmOrderId(id))
}

/// A text or a number as text; empty for anything else.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
