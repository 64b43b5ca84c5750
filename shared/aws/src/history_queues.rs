//! The queues of Telegram's history: commands in, events out.

use std::time::Duration;

use aws_sdk_sqs::{operation::send_message::builders::SendMessageFluentBuilder, types};
use mirt_engine::failure::PortError;
use mirt_history::{command::Command, event::Event, store::Announce};

use crate::{
    dead_letters::REASON,
    error::{port_error, unreadable},
};

/// All commands are one group: there is one session, and one process at a time may use it.
const GROUP: &str = "telegram";

/// The longest that a message is hidden. SQS takes twelve hours and counts them from the receive:
/// what is left of them is for who received it and worked on it before. Source: SQS API reference,
/// `ChangeMessageVisibility`.
pub const LONGEST_HIDDEN: Duration = Duration::from_mins(11 * 60 + 30);

/// The queue of commands.
#[derive(Clone, Debug)]
pub struct CommandQueue {
    client: aws_sdk_sqs::Client,
    url: String,
    dead_letters: String,
}

impl CommandQueue {
    /// The queue at `url`, whose messages end at `dead_letters` when they cannot be done.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: String, dead_letters: String) -> Self {
        Self { client: aws_sdk_sqs::Client::new(config), url, dead_letters }
    }

    /// The queue of this name, for who only sends to it.
    ///
    /// # Errors
    /// When there is none, or the service did not answer.
    pub async fn open(config: &aws_config::SdkConfig, name: &str) -> Result<Self, PortError> {
        let client = aws_sdk_sqs::Client::new(config);
        let answer = client.get_queue_url().queue_name(name).send().await;
        let url = answer.map_err(|error| port_error("sqs", "the queue of commands", error))?;
        let url = url.queue_url.unwrap_or_default();
        Ok(Self { client, url, dead_letters: String::new() })
    }

    /// Sends a command. The same step of the same command is taken once in five minutes.
    ///
    /// # Errors
    /// When the queue did not answer.
    pub async fn send(&self, command: &Command, id: &str) -> Result<(), PortError> {
        let body =
            serde_json::to_string(command).map_err(|error| unreadable("a command", error))?;
        put(self.message(&self.url, &format!("{id}:{}", command.step()), body)).await
    }

    /// Sends what cannot be done to the dead letters, where a human finds it with the reason: a
    /// word, without personal data.
    ///
    /// # Errors
    /// When the queue did not answer.
    pub async fn give_up(
        &self,
        body: &str,
        message_id: &str,
        reason: &str,
    ) -> Result<(), PortError> {
        let text = types::MessageAttributeValue::builder().data_type("String").string_value(reason);
        let reason = text.build().map_err(|error| unreadable("a reason", error))?;
        let message = self.message(&self.dead_letters, message_id, body.to_owned());
        put(message.message_attributes(REASON, reason)).await
    }

    fn message(&self, url: &str, deduplication: &str, body: String) -> SendMessageFluentBuilder {
        self.client
            .send_message()
            .queue_url(url)
            .message_group_id(GROUP)
            .message_deduplication_id(deduplication)
            .message_body(body)
    }

    /// Hides a message that was received, and with it all of its group, for so long.
    ///
    /// # Errors
    /// When the queue did not answer.
    pub async fn hide(&self, receipt: &str, wait: Duration) -> Result<(), PortError> {
        let seconds = wait.min(LONGEST_HIDDEN).as_secs();
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            // Less than twelve hours.
            .visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| port_error("sqs", "a command's visibility", error))?;
        Ok(())
    }
}

async fn put(message: SendMessageFluentBuilder) -> Result<(), PortError> {
    message.send().await.map_err(|error| port_error("sqs", "a command", error))?;
    Ok(())
}

/// The queue of events: whoever wants to know reads it.
#[derive(Clone, Debug)]
pub struct EventQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl EventQueue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: String) -> Self {
        Self { client: aws_sdk_sqs::Client::new(config), url }
    }
}

impl Announce for EventQueue {
    async fn announce(&self, event: &Event) -> Result<(), PortError> {
        let body = serde_json::to_string(event).map_err(|error| unreadable("an event", error))?;
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(event.chat.as_str())
            .message_deduplication_id(event.key())
            .message_body(body)
            .send()
            .await
            .map_err(|error| port_error("sqs", "an event", error))?;
        Ok(())
    }
}
