//! What an operator asks of table and queues: whether they are there, and as they should be.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{ContinuousBackupsStatus, PointInTimeRecoveryStatus};
use aws_sdk_sqs::types::QueueAttributeName;
use mirt_engine::failure::PortError;

use crate::{error::port_error, table::Table};

/// A table as its service has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableState {
    /// `ACTIVE`, as a rule.
    pub status: String,
    /// The attributes of its key.
    pub key: Vec<String>,
    /// The status of each index, where it is told.
    pub indexes: BTreeMap<String, Option<String>>,
    /// By which attribute items expire, if they do.
    pub expires_by: Option<String>,
}

impl Table {
    /// The table's state; `None` where there is no such table.
    ///
    /// # Errors
    /// When its service did not answer.
    pub async fn state(&self) -> Result<Option<TableState>, PortError> {
        let what = "a table's description";
        let answer = match self.client.describe_table().table_name(&self.name).send().await {
            Ok(answer) => answer,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|it| it.is_resource_not_found_exception()) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(port_error("dynamodb", what, error)),
        };
        let Some(table) = answer.table() else { return Ok(None) };
        let expiry = self
            .client
            .describe_time_to_live()
            .table_name(&self.name)
            .send()
            .await
            .map_err(|error| port_error("dynamodb", what, error))?;
        let expiry = expiry.time_to_live_description();
        let is_on = |status: &str| matches!(status, "ENABLED" | "ENABLING");
        let expires_by = expiry
            .filter(|it| it.time_to_live_status().is_some_and(|status| is_on(status.as_str())))
            .and_then(|it| it.attribute_name())
            .map(str::to_owned);
        let status = |status: Option<&str>| status.unwrap_or("unknown").to_owned();
        Ok(Some(TableState {
            status: status(table.table_status().map(|it| it.as_str())),
            key: table.key_schema().iter().map(|it| it.attribute_name().to_owned()).collect(),
            indexes: table
                .global_secondary_indexes()
                .iter()
                .map(|it| {
                    let name = it.index_name().unwrap_or_default().to_owned();
                    (name, it.index_status().map(|it| it.as_str().to_owned()))
                })
                .collect(),
            expires_by,
        }))
    }

    /// Whether the table can be restored to a point in time.
    ///
    /// # Errors
    /// When its service did not answer.
    pub async fn can_be_restored(&self) -> Result<bool, PortError> {
        let answer = self
            .client
            .describe_continuous_backups()
            .table_name(&self.name)
            .send()
            .await
            .map_err(|error| port_error("dynamodb", "a table's backups", error))?;
        let Some(backups) = answer.continuous_backups_description() else { return Ok(false) };
        let to_a_point = backups.point_in_time_recovery_description();
        Ok(*backups.continuous_backups_status() == ContinuousBackupsStatus::Enabled
            && to_a_point.and_then(|it| it.point_in_time_recovery_status())
                == Some(&PointInTimeRecoveryStatus::Enabled))
    }
}

/// A queue as its service has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueState {
    /// How many messages wait, about.
    pub waiting: u64,
    /// How many are being worked on, about.
    pub in_flight: u64,
    /// Its attributes, the redrive policy among them.
    pub attributes: BTreeMap<String, String>,
}

/// The state of the queue `name`; `None` where there is no such queue.
///
/// # Errors
/// When its service did not answer.
pub async fn queue_state(
    config: &aws_config::SdkConfig,
    name: &str,
) -> Result<Option<QueueState>, PortError> {
    let client = aws_sdk_sqs::Client::new(config);
    let what = "a queue's attributes";
    let url = match client.get_queue_url().queue_name(name).send().await {
        Ok(answer) => answer.queue_url.unwrap_or_default(),
        Err(error) if error.as_service_error().is_some_and(|it| it.is_queue_does_not_exist()) => {
            return Ok(None);
        }
        Err(error) => return Err(port_error("sqs", what, error)),
    };
    let answer = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::All)
        .send()
        .await
        .map_err(|error| port_error("sqs", what, error))?;
    let attributes: BTreeMap<String, String> = answer
        .attributes
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name.as_str().to_owned(), value))
        .collect();
    let count = |name: QueueAttributeName| {
        attributes.get(name.as_str()).and_then(|count| count.parse().ok()).unwrap_or_default()
    };
    Ok(Some(QueueState {
        waiting: count(QueueAttributeName::ApproximateNumberOfMessages),
        in_flight: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        attributes,
    }))
}
