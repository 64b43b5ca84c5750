//! What the CRM tells by itself: that it is the CRM, and what it says.
//!
//! The signature is a setting of the CRM's webhook: HMAC-SHA-256 under a secret of ours over the
//! seconds of `X-Sitniks-Timestamp`, a full stop and the body, in hexadecimal digits, in
//! `X-Sitniks-Signature`.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use mirt_domain::{
    catalog::ProductId,
    order::{OrderId, OrderState},
    stock::Counted,
};
use mirt_engine::{event::digest, order_book::CrmOrderId};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use crate::status;

/// The header with the signature, which may begin with [`SCHEME`].
pub const SIGNATURE: &str = "x-sitniks-signature";

/// The header with the time of sending: seconds since 1970.
pub const TIMESTAMP: &str = "x-sitniks-timestamp";

/// How a signature says what it is.
const SCHEME: &str = "sha256=";

/// How far the time of sending may be from ours, either way: a repetition is refused by its
/// signature for longer than that.
pub const WINDOW: Duration = Duration::from_mins(5);

/// Why a delivery is not the CRM's, or not one of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// One of the headers is missing or no signature and no time.
    #[error("X-Sitniks-Signature or X-Sitniks-Timestamp is missing or cannot be read")]
    Unsigned,
    /// It was not signed with our secret, or is not what was signed.
    #[error("the signature in X-Sitniks-Signature is wrong")]
    WrongSignature,
    /// It was signed too long ago, or too far in the future.
    #[error("X-Sitniks-Timestamp is too far from now")]
    WrongTime,
}

