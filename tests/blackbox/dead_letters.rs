//! What failed for good is seen, sent back, or dropped.

use aws_sdk_sqs::Client;
use mirt_aws::sdk;
use mirt_test_support::mirt::World;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{messages, turns, world};

const QUEUE: &str = "mirt-dev-inbound-dlq.fifo";

/// Puts a message into the dead-letter queue, as SQS does after too many receives.
async fn bury(world: &World, group: &str, body: &str) {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let endpoint = world.mirt.aws_endpoint();
    let config = sdk::local_config(http, &endpoint, "us-east-1".to_owned()).await;
    let client = Client::new(&config);
    let address = client.get_queue_url().queue_name(QUEUE).send().await;
    let address = address.unwrap_or_else(|error| panic!("{error}"));
    let sent = client
        .send_message()
        .set_queue_url(address.queue_url)
        .message_group_id(group)
        .message_deduplication_id(body.len().to_string())
        .message_body(body)
        .send()
        .await;
    sent.unwrap_or_else(|error| panic!("{error}"));
}

async fn shown(world: &World) -> Vec<Value> {
    let output = world.mirt.command(&["dlq", "show", "--json"]).await;
    let row = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    output.lines().map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wake_up_that_failed_for_good_is_redriven_and_its_customer_answered() {
    let world = world().await;
    // Recorded and not woken: the queue is down.
    let fault = world.mirt.request(Method::PUT, "/local/faults/sqs").send().await;
    assert!(fault.is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT));
    let payload = json!({ "clientId": "1301", "message": "Добрий день", "message_id": "m-1" });
    let (status, _) = world.mirt.manychat(&payload).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let fault = world.mirt.request(Method::DELETE, "/local/faults/sqs").send().await;
    assert!(fault.is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT));
    let wake_up = json!({ "Wake": {
        "session": { "channel": "instagram", "user": "1301" },
        "event": "i:m-1",
        "received_at": "2026-11-21T10:00:00Z",
    }});
    bury(&world, "instagram:1301", &wake_up.to_string()).await;

    let before = world.mirt.command(&["dlq", "list"]).await;
    let seen = shown(&world).await;
    world.mirt.command(&["dlq", "redrive"]).await;

    assert!(before.contains(": 1"), "{before}");
    assert_eq!(seen.len(), 1);
    let session = seen[0]["session"].as_str().unwrap_or_default();
    assert!(session.starts_with("instagram:") && !session.contains("1301"), "{session}");
    let session = world.mirt.at_rest("instagram", "1301", 1).await;
    assert_eq!(turns(&session).len(), 1);
    assert_eq!(world.manychat.shown_to("1301").len(), messages(&session));
    assert_eq!(shown(&world).await, [Value::Null; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_can_read_is_shown_as_such_and_dropped() {
    let world = world().await;
    bury(&world, "instagram:1302", "?").await;
    bury(&world, "instagram:1302", "??").await;

    let seen = shown(&world).await;
    let id = seen[0]["id"].as_str().unwrap_or_default();
    world.mirt.command(&["dlq", "drop", id]).await;

    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0]["readable"], false);
    let left = shown(&world).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], seen[1]["id"]);
}
