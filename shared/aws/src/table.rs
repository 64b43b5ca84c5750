//! The single table: its keys, and items as JSON beside them.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `S#<channel>:<user>` | `BEFORE#<turn, counted down>` | what a turn began with; expires with its record |
//! | | `DEAL#<order>` | an order of the customer's, and where it is listed; expires with the order |
//! | | `HOUR#<hour>` | how much was written in an hour, and in its minutes; expires |
//! | | `IN#<order>#<event>` | an event that no turn has consumed |
//! | | `INTAKE` | how many events were recorded, ever |
//! | | `MANAGER#<turn>#<place>` | something that managers have to hear of |
//! | | `MCARD` | where managers see the session |
//! | | `NOSEND` | why the channel takes nothing for the customer until they write again |
//! | | `OUT#<turn>#<part>` | a channel call to make |
//! | | `PROFILE` | what is known of the customer beyond one conversation |
//! | | `STATE` | the checkpoint, its version, how many events were consumed, ever, and the last reply |
//! | | `SUBJECT#<chat>:<message>` | a message in the managers' chat that is about it; expires |
//! | | `TROUBLE` | why its turns failed last; expires |
//! | | `TURN#<turn, counted down>` | record and transcript of a turn; expires |
//! | | `UNDELIVERED#<turn>#<part>` | a call that the channel refused for good |
//! | `M#<chat>:<message>` | `M` | which session a message in the managers' chat is about; expires |
//! | `E#<channel>:<user>:<event>` | `E` | dedupe record; expires |
//! | `O#<order>` | `O` | an order; one that was never confirmed expires |
//! | `C#<order in the CRM>` | `O` | which order the CRM's name means |
//! | `B#<month>` | `<time>#<order>` | an order that was confirmed in a month of UTC |
//! | `PHONE#<digest>` | `<order>` | an order that was confirmed under a phone |
//! | `DAY#<day>` | `<shard>` | counters of a day; expires |
//! | | `REPORTED` | the managers have heard of it; expires |
//! | `BREAKER#model` | `-` | what all instances know of the model's health |
//! | `SPENDING#<day>` | `<shard>` | what the model cost on a day; expires |
//! | `E#crm:<digest>` | `E` | a delivery of the CRM's that was taken; expires |
//! | `SHOP` | `PAUSE` | everything is left to managers, while it is there |
//! | | `STOCK` | what is left of what is low |
//! | `M#<minute>` | `M` | how many model calls all instances made in a minute; expires |
//!
//! `IN#` to `STATE` is one range on purpose: all that a turn reads comes with one query, and the last
//! turns right behind it, for a turn that wants to know what was said before. `INTAKE` is an item of
//! its own because each event writes it, and a write costs by the item's size.
//!
//! What is still to be done (`IN#`, `MANAGER#`, `OUT#`) is in the sparse index `due` by the time at
//! which the sweeper looks for it, and so are a `STATE` to which time will do something and an order
//! that the CRM has to be told or asked about.

