//! A dead-letter queue: what is in it, back to where it came from, or away.

use std::collections::HashMap;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use jiff::Timestamp;
use mirt_engine::{failure::PortError, order_book::OrderTask, wake_up::QueueTask};
use mirt_history::command::Command;

use crate::error::{port_error, unreadable};

/// How many messages are looked at, at most: enough to see what is wrong.
const MAX_SEEN: usize = 200;

/// How long a message is hidden while it is looked at, in seconds. It is shown again afterwards.
const LOOK_SECONDS: i32 = 30;

/// How many messages one call gives (SQS's limit).
const PER_CALL: i32 = 10;

/// The attribute of a message that says why it was given up, where its function knew.
pub(crate) const REASON: &str = "Reason";

/// A dead-letter queue.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: aws_sdk_sqs::Client,
    url: String,
}

#[derive(Debug, thiserror::Error)]
#[error("no queue has this one for its dead letters")]
struct NoSource;

/// A message that failed for good.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The queue's id of it.
    pub id: String,
    /// When it was first sent.
    pub sent_at: Timestamp,
    /// How often it was received, the looks at it included.
    pub receive_count: u32,
    /// What it asks for.
    pub content: Content,
    /// Why it was given up at once; `None` when it only failed too often.
    pub reason: Option<String>,
    handle: String,
}

/// What a look into the queue shows.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The letters, oldest first.
    pub letters: Vec<DeadLetter>,
    /// How many more there are. SQS gives no letter of a FIFO group while others of it are in
    /// anybody's hands, so of each group it shows the oldest ten.
    pub unseen: u64,
}

/// What a dead letter asks for.
#[derive(Clone, Debug)]
pub enum Content {
    /// Something about a session.
    Task(QueueTask),
    /// Something about an order, or about a session's chat in the CRM.
    Order(OrderTask),
    /// History of a Telegram chat.
    History(Box<Command>),
    /// Nothing that anybody can read.
    Unreadable,
}

impl Content {
    fn of(body: &str) -> Self {
        let task = serde_json::from_str(body).map(Self::Task);
        let order = || serde_json::from_str(body).map(Self::Order);
        let history = || serde_json::from_str(body).map(|command| Self::History(Box::new(command)));
        task.or_else(|_| order()).or_else(|_| history()).unwrap_or(Self::Unreadable)
    }
}

impl DeadLetters {
    /// The queue `name`.
    ///
    /// # Errors
    /// When there is no such queue, or it does not answer.
    pub async fn open(config: &aws_config::SdkConfig, name: &str) -> Result<Self, PortError> {
        let client = aws_sdk_sqs::Client::new(config);
        let answer = client
            .get_queue_url()
            .queue_name(name)
            .send()
            .await
            .map_err(|error| port_error("sqs", "a dead-letter queue's address", error))?;
        Ok(Self { client, url: answer.queue_url.unwrap_or_default() })
    }

