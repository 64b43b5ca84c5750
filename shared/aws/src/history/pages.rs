//! The pages of a day that is being read, and their publication.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, ConditionCheck, Delete, Put},
};
use mirt_engine::failure::PortError;
use mirt_history::{
    chat::ChatRef,
    day::Day,
    digest::Digest,
    page::{Page, pack, unpack},
    record::{DayRecord, Work},
    store::{Fence, Pages, Written},
};

use super::{
    days::{A_DAY, MAX_PAGES, day_item},
    keys::{
        FENCE, PACKED, SK_GENERATION, chat_pk, day_pk, digest_sk, generation_prefix, packed,
        page_end, page_sk, sent, work_key, work_sk,
    },
    lease::lease_key,
};
use crate::{
    error::unreadable,
    table::{Table, data, from_data, key, number, text},
    transaction::{self, check, delete, put},
};

const A_PAGE: &str = "a page of a day";
const A_DIGEST: &str = "a digest";

/// How many pages of 1 MB all generations of a day may have together: those of readings that died are
/// gone with the next one that is published.
const GENERATIONS_PAGES: usize = 256;

/// The largest part of a page, in bytes: an item is at most 400 KB, its keys included.
const PART_BYTES: usize = 350_000;

impl Pages for Table {
    async fn work(&self, chat: &ChatRef, day: Day) -> Result<Option<Work>, PortError> {
        let item = self.read(A_DAY, chat_pk(chat), &work_sk(day)).await?;
        item.as_ref().map(|item| from_data(A_DAY, item)).transpose()
    }

    async fn keep_page(
        &self,
        chat: &ChatRef,
        work: &Work,
        page: &Page,
        fence: Fence,
    ) -> Result<Written, PortError> {
        let bytes = pack(page).map_err(|error| unreadable(A_PAGE, error))?;
        let number = work.pages.saturating_sub(1);
        for (part, bytes) in bytes.chunks(PART_BYTES).enumerate() {
            let sk = page_sk(work.generation, number, part);
            let mut item = key(day_pk(chat, work.day), sk);
            item.insert(PACKED.to_owned(), AttributeValue::B(Blob::new(bytes)));
            if sent(A_PAGE, self.fenced_put(item, fence)).await? == Written::Overtaken {
                return Ok(Written::Overtaken);
            }
        }
        let mut item = work_key(chat, work.day);
        item.extend([data(A_DAY, work)?]);
        sent(A_DAY, self.fenced_put(item, fence)).await
    }

    async fn pages(
        &self,
        chat: &ChatRef,
        day: Day,
        generation: u64,
        count: u32,
    ) -> Result<Vec<Page>, PortError> {
        let Some(last) = count.checked_sub(1) else { return Ok(Vec::new()) };
        let (from, to) = (page_sk(generation, 0, 0), page_end(generation, last));
        let items = self.range(A_PAGE, day_pk(chat, day), (&from, &to), MAX_PAGES).await?;
        // A page's parts follow one another, and its number is what stands before theirs.
        let mut bytes: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for item in &items {
            let (page, _) = text(item, "sk").rsplit_once('#').unwrap_or_default();
            bytes.entry(page).or_default().extend(packed(item));
        }
        if bytes.len() != count as usize {
            let source = "pages are missing".into();
            return Err(PortError::Refused { service: "dynamodb", what: A_PAGE, source });
        }
        bytes
            .values()
            .map(|bytes| unpack(bytes).map_err(|error| unreadable(A_PAGE, error)))
            .collect()
    }

    async fn publish(
        &self,
        chat: &ChatRef,
        record: &DayRecord,
        digest: &Digest,
        fence: Fence,
    ) -> Result<Written, PortError> {
        let Some(published) = &record.published else { return Ok(Written::Done) };
        let kept = self.keep_digest(chat, record.day, published.generation, digest, fence);
        if kept.await? == Written::Overtaken {
            return Ok(Written::Overtaken);
        }
        let is_holder = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(lease_key()))
            .condition_expression("#fence = :fence")
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_values(":fence", number(fence.0));
        let day = Put::builder()
            .table_name(&self.name)
            .set_item(Some(day_item(chat, record)?))
            .item(FENCE, number(fence.0));
        let mut writes = vec![check(A_DAY, is_holder)?, put(A_DAY, day)?];
        if published.is_whole {
            let work =
                Delete::builder().table_name(&self.name).set_key(Some(work_key(chat, record.day)));
            writes.push(delete(A_DAY, work)?);
        }
        match self.write(A_DAY, writes).await? {
            transaction::Written::Done => Ok(Written::Done),
            transaction::Written::ConditionFailed { .. } => Ok(Written::Overtaken),
        }
    }

    async fn digest(
        &self,
        chat: &ChatRef,
        day: Day,
        generation: u64,
    ) -> Result<Option<Digest>, PortError> {
        let item = self.read(A_DIGEST, day_pk(chat, day), &digest_sk(generation)).await?;
        let Some(item) = item else { return Ok(None) };
        unpack(packed(&item)).map(Some).map_err(|error| unreadable(A_DIGEST, error))
    }

    async fn keep_digest(
        &self,
        chat: &ChatRef,
        day: Day,
        generation: u64,
        digest: &Digest,
        fence: Fence,
    ) -> Result<Written, PortError> {
        let bytes = pack(digest).map_err(|error| unreadable(A_DIGEST, error))?;
        let mut item = key(day_pk(chat, day), digest_sk(generation));
        item.insert(PACKED.to_owned(), AttributeValue::B(Blob::new(bytes)));
        sent(A_DIGEST, self.fenced_put(item, fence)).await
    }

    async fn remove_others(&self, chat: &ChatRef, day: Day, kept: u64) -> Result<(), PortError> {
        let prefix = generation_prefix(kept);
        let mut others =
            self.keys_with(A_PAGE, day_pk(chat, day), SK_GENERATION, GENERATIONS_PAGES).await?;
        others.retain(|key| !text(key, "sk").starts_with(&prefix));
        self.delete_all(A_PAGE, others).await
    }
}
