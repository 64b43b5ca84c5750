//! What scripts get of the operators' commands: JSON and nothing else, and the exit codes.
#![expect(clippy::expect_used, reason = "a test that cannot break what it is about must fail")]

use mirt_aws::sdk;
use mirt_test_support::mirt::World;
use serde_json::{Deserializer, Value};

use crate::world;

/// Puts something that nobody can read to the dead letters of the inbound queue.
async fn bury(world: &World) {
    let http = mirt_http::client().expect("a client");
    let config = sdk::local_config(http, &world.mirt.aws_endpoint(), "us-east-1".to_owned()).await;
    let sqs = aws_sdk_sqs::Client::new(&config);
    let queue = sqs.get_queue_url().queue_name("mirt-dev-inbound-dlq.fifo").send().await;
    let letter = sqs.send_message().set_queue_url(queue.expect("the queue").queue_url);
    let letter = letter.message_group_id("g").message_deduplication_id("d").message_body("?");
    letter.send().await.expect("sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operators_command_gives_scripts_json_and_nothing_else() {
    let world = world().await;
    world.mirt.instagram_text("780001", "скільки коштує лагуна на зріст 98?").await;
    world.mirt.at_rest("instagram", "780001", 1).await;
    bury(&world).await;
    let letters = world.mirt.command(&["dlq", "show", "--json"]).await;
    let letter: Value = serde_json::from_str(&letters).expect("one letter");
    let id = letter["id"].as_str().expect("its id");

    for (arguments, at_least) in [
        (vec!["doctor"], 20),
        (vec!["sessions", "list"], 1),
        (vec!["sessions", "show", "instagram", "780001"], 1),
        (vec!["sessions", "replay", "instagram", "780001", "1"], 0),
        (vec!["orders", "list"], 0),
        (vec!["orders", "export"], 0),
        (vec!["costs", "--days", "2"], 2),
        (vec!["dlq", "list"], 3),
        (vec!["dlq", "drop", id], 1),
        (vec!["dlq", "redrive"], 3),
        (vec!["customer", "show", "instagram", "780001"], 1),
        (vec!["customer", "export", "instagram", "780001"], 1),
        (vec!["customer", "erase", "instagram", "780001"], 1),
        (vec!["telegram", "status"], 0),
    ] {
        let arguments = [arguments, vec!["--json"]].concat();
        let output = world.mirt.try_command(&arguments, &[], "").await;

        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let values: Result<Vec<Value>, _> =
            Deserializer::from_str(&said).into_iter::<Value>().collect();
        let values = values.unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"));
        assert!(values.len() >= at_least, "{arguments:?}: {said}");
        assert!(values.iter().all(Value::is_object), "{arguments:?}: {said}");
        assert!(output.status.code() < Some(2), "{arguments:?}: {output:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_ends_with_two_and_says_what_to_do_next() {
    let world = world().await;

    for (arguments, next) in [
        (vec!["orders", "show", "0000000000000001"], "mirt orders list"),
        (vec!["customer", "show", "instagram", "780009"], "mirt sessions list --users"),
        (vec!["sessions", "show", "instagram", "780009"], "mirt sessions list --users"),
        (vec!["sessions", "show", "icq", "780009"], "instagram"),
        (vec!["sessions", "list", "--state", "nowhere"], "0 to 9"),
        (vec!["dlq", "drop", "none"], "mirt dlq show"),
        (vec!["dlq", "show", "--queue", "none"], "mirt dlq list"),
        (vec!["telegram", "whoami"], "mirt telegram login"),
    ] {
        let output = world.mirt.try_command(&arguments, &[], "").await;

        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(error.contains(next), "{arguments:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_a_redrive_shows_how_far_it_is() {
    let world = world().await;
    bury(&world).await;

    // Nothing makes a terminal on this machine where there is nothing drawn.
    if let Some(drawn) = world.mirt.on_terminal("dlq redrive").await {
        assert!(drawn.contains("moved") && drawn.contains("1 on the way back"), "{drawn}");
    }
}
