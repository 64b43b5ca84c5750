//! The dialogue's real `bootstrap`, started as Lambda starts it, with the batches that SQS sends.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use jiff::Timestamp;
use mirt_aws::{sdk, table::Table};
use mirt_domain::{
    channel::Channel,
    session_id::{SessionId, UserId},
    turn::Message,
};
use mirt_engine::{
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    receive::{CONTENT_WINDOW, Received, RecordEvent as _},
};
use mirt_test_support::{
    Daemon, Shown,
    emitted::{self, Metric},
    lambda::{FunctionWorld, failed_saying},
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_dialogue");

/// Puts what a customer wrote into the inbox of their session, as the webhook does.
async fn record(world: &FunctionWorld, user: &str, text: &str) {
    record_of(world, user, text, None).await;
}

/// The same, of a request with this tracing header.
async fn record_of(world: &FunctionWorld, user: &str, text: &str, trace: Option<&str>) {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let config = sdk::local_config(http, world.endpoint.url(), "us-east-1".to_owned()).await;
    let table = Table::new(&config, world.table().to_owned());
    let received_at = Timestamp::now();
    let event = InboundEvent {
        session: SessionId {
            channel: Channel::Instagram,
            user: UserId::parse(user).unwrap_or_else(|error| panic!("{error}")),
        },
        key: EventKey::from_id("m-1"),
        body: EventBody::said(Message { text: Some(text.to_owned()), ..Message::default() }),
        received_at,
        order: EventOrder { at: received_at, sequence: 0 },
        answer_until: None,
        trace: trace.and_then(|header| header.parse().ok()),
    };
    let received = table.record_event(&event, CONTENT_WINDOW).await;
    assert_eq!(received.unwrap_or_else(|error| panic!("{error}")), Received::Accepted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_wakes_its_sessions_and_what_waited_is_answered() {
    let world = FunctionWorld::start(BINARY, "dialogue").await;
    record(&world, "1001", "скільки лагуна на 98?").await;

    let report = world.invoke(include_str!("../../infra/events/dialogue-batch.json")).await;

    let all_done = json!({ "batchItemFailures": [] });
    assert_eq!(report.unwrap_or_else(|error| panic!("{error:?}")), all_done);
    let shown = world.manychat.shown_to("1001");
    let priced = shown.iter().any(|shown| match shown {
        Shown::Text(text) => text.contains("98-104") && text.contains("1790"),
        Shown::Photo { .. } => false,
    });
    assert!(priced, "{shown:?}");
    assert_eq!(world.manychat.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_emits_its_figures_as_cloudwatch_reads_them() {
    let world = FunctionWorld::start(BINARY, "dialogue").await;
    record(&world, "1001", "скільки лагуна на 98?").await;
    let report = world.invoke(include_str!("../../infra/events/dialogue-batch.json")).await;
    report.unwrap_or_else(|error| panic!("{error:?}"));

    let emitted = emitted::metrics(&world.output());

    for (name, unit) in [("turns", "Count"), ("end_to_end_latency_ms", "Milliseconds")] {
        for dimensions in [&["Function"][..], &["Function", "Channel"]] {
            let metric = Metric {
                namespace: "MIRT/Dialogue".to_owned(),
                name: name.to_owned(),
                dimensions: dimensions.iter().map(|&name| name.to_owned()).collect(),
                unit: unit.to_owned(),
            };
            assert!(emitted.contains(&metric), "{metric:?} is not in {emitted:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_channel_refuses_is_counted_with_the_turn_that_met_it() {
    let world = FunctionWorld::start(BINARY, "dialogue").await;
    record(&world, "1001", "скільки лагуна на 98?").await;
    world.manychat.answer_next(401, &[], json!({ "status": "error" }));

    let report = world.invoke(include_str!("../../infra/events/dialogue-batch.json")).await;
    report.unwrap_or_else(|error| panic!("{error:?}"));

    let output = world.output();
    let total = |name| emitted::total(&output, "MIRT/Dialogue", name);
    let counted = ["turns", "channel_broken", "deliveries", "undelivered"].map(total);
    assert_eq!(counted, [1, 1, 0, 0], "{output}");
}

/// A request that is one of those that are kept.
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_stands_with_its_parts_in_the_trace_of_its_message() {
    let daemon = Daemon::start();
    let world = FunctionWorld::start_traced(BINARY, "dialogue", daemon.address()).await;
    record_of(&world, "1001", "скільки лагуна на 98?", Some(TRACE)).await;

    let report = world.invoke(include_str!("../../infra/events/dialogue-batch.json")).await;
    report.unwrap_or_else(|error| panic!("{error:?}"));

    let turn = daemon.document();
    assert_eq!(turn["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
    assert_eq!((&turn["name"], &turn["parent_id"]), (&json!("turn"), &json!("53995c3f42cd8ad8")));
    let parts = turn["subsegments"].as_array().cloned().unwrap_or_default();
    let names: Vec<_> = parts.iter().filter_map(|part| part["name"].as_str()).collect();
    assert_eq!(names, ["read", "rules", "check", "commit", "deliver"], "{turn:#}");
    assert!(parts.iter().all(|part| part["start_time"].as_f64() >= turn["start_time"].as_f64()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_nothing_is_traced_wherever_a_daemon_is() {
    let daemon = Daemon::start();
    let settings = [("AWS_XRAY_DAEMON_ADDRESS", daemon.address())];
    let world = FunctionWorld::start_with(BINARY, "dialogue", &settings).await;
    record_of(&world, "1001", "скільки лагуна на 98?", Some(TRACE)).await;

    let report = world.invoke(include_str!("../../infra/events/dialogue-batch.json")).await;

    report.unwrap_or_else(|error| panic!("{error:?}"));
    assert!(world.output().contains("turn_committed"));
    assert!(daemon.has_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_no_task_comes_again() {
    let world = FunctionWorld::start(BINARY, "dialogue").await;
    let sample = include_str!("../../infra/events/dialogue-unreadable.json");
    let batch: Value = serde_json::from_str(sample).unwrap_or_else(|error| panic!("{error}"));

    let report = world.invoke(sample).await.unwrap_or_else(|error| panic!("{error:?}"));

    let unreadable = &batch["Records"][0]["messageId"];
    assert_eq!(report, json!({ "batchItemFailures": [{ "itemIdentifier": unreadable }] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_none_is_an_error_and_the_next_is_answered() {
    let world = FunctionWorld::start(BINARY, "dialogue").await;

    let malformed = world.invoke(include_str!("../../infra/events/dialogue-malformed.json")).await;
    assert!(failed_saying(&malformed, "missing field `Records`"), "{malformed:?}");

    let empty = world.invoke("{\"Records\":[]}").await.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(empty, json!({ "batchItemFailures": [] }));
}
