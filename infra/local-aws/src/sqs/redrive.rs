//! Dead letters: given up into their queue, and moved back from it on demand.
//!
//! Amazon SQS developer guide, "Dead-letter queues" with its pages on retention and redrive.

use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Context, error::SqsError, queue::Queue};
use crate::random;

/// Moves a message that was received too often to the end of the dead-letter queue. It keeps its
/// message id, group and receive count. In a FIFO queue it counts as sent now, with its message id
/// for a deduplication id; in a standard queue it keeps its age.
pub(super) fn give_up(
    context: &Context<'_>,
    message: i64,
    source: &Queue,
    dead_letter_queue: &Queue,
) -> Result<(), SqsError> {
    context.execute(
        "INSERT INTO message (queue, message_id, group_id, dedup_id, body, attributes,
                              trace_header, sent, visible, first_received, receive_count,
                              dead_letter_of)
         SELECT ?2, message_id, group_id, CASE WHEN ?3 THEN message_id END, body, attributes,
                trace_header, CASE WHEN ?3 THEN ?4 ELSE sent END, ?4, first_received,
                receive_count, ?5
         FROM message WHERE id = ?1",
        params![message, dead_letter_queue.name, source.settings.fifo, context.now, source.name],
    )?;
    delete(context, message)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StartMessageMoveTask {
    source_arn: String,
    destination_arn: Option<String>,
}

/// Moves the messages of a dead-letter queue back, in order, as new messages. It is done at once,
/// where the service works in the background.
///
/// Without a destination each message goes to the queue it came from; one that was sent to the
/// dead-letter queue directly has none and stays. Those in flight are somebody's work and stay too.
pub(super) fn start_message_move_task(
    context: &Context<'_>,
    request: StartMessageMoveTask,
) -> Result<Value, SqsError> {
    let source = existing(context, &request.source_arn)?;
    if sources(context, &source)?.is_empty() {
        return Err(SqsError::InvalidParameterValue(
            "Source queue must be configured as a Dead Letter Queue.".to_owned(),
        ));
    }
    let destination = match &request.destination_arn {
        Some(arn) => Some(existing(context, arn)?),
        None => None,
    };
    if destination.as_ref().is_some_and(|queue| queue.settings.fifo != source.settings.fifo) {
        return Err(SqsError::InvalidParameterValue(
            "Source and destination queue must be of the same type.".to_owned(),
        ));
    }

    let mut waiting = context.tx.prepare(
        "SELECT id, COALESCE(?2, dead_letter_of) AS destination FROM message
         WHERE queue = ?1 AND visible <= ?3 AND destination IS NOT NULL ORDER BY id",
    )?;
    let destination = destination.map(|queue| queue.name);
    let waiting: Vec<(i64, String)> = waiting
        .query_map(params![source.name, destination, context.now], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    for (message, destination) in waiting {
        context.execute(
            "INSERT INTO message (queue, message_id, group_id, dedup_id, body, attributes,
                                  trace_header, sent, visible)
             SELECT ?2, ?3, group_id, dedup_id, body, attributes, trace_header, ?4, ?4
             FROM message WHERE id = ?1",
            params![message, destination, random::uuid(), context.now],
        )?;
        delete(context, message)?;
    }
    Ok(json!({ "TaskHandle": random::uuid() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListDeadLetterSourceQueues {
    queue_url: String,
}

pub(super) fn list_dead_letter_source_queues(
    context: &Context<'_>,
    request: ListDeadLetterSourceQueues,
) -> Result<Value, SqsError> {
    let sources = sources(context, &Queue::at(context, &request.queue_url)?)?;
    let urls: Vec<_> = sources.iter().map(|queue| context.address.url(&queue.name)).collect();
    // The one field that begins with a small letter in the service's model.
    Ok(json!({ "queueUrls": urls }))
}

/// The queues whose failed messages go to `target`.
fn sources(context: &Context<'_>, target: &Queue) -> Result<Vec<Queue>, SqsError> {
    let arn = context.address.arn(&target.name);
    let mut queues = Queue::all(context)?;
    queues.retain(|queue| {
        queue.settings.redrive.as_ref().is_some_and(|policy| policy.dead_letter_target_arn == arn)
    });
    Ok(queues)
}

fn existing(context: &Context<'_>, arn: &str) -> Result<Queue, SqsError> {
    Queue::with_arn(context, arn)?.ok_or(SqsError::ResourceNotFound)
}

fn delete(context: &Context<'_>, message: i64) -> Result<(), SqsError> {
    context.execute("DELETE FROM message WHERE id = ?1", [message]).map(drop)
}
