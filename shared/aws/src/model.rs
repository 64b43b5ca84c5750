//! What a turn with the model asks the store for: its guards, which all instances share, whether the
//! customer has written more, and what the model costs.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    ConditionCheck, ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
};
use jiff::Timestamp;
use mirt_domain::session_id::SessionId;
use mirt_engine::{
    breaker::BreakerState,
    consult::{LookAgain, Standing},
    failure::PortError,
    guarded::{Entry, GuardModel},
    session_store::TurnRecord,
    spending::{Spending, day_of},
};

use crate::{
    error::if_held,
    table::{
        Item, SK_INTAKE, SK_STATE, Table, counter, data, from_data, key, model_calls_pk, number,
        session_pk, shard_of, string, text, ttl,
    },
    transaction::{Written, check, update},
};

/// The partition key of the breaker.
const BREAKER: &str = "BREAKER#model";

/// There while the breaker is not closed.
const IS_OPEN: &str = "is_open";

/// The sort key of items that stand alone under their partition key.
const ALONE: &str = "-";

/// How long a minute's count is kept: somewhat longer than it counts.
const CALLS_KEPT: Duration = Duration::from_hours(1);

/// How long a day's spending is kept.
const DAY_KEPT: Duration = Duration::from_hours(400 * 24);

/// How many items a day's spending is spread over: every turn's transaction writes one of them, and
/// two that write the same one at the same time have to be run again.
const SPENDING_SHARDS: u32 = 8;

impl LookAgain for Table {
    async fn standing(&self, id: &SessionId) -> Result<Standing, PortError> {
        let keys = [SK_INTAKE, SK_STATE].map(|sk| key(session_pk(id), sk.to_owned()));
        let items = self.read_all("how far a session is", &keys).await?;
        let of = |name| items.iter().map(|item| counter(item, name)).max().unwrap_or_default();
        Ok(Standing { recorded: of("recorded"), version: of("version") })
    }
}

impl GuardModel for Table {
    /// One transaction: a condition on the breaker, and a conditional update of the minute's count.
    /// That item takes a thousand writes a second, far more than there are instances, so that it
    /// needs no shards.
    async fn enter(&self, now: Timestamp, count: u32, most: u32) -> Result<Entry, PortError> {
        let what = "the model's guards";
        let Some(before) = most.checked_sub(count) else { return Ok(Entry::NoneLeft) };
        let is_closed = ConditionCheck::builder()
            .table_name(&self.name)
            .set_key(Some(breaker_key()))
            .condition_expression("attribute_not_exists(#is_open)")
            .expression_attribute_names("#is_open", IS_OPEN)
            .return_values_on_condition_check_failure(AllOld);
        let (ttl_name, ttl_value) = ttl(now, CALLS_KEPT);
        let take = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key(model_calls_pk(now), "M".to_owned())))
            .update_expression("SET #ttl = :ttl ADD #calls :count")
            .condition_expression("attribute_not_exists(#calls) OR #calls <= :before")
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_names("#calls", "calls")
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":count", number(count))
            .expression_attribute_values(":before", number(before));
        match self.write(what, vec![check(what, is_closed)?, update(what, take)?]).await? {
            Written::Done => Ok(Entry::Granted),
            Written::ConditionFailed { at: 0, item } => Ok(Entry::NotClosed(state(item)?)),
            Written::ConditionFailed { .. } => Ok(Entry::NoneLeft),
        }
    }

    async fn breaker(&self) -> Result<BreakerState, PortError> {
        state(self.read("the breaker", BREAKER.to_owned(), ALONE).await?)
    }

    async fn write_breaker(&self, state: &BreakerState) -> Result<bool, PortError> {
        let what = "the breaker";
        let mut item = breaker_key();
        item.extend([data(what, state)?]);
        item.insert("generation".to_owned(), number(state.generation));
        if !state.is_closed() {
            item.insert(IS_OPEN.to_owned(), string("yes"));
        }
        let answer = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR generation < :this")
            .expression_attribute_values(":this", number(state.generation))
            .send()
            .await;
        if_held(what, answer)
    }
}

/// The breaker in its item; closed where there is none.
fn state(item: Option<Item>) -> Result<BreakerState, PortError> {
    match item.filter(|item| !text(item, "data").is_empty()) {
        Some(item) => from_data("the breaker", &item),
        None => Ok(BreakerState::default()),
    }
}

impl Table {
    /// What the model cost on a day, over all conversations.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn spending(&self, day: i64) -> Result<Spending, PortError> {
        let keys: Vec<Item> = (0..SPENDING_SHARDS).map(|shard| spending_key(day, shard)).collect();
        let items = self.read_all("a day's spending", &keys).await?;
        let of = |name| items.iter().map(|item| counter::<u64>(item, name)).sum();
        Ok(Spending {
            turns: of("turns"),
            requests: of("requests"),
            input_tokens: of("input_tokens"),
            cached_tokens: of("cached_tokens"),
            output_tokens: of("output_tokens"),
            micro_usd: of("micro_usd"),
            unpriced_tokens: of("unpriced_tokens"),
        })
    }

    /// Adds what a turn used to its day, as a part of the turn's own transaction: counted once, as the
    /// turn is. Nothing for a turn without the model.
    pub(crate) fn add_spending(
        &self,
        id: &SessionId,
        record: &TurnRecord,
    ) -> Result<Option<TransactWriteItem>, PortError> {
        let used = record.trace.model.as_ref().map(|model| &model.used);
        let Some(used) = used.filter(|used| used.requests > 0) else { return Ok(None) };
        let (ttl_name, ttl_value) = ttl(record.at, DAY_KEPT);
        let add = Update::builder()
            .table_name(&self.name)
            .set_key(Some(spending_key(
                day_of(record.at),
                shard_of(&id.to_string(), SPENDING_SHARDS),
            )))
            .update_expression(
                "ADD turns :one, requests :requests, input_tokens :input, cached_tokens :cached, \
                 output_tokens :output, micro_usd :cost, unpriced_tokens :unpriced SET #ttl = :ttl",
            )
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":requests", number(used.requests))
            .expression_attribute_values(":input", number(used.input_tokens))
            .expression_attribute_values(":cached", number(used.cached_tokens))
            .expression_attribute_values(":output", number(used.output_tokens))
            .expression_attribute_values(":cost", number(used.cost.0))
            .expression_attribute_values(":unpriced", number(used.unpriced_tokens));
        Ok(Some(update("a day's spending", add)?))
    }
}

fn breaker_key() -> Item {
    key(BREAKER.to_owned(), ALONE.to_owned())
}

fn spending_key(day: i64, shard: u32) -> Item {
    key(format!("SPENDING#{day}"), shard.to_string())
}
