//! Sending: limits, deduplication, order of arrival.

use std::collections::BTreeMap;

use axum::body::Bytes;
use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Context,
    batch::Batch,
    error::SqsError,
    ids,
    message::MessageAttribute,
    queue::Queue,
    settings::{DELAY_SECONDS, MAX_MESSAGE_BYTES},
};
use crate::{clock::UnixMillis, random};

/// A deduplication id counts for five minutes from the first send (Amazon SQS developer guide,
/// "Exactly-once processing").
const DEDUPLICATION_MILLIS: UnixMillis = 5 * 60 * 1_000;

/// A message may carry this many attributes of the sender's.
const MAX_ATTRIBUTES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    queue_url: String,
    #[serde(flatten)]
    message: OutgoingMessage,
}

/// A message to be sent, alone or in a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OutgoingMessage {
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, MessageAttribute>,
    #[serde(default)]
    message_system_attributes: BTreeMap<String, MessageAttribute>,
    message_deduplication_id: Option<String>,
    message_group_id: Option<String>,
}

pub(super) fn send_message(context: &Context<'_>, request: SendMessage) -> Result<Value, SqsError> {
    send(context, &Queue::at(context, &request.queue_url)?, &request.message)
}

pub(super) fn send_message_batch(
    context: &Context<'_>,
    batch: Batch<OutgoingMessage>,
) -> Result<Value, SqsError> {
    let queue = Queue::at(context, &batch.queue_url)?;
    let size = batch.entries.iter().map(|entry| entry.entry.size()).sum();
    if size > MAX_MESSAGE_BYTES {
        return Err(SqsError::BatchRequestTooLong(size));
    }
    batch.each(|message| send(context, &queue, message))
}

/// Puts `message` into `queue`, unless it was sent in the last five minutes.
fn send(
    context: &Context<'_>,
    queue: &Queue,
    message: &OutgoingMessage,
) -> Result<Value, SqsError> {
    message.check(queue)?;
    let identity = Identity::of(queue, message)?;
    let (message_id, sequence) = match &identity {
        Some(identity) => match identity.sent_before(context, queue)? {
            Some(first) => first,
            None => {
                let sent = insert(context, queue, message, Some(&identity.dedup_id))?;
                identity.remember(context, queue, &sent)?;
                sent
            }
        },
        None => insert(context, queue, message, None)?,
    };
    Ok(json!({
        "MessageId": message_id,
        "MD5OfMessageBody": format!("{:x}", md5::compute(&message.message_body)),
        "SequenceNumber": queue.settings.fifo.then(|| ids::sequence_number(sequence)),
    }))
}

/// Message id and sequence.
type Sent = (String, i64);

fn insert(
    context: &Context<'_>,
    queue: &Queue,
    message: &OutgoingMessage,
    dedup_id: Option<&str>,
) -> Result<Sent, SqsError> {
    let message_id = random::uuid();
    let delay_seconds = match message.delay_seconds {
        Some(delay) if !queue.settings.fifo => delay,
        _ => queue.settings.delay_seconds,
    };
    let trace_header = message.message_system_attributes.get("AWSTraceHeader");
    context.execute(
        "INSERT INTO message (queue, message_id, group_id, dedup_id, body, attributes,
                              trace_header, sent, visible)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            queue.name,
            message_id,
            message.message_group_id,
            dedup_id,
            message.message_body,
            serde_json::to_string(&message.message_attributes)?,
            trace_header.and_then(|header| header.string_value.as_ref()),
            context.now,
            context.now.saturating_add(delay_seconds * 1_000),
        ],
    )?;
    Ok((message_id, context.tx.last_insert_rowid()))
}

/// What makes two sends to a FIFO queue the same.
struct Identity {
    /// The group, or empty if ids count in the whole queue.
    scope: String,
    dedup_id: String,
}

