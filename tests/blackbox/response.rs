//! Flows of ManyChat that take a reply only as the answer to their request.

use std::time::Duration;

use mirt_test_support::{
    manychat_violations,
    mirt::{MANYCHAT_TOKEN, World},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{turns, world, world_with};

const BLOCK: &str = "/webhooks/manychat/block";

/// What a flow is answered with.
async fn ask(world: &World, path: &str, user: &str, text: &str) -> Value {
    let payload = json!({ "type": "instagram", "clientId": user, "message": text });
    let header = ("X-ManyChat-Token", MANYCHAT_TOKEN);
    let answer = world.mirt.post(path, header, payload.to_string()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap_or_else(|error| panic!("{error}"))
}

/// The words of a block.
fn words(block: &Value) -> String {
    let messages = block["content"]["messages"].as_array().cloned().unwrap_or_default();
    let texts = messages.iter().filter_map(|message| message["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_cannot_be_sent_to_gets_the_reply_as_its_answer_and_nobody_sends_it_again() {
    let world = world_with(&[("MIRT_MANYCHAT_MARKS", "ai_state")]).await;

    let block = ask(&world, BLOCK, "3001", "скільки лагуна на 98?").await;

    assert!(words(&block).contains("1790 грн"), "{block}");
    assert_eq!(block["version"], "v2");
    assert_eq!(block["content"]["actions"][0]["field_name"], "ai_state", "{block}");
    assert_eq!(manychat_violations(&block), [""; 0], "{block}");
    let session = world.mirt.at_rest("instagram", "3001", 1).await;
    assert_eq!(turns(&session).len(), 1);
    // The next message is answered as well, in its own request: nothing of the first is left.
    let next = ask(&world, BLOCK, "3001", "а на 134?").await;
    assert!(words(&next).contains("134-140"), "{next}");
    world.mirt.at_rest("instagram", "3001", 2).await;
    assert!(world.manychat.sent_to("3001").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ready_in_time_is_sent_and_the_flow_gets_a_message_in_between() {
    let slow = [("MIRT_MANYCHAT_ANSWER_MS", "1000"), ("MIRT_BURST_QUIET_MS", "2500")];
    let world = world_with(&slow).await;

    let block = ask(&world, BLOCK, "3002", "скільки лагуна на 98?").await;

    assert!(words(&block).contains("Хвилинку"), "{block}");
    let sent = world.manychat.wait_for("3002", |shown| !shown.is_empty()).await;
    assert!(format!("{sent:?}").contains("1790 грн"), "{sent:?}");
    let session = world.mirt.at_rest("instagram", "3002", 1).await;
    assert_eq!(world.manychat.shown_to("3002").len(), crate::messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_requests_of_one_burst_one_gets_the_reply_and_the_other_nothing() {
    let world = world().await;

    let first = ask(&world, BLOCK, "3003", "скільки лагуна на 98?");
    let second = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        ask(&world, BLOCK, "3003", "рожева").await
    };
    let (first, second) = tokio::join!(first, second);

    let answered = [&first, &second].iter().filter(|block| !words(block).is_empty()).count();
    assert_eq!(answered, 1, "{first} {second}");
    let session = world.mirt.at_rest("instagram", "3003", 1).await;
    assert_eq!(turns(&session).len(), 1);
    assert!(world.manychat.sent_to("3003").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_while_a_human_has_the_conversation_is_answered_with_an_empty_block() {
    let world = world().await;
    ask(&world, BLOCK, "3004", "покличте менеджера").await;

    let block = ask(&world, BLOCK, "3004", "ви тут?").await;

    assert_eq!(block["content"]["messages"], json!([]), "{block}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usual_address_answers_with_blocks_where_that_is_set() {
    let world = world_with(&[("MIRT_MANYCHAT_MODE", "response")]).await;

    let block = ask(&world, "/webhooks/manychat", "3005", "скільки лагуна на 98?").await;

    assert!(words(&block).contains("1790 грн"), "{block}");
    assert!(world.manychat.sent_to("3005").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_answer_does_not_hold_is_sent_after_it_and_nothing_twice() {
    let world = world().await;
    // Photos with their words: more than the ten messages of an answer.
    let wish = "на 134 хочу лагуну, анну, ритм, мрію";

    let block = ask(&world, BLOCK, "3006", wish).await;

    let session = world.mirt.at_rest("instagram", "3006", 1).await;
    let given = block["content"]["messages"].as_array().map_or(0, Vec::len);
    let sent = world.manychat.shown_to("3006");
    assert_eq!(given, 10, "{block:#}");
    assert!(!sent.is_empty());
    assert_eq!(given + sent.len(), crate::messages(&session), "{sent:?}");
    assert!(!words(&block).contains("Мрія") && format!("{sent:?}").contains("Мрія"), "{sent:?}");
    assert_eq!(manychat_violations(&block), [""; 0], "{block}");
    world.check();
}
