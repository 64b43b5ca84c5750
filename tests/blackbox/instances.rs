//! Several processes at once: new input at every stage of a turn, a slow process beside its successor,
//! limits that all count together.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use aws_sdk_sqs::types::QueueAttributeName;
use mirt_aws::sdk;
use mirt_test_support::{
    ModelReply, OpenAiStub,
    mirt::{World, telegram_message},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    messages,
    model::{KEY, good, words, world_with_model},
    texts_consumed, turns, world, world_with,
};

const QUESTION: &str = "скільки коштує лагуна на зріст 98?";
const MORE: &str = "а для зросту 128?";

/// The queue of wake-ups.
const INBOUND: &str = "mirt-dev-inbound.fifo";

/// Sets for how long a message that a process holds is hidden.
async fn hide_for(world: &World, seconds: u32) {
    let http = mirt_http::client().unwrap_or_else(|error| panic!("{error}"));
    let region = "us-east-1".to_owned();
    let config = sdk::local_config(http, &world.mirt.aws_endpoint(), region).await;
    let client = aws_sdk_sqs::Client::new(&config);
    let queue = client.get_queue_url().queue_name(INBOUND).send().await;
    let queue = queue.unwrap_or_else(|error| panic!("{error}"));
    let set = client
        .set_queue_attributes()
        .set_queue_url(queue.queue_url)
        .attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string())
        .send()
        .await;
    set.unwrap_or_else(|error| panic!("{error}"));
}

