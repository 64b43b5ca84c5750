//! What a turn with the model reads, the breaker that all instances share, and what the model costs.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use mirt_domain::{model::Usage, session_id::SessionId};
use mirt_engine::{
    breaker::{BreakerState, KeepBreaker},
    consult::{CountInbox, ReadPast},
    failure::PortError,
    session_store::TurnRecord,
    spending::{CountSpending, Spending},
};

use crate::{
    error::port_error,
    table::{
        Item, SK_INTAKE, SK_TURN, Table, counter, data, from_data, key, number, session_pk, string,
        text, ttl,
    },
};

/// The sort key of items that stand alone under their partition key.
const ALONE: &str = "-";

/// How long a day's spending is kept.
const DAY_KEPT: Duration = Duration::from_hours(400 * 24);

impl ReadPast for Table {
    async fn last_turns(&self, id: &SessionId, most: usize) -> Result<Vec<TurnRecord>, PortError> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND begins_with(sk, :turn)")
            .expression_attribute_values(":pk", string(session_pk(id)))
            .expression_attribute_values(":turn", string(SK_TURN))
            .scan_index_forward(false)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "turns", error))?;
        let newest_first = answer.items.unwrap_or_default();
        newest_first.iter().rev().map(|item| from_data("a turn", item)).collect()
    }
}

impl CountInbox for Table {
    async fn recorded(&self, id: &SessionId) -> Result<u64, PortError> {
        let item = self.read("an inbox counter", session_pk(id), SK_INTAKE).await?;
        Ok(item.map_or(0, |item| counter(&item, "recorded")))
    }
}

impl KeepBreaker for Table {
    async fn breaker(&self) -> Result<BreakerState, PortError> {
        let what = "the breaker";
        match self.read(what, "BREAKER#model".to_owned(), ALONE).await? {
            Some(item) if !text(&item, "data").is_empty() => from_data(what, &item),
            _ => Ok(BreakerState::default()),
        }
    }

    async fn write_breaker(&self, state: &BreakerState) -> Result<bool, PortError> {
        let what = "the breaker";
        let mut item = key("BREAKER#model".to_owned(), ALONE.to_owned());
        item.extend([data(what, state)?]);
        item.insert("generation".to_owned(), number(state.generation));
        let answer = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR generation < :this")
            .expression_attribute_values(":this", number(state.generation))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(port_error("dynamodb", what, error)),
        }
    }
}

impl CountSpending for Table {
    async fn add_spending(&self, day: i64, used: &Usage, now: Timestamp) -> Result<(), PortError> {
        let (ttl_name, ttl_value) = ttl(now, DAY_KEPT);
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(spending_key(day)))
            .update_expression(
                "ADD turns :one, requests :requests, input_tokens :input, cached_tokens :cached, \
                 output_tokens :output, micro_usd :cost SET #ttl = :ttl",
            )
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":requests", number(used.requests))
            .expression_attribute_values(":input", number(used.input_tokens))
            .expression_attribute_values(":cached", number(used.cached_tokens))
            .expression_attribute_values(":output", number(used.output_tokens))
            .expression_attribute_values(":cost", number(used.cost.0))
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "a day's spending", error))?;
        Ok(())
    }
}

impl Table {
    /// What the model cost on a day, over all conversations.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn spending(&self, day: i64) -> Result<Spending, PortError> {
        let item = self.read("a day's spending", spending_pk(day), ALONE).await?;
        let item = item.unwrap_or_default();
        Ok(Spending {
            turns: counter(&item, "turns"),
            requests: counter(&item, "requests"),
            input_tokens: counter(&item, "input_tokens"),
            cached_tokens: counter(&item, "cached_tokens"),
            output_tokens: counter(&item, "output_tokens"),
            micro_usd: counter(&item, "micro_usd"),
        })
    }

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
}

fn spending_pk(day: i64) -> String {
    format!("SPENDING#{day}")
}

fn spending_key(day: i64) -> std::collections::HashMap<String, AttributeValue> {
    key(spending_pk(day), ALONE.to_owned())
}