impl Identity {
    /// None in a standard queue.
    fn of(queue: &Queue, message: &OutgoingMessage) -> Result<Option<Self>, SqsError> {
        let settings = &queue.settings;
        let OutgoingMessage { message_group_id, message_deduplication_id, .. } = message;
        if let Some(group) = message_group_id {
            ids::check("MessageGroupId", group)?;
        }
        if !settings.fifo {
            return match message_deduplication_id {
                Some(id) => Err(not_for_this_queue("MessageDeduplicationId", id)),
                None => Ok(None),
            };
        }
        let Some(group) = message_group_id else {
            return Err(SqsError::MissingParameter("MessageGroupId".to_owned()));
        };
        let dedup_id = match message_deduplication_id {
            Some(id) => {
                ids::check("MessageDeduplicationId", id)?;
                id.clone()
            }
            None if settings.content_based_deduplication => {
                // `Bytes` writes itself in hexadecimal; the digest's own type does not.
                format!("{:x}", Bytes::copy_from_slice(&Sha256::digest(&message.message_body)))
            }
            None => {
                return Err(SqsError::InvalidParameterValue(
                    "The queue should either have ContentBasedDeduplication enabled or \
                     MessageDeduplicationId provided explicitly"
                        .to_owned(),
                ));
            }
        };
        let scope = if settings.deduplicate_per_group { group.clone() } else { String::new() };
        Ok(Some(Self { scope, dedup_id }))
    }

    /// The first send, also if that message is gone by now.
    fn sent_before(&self, context: &Context<'_>, queue: &Queue) -> Result<Option<Sent>, SqsError> {
        let oldest = context.now.saturating_sub(DEDUPLICATION_MILLIS);
        context.execute("DELETE FROM deduplication WHERE at <= ?1", [oldest])?;
        let first = context
            .tx
            .prepare_cached(
                "SELECT message_id, sequence FROM deduplication
                 WHERE queue = ?1 AND scope = ?2 AND dedup_id = ?3",
            )?
            .query_row([&queue.name, &self.scope, &self.dedup_id], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(first)
    }

    fn remember(
        &self,
        context: &Context<'_>,
        queue: &Queue,
        (message_id, sequence): &Sent,
    ) -> Result<(), SqsError> {
        let Self { scope, dedup_id } = self;
        context.execute(
            "INSERT INTO deduplication VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![queue.name, scope, dedup_id, message_id, sequence, context.now],
        )?;
        Ok(())
    }
}

impl OutgoingMessage {
    /// The bytes that count against the limits: body and attributes.
    fn size(&self) -> usize {
        let attributes = self.message_attributes.iter().map(|(name, attribute)| {
            let text = attribute.string_value.as_ref().map_or(0, String::len);
            // Base64 holds three bytes in four letters.
            let binary = attribute.binary_value.as_ref().map_or(0, |value| value.len() / 4 * 3);
            name.len() + attribute.data_type.len() + text + binary
        });
        self.message_body.len() + attributes.sum::<usize>()
    }

    fn check(&self, queue: &Queue) -> Result<(), SqsError> {
        if self.message_body.is_empty() {
            return Err(SqsError::MissingParameter("MessageBody".to_owned()));
        }
        let limit = queue.settings.max_message_bytes;
        if self.size() > limit {
            return Err(SqsError::InvalidParameterValue(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {limit} \
                 bytes."
            )));
        }
        let allowed = |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
        if !self.message_body.chars().all(allowed) {
            return Err(SqsError::InvalidMessageContents);
        }
        match self.delay_seconds {
            // A FIFO queue delays all of its messages or none.
            Some(delay) if queue.settings.fifo && delay != 0 => {
                return Err(not_for_this_queue("DelaySeconds", delay));
            }
            Some(delay) if !DELAY_SECONDS.contains(&delay) => {
                let reason = "Must be between 0 and 900.";
                return Err(SqsError::invalid("DelaySeconds", delay, reason));
            }
            _ => {}
        }
        self.check_attributes()
    }

    fn check_attributes(&self) -> Result<(), SqsError> {
        let count = self.message_attributes.len();
        if count > MAX_ATTRIBUTES {
            return Err(SqsError::InvalidParameterValue(format!(
                "Number of message attributes [{count}] exceeds the allowed maximum \
                 [{MAX_ATTRIBUTES}]."
            )));
        }
        for (name, attribute) in &self.message_attributes {
            let value = match attribute.data_type.split('.').next() {
                Some("String" | "Number") => &attribute.string_value,
                Some("Binary") => &attribute.binary_value,
                _ => &None,
            };
            if value.as_ref().is_none_or(String::is_empty) {
                return Err(SqsError::InvalidParameterValue(format!(
                    "The message (user) attribute '{name}' must have one of the types String, \
                     Number and Binary, and a non-empty value of it."
                )));
            }
        }
        Ok(())
    }
}

fn not_for_this_queue(parameter: &str, value: impl std::fmt::Display) -> SqsError {
    SqsError::invalid(
        parameter,
        value,
        "The request include parameter that is not valid for this queue type",
    )
}
