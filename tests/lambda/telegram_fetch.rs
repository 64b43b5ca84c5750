//! The real `bootstrap` that fetches Telegram's history, started as Lambda starts it, with what its
//! queue and its schedule send; and killed while it is at work.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use std::time::Duration;

use jiff::Timestamp;
use mirt_aws::{sdk, secrets, table::Table};
use mirt_history::store::{Fence, Lease as _};
use mirt_local_aws::{
    lambda::InvokeError,
    service::{Fault as ServiceFault, Lasting, Service},
};
use mirt_telegram::{Credentials, Session};
use mirt_telegram_peer::{Fault, Peer, World, sample};
use mirt_test_support::{
    cost::{peak_memory_of_children, written_half_units},
    lambda::FunctionWorld,
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_telegram-fetch");

const DAY: &str = "2026-11-18";
const HISTORY: &str = "messages.getHistory";
const COMMANDS: &str = "mirt-dev-telegram-commands.fifo";
const DEAD_LETTERS: &str = "mirt-dev-telegram-commands-dlq.fifo";
const EVENTS: &str = "mirt-dev-telegram-events.fifo";

/// The longest long poll, in seconds: nothing that should come takes longer.
const PATIENCE_SECONDS: u8 = 20;

/// How often it is waited for the next event: each is there within the patience or never.
const MOST_EVENTS: usize = 50;

/// A function, the Telegram that it reads, and what it keeps there.
struct Stage {
    function: FunctionWorld,
    peer: Peer,
    table: Table,
    config: aws_config::SdkConfig,
}

impl Stage {
    async fn start(world: World, settings: &[(&str, &str)]) -> Self {
        let mut all = vec![("MIRT_TELEGRAM_CALL_SPACING_MS", "0")];
        all.extend(settings);
        Self::of(FunctionWorld::start_with(BINARY, "telegram-fetch", &all).await, world).await
    }

    async fn of(function: FunctionWorld, world: World) -> Self {
        let peer = Peer::start(world).await;
        let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
        let config = sdk::local_config(http, function.endpoint.url(), "us-east-1".to_owned()).await;
        let session = Session::from_telethon(&peer.session_string());
        let credentials = Credentials {
            api_id: 1,
            api_hash: "h".to_owned(),
            session: session.unwrap_or_else(|error| panic!("{error}")),
            refused: None,
        };
        let written = secrets::write(&config, "mirt/dev/telegram", &credentials).await;
        written.unwrap_or_else(|error| panic!("{error}"));
        let table = Table::new(&config, function.table().to_owned());
        Self { function, peer, table, config }
    }

    async fn invoke(&self, event: &str) -> Value {
        self.function.invoke(event).await.unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// Puts a command for the chat's day on the queue.
    async fn ask_for(&self, chat: &str) {
        let command = json!({ "command": "fetch", "chat": chat, "date": DAY, "command_id": "c" });
        self.send("c:0", &command).await;
    }

    async fn send(&self, id: &str, command: &Value) {
        let sent = aws_sdk_sqs::Client::new(&self.config)
            .send_message()
            .queue_url(self.function.endpoint.sqs().queue_url(COMMANDS))
            .message_group_id("telegram")
            .message_deduplication_id(id)
            .message_body(command.to_string())
            .send()
            .await;
        sent.unwrap_or_else(|error| panic!("{error}"));
    }

    /// The messages of a queue, as JSON, once there are some; they are there no more.
    async fn taken(&self, queue: &str) -> Vec<Value> {
        let sqs = self.function.endpoint.sqs();
        let received = sqs.receive(queue, 10, PATIENCE_SECONDS).await;
        let mut bodies = Vec::new();
        for message in received.unwrap_or_else(|error| panic!("{error}")) {
            let deleted = sqs.delete(queue, &message.receipt_handle).await;
            deleted.unwrap_or_else(|error| panic!("{error}"));
            bodies.push(serde_json::from_str(&message.body).unwrap_or_default());
        }
        bodies
    }

    /// Receives a command and has the function do it, as the event source mapping does. Gives the
    /// command, and whether it has to come again.
    async fn step(&self) -> (Value, bool) {
        let sqs = self.function.endpoint.sqs();
        let received = sqs.receive(COMMANDS, 1, PATIENCE_SECONDS).await;
        let message = received.unwrap_or_else(|error| panic!("{error}")).remove(0);
        let event = json!({ "Records": [{
            "messageId": message.message_id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        }]});
        let report = self.invoke(&event.to_string()).await;
        let comes_again = report["batchItemFailures"] != json!([]);
        if !comes_again {
            let deleted = sqs.delete(COMMANDS, &message.receipt_handle).await;
            deleted.unwrap_or_else(|error| panic!("{error}"));
        }
        (serde_json::from_str(&message.body).unwrap_or_default(), comes_again)
    }

    /// Whether a command is there that is not hidden.
    async fn is_there(&self) -> bool {
        let visible = self.function.endpoint.sqs().receive(COMMANDS, 1, 0).await;
        !visible.unwrap_or_else(|error| panic!("{error}")).is_empty()
    }

    /// What became known up to the end of a day.
    async fn events_to_the_end(&self) -> Vec<String> {
        self.events_until("messages_fetched").await
    }

    async fn events_until(&self, last: &str) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..MOST_EVENTS {
            for event in self.taken(EVENTS).await {
                names.push(event["event"].as_str().unwrap_or_default().to_owned());
            }
            if names.iter().any(|name| name == last) {
                return names;
            }
        }
        panic!("there was no {last}: {names:?}");
    }

    /// The bytes of the day's file.
    async fn file(&self, chat: &str) -> Option<Vec<u8>> {
        let chat = chat.parse().unwrap_or_else(|error| panic!("{error}"));
        let day = DAY.parse().unwrap_or_else(|error| panic!("{error}"));
        let stored = self.table.stored_day(&chat, day).await;
        let stored = stored.unwrap_or_else(|error| panic!("{error}"))?;
        Some(stored.document.to_file().unwrap_or_else(|error| panic!("{error}")))
    }

    /// Kills the process that is waiting for an answer of Telegram, the `nth` one that had the
    /// lease, and lets the time pass that others wait for the dead: the lease's and the message's.
    async fn kill_when_silent(&self, nth: u64) {
        self.peer.until_silent().await;
        assert!(self.function.kill().await, "there was no process to kill");
        let released = self.table.release(Fence(nth)).await;
        released.unwrap_or_else(|error| panic!("{error}"));
        let sqs = self.function.endpoint.sqs();
        let released = sqs.release_in_flight(COMMANDS).await;
        assert_eq!(released.unwrap_or_else(|error| panic!("{error}")), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_the_queue_is_done_and_told() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;

    let report = stage.invoke(include_str!("../../infra/events/telegram-fetch-command.json")).await;

    assert_eq!(report, json!({ "batchItemFailures": [] }));
    let told = ["fetch_started", "fetch_stage", "fetch_stage", "messages_fetched"];
    assert_eq!(stage.events_to_the_end().await, told);
    assert!(stage.file("@shop_news").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_only_what_has_to_wait_comes_again_and_what_is_no_command_is_given_up() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;
    let sample = include_str!("../../infra/events/telegram-fetch-waiting.json");
    let batch: Value = serde_json::from_str(sample).unwrap_or_else(|error| panic!("{error}"));

    let report = stage.invoke(sample).await;

    let waiting = &batch["Records"][1]["messageId"];
    assert_eq!(report, json!({ "batchItemFailures": [{ "itemIdentifier": waiting }] }));
    assert_eq!(stage.taken(DEAD_LETTERS).await, [json!({ "command": "fetch", "chat": "?" })]);
    assert_eq!(stage.peer.calls(HISTORY), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_none_is_an_error_that_says_so_and_the_next_is_answered() {
    let stage = Stage::start(sample::everything(DAY), &[("MIRT_TELEGRAM_CHATS", "@a_bcd")]).await;

    let malformed = include_str!("../../infra/events/telegram-fetch-malformed.json");
    let Err(InvokeError::Unhandled { message, .. }) = stage.function.invoke(malformed).await else {
        panic!("it was taken for an event");
    };
    let schedule = include_str!("../../infra/events/telegram-fetch-schedule.json");

    assert!(message.contains("expected a sequence"), "{message}");
    assert_eq!(stage.invoke(schedule).await, json!({ "commands": 1 }));
    let commands = stage.taken(COMMANDS).await;
    assert_eq!(
        (&commands[0]["chat"], &commands[0]["mode"]),
        (&json!("@a_bcd"), &json!("incremental"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_with_a_chat_that_is_none() {
    let settings = [("MIRT_TELEGRAM_CHATS", "@news,?")];
    let function = FunctionWorld::start_with(BINARY, "telegram-fetch", &settings).await;

    let started = function.warm().await;

    assert!(matches!(started, Err(InvokeError::InitFailed { .. })), "{started:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_telegram_refuses_is_for_a_human_and_is_not_used_again() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;
    stage.peer.fault(HISTORY, 1, Fault::Error(406, "AUTH_KEY_DUPLICATED"));
    let command = include_str!("../../infra/events/telegram-fetch-command.json");

    let first = stage.invoke(command).await;
    let second = stage.invoke(command).await;

    let all_done = json!({ "batchItemFailures": [] });
    assert_eq!((first, second), (all_done.clone(), all_done));
    assert_eq!(stage.peer.calls(HISTORY), 1);
    assert_eq!(stage.taken(DEAD_LETTERS).await[0]["chat"], "@shop_news");
    let kept = secrets::read::<Credentials>(&stage.config, "mirt/dev/telegram").await;
    assert!(kept.is_ok_and(|kept| kept.refused.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_wait_for_telegram_waits_hidden_in_its_queue_and_nobody_asks_meanwhile() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;
    stage.peer.fault(HISTORY, 1, Fault::Error(420, "FLOOD_WAIT_7200"));
    stage.ask_for("@shop_news").await;

    let (_, first_again) = stage.step().await;
    let (waiting, waits) = stage.step().await;

    let before = Timestamp::now() + Duration::from_secs(7_200);
    let until: Option<Timestamp> =
        waiting["progress"]["not_before"].as_str().and_then(|until| until.parse().ok());
    assert!(until.is_some_and(|until| until <= before && until > Timestamp::now()), "{waiting}");
    assert_eq!((first_again, waits), (false, true));
    let sqs = stage.function.endpoint.sqs();
    assert!(sqs.receive(COMMANDS, 1, 0).await.is_ok_and(|visible| visible.is_empty()));
    assert!(sqs.release_in_flight(COMMANDS).await.is_ok_and(|hidden| hidden == 1));
    assert_eq!(stage.peer.calls(HISTORY), 1);
    assert_eq!(stage.events_until("fetch_failed").await, ["fetch_started", "fetch_failed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_wait_before_a_full_command_has_its_days_is_waited_out_hidden_in_the_queue() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;
    stage.peer.fault(HISTORY, 1, Fault::Error(420, "FLOOD_WAIT_7200"));
    let command = json!({ "command": "fetch", "chat": "@shop_news", "mode": "full" });
    stage.send("f:0", &command).await;

    let (_, comes_again) = stage.step().await;

    assert!(comes_again);
    stage.function.pass(Duration::from_secs(7_000));
    assert!(!stage.is_there().await);
    stage.function.pass(Duration::from_secs(200));
    assert!(stage.is_there().await);
    assert_eq!(stage.peer.calls(HISTORY), 1);
}

/// A step for whose length the service is down, which the function started with. Whether the command
/// comes again.
async fn step_without(stage: &Stage, service: Service) -> bool {
    stage.function.warm().await.unwrap_or_else(|error| panic!("{error:?}"));
    stage.function.endpoint.faults().set(service, ServiceFault::Unavailable, Lasting::UntilCleared);
    let (_, comes_again) = stage.step().await;
    stage.function.endpoint.faults().clear(service);
    comes_again
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_cannot_be_read_for_a_moment_are_no_lost_session() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;
    stage.ask_for("@shop_news").await;

    let comes_again = step_without(&stage, Service::SecretsManager).await;

    assert!(comes_again);
    let sqs = stage.function.endpoint.sqs();
    assert!(sqs.receive(DEAD_LETTERS, 1, 0).await.is_ok_and(|given_up| given_up.is_empty()));
    assert!(!stage.function.output().contains("AuthFailures\":1"), "{}", stage.function.output());
    sqs.release_in_flight(COMMANDS).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(!stage.step().await.1);
    assert!(stage.file("@shop_news").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_for_a_moment_holds_all_commands_up_for_a_minute_and_not_for_hours() {
    let stage = Stage::start(sample::everything(DAY), &[]).await;
    stage.ask_for("@shop_news").await;

    let comes_again = step_without(&stage, Service::DynamoDb).await;

    assert!(comes_again);
    stage.function.pass(Duration::from_secs(60));
    assert!(stage.is_there().await);
}

/// 430 messages: four full pages and a last one.
fn talkative() -> World {
    sample::busy(1, DAY, 2, 430)
}

const CHAT: &str = "@busy_0";
const PAGES: u32 = 5;

/// The file of a day that nobody disturbed.
async fn undisturbed() -> Vec<u8> {
    let stage = Stage::start(talkative(), &[]).await;
    let _served = stage.function.serve_queue();
    stage.ask_for(CHAT).await;
    stage.events_to_the_end().await;
    assert_eq!(stage.peer.calls(HISTORY), PAGES);
    stage.file(CHAT).await.unwrap_or_else(|| panic!("no file"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_at_any_page_leaves_a_day_that_ends_the_same_byte_for_byte() {
    let expected = undisturbed().await;

    for cut in 1..=PAGES {
        let stage = Stage::start(talkative(), &[]).await;
        let _served = stage.function.serve_queue();
        stage.peer.fault(HISTORY, cut, Fault::Silence);
        stage.ask_for(CHAT).await;
        stage.kill_when_silent(1).await;

        let events = stage.events_to_the_end().await;

        assert_eq!(events[..2], ["fetch_started", "fetch_started"], "page {cut}");
        assert!(stage.file(CHAT).await.as_ref() == Some(&expected), "page {cut}");
        assert_eq!(stage.peer.calls(HISTORY), PAGES + 1, "page {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_whose_every_page_costs_a_process_ends_the_same_byte_for_byte() {
    let expected = undisturbed().await;
    let stage = Stage::start(talkative(), &[]).await;
    let _served = stage.function.serve_queue();
    // Each process gets one page further than the last; the fifth, which is SQS's last try, is spared.
    for nth in 1..PAGES {
        stage.peer.fault(HISTORY, 2 * nth, Fault::Silence);
    }
    stage.ask_for(CHAT).await;

    for nth in 1..PAGES {
        stage.kill_when_silent(nth.into()).await;
    }

    assert_eq!(
        stage.events_to_the_end().await.last().map(String::as_str),
        Some("messages_fetched")
    );
    assert!(stage.file(CHAT).await == Some(expected));
}

/// What a message may cost: a quarter of a write unit.
const MESSAGES_A_UNIT: u64 = 4;

/// `cargo test -p mirt-telegram-fetch --test lambda_telegram_fetch -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "some minutes: a month of ten chats, for the README's figures"]
async fn a_month_of_ten_chats_is_fetched_by_a_chain_of_commands_within_its_cost() {
    const CHATS: u32 = 10;
    const DAYS: u32 = 30;
    const MESSAGES: u32 = 500;
    // So short that commands are handed on: a process works until half a minute before its end.
    let timeout = Duration::from_secs(40);
    let settings = [("MIRT_TELEGRAM_CALL_SPACING_MS", "0")];
    let function = FunctionWorld::start_within(BINARY, "telegram-fetch", &settings, timeout).await;
    let stage = Stage::of(function, sample::busy(CHATS, "2026-10-20", DAYS, MESSAGES)).await;
    let began = std::time::Instant::now();
    for chat in 0..CHATS {
        let id = format!("month-{chat}");
        let command = json!({
            "command": "fetch", "chat": format!("@busy_{chat}"), "command_id": id,
            "from": "2026-10-20", "to": "2026-11-18",
        });
        stage.send(&format!("{id}:0"), &command).await;
    }
    let _served = stage.function.serve_queue();

    let (mut days, mut messages, mut attempts) = (0, 0, std::collections::BTreeSet::new());
    while days < CHATS * DAYS {
        for event in stage.taken(EVENTS).await {
            let fence = event["attempt"].as_str().and_then(|name| name.rsplit(':').next());
            attempts.insert(fence.unwrap_or_default().to_owned());
            days += u32::from(event["event"] == "messages_fetched");
            messages += event["message_count"].as_u64().unwrap_or_default();
        }
    }

    let half_units = written_half_units(&stage.function.endpoint);
    let figures = format!(
        "{messages} messages in {:?} by {} invocations, {half_units} half write units, peak memory {:?} KB\n",
        began.elapsed(),
        attempts.len(),
        peak_memory_of_children(),
    );
    // The test harness shows it with --nocapture.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), figures.as_bytes());
    assert_eq!(messages, u64::from(CHATS * DAYS * MESSAGES));
    assert!(attempts.len() > 10, "no command was handed on: {figures}");
    assert!(half_units * MESSAGES_A_UNIT <= 2 * messages, "{figures}");
}
