//! Receiving: which messages may be given out now, and what becomes of those given too often.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};
use serde::Deserialize;

use super::{
    Context,
    error::SqsError,
    ids,
    message::{Message, StoredMessage},
    queue::Queue,
    redrive,
    settings::{VISIBILITY_SECONDS, WAIT_SECONDS},
};
use crate::clock::UnixMillis;

/// How long a receive that named itself can be repeated.
const ATTEMPT_MILLIS: UnixMillis = 5 * 60 * 1_000;

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    queue_url: String,
    /// Older name of `message_system_attribute_names`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    receive_request_attempt_id: Option<String>,
}

impl ReceiveMessage {
    /// Messages with all their attributes.
    pub(super) fn everything(name: &str, max_messages: u8, wait_seconds: u8) -> Self {
        Self {
            queue_url: name.to_owned(),
            message_system_attribute_names: vec!["All".to_owned()],
            message_attribute_names: vec!["All".to_owned()],
            max_number_of_messages: Some(max_messages.into()),
            wait_time_seconds: Some(wait_seconds.into()),
            ..Self::default()
        }
    }

    pub(super) fn wants_system_attribute(&self, name: &str) -> bool {
        let mut wanted = self.attribute_names.iter().chain(&self.message_system_attribute_names);
        wanted.any(|wanted| wanted == "All" || wanted == name)
    }

    /// Attributes of the sender's are asked for by name, by a prefix that ends in `.*`, or all.
    pub(super) fn wants_message_attribute(&self, name: &str) -> bool {
        self.message_attribute_names.iter().any(|wanted| match wanted.strip_suffix(".*") {
            Some(prefix) => name.starts_with(prefix),
            None => wanted == "All" || wanted == name,
        })
    }

    /// The request's numbers, checked, with the queue's own where it has none.
    fn limits(&self, queue: &Queue) -> Result<Limits<'_>, SqsError> {
        let max_messages = self.max_number_of_messages.unwrap_or(1);
        let Some(max_messages) =
            usize::try_from(max_messages).ok().filter(|n| (1..=10).contains(n))
        else {
            let reason = "Must be between 1 and 10, if provided.";
            return Err(SqsError::invalid("MaxNumberOfMessages", max_messages, reason));
        };
        let wait_seconds = self.wait_time_seconds.unwrap_or(queue.settings.wait_seconds);
        if !WAIT_SECONDS.contains(&wait_seconds) {
            let reason = "Must be >= 0 and <= 20, if provided.";
            return Err(SqsError::invalid("WaitTimeSeconds", wait_seconds, reason));
        }
        let visibility = self.visibility_timeout.unwrap_or(queue.settings.visibility_seconds);
        if !VISIBILITY_SECONDS.contains(&visibility) {
            let reason = "Must be between 0 and 43200.";
            return Err(SqsError::invalid("VisibilityTimeout", visibility, reason));
        }
        let attempt = self.receive_request_attempt_id.as_deref();
        if let Some(attempt) = attempt {
            ids::check("ReceiveRequestAttemptId", attempt)?;
        }
        Ok(Limits {
            max_messages,
            wait_millis: wait_seconds * 1_000,
            visibility_millis: visibility * 1_000,
            // Standard queues do not know repeated receives.
            attempt: attempt.filter(|_| queue.settings.fifo),
        })
    }
}

struct Limits<'a> {
    max_messages: usize,
    wait_millis: UnixMillis,
    visibility_millis: UnixMillis,
    attempt: Option<&'a str>,
}

/// What one look into the queue gave.
pub(super) struct Look {
    pub(super) messages: Vec<Message>,
    /// Messages went to the dead-letter queue, whose receivers want to know.
    pub(super) gave_up: bool,
    /// How long to wait for messages if there are none.
    pub(super) wait_millis: UnixMillis,
    /// When the next hidden message becomes visible.
    pub(super) next_visible: Option<UnixMillis>,
}

/// Takes the messages that may be given out now, and hides them.
pub(super) fn look(context: &Context<'_>, request: &ReceiveMessage) -> Result<Look, SqsError> {
    let Context { tx, now, .. } = *context;
    let queue = Queue::at(context, &request.queue_url)?;
    let limits = request.limits(&queue)?;
    queue.drop_expired(context)?;
    let hidden_until = now.saturating_add(limits.visibility_millis);

    let mut gave_up = false;
    let rows = match repeated(context, &queue, &limits, hidden_until)? {
        Some(rows) => rows,
        None => {
            let Chosen { mut rows, failed } = choose(context, &queue, limits.max_messages)?;
            gave_up = failed;
            hide(context, &queue, &mut rows, hidden_until, limits.attempt)?;
            rows
        }
    };
    let messages = rows
        .into_iter()
        .map(|row| row.into_message(context, &queue, request))
        .collect::<Result<_, _>>()?;
    let next_visible = tx
        .prepare_cached("SELECT MIN(visible) FROM message WHERE queue = ?1 AND visible > ?2")?
        .query_row(params![queue.name, now], |row| row.get(0))?;
    Ok(Look { messages, gave_up, wait_millis: limits.wait_millis, next_visible })
}

