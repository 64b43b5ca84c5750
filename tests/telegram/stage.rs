//! A scripted Telegram, the services of the template, and a clock that a test moves.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use mirt_aws::{history::StoredDay, history_queues::EventQueue, sdk, table::Table};
use mirt_engine::{clock::Clock, failure::SendError};
use mirt_history::{
    chat::ChatRef,
    command::{Command, Mode},
    day::Day,
    digest::{Digest, Digests, SendDigest, Told},
    fetch::{Fetch, FetchSettings, Hold, Report},
};
use mirt_llm::{MODEL, OpenAi, Prices};
use mirt_local_aws::{
    clock::Clock as ServiceClock,
    endpoint::{Endpoint, Options},
    site::Site,
    template::{Surroundings, Template},
};
use mirt_telegram::{AppId, Connection, Reader, Session};
use mirt_telegram_peer::{Peer, World};
use mirt_test_support::{ChannelStub, OpenAiStub};
use serde_json::Value;

/// What events look like.
const EVENT_SCHEMA: &str = include_str!("../schemas/telegram-event.json");

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The day that most tests read, and a moment after it.
pub(crate) const DAY: &str = "2026-11-18";
pub(crate) const AFTER: &str = "2026-11-19T02:00:00Z";

/// How long a process has, as the template's function.
const TIME: Duration = Duration::from_mins(15);

/// How long a call of the scripted server may take: long for a busy machine, short for a test.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// Shows what a test says, and lets no time pass but what is slept.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn set(&self, to: &str) {
        let to: Timestamp = to.parse().unwrap();
        self.0.store(to.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}

/// The bot, and what happens as soon as a message is with Telegram.
pub(crate) struct Chat {
    sender: mirt_channels::telegram::Sender,
    pub(crate) then: Box<dyn Fn() + Send + Sync>,
}

impl SendDigest for Chat {
    fn parts(&self, text: &str) -> Vec<String> {
        self.sender.parts(text)
    }

    async fn send_digest(&self, chat: i64, part: &str) -> Result<(), SendError> {
        let sent = self.sender.send_digest(chat, part).await;
        (self.then)();
        sent
    }
}

/// The bot's token, the model's key, the chat that gets digests.
pub(crate) const TOKEN: &str = "1:test";
pub(crate) const KEY: &str = "sk-test";
pub(crate) const READERS: i64 = -100_500;

/// Everything that a process works with.
pub(crate) struct Stage {
    pub(crate) peer: Peer,
    pub(crate) table: Table,
    pub(crate) clock: TestClock,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) settings: FetchSettings,
    pub(crate) call_timeout: Duration,
    pub(crate) digests: Digests<OpenAi, Chat>,
    events: EventQueue,
    events_url: String,
    sqs: aws_sdk_sqs::Client,
}

impl Stage {
    pub(crate) async fn start(world: World) -> Self {
        let site = Site::default();
        let options = Options { data: None, site: site.clone(), clock: ServiceClock::System };
        let endpoint = Arc::new(Endpoint::start(options).await.unwrap());
        let surroundings = Surroundings {
            site: site.clone(),
            parameters: BTreeMap::new(),
            endpoint: endpoint.url().to_owned(),
        };
        let template = Template::parse(TEMPLATE, &surroundings).unwrap();
        let definition = template.tables[0].clone();
        let name = definition.name.clone();
        endpoint.dynamodb().ensure_table(definition).await.unwrap();
        for queue in &template.queues {
            let attributes = queue.attributes.clone();
            endpoint.sqs().ensure_queue(&queue.name, attributes).await.unwrap();
        }
        let function =
            template.functions.iter().find(|function| function.spec.name == "telegram-fetch");
        let events_url = function.unwrap().environment["MIRT_TELEGRAM_EVENTS_URL"].clone();
        let http = mirt_http::client().unwrap();
        let config = sdk::local_config(http, endpoint.url(), site.region).await;
        let clock = TestClock(Arc::default());
        clock.set(AFTER);
        Self {
            peer: Peer::start(world).await,
            table: Table::new(&config, name),
            events: EventQueue::new(&config, events_url.clone()),
            sqs: aws_sdk_sqs::Client::new(&config),
            events_url,
            clock,
            endpoint,
            settings: FetchSettings { call_spacing: Duration::ZERO, ..FetchSettings::default() },
            call_timeout: CALL_TIMEOUT,
            digests: Digests {
                model: None,
                told: Told { part: "part".to_owned(), day: "day".to_owned() },
                budget: 60_000,
                part: 12_000,
                chat: None,
                words: mirt_telegram_fetch::digest_words(),
                newest_days: 7,
            },
        }
    }

