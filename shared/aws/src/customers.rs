//! Everything that is kept of one customer: exported, and erased.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use mirt_domain::{order::OrderId, session_id::SessionId};
use mirt_engine::{failure::PortError, order_book::OrderRecord};
use serde_json::{Map, Value};

use crate::{
    orders::Deal,
    table::{
        Item, SK_INBOX, SK_STATE, SK_SUBJECT, SK_SUBJECT_HERE, SK_TURN, TURN_EVENTS, Table,
        event_of_inbox, key, session_pk, text,
    },
};

/// How often an erasure looks again for what was written meanwhile.
const ROUNDS: usize = 10;

/// How many pages of 1 MB a customer's items may have.
const MAX_PAGES: usize = 256;

/// What an erasure did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// What it removed, by kind of record.
    pub removed: BTreeMap<String, usize>,
    /// The orders that the law wants kept. Nothing in them says whose they were.
    pub kept: BTreeSet<OrderId>,
}

/// Why a customer was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The store did not do it, or the customer does not stop writing: again, later.
    #[error(transparent)]
    Store(#[from] PortError),
    /// An order that is paid is on its way into the CRM, which has to know where to send it. A day at
    /// most, then it is there or a human has it.
    #[error("{} order(s) are on their way into the CRM: {}", .0.len(), names(.0))]
    OrdersUnderWay(Vec<OrderId>),
}

fn names(orders: &[OrderId]) -> String {
    orders.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[derive(Debug, thiserror::Error)]
#[error("the customer keeps writing, or the shop: run it again")]
struct StillWriting;

impl Table {
    /// All that is kept of a customer, as one JSON object: the records of the session by their keys,
    /// and the records elsewhere that are theirs. `None` where nothing is.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn export(&self, id: &SessionId) -> Result<Option<Value>, PortError> {
        let items = self.all_of(id).await?;
        if items.is_empty() {
            return Ok(None);
        }
        let mut records = Map::new();
        for item in &items {
            records.insert(text(item, "sk").to_owned(), json(item));
        }
        let mut keys = elsewhere_of(id, &items);
        for deal in items.iter().filter_map(Deal::of) {
            keys.extend(deal.keys());
        }
        let mut elsewhere = Vec::new();
        for (pk, sk) in keys {
            if let Some(item) = self.read("a customer's record", pk.clone(), &sk).await? {
                let mut record = json(&item);
                if let Value::Object(fields) = &mut record {
                    fields.insert("key".to_owned(), Value::String(pk));
                }
                elsewhere.push(record);
            }
        }
        let mut export = Map::new();
        export.insert("channel".to_owned(), Value::String(id.channel.to_string()));
        export.insert("user".to_owned(), Value::String(id.user.as_str().to_owned()));
        export.insert("records".to_owned(), Value::Object(records));
        export.insert("elsewhere".to_owned(), Value::Array(elsewhere));
        Ok(Some(Value::Object(export)))
    }

    /// Removes all that is kept of a customer, but for the orders that were placed: of these it removes
    /// the customer. An erasure that died in the middle finds the rest when it is run again: the
    /// checkpoint goes first, so that no turn writes any more, then what lies elsewhere, then what points
    /// to it.
    ///
    /// # Errors
    /// [`EraseError`]: run it again.
    pub async fn erase(&self, id: &SessionId, now: Timestamp) -> Result<Erased, EraseError> {
        let mut erased = Erased::default();
        for _ in 0..ROUNDS {
            let items = self.all_of(id).await?;
            if items.is_empty() {
                return Ok(erased);
            }
            self.deals(&items).await?;
            if items.iter().any(|item| text(item, "sk") == SK_STATE) {
                self.remove([(session_pk(id), SK_STATE.to_owned())].into_iter()).await?;
                erased.note("checkpoint");
                continue;
            }
            for (deal, record) in self.deals(&items).await? {
                match record {
                    Some(record) if record.is_placed() => {
                        let is_erased = record.erased_at.is_some()
                            || self.keep_without_customer(&deal, &record, now).await?;
                        if !is_erased {
                            let source = StillWriting.into();
                            return Err(
                                PortError::Unavailable { service: "dynamodb", source }.into()
                            );
                        }
                        erased.kept.insert(deal.order);
                    }
                    Some(_) => {
                        self.remove(deal.keys().into_iter()).await?;
                        erased.note("orders that were never placed");
                    }
                    None => {}
                }
            }
            let elsewhere = elsewhere_of(id, &items);
            self.remove(elsewhere.iter().cloned()).await?;
            for (pk, _) in &elsewhere {
                erased.note(if pk.starts_with("E#") { "events known again" } else { "cards" });
            }
            let here = |item: &Item| (text(item, "pk").to_owned(), text(item, "sk").to_owned());
            self.remove(items.iter().map(here)).await?;
            items.iter().for_each(|item| erased.note(kind(text(item, "sk"))));
        }
        Err(PortError::Unavailable { service: "dynamodb", source: StillWriting.into() }.into())
    }

    /// The orders of a customer, each with its record, if there still is one.
    async fn deals(&self, items: &[Item]) -> Result<Vec<(Deal, Option<OrderRecord>)>, EraseError> {
        let deals: Vec<Deal> = items.iter().filter_map(Deal::of).collect();
        let records = self.orders(deals.iter().map(|deal| deal.order).collect()).await?;
        let under_way: Vec<OrderId> = records
            .iter()
            .filter(|record| record.is_being_submitted())
            .map(|record| record.order.id)
            .collect();
        if !under_way.is_empty() {
            return Err(EraseError::OrdersUnderWay(under_way));
        }
        let mut records: BTreeMap<OrderId, OrderRecord> =
            records.into_iter().map(|record| (record.order.id, record)).collect();
        Ok(deals
            .into_iter()
            .map(|deal| {
                let record = records.remove(&deal.order);
                (deal, record)
            })
            .collect())
    }

    async fn all_of(&self, id: &SessionId) -> Result<Vec<Item>, PortError> {
        self.partition("a customer", session_pk(id), MAX_PAGES).await
    }

    async fn remove(&self, keys: impl Iterator<Item = (String, String)>) -> Result<(), PortError> {
        self.delete_all("an erasure", keys.map(|(pk, sk)| key(pk, sk))).await
    }
}

