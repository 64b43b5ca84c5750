//! A message as it is stored, and as a receiver sees it.

use std::collections::BTreeMap;

use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::{
    Context, error::SqsError, ids, queue::Queue, receive::ReceiveMessage, settings::Attributes,
};
use crate::clock::UnixMillis;

/// Who sent a message. There is one identity on a developer's machine.
const SENDER_ID: &str = "AIDALOCAL";

/// A received message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Message {
    /// Given by the service when it was sent.
    pub message_id: String,
    /// Needed to delete the message or to change its visibility.
    pub receipt_handle: String,
    /// Hexadecimal.
    #[serde(rename = "MD5OfBody")]
    pub md5_of_body: String,
    /// The sender's text.
    pub body: String,
    /// The service's attributes: `ApproximateReceiveCount`, `MessageGroupId`, ...
    pub attributes: BTreeMap<String, String>,
    /// The sender's attributes.
    pub message_attributes: BTreeMap<String, MessageAttribute>,
}

/// A typed attribute that a sender adds to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, with an optional label of the sender's after a dot.
    pub data_type: String,
    /// The value of a string or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_value: Option<String>,
    /// The value of bytes, as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_value: Option<String>,
}

/// A row of the table of messages.
pub(super) struct StoredMessage {
    pub(super) id: i64,
    message_id: String,
    pub(super) group_id: Option<String>,
    dedup_id: Option<String>,
    body: String,
    attributes: String,
    trace_header: Option<String>,
    sent: UnixMillis,
    pub(super) visible: UnixMillis,
    pub(super) receipt: Option<String>,
    pub(super) first_received: Option<UnixMillis>,
    pub(super) receive_count: i64,
    dead_letter_of: Option<String>,
}

impl StoredMessage {
    /// Reads a row of all columns.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            message_id: row.get("message_id")?,
            group_id: row.get("group_id")?,
            dedup_id: row.get("dedup_id")?,
            body: row.get("body")?,
            attributes: row.get("attributes")?,
            trace_header: row.get("trace_header")?,
            sent: row.get("sent")?,
            visible: row.get("visible")?,
            receipt: row.get("receipt")?,
            first_received: row.get("first_received")?,
            receive_count: row.get("receive_count")?,
            dead_letter_of: row.get("dead_letter_of")?,
        })
    }

    /// The message with the attributes that the receiver asked for.
    pub(super) fn into_message(
        self,
        context: &Context<'_>,
        queue: &Queue,
        request: &ReceiveMessage,
    ) -> Result<Message, SqsError> {
        let mut attributes = self.system_attributes(context, queue);
        attributes.retain(|name, _| request.wants_system_attribute(name));
        let mut message_attributes: BTreeMap<_, _> = serde_json::from_str(&self.attributes)?;
        message_attributes.retain(|name: &String, _| request.wants_message_attribute(name));
        let receipt = self.receipt.unwrap_or_default();
        Ok(Message {
            message_id: self.message_id,
            receipt_handle: ids::receipt_handle(self.id, &receipt),
            md5_of_body: format!("{:x}", md5::compute(&self.body)),
            body: self.body,
            attributes,
            message_attributes,
        })
    }

    fn system_attributes(&self, context: &Context<'_>, queue: &Queue) -> Attributes {
        let first_received = self.first_received.map(|at| at.to_string());
        let sequence_number = queue.settings.fifo.then(|| ids::sequence_number(self.id));
        let source = self.dead_letter_of.as_ref().map(|name| context.address.arn(name));
        [
            ("SenderId", Some(SENDER_ID.to_owned())),
            ("SentTimestamp", Some(self.sent.to_string())),
            ("ApproximateReceiveCount", Some(self.receive_count.to_string())),
            ("ApproximateFirstReceiveTimestamp", first_received),
            ("MessageGroupId", self.group_id.clone()),
            ("MessageDeduplicationId", self.dedup_id.clone()),
            ("SequenceNumber", sequence_number),
            ("AWSTraceHeader", self.trace_header.clone()),
            ("DeadLetterQueueSourceArn", source),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }
}
