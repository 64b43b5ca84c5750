//! Model calls counted: an item a minute, for all instances.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::{failure::PortError, model_budget::TakeModelCalls};

use crate::{
    error::port_error,
    table::{Table, key, model_calls_pk, number, ttl},
};

/// How long a minute's count is kept: somewhat longer than it counts.
const KEPT: Duration = Duration::from_hours(1);

impl TakeModelCalls for Table {
    /// One conditional update. An item takes a thousand writes a second, far more than there are
    /// instances, so that it needs no shards. A repetition by the SDK, after an answer that was
    /// lost, counts twice: the ceiling holds all the same.
    async fn take_model_calls(
        &self,
        now: Timestamp,
        count: u32,
        most: u32,
    ) -> Result<bool, PortError> {
        let Some(before) = most.checked_sub(count) else { return Ok(false) };
        let (ttl_name, ttl_value) = ttl(now, KEPT);
        let answer = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key(model_calls_pk(now), "M".to_owned())))
            .update_expression("SET #ttl = :ttl ADD #calls :count")
            .condition_expression("attribute_not_exists(#calls) OR #calls <= :before")
            .expression_attribute_names("#ttl", ttl_name)
            .expression_attribute_names("#calls", "calls")
            .expression_attribute_values(":ttl", ttl_value)
            .expression_attribute_values(":count", number(count))
            .expression_attribute_values(":before", number(before))
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
            Err(error) => Err(port_error("dynamodb", "the count of model calls", error)),
        }
    }
}
