//! Everything that is kept of one customer: exported, and erased.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use mirt_domain::session_id::SessionId;
use mirt_engine::failure::PortError;
use serde_json::{Map, Value};

use crate::{
    error::{port_error, unreadable},
    sessions::DELETES_PER_REQUEST,
    table::{
        Item, SK_INBOX, SK_SUBJECT, SK_SUBJECT_HERE, SK_TURN, TURN_EVENTS, Table, event_of_inbox,
        key, session_pk, string, text,
    },
};

/// How often an erasure looks again for what was written meanwhile.
const ROUNDS: usize = 10;

/// How many pages of 1 MB a customer's items may have.
const MAX_PAGES: usize = 256;

/// What an erasure removed, by kind of record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased(pub BTreeMap<String, usize>);

#[derive(Debug, thiserror::Error)]
#[error("the customer has more than {MAX_PAGES} pages of records")]
struct TooMany;

#[derive(Debug, thiserror::Error)]
#[error("the customer keeps writing: run it again")]
struct StillWriting;

impl Table {
    /// All that is kept of a customer, as one JSON object: the records of the session by their keys,
    /// and the records elsewhere that point to it. `None` where nothing is.
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
        let mut elsewhere = Vec::new();
        for (pk, sk) in elsewhere_of(id, &items) {
            if let Some(item) = self.item(&pk, &sk).await? {
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

    /// Removes all that is kept of a customer. What points to the session goes first, so that an
    /// erasure that died in the middle finds the rest when it is run again.
    ///
    /// A turn that is taken meanwhile is not committed: the version that it read is gone.
    ///
    /// # Errors
    /// When the store did not do it, or the customer does not stop writing: run it again.
    pub async fn erase(&self, id: &SessionId) -> Result<Erased, PortError> {
        let mut erased = Erased::default();
        for _ in 0..ROUNDS {
            let items = self.all_of(id).await?;
            if items.is_empty() {
                return Ok(erased);
            }
            let elsewhere = elsewhere_of(id, &items);
            let here =
                items.iter().map(|item| (text(item, "pk").to_owned(), text(item, "sk").to_owned()));
            self.remove(elsewhere.iter().cloned()).await?;
            for (pk, _) in &elsewhere {
                let kind = if pk.starts_with("E#") { "events known again" } else { "cards" };
                *erased.0.entry(kind.to_owned()).or_default() += 1;
            }
            self.remove(here).await?;
            for item in &items {
                *erased.0.entry(kind(text(item, "sk")).to_owned()).or_default() += 1;
            }
        }
        Err(PortError::Unavailable { service: "dynamodb", source: StillWriting.into() })
    }

    async fn all_of(&self, id: &SessionId) -> Result<Vec<Item>, PortError> {
        let what = "a customer";
        let mut pages = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", string(session_pk(id)))
            .into_paginator()
            .send();
        let mut items = Vec::new();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| port_error("dynamodb", what, error))?;
            items.extend(page.items.unwrap_or_default());
            count += 1;
            if count == MAX_PAGES {
                return Err(unreadable(what, TooMany));
            }
        }
        Ok(items)
    }

    async fn item(&self, pk: &str, sk: &str) -> Result<Option<Item>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .consistent_read(true)
            .set_key(Some(key(pk.to_owned(), sk.to_owned())))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "a customer's record", error))?;
        Ok(answer.item)
    }

    async fn remove(&self, keys: impl Iterator<Item = (String, String)>) -> Result<(), PortError> {
        let what = "an erasure";
        let deletes = keys
            .map(|(pk, sk)| {
                DeleteRequest::builder()
                    .set_key(Some(key(pk, sk)))
                    .build()
                    .map(|request| WriteRequest::builder().delete_request(request).build())
                    .map_err(|error| unreadable(what, error))
            })
            .collect::<Result<Vec<_>, _>>()?;
        for deletes in deletes.chunks(DELETES_PER_REQUEST) {
            self.delete_all(what, deletes.to_vec()).await?;
        }
        Ok(())
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

/// What a record is, in an operator's words.
fn kind(sk: &str) -> &'static str {
    match sk.split('#').next().unwrap_or_default() {
        "STATE" => "checkpoint",
        "PROFILE" => "profile",
        "TURN" => "turns",
        "IN" => "messages not yet answered",
        "OUT" | "UNDELIVERED" => "replies not yet delivered",
        "MANAGER" => "alerts",
        "MCARD" | "SUBJECT" => "cards",
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
