//! Copies of one event are one event (I2).

use std::sync::Arc;

use mirt_test_support::mirt::telegram_text;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{messages, turns, world};

/// Posts `payload` fifty times at once; gives how many were told that they were the first.
async fn fifty_at_once(world: &Arc<mirt_test_support::mirt::World>, payload: Value) -> usize {
    let posts = (0..50).map(|_| {
        let (world, payload) = (Arc::clone(world), payload.clone());
        tokio::spawn(async move { world.mirt.manychat(&payload).await })
    });
    let mut accepted = 0;
    for post in posts.collect::<Vec<_>>() {
        let (status, body) = post.await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
        match body["status"].as_str() {
            Some("accepted") => accepted += 1,
            Some("duplicate") => {}
            _ => panic!("{body}"),
        }
    }
    accepted
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_copies_of_one_event_are_one_turn_and_one_reply() {
    let world = Arc::new(world().await);
    let payload = json!({ "clientId": "601", "message": "Добрий день", "message_id": "m-1" });

    let accepted = fifty_at_once(&world, payload).await;

    assert_eq!(accepted, 1);
    let session = world.mirt.at_rest("instagram", "601", 1).await;
    assert_eq!(turns(&session).len(), 1);
    assert_eq!(world.manychat.shown_to("601").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_copies_of_an_event_without_an_id_are_one_turn_and_one_reply() {
    let world = Arc::new(world().await);

    let accepted =
        fifty_at_once(&world, json!({ "clientId": "602", "message": "Добрий день" })).await;

    assert_eq!(accepted, 1);
    let session = world.mirt.at_rest("instagram", "602", 1).await;
    assert_eq!(turns(&session).len(), 1);
    assert_eq!(world.manychat.shown_to("602").len(), messages(&session));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_telegram_delivers_again_is_told_so_and_not_answered_again() {
    let world = world().await;
    let update = telegram_text(7, 603, "Добрий день");
    world.mirt.telegram(&update).await;
    world.mirt.at_rest("telegram", "603", 1).await;

    let (status, body) = world.mirt.telegram(&update).await;

    assert_eq!((status, body["status"].as_str()), (StatusCode::OK, Some("duplicate")));
    world.mirt.telegram_text(8, 603, "дякую").await;
    let session = world.mirt.at_rest("telegram", "603", 2).await;
    assert_eq!(turns(&session).len(), 2);
    assert_eq!(world.telegram.shown_to("603").len(), messages(&session));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_said_again_later_are_another_message() {
    let world = world().await;
    world.mirt.instagram_text("604", "Добрий день").await;
    world.mirt.at_rest("instagram", "604", 1).await;

    // Past the window in which the same content is the same event.
    tokio::time::sleep(std::time::Duration::from_millis(5500)).await;
    world.mirt.instagram_text("604", "Добрий день").await;

    let session = world.mirt.at_rest("instagram", "604", 2).await;
    assert_eq!(turns(&session).len(), 2);
}
