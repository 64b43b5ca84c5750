//! Channels that are slow, busy or unwilling.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    managers::{CHAT, MANAGERS, press, write},
    messages, turns, world, world_with,
};

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
async fn a_channel_that_wants_two_days_of_silence_is_asked_again_after_an_hour() {
    let world = world().await;
    world.manychat.answer_next(429, &[("retry-after", "172800")], json!({}));
    world.mirt.instagram_text("1009", "Добрий день").await;
    while world.manychat.refused() < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    world.mirt.forward(3_660).await;

    let session = world.mirt.at_rest("instagram", "1009", 1).await;
    assert_eq!(world.manychat.shown_to("1009").len(), messages(&session));
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
async fn a_customer_who_blocked_the_bot_is_sent_nothing_until_they_write_and_managers_hear_of_it_once()
 {
    let world = world_with(&MANAGERS).await;
    let blocked = json!({ "ok": false, "error_code": 403, "description": "Forbidden" });
    world.telegram.answer_next(403, &[], blocked);
    world.mirt.telegram_text(1, 1003, "покличте менеджера").await;
    world.mirt.at_rest("telegram", "1003", 1).await;
    world.mirt.managers_told("telegram", "1003").await;
    let told = format!("{:?}", world.telegram.shown_to(CHAT));
    assert_eq!(told.matches("заблокував бота").count(), 1, "{told}");

    // What a manager says is not tried, and they learn why.
    write(&world, 2, 7, "Вітаю, я Олена!").await;
    world.mirt.at_rest("telegram", "1003", 2).await;
    world.mirt.managers_told("telegram", "1003").await;
    assert_eq!(world.telegram.sent_to("1003").len(), 0);
    let told = format!("{:?}", world.telegram.shown_to(CHAT));
    assert_eq!(told.matches("заблокував бота").count(), 2, "{told}");

    press(&world, 3, 7, "Повернути асистенту").await;
    world.mirt.at_rest("telegram", "1003", 3).await;
    world.mirt.telegram_text(4, 1003, "скільки лагуна на 98?").await;

    let session = world.mirt.at_rest("telegram", "1003", 4).await;
    assert_eq!(turns(&session).len(), 4);
    let shown = format!("{:?}", world.telegram.shown_to("1003"));
    assert!(shown.contains("1790 грн"), "{shown}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn manychats_word_that_the_window_is_closed_or_the_subscriber_gone_closes_the_session() {
    let world = world_with(&MANAGERS).await;
    for (user, words, told) in [
        ("1006", "This message is sent outside of allowed window", "Минуло понад 24 години"),
        ("1007", "Subscriber does not exist", "більше не знає цього клієнта"),
    ] {
        world.manychat.answer_next(400, &[], json!({ "status": "error", "message": words }));
        world.mirt.instagram_text(user, "Добрий день").await;
        world.mirt.at_rest("instagram", user, 1).await;
        world.mirt.managers_told("instagram", user).await;
        let shown = format!("{:?}", world.telegram.shown_to(CHAT));
        assert_eq!(shown.matches(told).count(), 1, "{shown}");

        world.mirt.instagram_text(user, "скільки лагуна на 98?").await;

        world.mirt.at_rest("instagram", user, 2).await;
        assert!(!world.manychat.shown_to(user).is_empty());
    }
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_loses_no_reply_and_is_said_in_the_log_where_an_alarm_listens() {
    let world = world().await;
    let revoked = json!({ "status": "error", "message": "Wrong token" });
    world.manychat.answer_next(401, &[], revoked);

    world.mirt.instagram_text("1008", "Добрий день").await;
    while world.manychat.refused() < 1 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let session = world.mirt.session("instagram", "1008").await;
    assert_eq!(session["pending_outbox"], 1, "{session}");
    // Mended meanwhile: the next message's wake-up sends both, in order.
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    world.mirt.instagram_text("1008", "скільки лагуна на 98?").await;

    let session = world.mirt.at_rest("instagram", "1008", 2).await;
    assert_eq!(world.manychat.shown_to("1008").len(), messages(&session));
    let log = world.mirt.functions_log();
    assert!(log.contains("\"event\":\"channel_broken\""), "{log}");
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
