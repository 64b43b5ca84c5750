//! Keys and conditions.

use aws_sdk_dynamodb::{
    operation::put_item::builders::PutItemFluentBuilder, types::AttributeValue,
};
use mirt_engine::failure::PortError;
use mirt_history::{
    chat::ChatRef,
    day::Day,
    store::{Fence, Written},
};

use crate::{
    error::if_held,
    table::{Item, Table, key, number},
};

pub(super) const SK_DAY: &str = "DAY#";
pub(super) const SK_WORK: &str = "WORK#";
pub(super) const SK_GENERATION: &str = "G#";
pub(super) const CHATS: &str = "T#CHATS";

/// The holder of the lease that wrote an item.
pub(super) const FENCE: &str = "fence";

/// Whether a day's record says that it is complete: what the last complete day is found by.
pub(super) const COMPLETE: &str = "complete";

/// Compressed bytes.
pub(super) const PACKED: &str = "z";

/// Largest number of a generation's page, and of its parts: what ends a range of keys.
const LAST_PART: &str = "99";

pub(super) fn chat_pk(chat: &ChatRef) -> String {
    format!("T#{chat}")
}

pub(super) fn day_pk(chat: &ChatRef, day: Day) -> String {
    format!("T#{chat}#{day}")
}

pub(super) fn day_key(chat: &ChatRef, day: Day) -> Item {
    key(chat_pk(chat), format!("{SK_DAY}{day}"))
}

pub(super) fn work_sk(day: Day) -> String {
    format!("{SK_WORK}{day}")
}

pub(super) fn work_key(chat: &ChatRef, day: Day) -> Item {
    key(chat_pk(chat), work_sk(day))
}

pub(super) fn generation_prefix(generation: u64) -> String {
    format!("{SK_GENERATION}{generation:012}#")
}

pub(super) fn page_sk(generation: u64, page: u32, part: usize) -> String {
    format!("{}{page:06}#{part:02}", generation_prefix(generation))
}

/// The largest key that a page can have.
pub(super) fn page_end(generation: u64, page: u32) -> String {
    format!("{}{page:06}#{LAST_PART}", generation_prefix(generation))
}

pub(super) fn digest_sk(generation: u64) -> String {
    format!("{}DIGEST", generation_prefix(generation))
}

impl Table {
    /// A put that is refused once a later holder of the lease has written the item.
    pub(super) fn fenced_put(&self, item: Item, fence: Fence) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .item(FENCE, number(fence.0))
            .condition_expression("attribute_not_exists(pk) OR #fence <= :fence")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_values(":fence", number(fence.0))
    }
}

/// Sends such a put.
pub(super) async fn sent(
    what: &'static str,
    put: PutItemFluentBuilder,
) -> Result<Written, PortError> {
    let is_held = if_held(what, put.send().await)?;
    Ok(if is_held { Written::Done } else { Written::Overtaken })
}

/// Compressed bytes of an item.
pub(super) fn packed(item: &Item) -> &[u8] {
    match item.get(PACKED) {
        Some(AttributeValue::B(bytes)) => bytes.as_ref(),
        _ => &[],
    }
}