use std::{collections::HashMap, str::FromStr, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use mirt_domain::{
    decide::Duty,
    order::OrderId,
    session_id::{SessionId, UserId},
};
use mirt_engine::{
    alert::AlertKey,
    card::ManagersMessage,
    event::InboundEvent,
    failure::PortError,
    limit::Slot,
    session_store::{OutboxKey, PendingKey},
    sweep::{Round, Subject},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::unreadable;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// How long a dedupe record is kept: longer than any channel delivers again.
pub const DEDUPE_KEPT: Duration = Duration::from_hours(7 * 24);

/// How long an hour's counts are kept: somewhat longer than they count.
pub(crate) const HOUR_KEPT: Duration = Duration::from_hours(2);

/// How long a card can be answered: as long as the record of the turn that made it.
pub(crate) const SUBJECT_KEPT: Duration = TURN_KEPT;

/// How long it is kept why a turn failed: as long as its dead letter.
pub const TROUBLE_KEPT: Duration = Duration::from_hours(14 * 24);

/// How long an order is kept that was never confirmed.
pub(crate) const ORDER_KEPT_UNPLACED: Duration = Duration::from_hours(30 * 24);

/// How long a turn's record is kept unless a setting says otherwise (decision 17).
pub const TURN_KEPT: Duration = Duration::from_hours(30 * 24);

/// How many partitions each kind of due entry is spread over in the index `due`, so that no one of
/// them is hot.
pub(crate) const DUE_SHARDS: u32 = 4;

/// When an entry that should be gone within seconds is looked for by the sweeper.
const OVERDUE_AFTER: Duration = Duration::from_mins(2);

/// The sparse index of what is still to be done.
pub(crate) const DUE_INDEX: &str = "due";

/// The index's partition key.
pub(crate) const DUE_SHARD: &str = "due_shard";

/// The index's sort key: milliseconds since 1970.
pub(crate) const DUE_AT: &str = "due_at";

const SESSION: &str = "S#";
const ORDER: &str = "O#";

pub(crate) const SK_BEFORE: &str = "BEFORE#";
pub(crate) const SK_DEAL: &str = "DEAL#";
pub(crate) const SK_INBOX: &str = "IN#";
pub(crate) const SK_INTAKE: &str = "INTAKE";
pub(crate) const SK_MANAGER: &str = "MANAGER#";
pub(crate) const SK_CARD: &str = "MCARD";
pub(crate) const SK_CLOSED: &str = "NOSEND";
pub(crate) const SK_SUBJECT: &str = "M";
pub(crate) const SK_ORDER: &str = "O";
pub(crate) const SK_SUBJECT_HERE: &str = "SUBJECT#";
pub(crate) const SK_OUTBOX: &str = "OUT#";
pub(crate) const SK_PROFILE: &str = "PROFILE";
pub(crate) const SK_STATE: &str = "STATE";
pub(crate) const SK_TROUBLE: &str = "TROUBLE";
pub(crate) const SK_TURN: &str = "TURN#";

/// The keys of the events that a turn consumed: by them their dedupe records are found.
pub(crate) const TURN_EVENTS: &str = "events";

/// The table and its client.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) client: aws_sdk_dynamodb::Client,
    pub(crate) name: String,
    pub(crate) turn_kept: Duration,
}

impl Table {
    /// The table `name`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, name: String) -> Self {
        Self { client: aws_sdk_dynamodb::Client::new(config), name, turn_kept: TURN_KEPT }
    }

    /// Keeps the records of turns for `kept`.
    #[must_use]
    pub fn keeping_turns_for(self, kept: Duration) -> Self {
        Self { turn_kept: kept, ..self }
    }

    /// Reads a key that is never there: the cheapest question that shows that the table answers.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn check(&self) -> Result<(), PortError> {
        self.client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key("HEALTH".to_owned(), "HEALTH".to_owned())))
            .send()
            .await
            .map_err(|error| crate::error::port_error("dynamodb", "a health check", error))?;
        Ok(())
    }
}

/// The kinds of entries in the index `due`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Due {
    /// An event whose session may never have been woken.
    Inbox,
    /// A reply that may never have been delivered.
    Outbox,
    /// Something that managers may never have heard of.
    Manager,
    /// A session with a hand-over that is reminded of, or ends, or with news to be told.
    Session,
    /// An order that the CRM has to be told or asked about.
    Order,
    /// A session whose customer is written to.
    FollowUp,
    /// A session that is summed up.
    Summary,
}

impl From<Duty> for Due {
    fn from(duty: Duty) -> Self {
        match duty {
            Duty::HandOver | Duty::News => Self::Session,
            Duty::FollowUp => Self::FollowUp,
            Duty::Summary => Self::Summary,
        }
    }
}

impl Due {
    /// What a round looks for.
    pub(crate) const fn of(round: Round) -> &'static [Self] {
        match round {
            Round::Repairs => {
                &[Self::Inbox, Self::Outbox, Self::Manager, Self::Session, Self::Order]
            }
            Round::FollowUps => &[Self::FollowUp],
            Round::Summaries => &[Self::Summary],
        }
    }

    /// The index's partition key for one part of the entries of this kind.
    pub(crate) fn shard(self, n: u32) -> String {
        let kind = match self {
            Self::Inbox => "IN",
            Self::Outbox => "OUT",
            Self::Manager => "MANAGER",
            Self::Session => "SESSION",
            Self::Order => "ORDER",
            Self::FollowUp => "FOLLOW_UP",
            Self::Summary => "SUMMARY",
        };
        format!("{kind}#{n}")
    }
}

pub(crate) fn session_pk(id: &SessionId) -> String {
    format!("{SESSION}{id}")
}

pub(crate) fn order_pk(id: OrderId) -> String {
    format!("{ORDER}{id}")
}

/// Whose items have this partition key, where something of theirs can be due.
pub(crate) fn subject_of(pk: &str) -> Option<Subject> {
    match pk.strip_prefix(ORDER) {
        Some(id) => id.parse().ok().map(Subject::Order),
        None => session_of(pk).map(Subject::Session),
    }
}

/// The session whose items have this partition key.
pub(crate) fn session_of(pk: &str) -> Option<SessionId> {
    let (channel, user) = pk.strip_prefix(SESSION)?.split_once(':')?;
    Some(SessionId { channel: channel.parse().ok()?, user: UserId::parse(user).ok()? })
}

