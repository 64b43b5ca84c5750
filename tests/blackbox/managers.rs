//! What is left to a human reaches a human (I10).

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{messages, turns, world, world_with};

const CHAT: &str = "-1001";
const MANAGERS: [(&str, &str); 1] = [("MIRT_MANAGERS_CHAT", CHAT)];

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_asks_for_a_human_is_answered_and_managers_are_told_once() {
    let world = world_with(&MANAGERS).await;

    world.mirt.instagram_text("1401", "покличте менеджера").await;

    let told = world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    let session = world.mirt.at_rest("instagram", "1401", 1).await;
    assert!(format!("{told:?}").contains("Клієнт просить людину.\\ninstagram:1401"), "{told:?}");
    assert_eq!(world.manychat.shown_to("1401").len(), messages(&session));
    world.mirt.managers_told("instagram", "1401").await;
    assert_eq!(world.telegram.shown_to(CHAT).len(), 1);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_who_cannot_be_reached_hold_no_customer_up_and_are_told_later() {
    let world = world_with(&MANAGERS).await;
    for _ in 0..3 {
        world.telegram.answer_next(502, &[], json!({}));
    }
    world.mirt.instagram_text("1402", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "1402", 1).await;
    world.mirt.instagram_text("1402", "ви тут?").await;
    let session = world.mirt.at_rest("instagram", "1402", 2).await;
    assert_eq!(turns(&session).len(), 2);

    let mut woken = 0;
    while woken == 0 {
        let run = world.mirt.request(Method::POST, "/local/schedules/sweeper").send().await;
        let answer = run.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answer.status(), StatusCode::OK);
        let swept: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));
        woken = swept["woken"].as_u64().unwrap_or_default();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    world.mirt.managers_told("instagram", "1402").await;
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_its_channel_refuses_for_good_is_handed_to_a_manager() {
    let world = world_with(&MANAGERS).await;
    let refused = json!({ "status": "error", "message": "Validation error" });
    world.manychat.answer_next(400, &[], refused);
    world.mirt.instagram_text("1403", "Добрий день").await;
    world.mirt.at_rest("instagram", "1403", 1).await;

    // The next wake-up of the session tells them; without one the sweeper sees to it.
    world.mirt.instagram_text("1403", "покажіть сукні на зріст 134").await;

    let told = world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    assert!(format!("{told:?}").contains("Відповідь не дійшла до клієнта"), "{told:?}");
    let session = world.mirt.at_rest("instagram", "1403", 2).await;
    assert_eq!(turns(&session).len(), 2);
    assert!(!world.manychat.shown_to("1403").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_managers_chat_what_they_have_to_hear_waits() {
    let world = world().await;

    world.mirt.instagram_text("1404", "покличте менеджера").await;

    let session = world.mirt.at_rest("instagram", "1404", 1).await;
    assert_eq!(session["pending_alerts"], 1);
    assert_eq!(world.manychat.shown_to("1404").len(), messages(&session));
}
