//! What the CRM tells: how far an order has come, what became of a payment, what is left of a
//! garment. Signed, of now, and each delivery once.

use jiff::Timestamp;
use lambda_http::{
    Body, Response,
    http::{HeaderMap, StatusCode},
};
use mirt_aws::{orders::OrdersQueue, table::Table};
use mirt_crm::webhook::{
    self, NotAuthentic, OrderMoved, SIGNATURE, TIMESTAMP, Unreadable, authenticate,
};
use mirt_engine::{
    clock::Clock as _,
    crm_news::{CrmNews, DeliveryId, Heard, hear},
    failure::chain,
    take_stock::take_stock,
};
use mirt_runtime::clock::SystemClock;
use serde_json::json;

use crate::{answer, routes::header, secrets::Token};

/// What one of the CRM's routes takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route {
    /// How far an order has come.
    OrderStatus,
    /// What became of a payment.
    Payment,
    /// How much is left of a garment.
    Inventory,
}

impl Route {
    /// The route behind a path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.strip_prefix("/webhooks/snitkix/")? {
            "order-status" => Some(Self::OrderStatus),
            "payment" => Some(Self::Payment),
            "inventory" => Some(Self::Inventory),
            _ => None,
        }
    }
}

/// What these routes need.
#[derive(Clone)]
pub(crate) struct CrmWebhooks {
    pub(crate) queue: OrdersQueue,
    /// What deliveries are signed with; without it none is taken.
    pub(crate) secret: Option<Token>,
}

impl CrmWebhooks {
    /// Answers one delivery.
    pub(crate) async fn answer(
        &self,
        table: &Table,
        route: Route,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response<Body> {
        let Some(secret) = &self.secret else {
            // Nothing that comes again: no CRM has this address.
            return answer::error(StatusCode::NOT_FOUND, "no CRM is set up");
        };
        let now = SystemClock.now();
        let (signature, timestamp) = (header(headers, SIGNATURE), header(headers, TIMESTAMP));
        let is_signed = |secret| authenticate(secret, signature, timestamp, body, now);
        let signed = secret.all().map(is_signed);
        let taken = signed.reduce(|one, other| if one.is_err() { other } else { one });
        let delivery = match taken.unwrap_or(Err(NotAuthentic::WrongSignature)) {
            Ok(delivery) => DeliveryId(delivery),
            Err(error) => return refused(error),
        };
        let read = match route {
            Route::OrderStatus => webhook::order_status(body),
            Route::Payment => webhook::payment(body),
            Route::Inventory => return inventory(table, &delivery, body, now).await,
        };
        let OrderMoved { order, state } = match read {
            Ok(moved) => moved,
            Err(error) => return unreadable(error),
        };
        let news = CrmNews { ours: order.ours, theirs: order.theirs, state };
        match hear(table, &self.queue, &delivery, &news, now).await {
            Ok(heard) => heard_as(heard),
            Err(error) => {
                tracing::error!(event = "crm_news_not_received", error = chain(&error));
                answer::try_again()
            }
        }
    }
}

/// Takes in how much is left. What the shop does not sell is nothing to it.
async fn inventory(
    table: &Table,
    delivery: &DeliveryId,
    body: &[u8],
    now: Timestamp,
) -> Response<Body> {
    let (counted, counted_at) = match webhook::inventory(body) {
        Ok(read) => read,
        Err(error) => return unreadable(error),
    };
    // A clock that runs ahead must not make later counts late.
    let counted_at = counted_at.map_or(now, |at| at.min(now));
    let catalog = mirt_content::catalog();
    let levels: Vec<_> = counted.iter().flat_map(|one| one.levels(catalog, counted_at)).collect();
    match take_stock(table, delivery, &levels, now).await {
        Ok(true) => {
            tracing::info!(event = "stock_taken", levels = levels.len());
            answer::json(StatusCode::OK, &json!({ "status": "accepted", "levels": levels.len() }))
        }
        Ok(false) => repeated(),
        Err(error) => {
            tracing::error!(event = "stock_not_taken", error = chain(&error));
            answer::try_again()
        }
    }
}

fn heard_as(heard: Heard) -> Response<Body> {
    let word = match heard {
        Heard::Moved => "accepted",
        Heard::Unchanged => "unchanged",
        // Orders that were made in the CRM by hand are told as well.
        Heard::Unknown => "unknown_order",
        Heard::Repeated => return repeated(),
    };
    tracing::info!(event = "crm_news", outcome = word);
    answer::json(StatusCode::OK, &json!({ "status": word }))
}

/// A delivery that was taken before, by whomever it is sent again.
fn repeated() -> Response<Body> {
    tracing::warn!(event = "crm_delivery_repeated");
    answer::error(StatusCode::CONFLICT, "this delivery was taken before")
}

fn refused(error: NotAuthentic) -> Response<Body> {
    tracing::warn!(event = "unauthorized", place = "crm", error = %error);
    answer::error(StatusCode::UNAUTHORIZED, error)
}

fn unreadable(error: Unreadable) -> Response<Body> {
    tracing::warn!(event = "unreadable_payload", channel = "crm", error = %error);
    answer::error(StatusCode::BAD_REQUEST, error)
}
