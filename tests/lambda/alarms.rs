//! The real `bootstrap` of the alarms function, started as Lambda starts it, with what SNS sends.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use mirt_test_support::{ChannelStub, Shown, lambda::FunctionWorld, mirt::TELEGRAM_TOKEN};
use serde_json::{Value, json};

const BEGUN: &str = include_str!("../../infra/events/alarms-begun.json");
const OVER: &str = include_str!("../../infra/events/alarms-over.json");
const NEW: &str = include_str!("../../infra/events/alarms-new.json");
const MALFORMED: &str = include_str!("../../infra/events/alarms-malformed.json");

/// What somebody has published on the topic by hand.
const BY_HAND: &str = r#"{ "Records": [{ "Sns": { "Message": "This is a test." } }] }"#;

/// The managers' chat of these tests.
const CHAT: &str = "-100500";

async fn with_a_chat(telegram: &ChannelStub) -> FunctionWorld {
    let settings = [("MIRT_MANAGERS_CHAT", CHAT), ("TELEGRAM_API_URL", &telegram.url())];
    FunctionWorld::start_with(env!("CARGO_BIN_EXE_alarms"), "alarms", &settings).await
}

async fn answer(world: &FunctionWorld, event: &str) -> Value {
    world.invoke(event).await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// What the managers' chat got.
fn told(telegram: &ChannelStub) -> Vec<String> {
    let shown = telegram.shown_to(CHAT).into_iter();
    shown
        .filter_map(|shown| if let Shown::Text(text) = shown { Some(text) } else { None })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_hear_what_is_wrong_since_when_and_where_it_is_said_what_to_do() {
    let telegram = ChannelStub::telegram(TELEGRAM_TOKEN).await;
    let world = with_a_chat(&telegram).await;

    assert_eq!(answer(&world, BEGUN).await, json!({ "told": 1 }));
    assert_eq!(answer(&world, OVER).await, json!({ "told": 1 }));

    assert_eq!(
        told(&telegram),
        [
            "⚠️ Клієнти задовго чекають на відповідь.\n\
             Почалося 21.11 о 14:05. Тривога mirt-dev-latency.\n\
             Що робити: infra/RUNBOOK.md#latency",
            "✅ Минулося 21.11 о 14:25: тривога mirt-dev-latency.\n\
             Було так: Клієнти задовго чекають на відповідь.",
        ]
    );
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_whose_time_is_written_with_a_z_is_told_as_well() {
    let telegram = ChannelStub::telegram(TELEGRAM_TOKEN).await;
    let world = with_a_chat(&telegram).await;
    let usual = BEGUN.replace("2026-11-21T12:05:31.125+0000", "2026-11-21T12:05:31.125Z");
    assert_ne!(usual, BEGUN);

    assert_eq!(answer(&world, &usual).await, json!({ "told": 1 }));

    assert!(told(&telegram)[0].contains("21.11 о 14:05"), "{:?}", told(&telegram));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_alarm_that_is_well_is_no_news() {
    let telegram = ChannelStub::telegram(TELEGRAM_TOKEN).await;
    let world = with_a_chat(&telegram).await;

    assert_eq!(answer(&world, NEW).await, json!({ "told": 0 }));

    assert_eq!(told(&telegram), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_managers_chat_nobody_is_told() {
    let world = FunctionWorld::start(env!("CARGO_BIN_EXE_alarms"), "alarms").await;

    assert_eq!(answer(&world, BEGUN).await, json!({ "told": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_alarm_fails_with_a_clear_error_and_the_next_event_is_told() {
    let telegram = ChannelStub::telegram(TELEGRAM_TOKEN).await;
    let world = with_a_chat(&telegram).await;

    for (event, what) in [
        (MALFORMED, "none of a topic of SNS"),
        (BY_HAND, "no state of an alarm"),
        ("[null]", "none of a topic of SNS"),
        ("{ not json", ""),
    ] {
        let error = world.invoke(event).await.err().map(|error| format!("{error:?}"));
        assert!(error.as_ref().is_some_and(|error| error.contains(what)), "{event}: {error:?}");
    }
    assert_eq!(answer(&world, BEGUN).await, json!({ "told": 1 }));

    assert_eq!(told(&telegram).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_not_reached_fails_the_run_so_that_lambda_tries_again() {
    let telegram = ChannelStub::telegram(TELEGRAM_TOKEN).await;
    let world = with_a_chat(&telegram).await;

    let parameters = json!({ "retry_after": 600 });
    let busy = json!({ "ok": false, "error_code": 429, "parameters": parameters });
    telegram.answer_next(429, &[], busy);
    let failed = world.invoke(BEGUN).await;
    let again = answer(&world, BEGUN).await;

    assert!(failed.is_err(), "{failed:?}");
    assert_eq!(again, json!({ "told": 1 }));
}
