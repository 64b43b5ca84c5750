//! Channels that are slow, busy or unwilling.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{messages, turns, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_arrives_once_although_the_channel_fails_at_first() {
    let world = world().await;
    world.manychat.answer_next(503, &[], json!({}));
    world.manychat.answer_next(429, &[("retry-after", "1")], json!({}));

    world.mirt.instagram_text("1001", "Добрий день").await;

    let session = world.mirt.at_rest("instagram", "1001", 1).await;
    assert_eq!(world.manychat.refused(), 2);
    assert_eq!(world.manychat.shown_to("1001").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_own_word_for_how_long_to_wait_is_heeded() {
    let world = world().await;
    let busy = json!({ "ok": false, "error_code": 429, "parameters": { "retry_after": 1 } });
    world.telegram.answer_next(429, &[], busy);

    world.mirt.telegram_text(1, 1002, "Добрий день").await;

    let session = world.mirt.at_rest("telegram", "1002", 1).await;
    assert_eq!(world.telegram.shown_to("1002").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_blocked_the_bot_does_not_hold_up_their_own_session() {
    let world = world().await;
    let blocked = json!({ "ok": false, "error_code": 403, "description": "Forbidden" });
    world.telegram.answer_next(403, &[], blocked);
    world.mirt.telegram_text(1, 1003, "Добрий день").await;
    world.mirt.at_rest("telegram", "1003", 1).await;

    world.mirt.telegram_text(2, 1003, "скільки лагуна на 98?").await;

    let session = world.mirt.at_rest("telegram", "1003", 2).await;
    assert_eq!(turns(&session).len(), 2);
    assert!(!world.telegram.shown_to("1003").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_its_channel_did_not_take_is_sent_by_the_sweeper() {
    let world = world().await;
    for _ in 0..3 {
        world.manychat.answer_next(503, &[], json!({}));
    }
    world.mirt.instagram_text("1004", "Добрий день").await;
    while world.manychat.refused() < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    // Due ten seconds after the failure: runs before find nothing.
    let mut woken = 0;
    while woken == 0 {
        let run = world.mirt.request(Method::POST, "/local/schedules/sweeper").send().await;
        let answer = run.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answer.status(), StatusCode::OK);
        let swept: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));
        woken = swept["woken"].as_u64().unwrap_or_default();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    let session = world.mirt.at_rest("instagram", "1004", 1).await;
    assert_eq!(turns(&session).len(), 1);
    assert_eq!(world.manychat.shown_to("1004").len(), messages(&session));
    world.check();
}
