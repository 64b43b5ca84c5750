//! One reader at a time.

use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::ReturnValue,
};
use jiff::Timestamp;
use mirt_engine::failure::PortError;
use mirt_history::store::{Fence, Lease};

use super::keys::FENCE;
use crate::{
    error::{if_held, port_error},
    table::{Item, Table, counter, key, number, time},
};

const WHAT: &str = "the lease";

/// Until when it is held, in milliseconds since 1970.
const UNTIL: &str = "until";

const LEASE_PK: &str = "T#LEASE";
const LEASE_SK: &str = "LEASE";

pub(super) fn lease_key() -> Item {
    key(LEASE_PK.to_owned(), LEASE_SK.to_owned())
}

impl Table {
    fn lease_update(&self) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(lease_key()))
            .expression_attribute_names("#fence", FENCE)
            .expression_attribute_names("#until", UNTIL)
    }

    /// Until when somebody may use the session, if anybody ever did; past when nobody does.
    ///
    /// # Errors
    /// When the table did not answer.
    pub async fn session_held_until(&self) -> Result<Option<Timestamp>, PortError> {
        let held = self.read(WHAT, LEASE_PK.to_owned(), LEASE_SK).await?;
        Ok(held.map(|item| time(&item, UNTIL)))
    }

    /// Changes the end of a holder's time; false if another holds it.
    async fn hold_until(&self, fence: Fence, until: Timestamp) -> Result<bool, PortError> {
        let update = self
            .lease_update()
            .update_expression("SET #until = :until")
            .condition_expression("#fence = :fence")
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":fence", number(fence.0));
        if_held(WHAT, update.send().await)
    }
}

impl Lease for Table {
    async fn acquire(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Result<Fence, Timestamp>, PortError> {
        let update = self
            .lease_update()
            .update_expression("SET #until = :until ADD #fence :one")
            .condition_expression("attribute_not_exists(#until) OR #until <= :now")
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew);
        match update.send().await {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                Ok(Ok(Fence(counter(&item, FENCE))))
            }
            Err(error) if error.as_service_error().is_some_and(is_refused) => {
                // It was there when it refused; if it is not any more, now is soon enough.
                Ok(Err(self.session_held_until().await?.unwrap_or(now)))
            }
            Err(error) => Err(port_error("dynamodb", WHAT, error)),
        }
    }

    async fn renew(&self, fence: Fence, until: Timestamp) -> Result<bool, PortError> {
        self.hold_until(fence, until).await
    }

    async fn release(&self, fence: Fence) -> Result<(), PortError> {
        self.hold_until(fence, Timestamp::UNIX_EPOCH).await.map(|_| ())
    }
}

fn is_refused(error: &UpdateItemError) -> bool {
    error.is_conditional_check_failed_exception()
}
