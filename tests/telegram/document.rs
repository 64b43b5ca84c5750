//! What a document holds.

use mirt_history::{document::checksum, fetch::Ending, preprocess::Preprocessing};
use mirt_telegram_peer::sample;
use serde_json::Value;

use crate::stage::{DAY, Stage, of_day};

/// The schema that documents are held to.
const SCHEMA: &str = include_str!("../schemas/telegram-document.json");

fn violations(document: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let shown =
        |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator.iter_errors(document).map(shown).collect()
}

async fn fetched(stage: &Stage, chat: &str) -> Value {
    let report = stage.run(&of_day(chat, DAY)).await;
    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    let file = stage.file(chat, DAY).await.unwrap();
    serde_json::from_slice(&file).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channels_day_holds_all_that_telegram_says_about_its_posts() {
    let stage = Stage::start(sample::everything(DAY)).await;

    let document = fetched(&stage, "@shop_news").await;

    assert_eq!(violations(&document), [""; 0]);
    insta::assert_json_snapshot!(document);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_groups_day_holds_its_talk_with_short_messages_taken_together() {
    let stage = Stage::start(sample::everything(DAY)).await;

    let document = fetched(&stage, "https://t.me/shop_talk").await;

    assert_eq!(violations(&document), [""; 0]);
    insta::assert_json_snapshot!(document);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_group_is_known_by_its_id_and_an_empty_day_has_an_empty_document() {
    let stage = Stage::start(sample::everything(DAY)).await;

    let group = fetched(&stage, "-7").await;
    let report = stage.run(&of_day("-7", "2026-11-17")).await;

    assert_eq!(group["source_info"]["id"], "chat_7");
    assert_eq!(group["messages"][0]["text"], "лише для своїх");
    assert!(matches!(report.ending, Ending::Done));
    let empty = stage.stored("-7", "2026-11-17").await.unwrap();
    assert_eq!((empty.published.messages, empty.published.min_id), (0, None));
    assert!(empty.document.messages.is_empty() && empty.published.is_whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_found_by_its_id_alone_among_the_accounts_chats() {
    let stage = Stage::start(sample::everything(DAY)).await;

    let document = fetched(&stage, "-1000000001001").await;

    assert_eq!(document["source_info"]["id"], "@shop_news");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_messages_of_a_day_are_all_there_in_order() {
    let stage = Stage::start(sample::busy(1, DAY, 2, 3_000)).await;

    let report = stage.run(&of_day("@busy_0", DAY)).await;

    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    let stored = stage.stored("@busy_0", DAY).await.unwrap();
    let mut ids: Vec<i32> = Vec::new();
    for message in &stored.document.messages {
        ids.push(message.id);
        ids.extend(&message.merged_ids);
    }
    assert_eq!(ids, (1..=3_000).collect::<Vec<_>>());
    assert_eq!((stored.published.min_id, stored.published.max_id), (Some(1), Some(3_000)));
    assert_eq!(checksum(&stored.document.to_file().unwrap()), stored.published.checksum);
    // 30 full pages, and the one with the next day's first message.
    assert_eq!(stage.peer.calls("messages.getHistory"), 31);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_preprocessing_the_messages_are_as_telegram_has_them() {
    let mut stage = Stage::start(sample::everything(DAY)).await;
    stage.settings.preprocessing = Preprocessing::none();

    let document = fetched(&stage, "@shop_talk").await;

    assert_eq!(violations(&document), [""; 0]);
    let messages = document["messages"].as_array().unwrap();
    let ids: Vec<_> = messages.iter().map(|message| message["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [41, 42, 43, 44, 45, 46, 48]);
    assert!(messages.iter().all(|message| message["lang"].is_null()));
}
