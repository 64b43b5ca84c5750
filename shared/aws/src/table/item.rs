//! Items: a key, a value as JSON, and what the table itself has to know of it.

use std::{collections::HashMap, str::FromStr, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use mirt_engine::failure::PortError;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::unreadable;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The keys of the events that a turn consumed: by them their dedupe records are found.
pub(crate) const TURN_EVENTS: &str = "events";

pub(crate) fn key(pk: String, sk: String) -> Item {
    HashMap::from([("pk".to_owned(), string(pk)), ("sk".to_owned(), string(sk))])
}

/// Which of so many shards what has this name belongs to.
pub(crate) fn shard_of(name: &str, shards: u32) -> u32 {
    // FNV-1a: stable over builds, unlike the standard library's hasher.
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % shards
}

/// The attribute by which DynamoDB lets an item expire: seconds since 1970.
pub(crate) fn ttl(from: Timestamp, kept: Duration) -> (String, AttributeValue) {
    ("ttl".to_owned(), number(mirt_engine::clock::after(from, kept).as_second()))
}

pub(crate) fn string(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A value as the item's attribute `data`.
pub(crate) fn data<T: Serialize>(
    what: &'static str,
    value: &T,
) -> Result<(String, AttributeValue), PortError> {
    let json = serde_json::to_string(value).map_err(|error| unreadable(what, error))?;
    Ok(("data".to_owned(), AttributeValue::S(json)))
}

/// The value in the item's attribute `data`.
pub(crate) fn from_data<T: DeserializeOwned>(
    what: &'static str,
    item: &Item,
) -> Result<T, PortError> {
    serde_json::from_str(text(item, "data")).map_err(|error| unreadable(what, error))
}

/// A text attribute; empty when the item has none.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// A counter; 0 when the item has none.
pub(crate) fn counter<T: Default + FromStr>(item: &Item, name: &str) -> T {
    item.get(name)
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}

/// A time in milliseconds since 1970; 1970 when the item has none.
pub(crate) fn time(item: &Item, name: &str) -> Timestamp {
    Timestamp::from_millisecond(counter(item, name)).unwrap_or(Timestamp::UNIX_EPOCH)
}
