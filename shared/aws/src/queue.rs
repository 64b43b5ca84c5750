//! Wake-ups on the inbound FIFO queue.

use aws_sdk_sqs::types::{
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName,
};
use mirt_engine::{
    failure::PortError,
    wake_up::{QueueTask, SendWakeUp, WakeUp},
};

use crate::error::port_error;

/// The inbound queue.
#[derive(Clone, Debug)]
pub struct InboundQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl InboundQueue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: String) -> Self {
        Self { client: aws_sdk_sqs::Client::new(config), url }
    }

    /// Asks the queue for its name: the cheapest question that shows that it is there.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn check(&self) -> Result<(), PortError> {
        self.client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .map_err(|error| port_error("sqs", "the inbound queue's attributes", error))?;
        Ok(())
    }
}

impl SendWakeUp for InboundQueue {
    async fn send_wake_up(&self, wake_up: &WakeUp) -> Result<(), PortError> {
        let body = serde_json::to_string(&QueueTask::Wake(wake_up.clone()))
            .map_err(|error| crate::error::unreadable("a wake-up", error))?;
        let mut message = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(wake_up.session.to_string())
            .message_deduplication_id(&wake_up.event)
            .message_body(body);
        if let Some(trace) = &wake_up.trace {
            let header = MessageSystemAttributeValue::builder()
                .data_type("String")
                .string_value(trace.to_string())
                .build()
                .map_err(|error| crate::error::unreadable("a tracing header", error))?;
            let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
            message = message.message_system_attributes(name, header);
        }
        message.send().await.map_err(|error| port_error("sqs", "a wake-up", error))?;
        Ok(())
    }
}