    /// Has a model choose the words of digests.
    pub(crate) fn ask(&mut self, model: &OpenAiStub) {
        let (http, prices) = (mirt_http::client().unwrap(), Prices::default());
        let model = OpenAi::new(http, &model.url(), KEY.to_owned(), MODEL.to_owned(), prices);
        self.digests.model = Some(model);
    }

    /// Has digests sent.
    pub(crate) fn send(&mut self, telegram: &ChannelStub) {
        let http = mirt_http::client().unwrap();
        let sender = mirt_channels::telegram::Sender::new(http, &telegram.url(), TOKEN);
        self.digests.chat = Some((Chat { sender, then: Box::new(|| {}) }, READERS));
    }

    /// The digest of a day.
    pub(crate) async fn digest(&self, chat: &str, day: &str) -> Digest {
        let digest = self.table.stored_digest(&chat.parse().unwrap(), day.parse().unwrap()).await;
        digest.unwrap().unwrap()
    }

    /// What one process does with a command: it takes the lease, connects, works until its time is
    /// up, disconnects.
    pub(crate) async fn run(&self, command: &Command) -> Report {
        let deadline = mirt_engine::clock::after(self.clock.now(), TIME);
        self.run_until(command, deadline).await
    }

    pub(crate) async fn run_until(&self, command: &Command, deadline: Timestamp) -> Report {
        let hold = Hold::take(&self.table, &self.clock).await.unwrap().unwrap();
        let session = Session::from_telethon(&self.peer.session_string()).unwrap();
        let connection = Connection::new(session, AppId(1)).with_call_timeout(self.call_timeout);
        let reader = Reader::new(&connection);
        let fetch = Fetch {
            reader: &reader,
            store: &self.table,
            events: &self.events,
            clock: &self.clock,
            digests: &self.digests,
            settings: self.settings,
        };
        let id = command.command_id.as_deref().unwrap_or("c");
        let report = fetch.run(command, id, &hold, deadline).await;
        connection.close().await;
        hold.release().await;
        report
    }

    /// The same, of a process that is gone then: it gave nothing back, and its lease ran out.
    pub(crate) async fn run_and_die(&self, command: &Command) -> Report {
        let report = self.run(command).await;
        self.clock.advance(Duration::from_secs(91));
        report
    }

    /// A day as readers see it.
    pub(crate) async fn stored(&self, chat: &str, day: &str) -> Option<StoredDay> {
        self.table.stored_day(&chat.parse().unwrap(), day.parse().unwrap()).await.unwrap()
    }

    /// The bytes of a day's file.
    pub(crate) async fn file(&self, chat: &str, day: &str) -> Option<Vec<u8>> {
        self.stored(chat, day).await.map(|stored| stored.document.to_file().unwrap())
    }

    /// The events that are on their queue, in order, each of the schema that subscribers are given;
    /// they are there no more.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let events = self.received().await;
        let schema = serde_json::from_str(EVENT_SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for event in &events {
            let faults: Vec<_> =
                validator.iter_errors(event).map(|fault| fault.to_string()).collect();
            assert_eq!(faults, [""; 0], "{event:#}");
        }
        events
    }

    async fn received(&self) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let received = self
                .sqs
                .receive_message()
                .queue_url(&self.events_url)
                .max_number_of_messages(10)
                .send()
                .await
                .unwrap();
            let messages = received.messages.unwrap_or_default();
            if messages.is_empty() {
                return events;
            }
            for message in messages {
                events.push(serde_json::from_str(message.body.as_deref().unwrap()).unwrap());
                let receipt = message.receipt_handle.unwrap();
                let delete = self.sqs.delete_message().queue_url(&self.events_url);
                delete.receipt_handle(receipt).send().await.unwrap();
            }
        }
    }
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A command for one day.
pub(crate) fn of_day(chat: &str, day: &str) -> Command {
    Command { date: Some(day.parse().unwrap()), ..of_mode(chat, Mode::Date) }
}

/// A command of a mode that needs no days.
pub(crate) fn of_mode(chat: &str, mode: Mode) -> Command {
    let chat: ChatRef = chat.parse().unwrap();
    Command { command_id: Some("c".to_owned()), ..Command::new(chat, Some(mode)) }
}

/// A command under another name.
pub(crate) fn named(command: Command, id: &str) -> Command {
    Command { command_id: Some(id.to_owned()), ..command }
}
