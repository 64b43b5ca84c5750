//! A queue, a mapping over it, and functions that answer as told.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::config::Credentials;
use axum::body::Bytes;
use mirt_aws::http_client::ReqwestClient;
use mirt_local_aws::{
    clock::{Clock, ManualClock},
    endpoint::{Endpoint, Options},
    lambda::{Invoke, InvokeError},
    mapping::{self, Mapping},
    site::Site,
};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The queue's visibility timeout.
pub(crate) const VISIBILITY: Duration = Duration::from_secs(60);

pub(crate) type Answer = Result<Value, InvokeError>;

/// What a function answers to the messages of an event.
type Script = dyn Fn(&[Record]) -> Answer + Send + Sync;

/// A function that keeps its events and answers with what `answer` makes of them.
pub(crate) struct Scripted {
    answer: Box<Script>,
    /// An invocation takes one of these before it answers.
    pub(crate) permits: Semaphore,
    batches: Mutex<Vec<Vec<Record>>>,
    pub(crate) running: AtomicUsize,
    pub(crate) most_running: AtomicUsize,
    news: Notify,
}

/// What a test looks at in a record of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) body: String,
    group: String,
    pub(crate) receives: String,
}

impl Invoke for Scripted {
    async fn invoke(&self, function: &str, payload: Bytes) -> Result<Bytes, InvokeError> {
        assert_eq!(function, "dialogue");
        let event: Value = serde_json::from_slice(&payload).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let records: Vec<Record> = event["Records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|record| Record {
                id: text(&record["messageId"]),
                body: text(&record["body"]),
                group: text(&record["attributes"]["MessageGroupId"]),
                receives: text(&record["attributes"]["ApproximateReceiveCount"]),
            })
            .collect();
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_running.fetch_max(running, Ordering::SeqCst);
        self.batches.lock().unwrap().push(records.clone());
        self.news.notify_waiters();
        self.permits.acquire().await.unwrap().forget();
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.news.notify_waiters();
        (self.answer)(&records).map(|answer| Bytes::from(answer.to_string()))
    }
}

impl Scripted {
    /// Answers every event at once.
    pub(crate) fn answering(answer: impl Fn(&[Record]) -> Answer + Send + Sync + 'static) -> Self {
        Self::holding(answer, Semaphore::MAX_PERMITS)
    }

    /// Answers `at_once` events; the others wait for more permits.
    pub(crate) fn holding(
        answer: impl Fn(&[Record]) -> Answer + Send + Sync + 'static,
        at_once: usize,
    ) -> Self {
        Self {
            answer: Box::new(answer),
            permits: Semaphore::new(at_once),
            batches: Mutex::default(),
            running: AtomicUsize::new(0),
            most_running: AtomicUsize::new(0),
            news: Notify::new(),
        }
    }

    pub(crate) fn batches(&self) -> Vec<Vec<Record>> {
        self.batches.lock().unwrap().clone()
    }

    /// Bodies in the order in which they were handed over.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.batches().into_iter().flatten().map(|record| record.body).collect()
    }
}

/// A FIFO queue with dead letters after two receives, on a clock that a test moves.
pub(crate) struct Stage {
    pub(crate) endpoint: Endpoint,
    pub(crate) clock: ManualClock,
    pub(crate) client: aws_sdk_sqs::Client,
    pub(crate) mapping: Mapping,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let clock = ManualClock::new(1_795_219_200_000);
        let options =
            Options { data: None, site: Site::default(), clock: Clock::Manual(clock.clone()) };
        let endpoint = Endpoint::start(options).await.unwrap();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(ReqwestClient::new(mirt_http::client().unwrap()))
            .endpoint_url(endpoint.url())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .load()
            .await;
        let client = aws_sdk_sqs::Client::new(&config);
        let sqs = endpoint.sqs();
        let fifo = ("FifoQueue".to_owned(), "true".to_owned());
        sqs.ensure_queue("dead.fifo", BTreeMap::from([fifo.clone()])).await.unwrap();
        let redrive =
            json!({ "deadLetterTargetArn": sqs.queue_arn("dead.fifo"), "maxReceiveCount": 2 });
        let attributes = BTreeMap::from([
            fifo,
            ("VisibilityTimeout".to_owned(), VISIBILITY.as_secs().to_string()),
            ("RedrivePolicy".to_owned(), redrive.to_string()),
        ]);
        sqs.ensure_queue("inbound.fifo", attributes).await.unwrap();
        let mapping = Mapping {
            queue: "inbound.fifo".to_owned(),
            function: "dialogue".to_owned(),
            batch_size: 10,
            reports_item_failures: true,
            max_concurrency: 4,
        };
        Self { endpoint, clock, client, mapping }
    }

    /// Sends a message to the queue of the mapping; its body is its deduplication id.
    pub(crate) async fn send(&self, group: &str, body: &str) {
        self.send_to("inbound.fifo", group, body).await;
    }

    pub(crate) async fn send_to(&self, queue: &str, group: &str, body: &str) {
        self.client
            .send_message()
            .queue_url(self.endpoint.sqs().queue_url(queue))
            .message_group_id(group)
            .message_deduplication_id(body)
            .message_body(body)
            .send()
            .await
            .unwrap();
    }

    /// Messages of a queue that wait, and that are in flight.
    pub(crate) async fn counts(&self, queue: &str) -> (String, String) {
        use aws_sdk_sqs::types::QueueAttributeName as Name;
        let (waiting, in_flight) =
            (Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesNotVisible);
        let attributes = self
            .client
            .get_queue_attributes()
            .queue_url(self.endpoint.sqs().queue_url(queue))
            .attribute_names(waiting.clone())
            .attribute_names(in_flight.clone())
            .send()
            .await
            .unwrap()
            .attributes
            .unwrap();
        (attributes[&waiting].clone(), attributes[&in_flight].clone())
    }

    /// Runs the mapping until `done`.
    pub(crate) async fn run_until(&self, function: &Scripted, done: impl AsyncFn() -> bool) {
        let site = Site::default();
        let watch = async {
            while !done().await {
                // News may come between the look and the wait, hence the short sleep beside it.
                let _ =
                    tokio::time::timeout(Duration::from_millis(5), function.news.notified()).await;
            }
        };
        tokio::time::timeout(PATIENCE, async {
            tokio::select! {
                never = mapping::run(&self.mapping, self.endpoint.sqs(), &site, function) => match never {},
                () = watch => {}
            }
        })
        .await
        .unwrap();
    }

    pub(crate) async fn is_left_with(&self, waiting: &str, in_flight: &str) -> bool {
        self.counts("inbound.fifo").await == (waiting.to_owned(), in_flight.to_owned())
    }
}

pub(crate) fn succeed(_: &[Record]) -> Answer {
    Ok(json!({ "batchItemFailures": [] }))
}

/// Reports the messages with this body.
pub(crate) fn fail_only(body: &'static str) -> impl Fn(&[Record]) -> Answer + Send + Sync {
    move |records| {
        let failed: Vec<Value> = records
            .iter()
            .filter(|record| record.body == body)
            .map(|record| json!({ "itemIdentifier": record.id }))
            .collect();
        Ok(json!({ "batchItemFailures": failed }))
    }
}
