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
//! | `T#LEASE` | `LEASE` | who may use the session of Telegram's history, and until when; its fence grows with every holder |
//! | `T#CHATS` | `<chat>` | a chat of that history, as Telegram describes it |
//! | `T#<chat>` | `DAY#<day>` | a day's record: what readers see, its state |
//! | | `WORK#<day>` | a day that is being read, and how far it is |
//! | `T#<chat>#<day>` | `G#<generation>#<page>#<part>` | a page of a day, compressed, cut to fit |
//! | | `G#<generation>#DIGEST` | the day's digest, compressed |
//!
//! `IN#` to `STATE` is one range on purpose: all that a turn reads comes with one query, and the last
//! turns right behind it, for a turn that wants to know what was said before. `INTAKE` is an item of
//! its own because each event writes it, and a write costs by the item's size.
//!
//! What is still to be done (`IN#`, `MANAGER#`, `OUT#`) is in the sparse index `due` by the time at
//! which the sweeper looks for it, and so are a `STATE` to which time will do something and an order
//! that the CRM has to be told or asked about.

mod due;
mod item;
mod keys;

use std::time::Duration;

use mirt_engine::failure::PortError;

pub(crate) use self::{
    due::{DUE_AT, DUE_INDEX, DUE_SHARD, DUE_SHARDS, Due, due, due_order, overdue},
    item::{
        Item, TURN_EVENTS, counter, data, from_data, key, number, shard_of, string, text, time, ttl,
    },
    keys::{
        SK_CARD, SK_CLOSED, SK_DEAL, SK_INBOX, SK_INTAKE, SK_MANAGER, SK_ORDER, SK_OUTBOX,
        SK_PROFILE, SK_STATE, SK_SUBJECT, SK_SUBJECT_HERE, SK_TROUBLE, SK_TURN, alert_sk,
        before_sk, dedupe_pk, event_of_inbox, hour_sk, inbox_sk, model_calls_pk, order_pk,
        outbox_key, outbox_sk, pending_sk, session_of, session_pk, subject_of, subject_pk,
        turn_of_before, turn_sk, undelivered_sk,
    },
};

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
