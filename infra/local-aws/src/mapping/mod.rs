//! A Lambda event source mapping on one machine: takes batches from a queue, calls the function,
//! deletes what it dealt with.
//!
//! As in AWS, a message that failed is not put back: it comes again when the queue's visibility
//! timeout is over, and goes to the dead letters when it came too often. Several batches are under
//! way at once. In a FIFO queue they never share a group, because a group with a message in flight
//! gives no other. Source: Lambda developer guide, "Using Lambda with Amazon SQS".

mod event;
mod outcome;

use std::{collections::BTreeSet, convert::Infallible, pin::pin, time::Duration};

use axum::body::Bytes;
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{Fuse, FusedFuture as _},
    stream::FuturesUnordered,
};
use tokio::time::sleep;

use crate::{
    lambda::Invoke,
    site::Site,
    sqs::{Message, Sqs},
};
use outcome::Outcome;

/// The longest long poll, in seconds. Source: SQS API reference, `ReceiveMessage`.
const WAIT_SECONDS: u8 = 20;

/// How long to wait before a failed receive or delete is tried again.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// How often a delete is tried. If all fail, the message comes again.
const DELETE_ATTEMPTS: u32 = 3;

/// A queue and the function that reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The queue's name.
    pub queue: String,
    /// The function's short name.
    pub function: String,
    /// The most messages in an event, 1 to 10.
    pub batch_size: u8,
    /// Whether the function names the messages of a batch that failed (`ReportBatchItemFailures`).
    pub reports_item_failures: bool,
    /// How many batches may be under way at once, at least 1.
    pub max_concurrency: usize,
}

/// Serves `mapping` until it is dropped. What is in flight then comes again, as after a crash.
///
/// Drop it before the queues are stopped: a queue that closes answers every poll at once.
pub async fn run(mapping: &Mapping, sqs: &Sqs, site: &Site, functions: &impl Invoke) -> Infallible {
    let mut batches = FuturesUnordered::new();
    // Kept over the rounds of the loop: a receive that is cut off may have taken messages already.
    let mut receiving = pin!(Fuse::terminated());
    loop {
        if receiving.is_terminated() && batches.len() < mapping.max_concurrency.max(1) {
            receiving.set(receive(mapping, sqs).fuse());
        }
        tokio::select! {
            messages = &mut receiving => if !messages.is_empty() {
                batches.push(serve(mapping, sqs, site, functions, messages));
            },
            Some(()) = batches.next() => {}
        }
    }
}

async fn receive(mapping: &Mapping, sqs: &Sqs) -> Vec<Message> {
    loop {
        match sqs.receive(&mapping.queue, mapping.batch_size, WAIT_SECONDS).await {
            Ok(messages) => return messages,
            Err(error) => {
                tracing::warn!(queue = mapping.queue, %error, "the queue could not be read");
                sleep(RETRY_DELAY).await;
            }
        }
    }
}

/// One batch: call, then delete what succeeded.
async fn serve(
    mapping: &Mapping,
    sqs: &Sqs,
    site: &Site,
    functions: &impl Invoke,
    messages: Vec<Message>,
) {
    let event = event::build(&messages, &sqs.queue_arn(&mapping.queue), &site.region);
    let sent: BTreeSet<&str> = messages.iter().map(|message| message.message_id.as_str()).collect();
    let outcome = match functions.invoke(&mapping.function, Bytes::from(event.to_string())).await {
        Ok(answer) if mapping.reports_item_failures => outcome::read(&answer, &sent),
        Ok(_) => Outcome::AllSucceeded,
        Err(error) => {
            tracing::warn!(function = mapping.function, %error, "a batch failed");
            Outcome::AllFailed
        }
    };
    for message in &messages {
        if outcome.succeeded(&message.message_id) {
            delete(mapping, sqs, message).await;
        }
    }
    let failed = messages.iter().filter(|message| !outcome.succeeded(&message.message_id)).count();
    if failed > 0 {
        let function = &mapping.function;
        tracing::warn!(function, failed, of = messages.len(), "messages will come again");
    }
}

async fn delete(mapping: &Mapping, sqs: &Sqs, message: &Message) {
    for _ in 0..DELETE_ATTEMPTS {
        match sqs.delete(&mapping.queue, &message.receipt_handle).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(queue = mapping.queue, %error, "a message was not deleted");
                sleep(RETRY_DELAY).await;
            }
        }
    }
}
