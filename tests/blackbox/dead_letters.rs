//! What failed for good is seen, sent back, or dropped.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::types::QueueAttributeName;
use mirt_aws::sdk;
use mirt_test_support::{CrmStub, CrmTrouble, mirt::World};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{crm, messages, turns, world};

const QUEUE: &str = "mirt-dev-inbound-dlq.fifo";

const ORDERS: &str = "mirt-dev-orders-dlq.fifo";

/// The queue that it belongs to.
const INBOUND: &str = "mirt-dev-inbound.fifo";

async fn config(world: &World) -> aws_config::SdkConfig {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    sdk::local_config(http, &world.mirt.aws_endpoint(), "us-east-1".to_owned()).await
}

async fn queues(world: &World) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&config(world).await)
}

async fn tables(world: &World) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&config(world).await)
}

/// Puts a message into the dead-letter queue, as SQS does after too many receives.
pub(crate) async fn bury(world: &World, group: &str, body: &str) {
    put(world, QUEUE, group, body).await;
}

async fn put(world: &World, queue: &str, group: &str, body: &str) {
    let client = queues(world).await;
    let address = client.get_queue_url().queue_name(queue).send().await;
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

    assert!(
        before.lines().any(|line| line.starts_with("inbound ") && line.ends_with(" 1")),
        "{before}"
    );
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

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_of_an_order_names_it_and_what_the_crm_said() {
    let stub = CrmStub::start(crm::KEY).await;
    stub.script(&[None, Some(CrmTrouble::Status(422))]);
    let world = crm::shop(&stub).await;
    let (_, id) = crm::ordered(&world, "1306").await;
    crm::wait_for_state(&world, &id, "failed").await;
    let order = json!({ "LookAfter": { "order": id, "reason": "v1" } });
    let label = json!({ "Label": {
        "session": { "channel": "instagram", "user": "1306" },
        "label": "in_work", "turn": 1, "at": "2026-11-21T10:00:00Z",
    }});
    put(&world, ORDERS, &id, &order.to_string()).await;
    put(&world, ORDERS, "instagram:1306", &label.to_string()).await;

    let seen = shown(&world).await;
    let table = world.mirt.command(&["dlq", "show", "--queue", "orders"]).await;

    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().all(|letter| letter["readable"] == true), "{seen:?}");
    assert_eq!((&seen[0]["order"], &seen[0]["failures"]), (&json!(id), &json!(1)));
    assert!(seen[0]["error"].as_str().is_some_and(|it| it.contains("invalid_order")), "{seen:?}");
    let session = seen[1]["session"].as_str().unwrap_or_default();
    assert!(session.starts_with("instagram:") && !session.contains("1306"), "{session}");
    assert!(table.contains(&id) && table.contains("invalid_order"), "{table}");
    assert!(!table.contains("nobody can read it"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_behind_the_tenth_of_their_group_are_counted_and_come_in_sight_when_one_is_dropped()
{
    let world = world().await;
    for length in 1..=12 {
        bury(&world, "instagram:1307", &"?".repeat(length)).await;
    }

    let first = world.mirt.try_command(&["dlq", "show", "--json"], &[], "").await;
    let seen = shown(&world).await;
    let id = seen[0]["id"].as_str().unwrap_or_default();
    world.mirt.command(&["dlq", "drop", id]).await;
    let then = world.mirt.try_command(&["dlq", "show", "--json"], &[], "").await;

    let lines =
        |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).lines().count();
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((lines(&first), lines(&then)), (10, 10));
    assert!(said(&first).contains("inbound: 2 more"), "{}", said(&first));
    assert!(said(&then).contains("inbound: 1 more"), "{}", said(&then));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_a_letters_age_by_the_clock_that_was_moved() {
    let world = world().await;
    let day = json!({ "seconds": 86_400 });
    let moved = world.mirt.request(Method::POST, "/local/clock").json(&day).send().await;
    assert!(moved.is_ok_and(|answer| answer.status().is_success()));
    bury(&world, "instagram:1308", "?").await;

    let answer = world.mirt.request(Method::GET, "/local/dead-letters").send().await;
    let answer = answer.unwrap_or_else(|error| panic!("{error}"));
    let letters: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));

    assert!(letters[0]["age_s"].as_f64() >= Some(0.0), "{letters}");
}

/// Lets what failed come again after a second: nobody waits for the minutes that it takes in AWS.
async fn retry_soon(world: &World) {
    let client = queues(world).await;
    let address = client.get_queue_url().queue_name(INBOUND).send().await;
    let address = address.unwrap_or_else(|error| panic!("{error}"));
    let set = client
        .set_queue_attributes()
        .set_queue_url(address.queue_url)
        .attributes(QueueAttributeName::VisibilityTimeout, "1")
        .send()
        .await;
    set.unwrap_or_else(|error| panic!("{error}"));
}

/// Waits until the dead-letter queue holds `count`, and gives what is shown of them.
async fn dead(world: &World, count: usize) -> Vec<Value> {
    loop {
        let seen = shown(world).await;
        if seen.len() >= count {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_message_holds_its_session_up_for_its_retries_and_others_not_at_all() {
    let world = world().await;
    retry_soon(&world).await;
    put(&world, INBOUND, "instagram:1303", "?").await;
    world.mirt.instagram_text("1303", "Добрий день").await;
    world.mirt.instagram_text("1304", "Добрий день").await;

    world.mirt.at_rest("instagram", "1304", 1).await;
    let before = shown(&world).await;
    let seen = dead(&world, 1).await;
    let session = world.mirt.at_rest("instagram", "1303", 1).await;

    assert_eq!(before, [Value::Null; 0], "another session waited for the poisoned one");
    assert_eq!((seen.len(), &seen[0]["readable"]), (1, &json!(false)));
    assert_eq!(turns(&session).len(), 1);
    assert_eq!(world.manychat.shown_to("1303").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_turn_failed_with_is_shown_beside_its_dead_letter_without_personal_data() {
    let world = world().await;
    retry_soon(&world).await;
    let item = [
        ("pk", "S#instagram:1305"),
        ("sk", "IN#01795255200000000#00000000000000000000#i:x"),
        ("data", "{\"phone\":\"0501234567\"}"),
    ];
    let put = tables(&world)
        .await
        .put_item()
        .table_name("mirt-dev")
        .set_item(Some(
            item.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned()))).into(),
        ))
        .send()
        .await;
    put.unwrap_or_else(|error| panic!("{error}"));
    world.mirt.instagram_text("1305", "Добрий день").await;

    let seen = dead(&world, 1).await;

    let error = seen[0]["error"].as_str().unwrap_or_default();
    assert!(error.contains("refused: an event"), "{seen:?}");
    assert!(seen[0]["failures"].as_u64() >= Some(5), "{seen:?}");
    let all = format!("{seen:?}");
    assert!(!all.contains("1305") && !all.contains("0501234567") && !all.contains("день"), "{all}");
}
