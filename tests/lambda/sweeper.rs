//! The sweeper's real `bootstrap`, started as Lambda starts it, with what Scheduler sends.
#![expect(clippy::panic, reason = "a test whose surroundings fail must fail, where they do")]

use mirt_test_support::lambda::FunctionWorld;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_nothing_overdue_wakes_nobody_and_the_next_one_runs_too() {
    let world = FunctionWorld::start(env!("CARGO_BIN_EXE_sweeper"), "sweeper").await;

    for _ in 0..2 {
        let swept = world.invoke(include_str!("../../infra/events/sweeper-schedule.json")).await;
        let swept = swept.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(swept, json!({ "overdue": 0, "woken": 0 }));
    }
}
