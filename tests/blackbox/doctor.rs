//! `mirt doctor`: all is well, and each thing that is not is named with what to do.
#![expect(clippy::expect_used, reason = "a test that cannot break what it is about must fail")]

use std::process::Output;

use mirt_aws::{sdk, secrets};
use mirt_test_support::{
    CrmStub, OpenAiStub,
    mirt::{MANYCHAT_KEY, MANYCHAT_TOKEN, TELEGRAM_SECRET, TELEGRAM_TOKEN, World},
};
use serde_json::{Value, json};

use crate::{
    model::{KEY, good, world_with_model},
    world, world_with,
};

const CHANNELS: &str = "mirt/dev/channels";
const WEBHOOKS: &str = "mirt/dev/webhooks";

async fn config(world: &World) -> aws_config::SdkConfig {
    let http = mirt_http::client().expect("a client");
    sdk::local_config(http, &world.mirt.aws_endpoint(), "us-east-1".to_owned()).await
}

async fn doctor(world: &World) -> (Option<i32>, Vec<Value>) {
    let output = world.mirt.try_command(&["doctor", "--json"], &[], "").await;
    findings(&output)
}

/// The exit code, and what was found.
pub(crate) fn findings(output: &Output) -> (Option<i32>, Vec<Value>) {
    let said = String::from_utf8_lossy(&output.stdout);
    let found = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (output.status.code(), found)
}

/// What is not well, as text: by what was checked.
pub(crate) fn named(found: &[Value], verdict: &str) -> Vec<String> {
    let of = found.iter().filter(|it| it["verdict"] == verdict);
    of.map(|it| format!("{}: {}", it["check"].as_str().unwrap_or_default(), it["found"])).collect()
}

