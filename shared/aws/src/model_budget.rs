//! Model calls counted: an item a minute, for all instances.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::{
    failure::PortError,
    model_budget::{Allowance, TakeModelCall},
};

use crate::{
    error::port_error,
    table::{Table, key, model_calls_pk, number, ttl},
};

/// How long a minute's count is kept: somewhat longer than it counts.
const KEPT: Duration = Duration::from_hours(1);

impl TakeModelCall for Table {
    /// One conditional update. An item takes a thousand writes a second, far more than the model's
    /// provider lets through, so that it needs no shards. A repetition by the SDK, after an answer
    /// that was lost, counts a call twice: the ceiling holds all the same.
    async fn take_model_call(&self, now: Timestamp, most: u32) -> Result<Allowance, PortError> {
        let (ttl_name, ttl_value) = ttl(now, KEPT);
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(model_calls_pk(now), "M".to_owned())))
            .update_expression("SET #ttl = :ttl ADD #calls :one")
            .condition_expression("attribute_not_exists(#calls) OR #calls < :most")
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_names("#calls", "calls")
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(most))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Allowance::Granted),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Ok(Allowance::Exhausted)
            }
            Err(error) => Err(port_error("dynamodb", "the count of model calls", error)),
        }
    }
}
