//! A model that takes its time: the message in between, the late answer, and new input.

use std::time::Duration;

use mirt_test_support::{ModelReply, OpenAiStub};
use serde_json::Value;

use crate::{
    model::{KEY, good, say, words, world_with_model},
    texts_consumed, turns,
};

const QUESTION: &str = "скільки коштує лагуна на зріст 98?";

/// What the message in between begins with, of `prompts/interim.md`.
const INTERIM: &str = "Хвилинку";

fn late(question: &Value) -> ModelReply {
    ModelReply::After(Duration::from_secs(8), Box::new(good(question)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_is_announced_once_and_a_late_one_is_dropped() {
    let stub = OpenAiStub::start(KEY, late).await;
    let time = [("MIRT_MODEL_TEXT_MS", "3000"), ("MIRT_MODEL_INTERIM_MS", "500")];
    let world = world_with_model(&stub, &time).await;

    let (told, trace) = say(&world, "701", QUESTION).await;

    assert_eq!(told.matches(INTERIM).count(), 1, "{told}");
    assert!(told.starts_with(INTERIM), "{told}");
    assert!(told.contains("1790") && !told.contains("Залюбки"), "{told}");
    assert_eq!(trace["model"]["degraded"], "timeout");
    assert_eq!(
        trace["model"]["used"]["requests"], 1,
        "a request that was given up was made: {trace:#}"
    );
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_message_in_between_never_replaces_the_answer() {
    let slow =
        |question: &Value| ModelReply::After(Duration::from_millis(1500), Box::new(good(question)));
    let stub = OpenAiStub::start(KEY, slow).await;
    let world = world_with_model(&stub, &[("MIRT_MODEL_INTERIM_MS", "300")]).await;

    let (told, trace) = say(&world, "702", QUESTION).await;

    assert!(told.starts_with(INTERIM) && told.contains("Залюбки"), "{told}");
    assert_eq!(trace["mode"], "model");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_the_model_thinks_is_answered_with_the_rest() {
    let stub = OpenAiStub::start(KEY, good).await;
    let world = world_with_model(&stub, &[]).await;
    stub.reply_next(ModelReply::After(
        Duration::from_secs(30),
        Box::new(ModelReply::Status(500, None, "server_error")),
    ));

    world.mirt.instagram_text("703", QUESTION).await;
    stub.wait_for_questions(1).await;
    world.mirt.instagram_text("703", "а для зросту 128?").await;
    let session = world.mirt.at_rest("instagram", "703", 1).await;

    assert_eq!(turns(&session).len(), 1, "one turn answers both");
    assert_eq!(texts_consumed(&session), [QUESTION, "а для зросту 128?"]);
    let told = words(&world.manychat.shown_to("703"));
    assert!(told.contains("122-128") && told.contains("Залюбки"), "{told}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn on_telegram_typing_is_shown_while_the_model_thinks() {
    let slow =
        |question: &Value| ModelReply::After(Duration::from_millis(800), Box::new(good(question)));
    let stub = OpenAiStub::start(KEY, slow).await;
    let world = world_with_model(&stub, &[]).await;

    world.mirt.telegram_text(1, 704, QUESTION).await;

    world.mirt.at_rest("telegram", "704", 1).await;
    let methods: Vec<_> =
        world.telegram.sent_to("704").into_iter().map(|sent| sent.method).collect();
    assert_eq!(methods.first().map(String::as_str), Some("sendChatAction"), "{methods:?}");
    assert!(methods.len() > 1, "{methods:?}");
    world.check();
}