/// Checks that nothing but this is at fault, and that something is said to do about it.
fn is_the_one_fault((code, found): &(Option<i32>, Vec<Value>), check: &str, part: &str) {
    let faults = named(found, "fault");
    assert_eq!(*code, Some(1), "{faults:?}");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with(check) && faults[0].contains(part), "{faults:?}");
    let todo = found.iter().find(|it| it["verdict"] == "fault").map(|it| it["do"].to_string());
    assert!(todo.is_some_and(|todo| todo.len() > 10), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_well_it_says_so_of_each_thing_and_shows_no_key() {
    let (stub, crm) = (OpenAiStub::start(KEY, good).await, CrmStub::start("crm-key").await);
    let crm_url = crm.url();
    let settings = [("SITNIKS_API_KEY", "crm-key"), ("SITNIKS_API_URL", crm_url.as_str())];
    let world = world_with_model(&stub, &settings).await;

    let output = world.mirt.try_command(&["doctor"], &[], "").await;
    let (code, found) = doctor(&world).await;

    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!((output.status.code(), code), (Some(0), Some(0)), "{said}");
    assert_eq!(named(&found, "warning"), [""; 0]);
    for check in [
        "settings",
        "secret webhooks",
        "secret channels",
        "secret crm",
        "table",
        "index due",
        "expiry",
        "queue inbound",
        "queue inbound-dlq",
        "queue orders",
        "API",
        "catalogue",
        "prompts",
        "clock",
        "Telegram",
        "ManyChat",
        "model",
        "CRM",
        "schedule sweeper",
        "schedule followups",
        "schedule summaries",
        "schedule dayreport",
        "Telegram's history",
        "pause",
    ] {
        let own = found.iter().find(|it| it["check"] == check);
        assert!(own.is_some_and(|it| it["verdict"] == "ok"), "{check}: {said}");
    }
    for key in [KEY, "crm-key", MANYCHAT_KEY, TELEGRAM_TOKEN, MANYCHAT_TOKEN, TELEGRAM_SECRET] {
        assert!(!said.contains(key), "{key} is shown: {said}");
    }
    assert_eq!(crm.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_lacks_a_member_or_has_one_that_is_good_no_more_is_named() {
    let world = world().await;
    let config = config(&world).await;
    let secret: Value = secrets::read(&config, CHANNELS).await.expect("the secret");
    let with = |member: &str, value: Value| {
        let mut other = secret.clone();
        other[member] = value;
        other
    };

    for (other, check, part) in [
        (with("telegram_bot_token", Value::Null), "secret channels", "telegram_bot_token"),
        (
            with("requisites", json!({ "iban": "x" })),
            "secret channels",
            "missing field `recipient`",
        ),
        (
            with("requisites", json!({ "recipient": "x", "iban": " ", "tax_id": "1" })),
            "secret channels",
            "lack iban",
        ),
        (
            with("manychat_api_key", json!([MANYCHAT_KEY, "old"])),
            "secret channels",
            "the function dialogue does not start",
        ),
        (
            with("expires", json!({ "manychat_api_key": "2026-01-31" })),
            "secret channels",
            "manychat_api_key is good no more since 2026-01-31",
        ),
        (with("manychat_api_key", json!("another")), "ManyChat", "refuses manychat_api_key (401)"),
        (with("telegram_bot_token", json!("9:other")), "Telegram", "(404)"),
    ] {
        secrets::write(&config, CHANNELS, &other).await.expect("written");
        is_the_one_fault(&doctor(&world).await, check, part);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_with_which_the_webhook_does_not_start_is_named() {
    let world = world().await;
    let config = config(&world).await;
    let secret: Value = secrets::read(&config, WEBHOOKS).await.expect("the secret");
    let both = "telegram_managers_webhook_secret";

    for (member, value) in [("crm_webhook_secret", ""), (both, TELEGRAM_SECRET)] {
        let mut other = secret.clone();
        other[member] = json!(value);
        secrets::write(&config, WEBHOOKS, &other).await.expect("written");
        is_the_one_fault(&doctor(&world).await, "secret webhooks", member);
    }
    let mut two = secret.clone();
    two["manychat_webhook_token"] = json!(["new", MANYCHAT_TOKEN]);
    secrets::write(&config, WEBHOOKS, &two).await.expect("written");
    assert_eq!(doctor(&world).await.0, Some(0), "a list is what a token is changed with");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_gone_or_changed_and_a_dead_letter_that_waits_are_named() {
    let world = world().await;
    let sqs = aws_sdk_sqs::Client::new(&config(&world).await);
    let url = async |name: &str| {
        let answer = sqs.get_queue_url().queue_name(name).send().await;
        answer.expect("the queue").queue_url.expect("its address")
    };

    let letters = url("mirt-dev-orders-dlq.fifo").await;
    let sent = sqs.send_message().queue_url(&letters).message_group_id("g");
    sent.message_deduplication_id("d").message_body("{}").send().await.expect("sent");
    is_the_one_fault(&doctor(&world).await, "queue orders-dlq", "1 dead letters, the oldest for");
    sqs.purge_queue().queue_url(&letters).send().await.expect("emptied");

    let changed = sqs.set_queue_attributes().queue_url(url("mirt-dev-orders.fifo").await);
    let hidden = aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout;
    changed.attributes(hidden, "7").send().await.expect("changed");
    is_the_one_fault(
        &doctor(&world).await,
        "queue orders",
        "VisibilityTimeout is 7, and should be",
    );

    let events = url("mirt-dev-telegram-events.fifo").await;
    sqs.delete_queue().queue_url(events).send().await.expect("deleted");
    let (code, found) = doctor(&world).await;
    let faults = named(&found, "fault").join("\n");
    assert_eq!(code, Some(1));
    assert!(faults.contains("there is no queue mirt-dev-telegram-events.fifo"), "{faults}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_not_reached_is_named() {
    // Nobody listens there.
    let world = world_with(&[("MANYCHAT_API_URL", "http://127.0.0.1:9")]).await;

    is_the_one_fault(&doctor(&world).await, "ManyChat", "not reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_because_nobody_does_it_is_named() {
    let world = world().await;
    // Hidden from the sweeper, which runs every minute, until the look: only the store has it.
    let table = aws_sdk_dynamodb::Client::new(&config(&world).await);
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let at = jiff::Timestamp::now().as_millisecond() - 4 * 60 * 60 * 1_000;
    let put = table.put_item().table_name("mirt-dev").item("pk", text("S#instagram:1"));
    let put = put.item("sk", text("STATE")).item("due_shard", text("SUMMARY#0"));
    let at = aws_sdk_dynamodb::types::AttributeValue::N(at.to_string());
    put.item("due_at", at).send().await.expect("written");

    is_the_one_fault(&doctor(&world).await, "schedule summaries", "due for 4 h");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_not_there_is_named() {
    use aws_sdk_dynamodb::types::{DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate};

    let world = world().await;
    let table = aws_sdk_dynamodb::Client::new(&config(&world).await);
    let gone = DeleteGlobalSecondaryIndexAction::builder().index_name("due").build();
    let gone = GlobalSecondaryIndexUpdate::builder().delete(gone.expect("a name")).build();
    let update = table.update_table().table_name("mirt-dev");
    update.global_secondary_index_updates(gone).send().await.expect("deleted");

    let (code, found) = doctor(&world).await;

    let faults = named(&found, "fault");
    assert_eq!(code, Some(1));
    assert!(faults.iter().any(|it| it.starts_with("index due: ")), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_running_system_there_is_nothing_to_say() {
    let mut world = world().await;
    world.mirt.kill().await;

    let output = world.mirt.try_command(&["doctor"], &[], "").await;

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("mirt up"), "{output:?}");
}
