//! The sweeper's real `bootstrap`, started as Lambda starts it, with what Scheduler sends.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use mirt_test_support::{
    emitted,
    lambda::{FunctionWorld, failed_saying},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_nothing_overdue_wakes_nobody_whatever_the_schedule_says() {
    let world = FunctionWorld::start(env!("CARGO_BIN_EXE_sweeper"), "sweeper").await;

    for event in [
        include_str!("../../infra/events/sweeper-schedule.json"),
        include_str!("../../infra/events/sweeper-malformed.json"),
    ] {
        let swept = world.invoke(event).await;
        let swept = swept.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(swept, json!({ "overdue": 0, "woken": 0 }));
    }

    let woken = emitted::emitted(&world.output());
    let woken: Vec<_> =
        woken.iter().map(|it| (it.metric.name.as_str(), it.value.as_u64())).collect();
    assert_eq!(woken, [("woken", Some(0)); 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_no_json_fails_the_run_and_the_next_one_runs() {
    let world = FunctionWorld::start(env!("CARGO_BIN_EXE_sweeper"), "sweeper").await;

    let broken = world.invoke("{ not json").await;
    let next = world.invoke("{}").await;

    assert!(failed_saying(&broken, "deserialize the incoming data"), "{broken:?}");
    assert!(next.is_ok(), "{next:?}");
}
