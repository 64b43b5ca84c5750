//! The services on a free port, and clients for them.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_sqs::{
    config::Credentials,
    operation::send_message::{SendMessageError, SendMessageOutput},
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};
use mirt_aws::http_client::ReqwestClient;
use mirt_local_aws::{
    clock::{Clock, ManualClock},
    endpoint::{Endpoint, Options},
    site::Site,
};

/// 2026-11-21 00:00 UTC.
pub(crate) const START_MILLIS: i64 = 1_795_219_200_000;

/// Against a test that never ends; nothing is measured with it.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(30);

/// A FIFO queue's least attributes.
pub(crate) const FIFO: &[(&str, &str)] = &[("FifoQueue", "true")];

/// The services with a clock of the test's own.
pub(crate) struct Local {
    pub(crate) endpoint: Endpoint,
    pub(crate) clock: ManualClock,
    config: SdkConfig,
}

impl Local {
    /// In memory.
    pub(crate) async fn start() -> Self {
        Self::with_data(None).await
    }

    /// Over the files in `folder`.
    pub(crate) async fn over(folder: &Path) -> Self {
        Self::with_data(Some(folder.to_owned())).await
    }

    async fn with_data(data: Option<PathBuf>) -> Self {
        let clock = ManualClock::new(START_MILLIS);
        let options = Options { data, site: Site::default(), clock: Clock::Manual(clock.clone()) };
        let endpoint = Endpoint::start(options).await.unwrap();
        let config = client_config(endpoint.url()).await;
        Self { endpoint, clock, config }
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Makes a queue and gives its URL.
    pub(crate) async fn queue(&self, name: &str, attributes: &[(&str, &str)]) -> String {
        let mut request = self.sqs().create_queue().queue_name(name);
        for (key, value) in attributes {
            request = request.attributes(QueueAttributeName::from(*key), *value);
        }
        request.send().await.unwrap().queue_url.unwrap()
    }

    /// Makes `name` with `name-dead.fifo` as its dead-letter queue; gives the URLs of both.
    pub(crate) async fn queue_with_dead_letters(
        &self,
        name: &str,
        receives: u32,
    ) -> (String, String) {
        let dead_name = format!("{name}-dead.fifo");
        let dead = self.queue(&dead_name, FIFO).await;
        let policy = redrive_policy(&self.endpoint.sqs().queue_arn(&dead_name), receives);
        let attributes = [("FifoQueue", "true"), ("RedrivePolicy", &policy)];
        (self.queue(&format!("{name}.fifo"), &attributes).await, dead)
    }

    pub(crate) async fn try_send(
        &self,
        url: &str,
        group: &str,
        dedup: &str,
        body: &str,
    ) -> Result<SendMessageOutput, SendMessageError> {
        self.sqs()
            .send_message()
            .queue_url(url)
            .message_group_id(group)
            .message_deduplication_id(dedup)
            .message_body(body)
            .send()
            .await
            .map_err(|error| error.into_service_error())
    }

    /// Sends to a FIFO queue; the body is its own deduplication id.
    pub(crate) async fn send(&self, url: &str, group: &str, body: &str) -> SendMessageOutput {
        self.try_send(url, group, body, body).await.unwrap()
    }

    /// Receives up to `max` messages with all their attributes, without waiting.
    pub(crate) async fn receive(&self, url: &str, max: i32) -> Vec<Message> {
        self.sqs()
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(max)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await
            .unwrap()
            .messages
            .unwrap_or_default()
    }

    /// Receives up to ten messages; their bodies only.
    pub(crate) async fn receive_bodies(&self, url: &str) -> Vec<String> {
        bodies(&self.receive(url, 10).await)
    }

    pub(crate) async fn delete(&self, url: &str, message: &Message) {
        let handle = message.receipt_handle().unwrap();
        self.sqs().delete_message().queue_url(url).receipt_handle(handle).send().await.unwrap();
    }

    /// One of a queue's attributes.
    pub(crate) async fn attribute(&self, url: &str, name: QueueAttributeName) -> String {
        self.sqs()
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(name.clone())
            .send()
            .await
            .unwrap()
            .attributes
            .unwrap()
            .remove(&name)
            .unwrap()
    }

    /// Messages that are receivable, in flight and delayed.
    pub(crate) async fn counts(&self, url: &str) -> [String; 3] {
        [
            self.attribute(url, QueueAttributeName::ApproximateNumberOfMessages).await,
            self.attribute(url, QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await,
            self.attribute(url, QueueAttributeName::ApproximateNumberOfMessagesDelayed).await,
        ]
    }
}

async fn client_config(url: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(ReqwestClient::new(mirt_http::client().unwrap()))
        .endpoint_url(url)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        // An error is what the test wants to see, not its repair.
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

pub(crate) fn redrive_policy(dead_letter_arn: &str, receives: u32) -> String {
    format!(r#"{{"deadLetterTargetArn":"{dead_letter_arn}","maxReceiveCount":{receives}}}"#)
}

pub(crate) fn bodies(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| message.body().unwrap().to_owned()).collect()
}

/// One of a message's system attributes.
pub(crate) fn system(message: &Message, name: MessageSystemAttributeName) -> &str {
    message.attributes().unwrap().get(&name).unwrap()
}
