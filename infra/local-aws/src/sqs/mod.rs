//! Amazon SQS, FIFO and standard, over one SQLite file.
//!
//! Held to the checks in `tests/services`, which run the official SDK against it. Not emulated:
//! access policies, encryption, tags, deleting queues, `ListMessageMoveTasks`, checksums of
//! message attributes, and the limit of messages in flight.

mod address;
mod batch;
mod error;
mod ids;
mod in_flight;
mod message;
mod queue;
mod receive;
mod redrive;
mod send;
mod settings;

use std::collections::BTreeMap;

use rusqlite::{Params, Transaction};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use self::{address::Address, receive::ReceiveMessage};
pub use self::{
    error::SqsError,
    message::{Message, MessageAttribute},
};
use crate::{
    clock::{Clock, UnixMillis},
    json_protocol::Reply,
    site::Site,
    store::Store,
};

/// The queue service.
#[derive(Debug)]
pub struct Sqs {
    store: Store,
    clock: Clock,
    address: Address,
    /// Told after each change; receivers that wait look again.
    news: watch::Sender<()>,
    /// True when nobody shall wait any more.
    closing: watch::Sender<bool>,
}

/// What an operation works with: one transaction at one moment.
struct Context<'a> {
    tx: &'a Transaction<'a>,
    address: &'a Address,
    now: UnixMillis,
}

impl Context<'_> {
    /// Runs one statement. The number of rows that it changed.
    fn execute(&self, sql: &str, params: impl Params) -> Result<usize, SqsError> {
        Ok(self.tx.prepare_cached(sql)?.execute(params)?)
    }
}

impl Sqs {
    pub(crate) fn new(store: Store, clock: Clock, origin: String, site: Site) -> Self {
        Self {
            store,
            clock,
            address: Address { origin, site },
            news: watch::Sender::new(()),
            closing: watch::Sender::new(false),
        }
    }

