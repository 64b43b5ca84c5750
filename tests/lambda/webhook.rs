//! The webhook's real `bootstrap`, started as Lambda starts it, with the events that API Gateway
//! sends.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use std::time::Duration;

use mirt_local_aws::lambda::InvokeError;
use mirt_test_support::{
    Daemon, emitted,
    lambda::{FunctionWorld, failed_saying},
    mirt::{MANYCHAT_TOKEN, TELEGRAM_SECRET},
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_webhook");

/// A sample event, with the secrets that the test's world wants.
fn event(sample: &str) -> Value {
    let mut event: Value =
        serde_json::from_str(sample).unwrap_or_else(|error| panic!("sample: {error}"));
    for (header, secret) in
        [("x-manychat-token", MANYCHAT_TOKEN), ("x-telegram-bot-api-secret-token", TELEGRAM_SECRET)]
    {
        if let Some(value) = event["headers"].get_mut(header) {
            *value = secret.into();
        }
    }
    event
}

async fn answer(world: &FunctionWorld, event: &Value) -> (u64, Value) {
    let answer = world.invoke(&event.to_string()).await;
    let answer = answer.unwrap_or_else(|error| panic!("{error:?}"));
    let body = answer["body"].as_str().unwrap_or_default();
    (
        answer["statusCode"].as_u64().unwrap_or_default(),
        serde_json::from_str(body).unwrap_or_default(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_events_are_each_answered_as_their_channel_wants() {
    let world = FunctionWorld::start(BINARY, "webhook").await;

    for (sample, status, word) in [
        (
            include_str!("../../infra/events/webhook-manychat-external-request.json"),
            202,
            "accepted",
        ),
        (include_str!("../../infra/events/webhook-manychat-message.json"), 202, "accepted"),
        (include_str!("../../infra/events/webhook-telegram-text.json"), 200, "accepted"),
        (include_str!("../../infra/events/webhook-telegram-photo.json"), 200, "accepted"),
        (include_str!("../../infra/events/webhook-health.json"), 200, "ok"),
    ] {
        let event = event(sample);
        let (got, body) = answer(&world, &event).await;
        assert_eq!((got, body["status"].as_str()), (status, Some(word)), "{event:#}");
    }

    let woken = world
        .endpoint
        .sqs()
        .receive("mirt-dev-inbound.fifo", 10, 0)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(!woken.is_empty(), "nothing was woken");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_counted_as_what_became_of_it() {
    let world = FunctionWorld::start(BINARY, "webhook").await;
    let message = event(include_str!("../../infra/events/webhook-manychat-message.json"));
    let mut stranger = message.clone();
    stranger["headers"]["x-manychat-token"] = "?".into();
    let broken = event(include_str!("../../infra/events/webhook-manychat-unreadable.json"));

    for event in [&message, &message, &stranger, &broken] {
        answer(&world, event).await;
    }

    let output = world.output();
    let total = |name| emitted::total(&output, "MIRT/Webhook", name);
    let counted = ["accepted", "duplicates", "refused", "unreadable", "unavailable"].map(total);
    assert_eq!(counted, [1, 1, 1, 1, 0], "{output}");
    let latencies = emitted::emitted(&output)
        .into_iter()
        .filter(|it| it.metric.name == "accept_latency_ms" && it.dimensions.len() == 2)
        .map(|it| (it.metric.unit, it.dimensions["Channel"].clone()));
    let expected = ("Milliseconds".to_owned(), "instagram".to_owned());
    assert_eq!(latencies.collect::<Vec<_>>(), [expected.clone(), expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crm_sends_to_a_shop_without_one_is_neither_taken_nor_an_error_of_the_server() {
    let world = FunctionWorld::start(BINARY, "webhook").await;

    for route in ["order-status", "payment", "inventory"] {
        let path = format!("/webhooks/snitkix/{route}");
        let mut told = event(include_str!("../../infra/events/webhook-manychat-message.json"));
        told["rawPath"] = path.as_str().into();
        told["requestContext"]["http"]["path"] = path.into();

        let (status, body) = answer(&world, &told).await;

        assert_eq!((status, body["error"].as_str()), (404, Some("no CRM is set up")), "{route}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_traced_request_is_told_to_the_daemon_and_its_wake_up_carries_its_trace_on() {
    let daemon = Daemon::start();
    let world = FunctionWorld::start_traced(BINARY, "webhook", daemon.address()).await;
    let message = event(include_str!("../../infra/events/webhook-manychat-message.json"));

    answer(&world, &message).await;

    let accepted = daemon.document();
    let parent = accepted["parent_id"].as_str().unwrap_or_default();
    let trace = accepted["trace_id"].as_str().unwrap_or_default();
    let woken = world.endpoint.sqs().receive("mirt-dev-inbound.fifo", 10, 0).await;
    let woken = woken.unwrap_or_else(|error| panic!("{error}"));
    let header = format!("Root={trace};Parent={parent};Sampled=1");
    assert_eq!(accepted["name"], "accept");
    assert_eq!(woken[0].attributes.get("AWSTraceHeader"), Some(&header));
    assert!(world.output().contains(trace), "{}", world.output());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_is_refused_with_a_sentence() {
    let world = FunctionWorld::start(BINARY, "webhook").await;

    for sample in [
        include_str!("../../infra/events/webhook-manychat-unreadable.json"),
        include_str!("../../infra/events/webhook-telegram-unreadable.json"),
    ] {
        let (status, body) = answer(&world, &event(sample)).await;
        assert_eq!(status, 400, "{body}");
        assert!(body["error"].as_str().is_some_and(|why| why.contains("not valid JSON")), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_none_is_an_error_and_the_next_is_answered() {
    let world = FunctionWorld::start(BINARY, "webhook").await;

    let malformed = world.invoke(include_str!("../../infra/events/webhook-malformed.json")).await;
    assert!(failed_saying(&malformed, "Amazon API Gateway"), "{malformed:?}");

    let health = event(include_str!("../../infra/events/webhook-health.json"));
    assert_eq!(answer(&world, &health).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_to_start_without_its_secrets() {
    let unset = json!({ "manychat_webhook_token": "", "telegram_webhook_secret": "b" });
    let world = FunctionWorld::start_with_secrets(BINARY, "webhook", &unset).await;

    let started = world.warm().await;

    assert!(matches!(started, Err(InvokeError::InitFailed { .. })), "{started:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_changed_is_taken_at_once_and_the_old_one_for_as_long_as_it_stands_there()
{
    let world = FunctionWorld::start(BINARY, "webhook").await;
    let sample = include_str!("../../infra/events/webhook-manychat-message.json");
    let with = |token: &str| {
        let mut event = event(sample);
        event["headers"]["x-manychat-token"] = token.into();
        event
    };
    assert_eq!(answer(&world, &with("a-new-token")).await.0, 401);

    world
        .change_secret("mirt/dev/webhooks", &secret(&json!(["a-new-token", MANYCHAT_TOKEN])))
        .await;

    // Looked at again a few seconds after it was looked at last, whoever knocks.
    while answer(&world, &with("a-new-token")).await.0 == 401 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(answer(&world, &with("a-new-token")).await.0, 202);
    assert_eq!(answer(&world, &with(MANYCHAT_TOKEN)).await.0, 202);
    assert_eq!(answer(&world, &with("another")).await.0, 401);
}

fn secret(manychat: &Value) -> Value {
    json!({ "manychat_webhook_token": manychat, "telegram_webhook_secret": TELEGRAM_SECRET })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_says_until_when_it_is_good_is_told_of_in_days() {
    let mut secrets = secret(&json!(MANYCHAT_TOKEN));
    secrets["expires"] =
        json!({ "manychat_webhook_token": "2020-01-31", "media_key": "2999-01-01" });
    let world = FunctionWorld::start_with_secrets(BINARY, "webhook", &secrets).await;

    world.warm().await.unwrap_or_else(|error| panic!("{error:?}"));

    let days = emitted::emitted(&world.output())
        .into_iter()
        .find(|it| it.metric.name == "secret_expires_in_days")
        .unwrap_or_else(|| panic!("nothing is told: {}", world.output()));
    assert_eq!(
        (days.metric.namespace.as_str(), days.metric.unit.as_str()),
        ("MIRT/Secrets", "None")
    );
    assert_eq!(days.dimensions.get("Function").map(String::as_str), Some("mirt-dev-webhook"));
    assert!(
        days.value.as_i64().is_some_and(|days| days < 0),
        "the one that ended first counts: {days:?}"
    );
}