/// The customer's message in a question.
fn asked(question: &Value) -> String {
    let input = question["input"][0]["content"][0]["text"].as_str().unwrap_or_default();
    input.split_once("<message>").map(|(_, message)| message.to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_writes_more_while_the_model_thinks_is_answered_once_with_all_in_every_session() {
    // Whoever has not said all yet would wait for long.
    let stub = OpenAiStub::start(KEY, |question| {
        let reply = good(question);
        if asked(question).contains(MORE) {
            reply
        } else {
            ModelReply::After(Duration::from_secs(60), Box::new(reply))
        }
    })
    .await;
    let world = world_with_model(&stub, &[]).await;
    let customers: Vec<String> = (0..12).map(|n| (1_400 + n).to_string()).collect();

    for customer in &customers {
        world.mirt.instagram_text(customer, QUESTION).await;
    }
    stub.wait_for_questions(customers.len()).await;
    for customer in &customers {
        world.mirt.instagram_text(customer, MORE).await;
    }

    for customer in &customers {
        let session = world.mirt.at_rest("instagram", customer, 1).await;
        assert_eq!(turns(&session).len(), 1, "{customer}");
        assert_eq!(texts_consumed(&session), [QUESTION, MORE], "{customer}");
        let told = words(&world.manychat.shown_to(customer));
        assert!(told.contains("122-128"), "{customer}: {told}");
    }
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_slower_than_the_visibility_timeout_and_the_next_one_take_one_turn() {
    let stub = OpenAiStub::start(KEY, |question| {
        let reply = good(question);
        if asked(question).contains("дякую") {
            reply
        } else {
            ModelReply::After(Duration::from_secs(6), Box::new(reply))
        }
    })
    .await;
    let world = world_with_model(&stub, &[("MIRT_MODEL_INTERIM_MS", "4500")]).await;
    hide_for(&world, 4).await;

    world.mirt.instagram_text("1420", QUESTION).await;
    // The wake-up came again, and a second process is at work beside the first.
    stub.wait_for_questions(2).await;

    let session = world.mirt.at_rest("instagram", "1420", 1).await;
    world.mirt.instagram_text("1420", "дякую").await;
    let after = world.mirt.at_rest("instagram", "1420", 2).await;
    assert_eq!(texts_consumed(&session), [QUESTION]);
    assert_eq!(texts_consumed(&after), [QUESTION, "дякую"]);
    let shown = world.manychat.shown_to("1420");
    // The first says that it takes a while; the second finds the customer answered, and does not.
    assert!(words(&shown[..1]).starts_with("Хвилинку"), "{shown:?}");
    assert_eq!(words(&shown).matches("Хвилинку").count(), 1, "{shown:?}");
    assert_eq!(shown.len(), messages(&after) + 1, "{shown:?}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_between_the_commit_and_the_delivery_is_answered_after_it() {
    let world = world().await;
    // The first attempt to send fails, so that the reply is committed and not yet delivered.
    world.manychat.answer_next(500, &[], json!({ "status": "error" }));

    world.mirt.instagram_text("1430", "скільки лагуна на 98?").await;
    while world.manychat.refused() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.mirt.instagram_text("1430", "а в якому кольорі?").await;

    let session = world.mirt.at_rest("instagram", "1430", 2).await;
    assert_eq!(texts_consumed(&session), ["скільки лагуна на 98?", "а в якому кольорі?"]);
    let shown = world.manychat.shown_to("1430");
    assert_eq!(shown.len(), messages(&session));
    let first_words = turns(&session)[0]["bubbles"][0]["text"].as_str().unwrap_or("?").to_owned();
    assert!(words(&shown[..1]).starts_with(&first_words), "{shown:?}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_never_stops_typing_is_answered_all_the_same() {
    // No pause of theirs is ever long enough.
    let windows = [("MIRT_BURST_QUIET_MS", "600000"), ("MIRT_BURST_LONGEST_MS", "1000")];
    let world = world_with(&windows).await;

    let mut said = Vec::new();
    while world.manychat.shown_to("1440").is_empty() {
        said.push(format!("слово {}", said.len()));
        world.mirt.instagram_text("1440", &said[said.len() - 1]).await;
        assert!(said.len() < 60, "nobody answers");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let session = world.mirt.at_rest("instagram", "1440", 1).await;
    assert_eq!(texts_consumed(&session), said);
    assert_eq!(world.manychat.shown_to("1440").len(), messages(&session));
    world.check();
}

/// Posts at the same moment are taken by as many processes: each serves one at a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_counted_by_all_processes_of_the_webhook_together_and_told_once() {
    const MOST: usize = 60;
    let world = Arc::new(world().await);
    let mut posts = JoinSet::new();
    for number in 0..2 * MOST + 20 {
        let world = Arc::clone(&world);
        posts.spawn(async move {
            let payload = json!({
                "clientId": "1450",
                "message": format!("повідомлення {number}"),
                "message_id": format!("m-{number}"),
            });
            // Refused by the store for the moment, when many write the same counter: as a channel
            // does, it is sent again.
            loop {
                let (status, _) = world.mirt.manychat(&payload).await;
                if status != StatusCode::SERVICE_UNAVAILABLE {
                    return (number, status);
                }
            }
        });
    }
    let answers = posts.join_all().await;

    let taken: BTreeSet<String> = answers
        .iter()
        .filter(|(_, status)| *status == StatusCode::ACCEPTED)
        .map(|(number, _)| format!("повідомлення {number}"))
        .collect();
    let limited = answers.iter().filter(|(_, status)| *status == StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(taken.len() + limited.count(), answers.len(), "{answers:?}");
    // The clock's minute may have ended between two of them.
    assert!((MOST..=2 * MOST).contains(&taken.len()), "{} were taken", taken.len());
    let session = world.mirt.at_rest("instagram", "1450", 1).await;
    let consumed = texts_consumed(&session);
    assert_eq!(consumed.len(), taken.len(), "each is in one turn");
    assert_eq!(consumed.into_iter().collect::<BTreeSet<_>>(), taken);
    let told = words(&world.manychat.shown_to("1450"));
    assert_eq!(told.matches("Повідомлень зараз дуже багато").count(), 1, "{told}");
    world.check();
}

/// A photo of an album, as Telegram delivers it: an update of its own.
fn album_photo(update: u64, user: i64, name: &str) -> Value {
    let photo = json!([{ "file_id": name, "width": 90, "height": 90 }]);
    telegram_message(update, user, &json!({ "photo": photo, "media_group_id": "album-1" }))
}

/// The photos of each message of a turn.
fn photos(turn: &Value) -> Vec<Value> {
    let messages = turn["input"].as_array().cloned().unwrap_or_default();
    messages.into_iter().map(|message| message["photos"].clone()).collect()
}

/// Posts at the same moment are taken by as many processes, in no order.
#[tokio::test(flavor = "multi_thread")]
async fn an_album_taken_by_several_processes_with_words_in_between_is_one_turn_with_all_its_photos()
{
    // Long enough for a busy machine.
    let world = Arc::new(world_with(&[("MIRT_BURST_BY_CHANNEL", "telegram=5000/60000")]).await);
    let mut others = JoinSet::new();
    for update in 11..16_u32 {
        // So that as many processes are there before the album comes.
        let (world, user, update) = (Arc::clone(&world), i64::from(update), u64::from(update));
        others
            .spawn(async move { world.mirt.telegram_text(update, user, "Добрий день").await });
    }
    others.join_all().await;
    let words = telegram_message(3, 1460, &json!({ "text": "таке ж, тільки рожеве" }));
    let updates = [
        album_photo(5, 1460, "d"),
        words,
        album_photo(1, 1460, "a"),
        album_photo(4, 1460, "c"),
        album_photo(2, 1460, "b"),
    ];
    let mut posts = JoinSet::new();
    for update in updates {
        let world = Arc::clone(&world);
        // Refused by the store for the moment, when several write to one session: sent again.
        posts.spawn(async move { while world.mirt.telegram(&update).await.0 != StatusCode::OK {} });
    }
    posts.join_all().await;

    let session = world.mirt.at_rest("telegram", "1460", 1).await;

    let turns = turns(&session);
    assert_eq!(turns.len(), 1, "{session:#}");
    let album = json!(["a", "b", "c", "d"]);
    assert_eq!(photos(&turns[0]), [album, json!([])], "{session:#}");
    assert_eq!(texts_consumed(&session), ["таке ж, тільки рожеве"]);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_album_that_comes_as_the_longest_wait_ends_is_not_cut() {
    // Nobody is waited for but the rest of an album, and that for six seconds.
    let world = world_with(&[("MIRT_BURST_BY_CHANNEL", "telegram=6000/1")]).await;
    for (update, name) in [(1, "a"), (2, "b"), (3, "c")] {
        world.mirt.telegram(&album_photo(update, 1461, name)).await;
        // Longer than the longest wait, after which a turn would be taken.
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    world.mirt.telegram_text(4, 1461, "є такі?").await;

    let session = world.mirt.at_rest("telegram", "1461", 1).await;

    assert_eq!(turns(&session).len(), 1, "{session:#}");
    let album: usize =
        photos(&turns(&session)[0]).iter().filter_map(Value::as_array).map(Vec::len).sum();
    assert_eq!(album, 3, "{session:#}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_channel_waits_for_its_customers_as_long_as_its_own_setting_says() {
    // On Instagram nobody is waited for, on Telegram for longer than any test.
    let windows = "telegram=600000/600000, instagram=1/1";
    let world = world_with(&[("MIRT_BURST_BY_CHANNEL", windows)]).await;

    world.mirt.telegram_text(1, 1470, "Добрий день").await;
    world.mirt.instagram_text("1471", "Добрий день").await;
    world.mirt.at_rest("instagram", "1471", 1).await;
    world.mirt.instagram_text("1471", "скільки лагуна на 98?").await;
    let instagram = world.mirt.at_rest("instagram", "1471", 2).await;
    let telegram = world.mirt.session("telegram", "1470").await;

    assert_eq!(turns(&instagram).len(), 2, "each message is a turn of its own");
    assert_eq!((turns(&telegram).len(), &telegram["pending_inbox"]), (0, &json!(1)));
    assert!(world.telegram.shown_to("1470").is_empty());
}