/// The records elsewhere that are about a session: where its events are known again, and where its
/// cards in the managers' chat point to it.
fn elsewhere_of(id: &SessionId, items: &[Item]) -> BTreeSet<(String, String)> {
    let mut keys = BTreeSet::new();
    let mut event = |event: &str| {
        keys.insert((format!("E#{id}:{event}"), "E".to_owned()));
    };
    for item in items {
        let sk = text(item, "sk");
        if sk.starts_with(SK_INBOX) {
            event_of_inbox(sk).into_iter().for_each(&mut event);
        } else if sk.starts_with(SK_TURN)
            && let Some(AttributeValue::L(events)) = item.get(TURN_EVENTS)
        {
            events.iter().filter_map(|it| it.as_s().ok()).for_each(|it| event(it));
        }
    }
    let cards = items.iter().filter_map(|item| text(item, "sk").strip_prefix(SK_SUBJECT_HERE));
    keys.extend(cards.map(|message| (format!("M#{message}"), SK_SUBJECT.to_owned())));
    keys
}

impl Erased {
    fn note(&mut self, what: &str) {
        *self.removed.entry(what.to_owned()).or_default() += 1;
    }
}

/// What a record is, in an operator's words.
fn kind(sk: &str) -> &'static str {
    match sk.split('#').next().unwrap_or_default() {
        "STATE" => "checkpoint",
        "PROFILE" => "profile",
        "TURN" => "turns",
        "BEFORE" => "checkpoints before turns",
        "DEAL" => "notes of orders",
        "IN" => "messages not yet answered",
        "OUT" | "UNDELIVERED" => "replies not yet delivered",
        "MANAGER" => "alerts",
        "MCARD" | "SUBJECT" => "cards",
        "NOSEND" | "TROUBLE" => "notes of trouble",
        _ => "counters",
    }
}

/// An item as JSON, without its partition key.
fn json(item: &Item) -> Value {
    let mut fields = Map::new();
    for (name, value) in item {
        let value = match value {
            AttributeValue::S(text) if name == "data" => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
            }
            AttributeValue::S(text) => Value::String(text.clone()),
            AttributeValue::N(digits) => {
                digits.parse::<i64>().map_or_else(|_| Value::String(digits.clone()), Value::from)
            }
            AttributeValue::Bool(is) => Value::Bool(*is),
            AttributeValue::L(values) => {
                values.iter().filter_map(|it| it.as_s().ok().cloned().map(Value::String)).collect()
            }
            // The table has no others.
            _ => continue,
        };
        if name != "pk" && name != "sk" {
            fields.insert(name.clone(), value);
        }
    }
    Value::Object(fields)
}
