//! A queue's attributes: what may be set, between which limits, and what holds if it is not.
//!
//! Limits: Amazon SQS API reference, `SetQueueAttributes`.

use std::{collections::BTreeMap, ops::RangeInclusive, str::FromStr};

use serde::Deserialize;

use super::error::SqsError;

/// Attributes by their names in the API.
pub(super) type Attributes = BTreeMap<String, String>;

/// Largest message, and largest batch, in bytes.
pub(super) const MAX_MESSAGE_BYTES: usize = 1_048_576;

/// Limits of a visibility timeout in seconds; also per receive and per message.
pub(super) const VISIBILITY_SECONDS: RangeInclusive<i64> = 0..=43_200;

/// Limits of long polling in seconds; also per receive.
pub(super) const WAIT_SECONDS: RangeInclusive<i64> = 0..=20;

/// Limits of a delay in seconds; also per message.
pub(super) const DELAY_SECONDS: RangeInclusive<i64> = 0..=900;

/// A queue's behaviour.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) fifo: bool,
    /// A message without a deduplication id gets its body's hash for one.
    pub(super) content_based_deduplication: bool,
    /// Deduplication ids count within their group only.
    pub(super) deduplicate_per_group: bool,
    pub(super) delay_seconds: i64,
    pub(super) visibility_seconds: i64,
    pub(super) wait_seconds: i64,
    pub(super) retention_seconds: i64,
    pub(super) max_message_bytes: usize,
    pub(super) redrive: Option<RedrivePolicy>,
}

/// Where a message goes that was received too often.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RedrivePolicy {
    pub(super) dead_letter_target_arn: String,
    /// CloudFormation writes a number, the console a string.
    #[serde(deserialize_with = "number_or_string")]
    pub(super) max_receive_count: i64,
}

fn number_or_string<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Count {
        Number(i64),
        Text(String),
    }
    match Count::deserialize(deserializer)? {
        Count::Number(number) => Ok(number),
        Count::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

impl Settings {
    /// Reads and checks the attributes of the queue `name`.
    pub(super) fn parse(name: &str, attributes: &Attributes) -> Result<Self, SqsError> {
        let mut settings = Self {
            fifo: false,
            content_based_deduplication: false,
            deduplicate_per_group: false,
            delay_seconds: 0,
            visibility_seconds: 30,
            wait_seconds: 0,
            retention_seconds: 345_600,
            max_message_bytes: MAX_MESSAGE_BYTES,
            redrive: None,
        };
        let mut per_group_throughput = false;
        for (key, value) in attributes {
            match key.as_str() {
                "FifoQueue" => settings.fifo = one_of(key, value, ["false", "true"])?,
                "ContentBasedDeduplication" => {
                    settings.content_based_deduplication = one_of(key, value, ["false", "true"])?;
                }
                "DeduplicationScope" => {
                    settings.deduplicate_per_group = one_of(key, value, ["queue", "messageGroup"])?;
                }
                "FifoThroughputLimit" => {
                    per_group_throughput = one_of(key, value, ["perQueue", "perMessageGroupId"])?;
                }
                "DelaySeconds" => settings.delay_seconds = within(key, value, DELAY_SECONDS)?,
                "VisibilityTimeout" => {
                    settings.visibility_seconds = within(key, value, VISIBILITY_SECONDS)?;
                }
                "ReceiveMessageWaitTimeSeconds" => {
                    settings.wait_seconds = within(key, value, WAIT_SECONDS)?;
                }
                "MessageRetentionPeriod" => {
                    settings.retention_seconds = within(key, value, 60..=1_209_600)?;
                }
                "MaximumMessageSize" => {
                    settings.max_message_bytes = within(key, value, 1_024..=MAX_MESSAGE_BYTES)?;
                }
                "RedrivePolicy" => settings.redrive = Some(redrive_policy(key, value)?),
                // They guard access and encryption; there is nobody here to guard against.
                "Policy"
                | "RedriveAllowPolicy"
                | "KmsMasterKeyId"
                | "KmsDataKeyReusePeriodSeconds"
                | "SqsManagedSseEnabled" => {}
                _ => return Err(SqsError::InvalidAttributeName(key.clone())),
            }
        }
        check_name(name, settings.fifo)?;
        let fifo_only = ["ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"];
        if let Some(misplaced) = fifo_only.into_iter().find(|key| attributes.contains_key(*key))
            && !settings.fifo
        {
            return Err(SqsError::InvalidAttributeName(misplaced.to_owned()));
        }
        if per_group_throughput && !settings.deduplicate_per_group {
            return Err(SqsError::InvalidAttributeValue("FifoThroughputLimit".to_owned()));
        }
        Ok(settings)
    }

    /// All attributes that can be set, with their defaults where `given` has none.
    pub(super) fn with_defaults(&self, given: &Attributes) -> Attributes {
        let mut all = Attributes::from(
            [
                ("DelaySeconds", self.delay_seconds.to_string()),
                ("MaximumMessageSize", self.max_message_bytes.to_string()),
                ("MessageRetentionPeriod", self.retention_seconds.to_string()),
                ("ReceiveMessageWaitTimeSeconds", self.wait_seconds.to_string()),
                ("VisibilityTimeout", self.visibility_seconds.to_string()),
                ("SqsManagedSseEnabled", "true".to_owned()),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        if self.fifo {
            for (key, value) in [
                ("ContentBasedDeduplication", "false"),
                ("DeduplicationScope", "queue"),
                ("FifoThroughputLimit", "perQueue"),
            ] {
                all.insert(key.to_owned(), value.to_owned());
            }
        }
        all.extend(given.clone());
        all
    }
}

/// True for the second of the two words that an attribute can be.
fn one_of(key: &str, value: &str, [no, yes]: [&str; 2]) -> Result<bool, SqsError> {
    match value {
        _ if value.eq_ignore_ascii_case(yes) => Ok(true),
        _ if value.eq_ignore_ascii_case(no) => Ok(false),
        _ => Err(SqsError::InvalidAttributeValue(key.to_owned())),
    }
}

fn within<N: FromStr + PartialOrd>(
    key: &str,
    value: &str,
    range: RangeInclusive<N>,
) -> Result<N, SqsError> {
    value
        .parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| SqsError::InvalidAttributeValue(key.to_owned()))
}

fn redrive_policy(key: &str, value: &str) -> Result<RedrivePolicy, SqsError> {
    serde_json::from_str(value)
        .ok()
        .filter(|policy: &RedrivePolicy| (1..=1_000).contains(&policy.max_receive_count))
        .ok_or_else(|| SqsError::InvalidAttributeValue(key.to_owned()))
}

fn check_name(name: &str, fifo: bool) -> Result<(), SqsError> {
    let stem = name.strip_suffix(".fifo");
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let well_formed = (1..=80).contains(&name.len())
        && stem.is_some() == fifo
        && stem.unwrap_or(name).chars().all(letters);
    if well_formed {
        Ok(())
    } else {
        Err(SqsError::invalid(
            "QueueName",
            name,
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in \
             length. The name of a FIFO queue, and of no other, ends in .fifo.",
        ))
    }
}
