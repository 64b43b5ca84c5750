//! What others are told.

use mirt_history::{command::Mode, event::Category, fetch::Ending};
use mirt_local_aws::service::{Fault as ServiceFault, Lasting, Service};
use mirt_telegram_peer::sample;
use serde_json::{Value, json};

use crate::stage::{DAY, Stage, named, of_day, of_mode};

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["event"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_beginning_progress_and_end_are_told_once_each_with_all_that_is_known() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 1_100)).await;

    stage.run(&of_day("@busy_0", DAY)).await;

    let events = stage.events().await;
    assert_eq!(
        names(&events),
        [
            "fetch_started",
            "fetch_progress",
            "fetch_progress",
            "fetch_stage",
            "fetch_stage",
            "messages_fetched"
        ]
    );
    assert_eq!(events[0]["stage"], "fetching");
    assert_eq!(
        (&events[3]["stage"], &events[4]["stage"]),
        (&json!("postprocess"), &json!("saving"))
    );
    assert_eq!((&events[0]["strategy"], &events[0]["resumed"]), (&json!("date"), &json!(false)));
    assert_eq!(events[1]["messages_fetched"], 500);
    let (last, stored) = (&events[5], stage.stored("@busy_0", DAY).await.unwrap().published);
    assert_eq!(last["message_count"], 1_100);
    assert_eq!(last["checksum_sha256"], json!(stored.checksum));
    assert_eq!(last["estimated_tokens_total"], json!(stored.tokens));
    assert_eq!(last["first_message_ts"], "2026-11-18T00:00:00Z");
    assert_eq!(last["file_path"], "busy_0/2026-11-18.json");
    assert_eq!(last["complete"], true);
    assert!(last["duration_seconds"].is_f64(), "{last}");
    for event in &events {
        assert_eq!((&event["chat"], &event["date"]), (&json!("@busy_0"), &json!(DAY)));
        assert_eq!(
            (&event["correlation_id"], &event["service"]),
            (&json!("c"), &json!("telegram-fetch"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_was_there_is_told_as_skipped_and_a_repeated_command_says_nothing() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 10)).await;
    stage.run(&named(of_day("@busy_0", DAY), "a")).await;
    stage.events().await;

    stage.run(&named(of_day("@busy_0", DAY), "a")).await;
    let repeated = stage.events().await;
    stage.run(&named(of_day("@busy_0", DAY), "b")).await;
    let skipped = stage.events().await;

    assert_eq!(names(&repeated), [""; 0]);
    assert_eq!(names(&skipped), ["fetch_skipped"]);
    let checksum = stage.stored("@busy_0", DAY).await.unwrap().published.checksum;
    assert_eq!(skipped[0]["checksum_expected"], json!(checksum));
    assert_eq!(skipped[0]["reason"], "already_exists_same_checksum");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_could_not_be_told_is_told_by_the_next_process() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 10)).await;
    let faults = stage.endpoint.faults();
    faults.set(Service::Sqs, ServiceFault::Unavailable, Lasting::UntilCleared);

    let report = stage.run(&of_day("@busy_0", DAY)).await;
    faults.clear(Service::Sqs);
    let nothing_yet = stage.events().await;
    let again = stage.run(&of_day("@busy_0", DAY)).await;

    assert!(matches!(report.ending, Ending::Retry(Category::StoreError)), "{:?}", report.ending);
    assert_eq!(names(&nothing_yet), [""; 0]);
    assert!(matches!(again.ending, Ending::Done), "{:?}", again.ending);
    assert_eq!(names(&stage.events().await), ["messages_fetched"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_could_not_be_told_is_told_by_the_next_run_of_the_schedule_too() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 10)).await;
    let faults = stage.endpoint.faults();
    faults.set(Service::Sqs, ServiceFault::Unavailable, Lasting::UntilCleared);
    let incremental = |id| named(of_mode("@busy_0", Mode::Incremental), id);

    stage.run(&incremental("a")).await;
    faults.clear(Service::Sqs);
    // Its last complete day is the one of which nobody has heard.
    let report = stage.run(&incremental("b")).await;

    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    let events = stage.events().await;
    assert_eq!(names(&events)[0], "messages_fetched", "{events:?}");
    assert_eq!(events[0]["correlation_id"], "a");
}