struct Chosen {
    rows: Vec<StoredMessage>,
    /// Messages were found that have been received too often, and were given up.
    failed: bool,
}

/// Visible messages in order of arrival. In a FIFO queue a group has none while one of its
/// messages is in flight, and none behind one that is still delayed.
fn choose(context: &Context<'_>, queue: &Queue, max_messages: usize) -> Result<Chosen, SqsError> {
    let dead_letters = queue.dead_letter_queue(context)?;
    let mut candidates = context.tx.prepare_cached(
        "SELECT * FROM message
         WHERE queue = ?1
           AND (?2 OR visible <= ?3)
           AND NOT (?2 AND group_id IN (
               SELECT group_id FROM message
               WHERE queue = ?1 AND receipt IS NOT NULL AND visible > ?3))
         ORDER BY id",
    )?;
    let mut candidates = candidates.query(params![queue.name, queue.settings.fifo, context.now])?;
    let (mut rows, mut failed, mut delayed_groups) = (Vec::new(), Vec::new(), BTreeSet::new());
    while rows.len() < max_messages
        && let Some(row) = candidates.next()?
    {
        let row = StoredMessage::read(row)?;
        if row.visible > context.now {
            delayed_groups.insert(row.group_id);
        } else if !delayed_groups.contains(&row.group_id) {
            match &dead_letters {
                Some((target, max_receives)) if row.receive_count >= *max_receives => {
                    failed.push((row.id, target));
                }
                _ => rows.push(row),
            }
        }
    }
    for (message, target) in &failed {
        redrive::give_up(context, *message, queue, target)?;
    }
    Ok(Chosen { rows, failed: !failed.is_empty() })
}

/// Puts the messages in flight, all on one new receipt.
fn hide(
    context: &Context<'_>,
    queue: &Queue,
    rows: &mut [StoredMessage],
    hidden_until: UnixMillis,
    attempt: Option<&str>,
) -> Result<(), SqsError> {
    let receipt = ids::receipt(context.now);
    for row in &mut *rows {
        row.receipt = Some(receipt.clone());
        row.receive_count += 1;
        let first_received = *row.first_received.get_or_insert(context.now);
        context.execute(
            "UPDATE message SET receipt = ?2, visible = ?3, receive_count = ?4, first_received = ?5
             WHERE id = ?1",
            params![row.id, receipt, hidden_until, row.receive_count, first_received],
        )?;
    }
    if let Some(attempt) = attempt
        && !rows.is_empty()
    {
        context.execute(
            "INSERT OR REPLACE INTO receive_attempt VALUES (?1, ?2, ?3, ?4)",
            params![queue.name, attempt, receipt, context.now],
        )?;
    }
    Ok(())
}

/// The messages of an earlier receive of this name, hidden anew, if all of them are still in
/// flight and none was deleted or had its visibility changed (which forgets the attempt).
fn repeated(
    context: &Context<'_>,
    queue: &Queue,
    limits: &Limits<'_>,
    hidden_until: UnixMillis,
) -> Result<Option<Vec<StoredMessage>>, SqsError> {
    let Context { tx, now, .. } = *context;
    let Some(attempt) = limits.attempt else { return Ok(None) };
    context.execute(
        "DELETE FROM receive_attempt WHERE queue = ?1 AND at <= ?2",
        params![queue.name, now.saturating_sub(ATTEMPT_MILLIS)],
    )?;
    let receipt: Option<String> = tx
        .query_row(
            "SELECT receipt FROM receive_attempt WHERE queue = ?1 AND attempt_id = ?2",
            [&queue.name, attempt],
            |row| row.get(0),
        )
        .optional()?;
    let Some(receipt) = receipt else { return Ok(None) };
    let rows: Vec<StoredMessage> = tx
        .prepare("SELECT * FROM message WHERE queue = ?1 AND receipt = ?2 ORDER BY id")?
        .query_map([&queue.name, &receipt], StoredMessage::read)?
        .collect::<Result<_, _>>()?;
    if rows.is_empty() || rows.iter().any(|row| row.visible <= now) {
        return Ok(None);
    }
    context.execute(
        "UPDATE message SET visible = ?3 WHERE queue = ?1 AND receipt = ?2",
        params![queue.name, receipt, hidden_until],
    )?;
    Ok(Some(rows))
}
