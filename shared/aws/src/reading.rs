//! Reading the table: an item, many by their keys, a part of a partition. Each reads what is there now, and
//! each is bounded.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::KeysAndAttributes};
use mirt_engine::failure::PortError;

use crate::{
    error::{port_error, unreadable},
    table::{Item, Table, key, string},
    transaction::{ATTEMPTS, pause},
};

/// How many items one request reads (DynamoDB's limit).
const READS_PER_REQUEST: usize = 100;

#[derive(Debug, thiserror::Error)]
#[error("more is stored than {0} pages, which is all that one question may read")]
struct TooMuch(usize);

impl Table {
    /// The item of this key, if there is one.
    pub(crate) async fn read(
        &self,
        what: &'static str,
        pk: String,
        sk: &str,
    ) -> Result<Option<Item>, PortError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key(pk, sk.to_owned())))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error("dynamodb", what, error))?;
        Ok(answer.item)
    }

    /// The items that there are of these keys, in no order. What the table had no capacity for is asked
    /// for again after a while, a bounded number of times.
    pub(crate) async fn read_all(
        &self,
        what: &'static str,
        keys: &[Item],
    ) -> Result<Vec<Item>, PortError> {
        let mut items = Vec::new();
        for keys in keys.chunks(READS_PER_REQUEST) {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys.to_vec()));
            let wanted = wanted.consistent_read(true).build();
            let mut wanted = wanted.map_err(|error| unreadable(what, error))?;
            let mut attempt = 0;
            loop {
                let answer = self
                    .client
                    .batch_get_item()
                    .request_items(&self.name, wanted)
                    .send()
                    .await
                    .map_err(|error| port_error("dynamodb", what, error))?;
                let found = answer.responses.unwrap_or_default().remove(&self.name);
                items.extend(found.into_iter().flatten());
                let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
                let Some(left) = left else { break };
                if attempt + 1 == ATTEMPTS {
                    let source = "reads were left unprocessed".into();
                    return Err(PortError::Unavailable { service: "dynamodb", source });
                }
                pause(attempt).await;
                attempt += 1;
                wanted = left;
            }
        }
        Ok(items)
    }

    /// The items of a partition whose sort keys lie from `from` to `to`, in their order; more than
    /// `most_pages` of 1 MB are an error.
    pub(crate) async fn range(
        &self,
        what: &'static str,
        pk: String,
        (from, to): (&str, &str),
        most_pages: usize,
    ) -> Result<Vec<Item>, PortError> {
        let query = self
            .question(pk, "pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":from", string(from))
            .expression_attribute_values(":to", string(to));
        pages(what, query, most_pages).await
    }

    /// All items of a partition, in the order of their sort keys; more than `most_pages` of 1 MB are an
    /// error.
    pub(crate) async fn partition(
        &self,
        what: &'static str,
        pk: String,
        most_pages: usize,
    ) -> Result<Vec<Item>, PortError> {
        pages(what, self.question(pk, "pk = :pk"), most_pages).await
    }

    /// The keys of a partition's items whose sort keys begin so; items of more than `most_pages` of 1 MB
    /// are an error.
    pub(crate) async fn keys_with(
        &self,
        what: &'static str,
        pk: String,
        prefix: &str,
        most_pages: usize,
    ) -> Result<Vec<Item>, PortError> {
        let query = self
            .question(pk, "pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":prefix", string(prefix))
            .projection_expression("pk, sk");
        pages(what, query, most_pages).await
    }

    fn question(&self, pk: String, condition: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", string(pk))
    }
}

async fn pages(
    what: &'static str,
    query: QueryFluentBuilder,
    most_pages: usize,
) -> Result<Vec<Item>, PortError> {
    let mut pages = query.into_paginator().send();
    let mut items = Vec::new();
    for _ in 0..most_pages {
        let Some(page) = pages.next().await else { return Ok(items) };
        let page = page.map_err(|error| port_error("dynamodb", what, error))?;
        items.extend(page.items.unwrap_or_default());
    }
    match pages.next().await {
        None => Ok(items),
        // The last key of a page that is full to the brim leads to an empty one.
        Some(Ok(page)) if page.items().is_empty() => Ok(items),
        Some(Ok(_)) => Err(unreadable(what, TooMuch(most_pages))),
        Some(Err(error)) => Err(port_error("dynamodb", what, error)),
    }
}
