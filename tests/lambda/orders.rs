//! The orders function's real `bootstrap`, started as Lambda starts it.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use mirt_test_support::lambda::{FunctionWorld, failed_saying};
use serde_json::{Value, json};

async fn invoke(world: &FunctionWorld, event: &str) -> Value {
    world.invoke(event).await.unwrap_or_else(|error| panic!("{error:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_task_comes_again_and_an_order_that_is_gone_does_not() {
    let world = FunctionWorld::start(env!("CARGO_BIN_EXE_orders"), "orders").await;

    let report = invoke(&world, include_str!("../../infra/events/orders-batch.json")).await;

    let failed = |n| json!({ "itemIdentifier": format!("00000000-0000-4000-8000-00000000000{n}") });
    assert_eq!(report, json!({ "batchItemFailures": [failed(2), failed(3)] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_none_of_the_queues_is_an_error_and_the_next_one_is_served() {
    let world = FunctionWorld::start(env!("CARGO_BIN_EXE_orders"), "orders").await;

    let malformed = world.invoke(include_str!("../../infra/events/orders-malformed.json")).await;
    assert!(failed_saying(&malformed, "missing field `Records`"), "{malformed:?}");

    let report = invoke(&world, r#"{"Records":[]}"#).await;
    assert_eq!(report, json!({ "batchItemFailures": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_whose_address_or_key_is_missing_stops_the_start() {
    let binary = env!("CARGO_BIN_EXE_orders");
    let no_address = [("MIRT_CRM_SECRET", "mirt/dev/channels")];
    let no_secret = [("MIRT_CRM_SECRET", "gone"), ("SITNIKS_API_URL", "https://crm.example")];

    for settings in [&no_address[..], &no_secret[..]] {
        let world = FunctionWorld::start_with(binary, "orders", settings).await;
        assert!(world.warm().await.is_err(), "{settings:?}");
    }
}