    /// The URL of the queue `name`, whether it is there or not.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> String {
        self.address.url(name)
    }

    /// The ARN of the queue `name`, whether it is there or not.
    #[must_use]
    pub fn queue_arn(&self, name: &str) -> String {
        self.address.arn(name)
    }

    /// Makes the queue, or gives the existing one exactly these attributes; its messages stay.
    ///
    /// # Errors
    /// When a name or an attribute is not allowed, or the dead-letter queue that is named is not
    /// there yet.
    pub async fn ensure_queue(
        &self,
        name: &str,
        attributes: BTreeMap<String, String>,
    ) -> Result<(), SqsError> {
        let name = name.to_owned();
        self.transaction(move |context| queue::ensure(context, &name, &attributes)).await
    }

    /// Makes all messages in flight receivable again, at once. Returns their number.
    ///
    /// For the start of the local run: whoever held them is not alive any more.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn release_in_flight(&self, name: &str) -> Result<usize, SqsError> {
        let name = name.to_owned();
        self.transaction(move |context| in_flight::release_all(context, &name)).await
    }

    /// How many milliseconds ago the oldest message of the queue `name` was sent, those in flight
    /// included: what CloudWatch tells as `ApproximateAgeOfOldestMessage`. `None` when it is empty.
    ///
    /// # Errors
    /// When there is no such queue.
    pub async fn age_of_oldest(&self, name: &str) -> Result<Option<UnixMillis>, SqsError> {
        let name = name.to_owned();
        self.transaction(move |context| queue::age_of_oldest(context, &name)).await
    }

    /// Takes up to `max_messages` (1 to 10) messages of the queue `name` with all their attributes,
    /// hidden for the queue's visibility timeout. Waits for them up to `wait_seconds` (0 to 20).
    ///
    /// In process, as Lambda's event source mapping does: not counted among the calls of our
    /// functions, and not met by faults. The same holds for [`Sqs::delete`].
    ///
    /// # Errors
    /// When there is no such queue, or a number is out of its range.
    pub async fn receive(
        &self,
        name: &str,
        max_messages: u8,
        wait_seconds: u8,
    ) -> Result<Vec<Message>, SqsError> {
        self.receive_message(ReceiveMessage::everything(name, max_messages, wait_seconds)).await
    }

    /// Deletes a received message of the queue `name`. Deleting it again is no error.
    ///
    /// # Errors
    /// When the message's visibility timeout was over before: somebody else may have it by now.
    pub async fn delete(&self, name: &str, receipt_handle: &str) -> Result<(), SqsError> {
        let (name, handle) = (name.to_owned(), receipt_handle.to_owned());
        self.transaction(move |context| in_flight::delete(context, &name, &handle)).await
    }

    /// Ends all waiting receives, also those to come.
    pub(crate) fn stop_waiting(&self) {
        self.closing.send_replace(true);
    }

    /// Answers one call.
    pub(crate) async fn call(&self, operation: &str, body: &[u8]) -> Reply {
        let answer = match operation {
            "CreateQueue" => self.answer(body, queue::create_queue).await,
            "GetQueueUrl" => self.answer(body, queue::get_queue_url).await,
            "ListQueues" => self.answer(body, queue::list_queues).await,
            "GetQueueAttributes" => self.answer(body, queue::get_queue_attributes).await,
            "SetQueueAttributes" => self.answer(body, queue::set_queue_attributes).await,
            "DeleteQueue" => self.answer(body, queue::delete_queue).await,
            "PurgeQueue" => self.answer(body, queue::purge_queue).await,
            "SendMessage" => self.answer(body, send::send_message).await,
            "SendMessageBatch" => self.answer(body, send::send_message_batch).await,
            "ReceiveMessage" => self.answer_receive(body).await,
            "DeleteMessage" => self.answer(body, in_flight::delete_message).await,
            "DeleteMessageBatch" => self.answer(body, in_flight::delete_message_batch).await,
            "ChangeMessageVisibility" => {
                self.answer(body, in_flight::change_message_visibility).await
            }
            "ChangeMessageVisibilityBatch" => {
                self.answer(body, in_flight::change_message_visibility_batch).await
            }
            "StartMessageMoveTask" => self.answer(body, redrive::start_message_move_task).await,
            "ListDeadLetterSourceQueues" => {
                self.answer(body, redrive::list_dead_letter_source_queues).await
            }
            _ => return Reply::unknown_operation(operation).with_query_error("InvalidAction"),
        };
        answer.map_or_else(SqsError::into_reply, |answer| Reply::ok(&answer))
    }

    async fn answer<Request: DeserializeOwned + Send + 'static>(
        &self,
        body: &[u8],
        operation: fn(&Context<'_>, Request) -> Result<Value, SqsError>,
    ) -> Result<Value, SqsError> {
        let request = serde_json::from_slice(body).map_err(SqsError::unreadable)?;
        self.transaction(move |context| operation(context, request)).await
    }

    async fn answer_receive(&self, body: &[u8]) -> Result<Value, SqsError> {
        let request = serde_json::from_slice(body).map_err(SqsError::unreadable)?;
        let messages = self.receive_message(request).await?;
        // The service leaves the field out when there is nothing to put into it.
        Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    /// Takes messages; waits for them as long as the request or the queue says.
    async fn receive_message(&self, request: ReceiveMessage) -> Result<Vec<Message>, SqsError> {
        let started = self.clock.now();
        let mut closing = self.closing.subscribe();
        loop {
            // Subscribed before the look, so that nothing that comes during it is missed.
            let mut news = self.news.subscribe();
            let (address, now) = (self.address.clone(), self.clock.now());
            let request = request.clone();
            let look = self.store.transaction(move |tx| {
                receive::look(&Context { tx, address: &address, now }, &request)
            });
            let look = look.await?;
            if look.gave_up {
                self.news.send_replace(());
            }
            let deadline = started.saturating_add(look.wait_millis);
            if !look.messages.is_empty() || now >= deadline || *closing.borrow() {
                return Ok(look.messages);
            }
            let next = look.next_visible.map_or(deadline, |visible| visible.min(deadline));
            tokio::select! {
                _ = news.changed() => {}
                () = self.clock.sleep_until(next) => {}
                _ = closing.wait_for(|closing| *closing) => {}
            }
        }
    }

    async fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context<'_>) -> Result<T, SqsError> + Send + 'static,
    ) -> Result<T, SqsError> {
        let (address, now) = (self.address.clone(), self.clock.now());
        let work = move |tx: &Transaction<'_>| work(&Context { tx, address: &address, now });
        let answer = self.store.transaction(work).await?;
        self.news.send_replace(());
        Ok(answer)
    }
}
