//! From received messages to the event of a function.

use serde_json::{Map, Value, json};

use crate::sqs::{Message, MessageAttribute};

pub(super) fn build(messages: &[Message], queue_arn: &str, region: &str) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": message.attributes,
                "messageAttributes": attributes(message),
                "md5OfBody": message.md5_of_body,
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": region,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The sender's attributes; in Lambda's events their members begin with small letters.
fn attributes(message: &Message) -> Map<String, Value> {
    message
        .message_attributes
        .iter()
        .map(|(name, MessageAttribute { data_type, string_value, binary_value })| {
            let mut attribute = json!({
                "dataType": data_type,
                "stringListValues": [],
                "binaryListValues": [],
            });
            if let Some(text) = string_value {
                attribute["stringValue"] = json!(text);
            }
            if let Some(base64) = binary_value {
                attribute["binaryValue"] = json!(base64);
            }
            (name.clone(), attribute)
        })
        .collect()
}
