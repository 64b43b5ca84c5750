//! Queues: made, found, changed, counted, emptied.

use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Context,
    address::name_in_url,
    error::SqsError,
    settings::{Attributes, Settings},
};
use crate::clock::UnixMillis;

/// A queue as it is stored.
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) settings: Settings,
    attributes: Attributes,
    created: UnixMillis,
    modified: UnixMillis,
}

impl Queue {
    /// The queue that a URL or a bare name names.
    pub(super) fn at(context: &Context<'_>, url: &str) -> Result<Self, SqsError> {
        Self::find(context, name_in_url(url))?.ok_or(SqsError::QueueDoesNotExist)
    }

    /// The queue that an ARN names.
    pub(super) fn with_arn(context: &Context<'_>, arn: &str) -> Result<Option<Self>, SqsError> {
        context.address.name_in_arn(arn).map_or(Ok(None), |name| Self::find(context, name))
    }

    /// All queues, by name.
    pub(super) fn all(context: &Context<'_>) -> Result<Vec<Self>, SqsError> {
        let mut names = context.tx.prepare_cached("SELECT name FROM queue ORDER BY name")?;
        let names = names.query_map([], |row| row.get::<_, String>(0))?;
        names.map(|name| Self::at(context, &name?)).collect()
    }

    fn find(context: &Context<'_>, name: &str) -> Result<Option<Self>, SqsError> {
        let mut row = context
            .tx
            .prepare_cached("SELECT attributes, created, modified FROM queue WHERE name = ?1")?;
        let row = row
            .query_row([name], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((attributes, created, modified)) = row else { return Ok(None) };
        let attributes = serde_json::from_str(&attributes)?;
        let settings = Settings::parse(name, &attributes)?;
        Ok(Some(Self { name: name.to_owned(), settings, attributes, created, modified }))
    }

    /// Forgets messages that are older than the queue keeps them.
    pub(super) fn drop_expired(&self, context: &Context<'_>) -> Result<(), SqsError> {
        let oldest = context.now.saturating_sub(self.settings.retention_seconds * 1_000);
        let sql = "DELETE FROM message WHERE queue = ?1 AND sent < ?2";
        context.execute(sql, params![self.name, oldest]).map(drop)
    }

    /// The queue that this one's failed messages go to, and after how many receives.
    pub(super) fn dead_letter_queue(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<(Self, i64)>, SqsError> {
        let Some(policy) = &self.settings.redrive else { return Ok(None) };
        let target = Self::with_arn(context, &policy.dead_letter_target_arn)?;
        Ok(target.map(|queue| (queue, policy.max_receive_count)))
    }

    /// All attributes, the counters among them.
    fn describe(&self, context: &Context<'_>) -> Result<Attributes, SqsError> {
        self.drop_expired(context)?;
        let [receivable, in_flight, delayed]: [i64; 3] = context
            .tx
            .prepare_cached(
                "SELECT COUNT(*) FILTER (WHERE visible <= ?2),
                        COUNT(*) FILTER (WHERE visible > ?2 AND receipt IS NOT NULL),
                        COUNT(*) FILTER (WHERE visible > ?2 AND receipt IS NULL)
                 FROM message WHERE queue = ?1",
            )?
            .query_row(params![self.name, context.now], |row| {
                Ok([row.get(0)?, row.get(1)?, row.get(2)?])
            })?;
        let computed = [
            ("QueueArn", context.address.arn(&self.name)),
            ("CreatedTimestamp", (self.created / 1_000).to_string()),
            ("LastModifiedTimestamp", (self.modified / 1_000).to_string()),
            ("ApproximateNumberOfMessages", receivable.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", delayed.to_string()),
        ];
        let mut all = self.settings.with_defaults(&self.attributes);
        all.extend(computed.map(|(key, value)| (key.to_owned(), value)));
        Ok(all)
    }
}

/// How long ago the oldest message of a queue was sent.
pub(super) fn age_of_oldest(
    context: &Context<'_>,
    name: &str,
) -> Result<Option<UnixMillis>, SqsError> {
    let queue = Queue::at(context, name)?;
    let sent: Option<UnixMillis> = context
        .tx
        .prepare_cached("SELECT MIN(sent) FROM message WHERE queue = ?1")?
        .query_row([queue.name], |row| row.get(0))?;
    Ok(sent.map(|sent| context.now.saturating_sub(sent)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    queue_name: String,
    #[serde(default)]
    attributes: Attributes,
}

/// Makes the queue. One that is there already must agree with all that is asked for.
pub(super) fn create_queue(context: &Context<'_>, request: CreateQueue) -> Result<Value, SqsError> {
    let CreateQueue { queue_name, attributes } = request;
    match Queue::find(context, &queue_name)? {
        None => write(context, &queue_name, &attributes)?,
        Some(existing) => {
            let known = existing.settings.with_defaults(&existing.attributes);
            let differs = |(key, value): &(&String, &String)| known.get(*key) != Some(*value);
            if let Some((key, _)) = attributes.iter().find(differs) {
                return Err(SqsError::QueueNameExists(key.clone()));
            }
        }
    }
    Ok(json!({ "QueueUrl": context.address.url(&queue_name) }))
}

/// Makes the queue, or gives the existing one exactly these attributes.
pub(super) fn ensure(
    context: &Context<'_>,
    name: &str,
    attributes: &Attributes,
) -> Result<(), SqsError> {
    match Queue::find(context, name)? {
        Some(existing) if existing.attributes == *attributes => Ok(()),
        _ => write(context, name, attributes),
    }
}

fn write(context: &Context<'_>, name: &str, attributes: &Attributes) -> Result<(), SqsError> {
    let settings = Settings::parse(name, attributes)?;
    if let Some(policy) = &settings.redrive {
        let arn = &policy.dead_letter_target_arn;
        let refusal = match Queue::with_arn(context, arn)? {
            None => Some("Dead letter target does not exist."),
            Some(target) if target.settings.fifo != settings.fifo => {
                Some("Dead-letter queue must be same type of queue as the source.")
            }
            Some(_) => None,
        };
        if let Some(reason) = refusal {
            return Err(SqsError::invalid("RedrivePolicy", arn, reason));
        }
    }
    context.execute(
        "INSERT INTO queue (name, attributes, created, modified) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (name) DO UPDATE
         SET attributes = excluded.attributes, modified = excluded.modified",
        params![name, serde_json::to_string(attributes)?, context.now],
    )?;
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    queue_name: String,
}

pub(super) fn get_queue_url(
    context: &Context<'_>,
    request: GetQueueUrl,
) -> Result<Value, SqsError> {
    let queue = Queue::at(context, &request.queue_name)?;
    Ok(json!({ "QueueUrl": context.address.url(&queue.name) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListQueues {
    #[serde(default)]
    queue_name_prefix: String,
}

pub(super) fn list_queues(context: &Context<'_>, request: ListQueues) -> Result<Value, SqsError> {
    let mut queues = Queue::all(context)?;
    queues.retain(|queue| queue.name.starts_with(&request.queue_name_prefix));
    let urls: Vec<_> = queues.iter().map(|queue| context.address.url(&queue.name)).collect();
    Ok(json!({ "QueueUrls": urls }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueAttributes {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

pub(super) fn get_queue_attributes(
    context: &Context<'_>,
    request: GetQueueAttributes,
) -> Result<Value, SqsError> {
    let mut attributes = Queue::at(context, &request.queue_url)?.describe(context)?;
    let wanted = request.attribute_names;
    attributes.retain(|name, _| wanted.iter().any(|wanted| wanted == "All" || wanted == name));
    Ok(json!({ "Attributes": attributes }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetQueueAttributes {
    queue_url: String,
    attributes: Attributes,
}

/// Changes the given attributes; an empty value takes one away.
pub(super) fn set_queue_attributes(
    context: &Context<'_>,
    request: SetQueueAttributes,
) -> Result<Value, SqsError> {
    let mut queue = Queue::at(context, &request.queue_url)?;
    queue.attributes.extend(request.attributes);
    queue.attributes.retain(|_, value| !value.is_empty());
    write(context, &queue.name, &queue.attributes)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteQueue {
    queue_url: String,
}

/// Deletes the queue with all that is in it, at once; in AWS it may take a minute.
pub(super) fn delete_queue(context: &Context<'_>, request: DeleteQueue) -> Result<Value, SqsError> {
    let queue = Queue::at(context, &request.queue_url)?;
    for all_of_it in [
        "DELETE FROM message WHERE queue = ?1",
        "DELETE FROM deduplication WHERE queue = ?1",
        "DELETE FROM receive_attempt WHERE queue = ?1",
        "DELETE FROM queue WHERE name = ?1",
    ] {
        context.execute(all_of_it, [&queue.name])?;
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PurgeQueue {
    queue_url: String,
}

/// Drops all messages, those in flight too.
pub(super) fn purge_queue(context: &Context<'_>, request: PurgeQueue) -> Result<Value, SqsError> {
    let queue = Queue::at(context, &request.queue_url)?;
    context.execute("DELETE FROM message WHERE queue = ?1", [&queue.name])?;
    Ok(json!({}))
}