    /// How many messages are in it, about.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn depth(&self) -> Result<u64, PortError> {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let attributes = self.attributes(&self.url, &counts).await?;
        let count = |name| attributes.get(name)?.parse::<u64>().ok();
        Ok(counts.iter().filter_map(count).sum())
    }

    /// Looks at what is in it, at most 200 messages, and leaves it there.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub async fn look(&self) -> Result<Seen, PortError> {
        let mut letters = self.take_visible().await?;
        self.give_back(&letters).await?;
        let all = self.depth().await?;
        letters.sort_by_key(|letter| letter.sent_at);
        let unseen = all.saturating_sub(letters.len().try_into().unwrap_or(u64::MAX));
        Ok(Seen { letters, unseen })
    }

    /// Sends all of it back to the queue whose dead letters it is, in order.
    ///
    /// # Errors
    /// When the queue does not do it, as when an earlier move is still running.
    pub async fn redrive(&self) -> Result<(), PortError> {
        let what = "a redrive";
        let sources = self
            .client
            .list_dead_letter_source_queues()
            .queue_url(&self.url)
            .send()
            .await
            .map_err(|error| port_error("sqs", what, error))?;
        let source = sources.queue_urls().first().ok_or_else(|| unreadable(what, NoSource))?;
        // The destination is named: without it, a message that somebody put here by hand stays.
        self.client
            .start_message_move_task()
            .source_arn(self.arn(&self.url).await?)
            .destination_arn(self.arn(source).await?)
            .send()
            .await
            .map_err(|error| port_error("sqs", what, error))?;
        Ok(())
    }

    /// Deletes the message `id`, if it is one of those that a look shows. Tells whether it was.
    ///
    /// # Errors
    /// When the queue does not do it.
    pub async fn drop(&self, id: &str) -> Result<bool, PortError> {
        let mut letters = self.take_visible().await?;
        let dropped = letters.iter().position(|letter| letter.id == id);
        if let Some(letter) = dropped.map(|place| letters.remove(place)) {
            self.client
                .delete_message()
                .queue_url(&self.url)
                .receipt_handle(letter.handle)
                .send()
                .await
                .map_err(|error| port_error("sqs", "a dead letter", error))?;
        }
        self.give_back(&letters).await?;
        Ok(dropped.is_some())
    }

    /// Takes what it gives, hidden from others for a moment: of a FIFO group, one call's worth.
    async fn take_visible(&self) -> Result<Vec<DeadLetter>, PortError> {
        let mut taken: Vec<DeadLetter> = Vec::new();
        while taken.len() < MAX_SEEN {
            let answer = self
                .client
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(PER_CALL)
                .visibility_timeout(LOOK_SECONDS)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .message_attribute_names(REASON)
                .send()
                .await
                .map_err(|error| port_error("sqs", "dead letters", error))?;
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            taken.extend(messages.into_iter().map(dead_letter));
        }
        Ok(taken)
    }

    /// Shows what was taken to others again. The last first: a message that is given back while an
    /// earlier one of its group is hidden stays behind it, so the order holds.
    async fn give_back(&self, letters: &[DeadLetter]) -> Result<(), PortError> {
        for letter in letters.iter().rev() {
            self.client
                .change_message_visibility()
                .queue_url(&self.url)
                .receipt_handle(&letter.handle)
                .visibility_timeout(0)
                .send()
                .await
                .map_err(|error| port_error("sqs", "a dead letter's visibility", error))?;
        }
        Ok(())
    }

    async fn arn(&self, url: &str) -> Result<String, PortError> {
        let mut attributes = self.attributes(url, &[QueueAttributeName::QueueArn]).await?;
        Ok(attributes.remove(&QueueAttributeName::QueueArn).unwrap_or_default())
    }

    async fn attributes(
        &self,
        url: &str,
        names: &[QueueAttributeName],
    ) -> Result<HashMap<QueueAttributeName, String>, PortError> {
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(url)
            .set_attribute_names(Some(names.to_vec()))
            .send()
            .await
            .map_err(|error| port_error("sqs", "a dead-letter queue's attributes", error))?;
        Ok(answer.attributes.unwrap_or_default())
    }
}

fn dead_letter(message: Message) -> DeadLetter {
    let attribute = |name| {
        message.attributes.as_ref().and_then(|attributes| attributes.get(&name)?.parse().ok())
    };
    let sent_at: i64 = attribute(MessageSystemAttributeName::SentTimestamp).unwrap_or_default();
    let received: i64 =
        attribute(MessageSystemAttributeName::ApproximateReceiveCount).unwrap_or_default();
    let reason = message.message_attributes.as_ref().and_then(|all| all.get(REASON));
    DeadLetter {
        content: Content::of(message.body.as_deref().unwrap_or_default()),
        reason: reason.and_then(|reason| reason.string_value.clone()),
        id: message.message_id.unwrap_or_default(),
        handle: message.receipt_handle.unwrap_or_default(),
        sent_at: Timestamp::from_millisecond(sent_at).unwrap_or_default(),
        receive_count: u32::try_from(received).unwrap_or_default(),
    }
}