pub(crate) fn subject_pk(message: &ManagersMessage) -> String {
    format!("M#{}:{}", message.chat, message.id)
}

pub(crate) fn dedupe_pk(event: &InboundEvent) -> String {
    format!("E#{}:{}", event.session, event.key.as_text())
}

/// The minute of the clock in which a model call is counted.
pub(crate) fn model_calls_pk(at: Timestamp) -> String {
    format!("M#{}", at.as_second().div_euclid(60))
}

pub(crate) fn inbox_sk(event: &InboundEvent) -> String {
    format!("{SK_INBOX}{}#{}", event.order.as_sort_key(), event.key.as_text())
}

/// The event key in the sort key of an inbox entry.
pub(crate) fn event_of_inbox(sk: &str) -> Option<&str> {
    sk.strip_prefix(SK_INBOX)?.splitn(3, '#').nth(2)
}

pub(crate) fn hour_sk(slot: Slot) -> String {
    format!("HOUR#{:07}", slot.hour)
}

pub(crate) fn outbox_sk(key: OutboxKey) -> String {
    format!("{SK_OUTBOX}{:010}#{:04}", key.turn, key.part)
}

pub(crate) fn alert_sk(key: AlertKey) -> String {
    format!("{SK_MANAGER}{:010}#{:04}", key.turn, key.place)
}

pub(crate) fn pending_sk(key: PendingKey) -> String {
    match key {
        PendingKey::Reply(key) => outbox_sk(key),
        PendingKey::Alert(key) => alert_sk(key),
    }
}

/// The outbox key that has this sort key.
pub(crate) fn outbox_key(sk: &str) -> Option<OutboxKey> {
    let (turn, part) = sk.strip_prefix(SK_OUTBOX)?.split_once('#')?;
    Some(OutboxKey { turn: turn.parse().ok()?, part: part.parse().ok()? })
}

pub(crate) fn undelivered_sk(key: OutboxKey) -> String {
    format!("UNDELIVERED#{:010}#{:04}", key.turn, key.part)
}

/// Newer turns sort before older ones.
pub(crate) fn turn_sk(n: u64) -> String {
    format!("{SK_TURN}{}", counted_down(n))
}

pub(crate) fn before_sk(n: u64) -> String {
    format!("{SK_BEFORE}{}", counted_down(n))
}

/// The last of all turns.
const LAST_TURN: u64 = 9_999_999_999;

fn counted_down(n: u64) -> String {
    format!("{:010}", LAST_TURN.saturating_sub(n))
}

/// The turn in the sort key of what it began with.
pub(crate) fn turn_of_before(sk: &str) -> Option<u64> {
    LAST_TURN.checked_sub(sk.strip_prefix(SK_BEFORE)?.parse().ok()?)
}

pub(crate) fn key(pk: String, sk: String) -> Item {
    HashMap::from([("pk".to_owned(), string(pk)), ("sk".to_owned(), string(sk))])
}

/// When an entry that came at `since` should have been dealt with.
pub(crate) fn overdue(since: Timestamp) -> Timestamp {
    mirt_engine::clock::after(since, OVERDUE_AFTER)
}

/// The attributes that put an item into the index `due`.
pub(crate) fn due(kind: Due, id: &SessionId, at: Timestamp) -> [(String, AttributeValue); 2] {
    due_as(kind, &id.to_string(), at)
}

/// The attributes that put an order into the index `due`.
pub(crate) fn due_order(id: OrderId, at: Timestamp) -> [(String, AttributeValue); 2] {
    due_as(Due::Order, &id.to_string(), at)
}

/// Which of so many shards what has this name belongs to.
pub(crate) fn shard_of(name: &str, shards: u32) -> u32 {
    // FNV-1a: stable over builds, unlike the standard library's hasher.
    let hash = name
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % shards
}

fn due_as(kind: Due, name: &str, at: Timestamp) -> [(String, AttributeValue); 2] {
    [
        (DUE_SHARD.to_owned(), string(kind.shard(shard_of(name, DUE_SHARDS)))),
        (DUE_AT.to_owned(), number(at.as_millisecond())),
    ]
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

#[cfg(test)]
mod tests {
    use mirt_domain::channel::Channel;

    use super::*;

    #[test]
    fn a_session_is_known_again_by_its_partition_key() {
        let id = UserId::parse("a:b/1")
            .map(|user| SessionId { channel: Channel::ManychatTelegram, user })
            .ok();

        let again = id.as_ref().and_then(|id| session_of(&session_pk(id)));

        assert!(again.is_some());
        assert_eq!(again, id);
        assert_eq!(session_of("E#telegram:1"), None);
    }
}
