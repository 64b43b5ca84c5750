//! The set of days of each chat.

use aws_sdk_dynamodb::types::AttributeValue;
use mirt_engine::failure::PortError;
use mirt_history::{
    chat::ChatRef,
    day::Day,
    record::{DayRecord, KnownChat, Work},
    store::{Days, Fence, Written},
};

use super::keys::{CHATS, COMPLETE, SK_DAY, SK_WORK, chat_pk, day_key, sent};
use crate::{
    error::port_error,
    table::{Item, Table, data, from_data, key, string},
};

const A_CHAT: &str = "a chat";
pub(super) const A_DAY: &str = "a day of a chat";

/// How many pages of 1 MB the records of one question may take: some ten thousand days.
pub(super) const MAX_PAGES: usize = 16;

/// How many records are looked at for the last complete day, at once.
const LOOK_AT: i32 = 20;

pub(super) fn day_item(chat: &ChatRef, record: &DayRecord) -> Result<Item, PortError> {
    let mut item = day_key(chat, record.day);
    item.extend([data(A_DAY, record)?]);
    item.insert(COMPLETE.to_owned(), AttributeValue::Bool(record.is_complete()));
    Ok(item)
}

impl Table {
    /// The chats of which something is known.
    ///
    /// # Errors
    /// When the table did not answer.
    pub async fn known_chats(&self) -> Result<Vec<KnownChat>, PortError> {
        let items = self.partition(A_CHAT, CHATS.to_owned(), MAX_PAGES).await?;
        items.iter().map(|item| from_data(A_CHAT, item)).collect()
    }

    /// The days of a chat that are being read.
    ///
    /// # Errors
    /// When the table did not answer.
    pub async fn works(&self, chat: &ChatRef) -> Result<Vec<Work>, PortError> {
        let to = format!("{SK_WORK}~");
        let items = self.range(A_DAY, chat_pk(chat), (SK_WORK, &to), MAX_PAGES).await?;
        items.iter().map(|item| from_data(A_DAY, item)).collect()
    }
}

impl Days for Table {
    async fn known_chat(&self, chat: &ChatRef) -> Result<Option<KnownChat>, PortError> {
        let item = self.read(A_CHAT, CHATS.to_owned(), chat.as_str()).await?;
        item.as_ref().map(|item| from_data(A_CHAT, item)).transpose()
    }

    async fn remember_chat(&self, chat: &KnownChat) -> Result<(), PortError> {
        let mut item = key(CHATS.to_owned(), chat.chat.to_string());
        item.extend([data(A_CHAT, chat)?]);
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", A_CHAT, error))?;
        Ok(())
    }

    async fn days(
        &self,
        chat: &ChatRef,
        first: Day,
        last: Day,
    ) -> Result<Vec<DayRecord>, PortError> {
        let (from, to) = (format!("{SK_DAY}{first}"), format!("{SK_DAY}{last}"));
        let items = self.range(A_DAY, chat_pk(chat), (&from, &to), MAX_PAGES).await?;
        items.iter().map(|item| from_data(A_DAY, item)).collect()
    }

    async fn last_complete(&self, chat: &ChatRef) -> Result<Option<DayRecord>, PortError> {
        let mut start = None;
        for _ in 0..MAX_PAGES {
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND begins_with(sk, :day)")
                .filter_expression("#complete = :true")
                .expression_attribute_names("#complete", COMPLETE)
                .expression_attribute_values(":pk", string(chat_pk(chat)))
                .expression_attribute_values(":day", string(SK_DAY))
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .scan_index_forward(false)
                .limit(LOOK_AT)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| port_error("dynamodb", A_DAY, error))?;
            if let Some(item) = answer.items.unwrap_or_default().first() {
                return from_data(A_DAY, item).map(Some);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(None)
    }

    async fn note(
        &self,
        chat: &ChatRef,
        record: &DayRecord,
        fence: Fence,
    ) -> Result<Written, PortError> {
        sent(A_DAY, self.fenced_put(day_item(chat, record)?, fence)).await
    }
}