/// Checks that a delivery was signed with `secret` about now, and gives what it is known again by.
///
/// # Errors
/// [`NotAuthentic`] says why it counts for nothing.
pub fn authenticate(
    secret: &str,
    signature: &str,
    timestamp: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<String, NotAuthentic> {
    let signature = signature.trim();
    let signature = signature.strip_prefix(SCHEME).unwrap_or(signature);
    let signature = bytes(signature).ok_or(NotAuthentic::Unsigned)?;
    let seconds: i64 = timestamp.trim().parse().map_err(|_| NotAuthentic::Unsigned)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        // HMAC takes keys of any length.
        .map_err(|_| NotAuthentic::WrongSignature)?;
    mac.update(timestamp.trim().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(&signature).map_err(|_| NotAuthentic::WrongSignature)?;
    let apart = now.as_second().abs_diff(seconds);
    if apart > WINDOW.as_secs() {
        return Err(NotAuthentic::WrongTime);
    }
    let text = String::from_utf8_lossy(body);
    Ok(digest(&["crm", timestamp.trim(), &text]))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if digits.is_empty()
        || !digits.len().is_multiple_of(2)
        || !digits.iter().all(u8::is_ascii_hexdigit)
    {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// A body that is not what its route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON, or not of the right form.
    #[error("the body is no JSON of the form that this route takes")]
    Form,
    /// Neither our name for an order nor the CRM's.
    #[error("the body has neither external_id nor order_id")]
    NoOrder,
    /// A status that is not known.
    #[error("the status is not known")]
    UnknownStatus,
}

/// Which order is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Our name for it; `None` for an order that we did not make, or where it is not said.
    pub ours: Option<OrderId>,
    /// The CRM's name for it.
    pub theirs: Option<CrmOrderId>,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderMoved {
    /// The order.
    pub order: Named,
    /// How far it has come; `None` where that is no news.
    pub state: Option<OrderState>,
}

#[derive(Deserialize)]
struct RawOrder {
    #[serde(default)]
    order_id: Value,
    #[serde(default)]
    external_id: Value,
    #[serde(default)]
    status: String,
    #[serde(default)]
    payment_status: String,
}

impl RawOrder {
    fn named(&self) -> Result<Named, Unreadable> {
        let text = |value: &Value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let (external, theirs) = (text(&self.external_id), text(&self.order_id));
        if external.is_none() && theirs.is_none() {
            return Err(Unreadable::NoOrder);
        }
        let ours = external.and_then(|id| id.parse().ok());
        Ok(Named { ours, theirs: theirs.map(CrmOrderId) })
    }
}

fn raw(body: &[u8]) -> Result<RawOrder, Unreadable> {
    serde_json::from_slice(body).map_err(|_| Unreadable::Form)
}

/// Reads the body of `/webhooks/snitkix/order-status`.
///
/// # Errors
/// [`Unreadable`] says what is wrong with it.
pub fn order_status(body: &[u8]) -> Result<OrderMoved, Unreadable> {
    let raw = raw(body)?;
    let state = status::state(&raw.status).ok_or(Unreadable::UnknownStatus)?;
    Ok(OrderMoved { order: raw.named()?, state: Some(state) })
}

/// Reads the body of `/webhooks/snitkix/payment`.
///
/// # Errors
/// [`Unreadable`] says what is wrong with it.
pub fn payment(body: &[u8]) -> Result<OrderMoved, Unreadable> {
    let raw = raw(body)?;
    if raw.payment_status.trim().is_empty() {
        return Err(Unreadable::UnknownStatus);
    }
    Ok(OrderMoved { order: raw.named()?, state: status::state_of_payment(&raw.payment_status) })
}

#[derive(Deserialize)]
struct RawStock {
    products: Vec<RawLevel>,
    timestamp: Option<Value>,
}

#[derive(Deserialize)]
struct RawLevel {
    #[serde(default)]
    product_id: Value,
    sku: Option<String>,
    #[serde(default)]
    size: Value,
    stock_quantity: Option<i64>,
    status: Option<String>,
}

/// The words for something that cannot be bought whatever its quantity.
const NOT_FOR_SALE: [&str; 4] = ["out_of_stock", "unavailable", "inactive", "archived"];

/// Reads the body of `/webhooks/snitkix/inventory`: the levels, and when they were counted. A level
/// in a size that is none of ours is left out: a hat says nothing about the dresses beside it.
///
/// # Errors
/// [`Unreadable`] says what is wrong with it.
pub fn inventory(body: &[u8]) -> Result<(Vec<Counted>, Option<Timestamp>), Unreadable> {
    let raw: RawStock = serde_json::from_slice(body).map_err(|_| Unreadable::Form)?;
    let told = raw.products.len();
    let levels = raw.products.into_iter().filter_map(|one| level(one).transpose());
    let levels = levels.collect::<Result<Vec<_>, _>>()?;
    if levels.len() < told {
        let left_out = told - levels.len();
        tracing::warn!(event = "degraded", what = "stock_of_unknown_size", left_out);
    }
    let counted_at = raw.timestamp.and_then(|at| match at {
        Value::String(text) => text.parse().ok(),
        Value::Number(seconds) => Timestamp::from_second(seconds.as_i64()?).ok(),
        _ => None,
    });
    Ok((levels, counted_at))
}

/// One level; none in a size that we do not know.
fn level(raw: RawLevel) -> Result<Option<Counted>, Unreadable> {
    let product = match &raw.product_id {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let sku = raw.sku.filter(|sku| !sku.is_empty());
    if product.is_none() && sku.is_none() {
        return Err(Unreadable::Form);
    }
    let is_for_sale =
        raw.status.is_none_or(|status| !NOT_FOR_SALE.contains(&status.to_lowercase().as_str()));
    // Less than nothing is promised to others already.
    let counted = raw.stock_quantity.ok_or(Unreadable::Form)?.max(0);
    let quantity = if is_for_sale { u32::try_from(counted).unwrap_or(u32::MAX) } else { 0 };
    let size = match raw.size {
        // All of its sizes.
        Value::Null => None,
        Value::String(size) if size.trim().is_empty() => None,
        size => {
            let named = size.as_str().map_or_else(|| size.to_string(), str::to_owned);
            let Ok(size) = named.parse() else { return Ok(None) };
            Some(size)
        }
    };
    Ok(Some(Counted { product: product.map(ProductId), sku, size, quantity }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    const BODY: &[u8] = br#"{"order_id":5,"external_id":"00000000000000aa","status":"shipped"}"#;

    fn now() -> Timestamp {
        Timestamp::from_second(1_763_700_000).unwrap()
    }

    fn signed(secret: &str, at: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(at.as_bytes());
        mac.update(b".");
        mac.update(body);
        let bytes = mac.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn what_was_signed_with_our_secret_about_now_is_the_crms() {
        for at in ["1763700000", "1763699701", "1763700299"] {
            let signature = signed("s", at, BODY);
            assert!(authenticate("s", &signature, at, BODY, now()).is_ok(), "{at}");
            let named = format!("sha256={signature}");
            assert!(authenticate("s", &named, at, BODY, now()).is_ok(), "{at}");
        }
    }

    #[test]
    fn another_secret_another_body_and_another_time_are_not() {
        let at = "1763700000";
        let signature = signed("s", at, BODY);

        for (secret, at, body, refusal) in [
            ("t", at, BODY, NotAuthentic::WrongSignature),
            ("s", "1763700001", BODY, NotAuthentic::WrongSignature),
            ("s", at, &BODY[1..], NotAuthentic::WrongSignature),
            ("s", "soon", BODY, NotAuthentic::Unsigned),
        ] {
            assert_eq!(authenticate(secret, &signature, at, body, now()), Err(refusal));
        }
        for at in ["1763699699", "1763700301", "-1", "9223372036854775807"] {
            let signature = signed("s", at, BODY);
            let refused = authenticate("s", &signature, at, BODY, now());
            assert_eq!(refused, Err(NotAuthentic::WrongTime), "{at}");
        }
        for signature in ["", "sha256=", "abc", "zz", "ї"] {
            let refused = authenticate("s", signature, at, BODY, now());
            assert_eq!(refused, Err(NotAuthentic::Unsigned), "{signature}");
        }
    }

    #[test]
    fn the_same_delivery_is_known_again_and_another_one_is_not() {
        let known = |at: &str| authenticate("s", &signed("s", at, BODY), at, BODY, now()).unwrap();

        assert_eq!(known("1763700000"), known("1763700000"));
        assert_ne!(known("1763700000"), known("1763700001"));
    }

    #[test]
    fn an_order_is_named_by_us_or_by_the_crm_and_one_of_neither_is_refused() {
        let moved = order_status(BODY).unwrap();
        assert_eq!(moved.order.ours, Some(OrderId::new(0xaa)));
        assert_eq!(moved.order.theirs, Some(CrmOrderId("5".to_owned())));
        assert_eq!(moved.state, Some(OrderState::Shipped));

        let theirs = payment(br#"{"order_id":"A-1","payment_status":"refunded"}"#).unwrap();
        assert_eq!(theirs.order.ours, None);
        assert_eq!(theirs.state, Some(OrderState::Cancelled));
        let none = payment(br#"{"order_id":"A-1","payment_status":"pending"}"#).unwrap();
        assert_eq!(none.state, None);

        let refused = |body: &[u8]| order_status(body).unwrap_err();
        assert_eq!(refused(br#"{"status":"shipped"}"#), Unreadable::NoOrder);
        assert_eq!(refused(br#"{"order_id":1,"status":"?"}"#), Unreadable::UnknownStatus);
        assert_eq!(refused(b"7"), Unreadable::Form);
        assert_eq!(refused(b"{"), Unreadable::Form);
    }

    #[test]
    fn a_level_needs_a_garment_and_a_quantity_and_less_than_nothing_is_nothing() {
        let read = |body: &str| inventory(body.as_bytes());
        let (levels, at) = read(
            r#"{"products":[
                {"product_id":11698818,"stock_quantity":-2,"status":"active"},
                {"sku":"A-1","size":"98-104","stock_quantity":3},
                {"sku":"A-1","size":134,"stock_quantity":4},
                {"sku":"A-2","size":"one size","stock_quantity":5},
                {"sku":"A-2","size":{},"stock_quantity":5},
                {"product_id":"7","size":"","stock_quantity":9,"status":"out_of_stock"}
            ],"timestamp":"2025-11-21T10:00:00Z"}"#,
        )
        .unwrap();

        let quantities: Vec<_> = levels.iter().map(|level| level.quantity).collect();
        // What is in no size of ours is left out, and never taken for all of its sizes.
        assert_eq!(quantities, [0, 3, 4, 0]);
        let sizes: Vec<_> = levels.iter().map(|level| level.size).collect();
        assert_eq!(sizes, [None, "98-104".parse().ok(), "134".parse().ok(), None]);
        assert!(at.is_some());
        for body in [
            r#"{"products":[{"stock_quantity":1}]}"#,
            r#"{"products":[{"sku":"A"}]}"#,
            r#"{"products":[{"sku":"A","size":"one size"}]}"#,
            r#"{}"#,
        ] {
            assert_eq!(read(body), Err(Unreadable::Form), "{body}");
        }
    }
}
