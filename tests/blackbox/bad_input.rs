//! Each bad input gets a clear answer.

use mirt_test_support::mirt::{
    MANYCHAT_TOKEN, TELEGRAM_SECRET, World, telegram_message, telegram_text,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{turns, world};

const MANYCHAT: &str = "/webhooks/manychat";
const TELEGRAM: &str = "/webhooks/telegram";
const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

async fn told(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap_or_else(|error| panic!("{error}"));
    (status, body["error"].as_str().unwrap_or_default().to_owned())
}

async fn manychat(world: &World, body: impl Into<Vec<u8>>) -> (u16, String) {
    told(world.mirt.post(MANYCHAT, ("X-ManyChat-Token", MANYCHAT_TOKEN), body).await).await
}

/// Makes a service fail (`PUT`) or work again (`DELETE`).
async fn switch(world: &World, method: Method, service: &str) {
    let request = world.mirt.request(method, &format!("/local/faults/{service}"));
    let answer = request.send().await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{service}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_missing_secret_is_refused_and_every_right_place_of_it_is_taken() {
    let world = world().await;
    let payload = || json!({ "clientId": "1101", "message": "Привіт" }).to_string();
    let as_header = |name, value| world.mirt.post(MANYCHAT, (name, value), payload());

    assert_eq!(as_header("X-Other", "x").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(as_header("X-ManyChat-Token", "wrong").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(as_header("X-ManyChat-Token", "").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(as_header("Authorization", "Bearer wrong").await.status(), 401);
    let update = telegram_text(1, 1101, "Привіт").to_string();
    let telegram = world.mirt.post(TELEGRAM, (SECRET_HEADER, "wrong"), update).await;
    assert_eq!(telegram.status(), StatusCode::UNAUTHORIZED);

    let bearer = format!("Bearer {MANYCHAT_TOKEN}");
    assert_eq!(as_header("Authorization", &bearer).await.status(), StatusCode::ACCEPTED);
    assert_eq!(as_header("authorization", MANYCHAT_TOKEN).await.status(), StatusCode::ACCEPTED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_with_a_sentence_that_names_it() {
    let world = world().await;

    let (status, sentence) = manychat(&world, "{\"clientId\": ").await;
    assert_eq!(status, 400);
    assert!(sentence.contains("not valid JSON"), "{sentence}");

    let (status, sentence) = manychat(&world, json!({ "clientId": "1102" }).to_string()).await;
    assert_eq!((status, sentence.as_str()), (400, "missing message text or image"));

    let (status, sentence) = manychat(&world, json!({ "message": "Привіт" }).to_string()).await;
    assert_eq!(status, 400);
    assert!(sentence.contains("missing customer id"), "{sentence}");

    let telegram = world.mirt.post(TELEGRAM, (SECRET_HEADER, TELEGRAM_SECRET), "{").await;
    let (status, sentence) = told(telegram).await;
    assert_eq!(status, 400);
    assert!(sentence.contains("not valid JSON"), "{sentence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_256_kb_is_refused() {
    let world = world().await;
    let text = "а".repeat(140 * 1024);

    let (status, sentence) =
        manychat(&world, json!({ "clientId": "1103", "message": text }).to_string()).await;

    assert_eq!(status, 413);
    assert!(sentence.contains("256 KB"), "{sentence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_hears_200_for_what_is_ignored() {
    let world = world().await;

    for update in [
        telegram_message(1, 1104, &json!({ "pinned_message": {} })),
        json!({ "update_id": 2, "my_chat_member": {} }),
    ] {
        let (status, body) = world.mirt.telegram(&update).await;
        assert_eq!((status, body["status"].as_str()), (StatusCode::OK, Some("ignored")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_store_or_the_queue_is_down_the_channel_hears_503_and_delivers_again() {
    let world = world().await;
    let payload = json!({ "clientId": "1105", "message": "Добрий день", "message_id": "m-1" });

    for service in ["dynamodb", "sqs"] {
        switch(&world, Method::PUT, service).await;

        let header = ("X-ManyChat-Token", MANYCHAT_TOKEN);
        let answer = world.mirt.post(MANYCHAT, header, payload.to_string()).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{service}");
        assert!(answer.headers().contains_key("retry-after"), "{service}");
        let health = world.mirt.get("/health").await;
        assert_eq!(health.status(), StatusCode::SERVICE_UNAVAILABLE);
        // By this the alarms know it from a crash that loses messages.
        assert!(health.headers().contains_key("retry-after"), "{service}");

        switch(&world, Method::DELETE, service).await;
    }

    let (status, _) = world.mirt.manychat(&payload).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let session = world.mirt.at_rest("instagram", "1105", 1).await;
    assert_eq!(turns(&session).len(), 1);
}
