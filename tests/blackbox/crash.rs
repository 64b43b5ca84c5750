//! `kill -9` at any moment loses nothing and repeats nothing (I1, I6, I7).

use serde_json::json;

use crate::{messages, texts_consumed, turns, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_accepted_is_answered_once_after_a_crash_before_its_turn() {
    let mut world = world().await;
    world.mirt.instagram_text("901", "скільки лагуна на 98?").await;

    world.mirt.kill().await;
    assert!(world.manychat.shown_to("901").is_empty(), "killed within the quiet window");
    world.mirt.start_again().await;

    let session = world.mirt.at_rest("instagram", "901", 1).await;
    assert_eq!(texts_consumed(&session), ["скільки лагуна на 98?"]);
    assert_eq!(world.manychat.shown_to("901").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_was_committed_arrives_once_after_a_crash_before_its_delivery() {
    let mut world = world().await;
    for _ in 0..3 {
        world.manychat.answer_next(500, &[], json!({ "status": "error" }));
    }
    world.mirt.instagram_text("902", "скільки лагуна на 98?").await;
    while world.manychat.refused() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }

    world.mirt.kill().await;
    let session_before = world.manychat.shown_to("902");
    world.mirt.start_again().await;

    assert!(session_before.is_empty(), "{session_before:?}");
    let session = world.mirt.at_rest("instagram", "902", 1).await;
    assert_eq!(turns(&session).len(), 1);
    assert_eq!(world.manychat.shown_to("902").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_survives_a_crash() {
    let mut world = world().await;
    world.mirt.telegram_text(1, 903, "покажіть сукні на зріст 134").await;
    let before = world.mirt.at_rest("telegram", "903", 1).await;

    world.mirt.kill().await;
    world.mirt.start_again().await;

    assert_eq!(world.mirt.session("telegram", "903").await, before);
}

/// Twenty seconds of the run that the README shows for ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_disordered_or_said_twice_for_no_reason_while_functions_are_killed() {
    let arguments = [
        "load",
        "--sessions",
        "20",
        "--rate",
        "10",
        "--seconds",
        "20",
        "--kill-every-ms",
        "700",
        "--visibility",
        "10",
        "--model-stub-ms",
        "1000",
        "--json",
    ];
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_mirt"))
        .args(arguments)
        .env_clear()
        .output()
        .await
        .unwrap_or_else(|error| panic!("{error}"));

    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    assert!(output.status.success(), "{report:#}");
    for what in ["kills", "turns", "model_calls", "written_while_waiting"] {
        assert!(report[what].as_u64() > Some(0), "{what}: {report:#}");
    }
    assert_eq!(report["sent_again_and_no_kill_explains_it"], 0, "{report:#}");
}
