//! What an operator sees of one message: its lines in the log, from the webhook to the delivery.

use std::{collections::BTreeSet, time::Duration};

use mirt_test_support::{
    emitted::{self, Metric},
    mirt::World,
};
use serde_json::Value;

use crate::world_with;

/// A customer whose number could be tried out against a hash without a key.
const USER: &str = "70415926535";

/// How often it is looked whether something was logged, before a test gives up.
const LOOKS: u32 = 300;

/// All lines of a run that are JSON, as objects.
fn lines(log: &str) -> Vec<Value> {
    log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn all_of<'l>(lines: &'l [Value], event: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

/// Waits until a line of the log has this word.
async fn until_logged(world: &World, word: &str) {
    for _ in 0..LOOKS {
        if world.mirt.functions_log().contains(word) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing was logged with {word}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_about_a_message_have_one_trace_from_the_webhook_to_the_delivery() {
    let world = world_with(&[]).await;
    world.mirt.instagram_text("1", "Добрий день").await;
    world.mirt.at_rest("instagram", "1", 1).await;

    let before = world.mirt.functions_log().len();
    world.mirt.instagram_text(USER, "скільки лагуна на 98?").await;
    world.mirt.at_rest("instagram", USER, 1).await;

    let log = world.mirt.functions_log();
    let about = lines(&log[before..]);
    let received = all_of(&about, "event_received");
    let [received] = received.as_slice() else { panic!("one message came: {about:#?}") };
    let trace = received["trace"].as_str().unwrap_or_default();
    assert!(trace.starts_with("1-"), "{received}");
    // Whatever the schedules do meanwhile is about nobody's message.
    let ours: Vec<_> = about
        .iter()
        .filter(|line| {
            let by = line["function"].as_str().or(line["Function"].as_str()).unwrap_or_default();
            by.ends_with("-webhook") || by.ends_with("-dialogue")
        })
        // Counts beside those of a turn or a request name neither.
        .filter(|line| line["event"] != "figures" || line.get("trace").is_some())
        .collect();
    let told: BTreeSet<_> = ours.iter().filter_map(|line| line["event"].as_str()).collect();
    for event in ["event_received", "turn_committed", "reply_sent", "figures"] {
        assert!(told.contains(event), "no {event}: {ours:#?}");
    }
    for line in ours {
        assert_eq!(line["trace"], trace, "{line}");
        assert!(line["event"].is_string(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_named_by_the_same_hash_in_both_functions_and_never_by_its_customer() {
    let world = world_with(&[]).await;
    world.mirt.telegram_text(1, 70_415_926_535, "скільки лагуна на 98?").await;
    world.mirt.at_rest("telegram", USER, 1).await;
    world.mirt.instagram_text(USER, "Добрий день").await;
    world.mirt.at_rest("instagram", USER, 1).await;

    let log = world.mirt.functions_log();

    let all = lines(&log);
    let sessions = |event| {
        let lines = all_of(&all, event);
        lines.iter().map(|line| line["session"].to_string()).collect::<BTreeSet<_>>()
    };
    let named = sessions("event_received");
    assert_eq!(named.len(), 2, "{named:?}");
    assert_eq!(named, sessions("turn_committed"));
    assert!(named.iter().all(|name| name.len() == 18), "{named:?}");
    assert!(!log.contains(USER) && !log.contains("лагуна"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_logged_as_its_first_message_and_names_the_others() {
    let world = world_with(&[("MIRT_BURST_QUIET_MS", "400")]).await;
    world.mirt.instagram_text(USER, "Добрий день").await;
    world.mirt.instagram_text(USER, "скільки лагуна на 98?").await;
    world.mirt.at_rest("instagram", USER, 1).await;

    let all = lines(&world.mirt.functions_log());

    let came: Vec<_> =
        all_of(&all, "event_received").iter().map(|it| it["trace"].clone()).collect();
    let joined = all_of(&all, "message_joined");
    let turns = all_of(&all, "turn_committed");
    assert_eq!((turns.len(), joined.len()), (1, 1), "{all:#?}");
    assert_eq!((&turns[0]["trace"], &joined[0]["trace"]), (&came[0], &came[0]));
    assert_eq!(joined[0]["joined"], came[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_sent_late_is_logged_as_the_message_that_it_answers() {
    let world = world_with(&[]).await;
    for _ in 0..3 {
        world.manychat.answer_next(503, &[], Value::Null);
    }
    world.mirt.instagram_text(USER, "скільки лагуна на 98?").await;
    until_logged(&world, "reply_postponed").await;
    world.mirt.forward(60).await;
    world.mirt.at_rest("instagram", USER, 1).await;

    let all = lines(&world.mirt.functions_log());

    let came = &all_of(&all, "event_received")[0]["trace"];
    let told = ["turn_committed", "reply_postponed", "reply_sent"].map(|event| all_of(&all, event));
    assert!(told.iter().all(|lines| !lines.is_empty()), "{all:#?}");
    assert!(told.iter().flatten().all(|line| line["trace"] == *came), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_emits_metrics_of_all_that_it_went_through() {
    let world = world_with(&[]).await;
    world.mirt.instagram_text(USER, "Покличте менеджера").await;
    world.mirt.at_rest("instagram", USER, 1).await;
    world.mirt.forward(16 * 60).await;
    world.mirt.at_rest("instagram", USER, 2).await;

    let log = world.mirt.functions_log();

    let emitted = emitted::metrics(&log);
    let by_function = |namespace: &str, name: &str, unit: &str| Metric {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        dimensions: BTreeSet::from(["Function".to_owned()]),
        unit: unit.to_owned(),
    };
    for (namespace, name, unit) in [
        ("MIRT/Webhook", "accepted", "Count"),
        ("MIRT/Webhook", "accept_latency_ms", "Milliseconds"),
        ("MIRT/Dialogue", "turns", "Count"),
        ("MIRT/Dialogue", "end_to_end_latency_ms", "Milliseconds"),
        ("MIRT/Dialogue", "checkpointer_latency_ms", "Milliseconds"),
        ("MIRT/Dialogue", "queue_wait_ms", "Milliseconds"),
        ("MIRT/Dialogue", "deliveries", "Count"),
        ("MIRT/Dialogue", "escalation_age_s", "Seconds"),
        ("MIRT/Jobs", "woken", "Count"),
    ] {
        let metric = by_function(namespace, name, unit);
        assert!(emitted.contains(&metric), "{metric:?} is not in {emitted:#?}");
    }
    let total = |name| emitted::total(&log, "MIRT/Dialogue", name);
    let counted = ["escalations", "handovers_unanswered", "turns"].map(total);
    assert_eq!(counted, [1, 1, 2]);
}
