//! Photos of customers, through Telegram: fetched, looked at, answered.

use mirt_test_support::{
    ModelReply, OpenAiStub,
    mirt::{World, telegram_message},
};
use serde_json::{Value, json};

use crate::{
    model::{KEY, reading, worded, words, world_with_model},
    sessions::comes_out_the_same,
    turns,
};

/// A PNG of one pixel.
pub(crate) const PIXEL: [u8; 70] = [
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1F, 0x15, 0xC4,
    0x89, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x60, 0x60, 0x60, 0x60,
    0x00, 0x00, 0x00, 0x05, 0x00, 0x01, 0xA5, 0xF6, 0x45, 0x40, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45,
    0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
];

/// A model that sees one garment on every photo, this sure of it.
pub(crate) fn sees(
    product: Option<u64>,
    confidence: u8,
) -> impl Fn(&Value) -> ModelReply + Send + Sync {
    move |question| {
        let has_photo = question["input"][0]["content"][1]["type"] == "input_image";
        if !has_photo {
            return worded(question, &json!({}), str::to_owned);
        }
        ModelReply::Says(json!({
            "reading": reading(&json!({ "intent": "PHOTO_IDENT" })),
            "photos": [{ "n": 1, "kind": "garment", "product": product, "color": null,
                         "confidence": confidence }],
            "opening": null,
            "lines": [],
        }))
    }
}

/// Sends a photo, and waits until the session has taken `turns` turns.
async fn send_photo(world: &World, update: u64, user: i64, file: &str, turns: usize) -> Value {
    let photo = json!({ "photo": [
        { "file_id": file, "file_unique_id": file, "width": 1, "height": 1 },
    ]});
    world.mirt.telegram(&telegram_message(update, user, &photo)).await;
    world.mirt.at_rest("telegram", &user.to_string(), turns).await
}

fn looks(stub: &OpenAiStub) -> usize {
    let has_photo = |body: &&Value| body.to_string().contains("data:image/jpeg;base64,");
    stub.asked().iter().filter(has_photo).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_garment_on_a_photo_is_named_and_the_same_photo_is_not_looked_at_twice() {
    let stub = OpenAiStub::start(KEY, sees(Some(11_698_818), 95)).await;
    let world = world_with_model(&stub, &[]).await;
    world.telegram.keep_file("f1", &PIXEL);

    send_photo(&world, 811, 801, "f1", 1).await;
    let told = words(&world.telegram.shown_to("801"));
    assert!(told.contains("Лагуна"), "{told}");
    send_photo(&world, 812, 801, "f1", 2).await;
    comes_out_the_same(&world, ("telegram", "801"), 2).await;

    assert_eq!(looks(&stub), 1);
    assert_eq!(stub.violations(), [""; 0]);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_photo_the_model_sees_ours_that_are_easily_confused_and_without_one_none() {
    let stub = OpenAiStub::start(KEY, sees(Some(11_698_818), 95)).await;
    let world = world_with_model(&stub, &[]).await;
    world.telegram.keep_file("f1", &PIXEL);

    send_photo(&world, 815, 805, "f1", 1).await;
    world
        .mirt
        .telegram(&telegram_message(816, 805, &json!({ "text": "а яка вона на дотик" })))
        .await;
    world.mirt.at_rest("telegram", "805", 2).await;

    let ours = |body: &Value| {
        let content = body["input"][0]["content"].as_array().cloned().unwrap_or_default();
        let labels = content.iter().filter_map(|part| part["text"].as_str());
        let labels: Vec<String> =
            labels.filter(|it| it.starts_with("Ours, to compare")).map(str::to_owned).collect();
        let photos = content.iter().filter_map(|part| part["image_url"].as_str());
        (labels, photos.filter(|url| url.starts_with("https://")).count())
    };
    let asked = stub.asked();
    let (looked, others): (Vec<&Value>, Vec<&Value>) =
        asked.iter().partition(|body| body.to_string().contains("data:image/jpeg;base64,"));
    let (labels, photos) = ours(looked[0]);
    assert_eq!((labels.len(), photos), (7, 7));
    for name in ["Лагуна", "Мрія", "Ритм", "Каприз", "Валері", "Тренч"]
    {
        assert!(labels.iter().any(|label| label.contains(name)), "{name}: {labels:?}");
    }
    assert!(!others.is_empty() && others.iter().all(|body| ours(body) == (vec![], 0)));
    assert_eq!(stub.violations(), [""; 0]);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_garment_that_is_not_ours_goes_to_a_manager_and_the_customer_hears_so() {
    let stub = OpenAiStub::start(KEY, sees(None, 95)).await;
    let world = world_with_model(&stub, &[]).await;
    world.telegram.keep_file("f1", &PIXEL);

    let session = send_photo(&world, 821, 802, "f1", 1).await;

    let told = words(&world.telegram.shown_to("802"));
    assert!(told.contains("менеджер"), "{told}");
    assert_eq!(session["state"], "STATE_8_COMPLAINT");
    let actions = &turns(&session)[0]["actions"];
    assert_eq!(actions, &json!([{ "escalate": { "reason": "unknown_photo" } }]));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_photo_or_is_gone_is_answered_without_the_model() {
    let stub = OpenAiStub::start(KEY, sees(Some(11_698_818), 95)).await;
    let world = world_with_model(&stub, &[]).await;
    world.telegram.keep_file("f1", b"<svg/>");

    for (update, file, turns) in [(831, "f1", 1), (832, "gone", 2)] {
        send_photo(&world, update, 803, file, turns).await;
    }

    assert_eq!(looks(&stub), 0);
    assert!(!words(&world.telegram.shown_to("803")).is_empty());
    world.check();
}
