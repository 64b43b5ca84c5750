//! Whole conversations, as `mirt demo` plays them: what the customer and the managers do, and what
//! both must be shown for it. Their words are in `tests/scenes/`.

use mirt_test_support::{
    CrmStub, Shown,
    mirt::{World, telegram_message},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    crm::{KEY, shop},
    managers::{CHAT, MANAGERS, press, write},
    turns, world_with,
};

#[derive(Deserialize)]
struct Scene {
    channel: String,
    steps: Vec<Step>,
}

/// One thing that somebody does, and what it brings.
#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    customer: Option<String>,
    #[serde(default)]
    photo: Option<String>,
    #[serde(default)]
    manager: Option<Deed>,
    /// What the customer must be shown, each somewhere in the words.
    answers: Vec<String>,
    /// Whether the customer must be shown nothing.
    #[serde(default)]
    silence: bool,
    /// What the managers must be shown.
    #[serde(default)]
    managers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Press(String),
    Write(String),
}

/// Who works in the managers' chat.
const MANAGER: i64 = 7;

/// Plays a scene for a customer, and gives their session at its end.
async fn play(world: &World, scene: &str, user: i64) -> Value {
    let scene: Scene = serde_json::from_str(scene).unwrap_or_else(|error| panic!("{error}"));
    let (channel, name) = (scene.channel.as_str(), user.to_string());
    let shown = || match channel {
        "telegram" => world.telegram.shown_to(&name),
        _ => world.manychat.shown_to(&name),
    };
    for (place, step) in (1_u64..).zip(&scene.steps) {
        let (before, told_before) = (shown().len(), world.telegram.shown_to(CHAT).len());
        match &step.manager {
            Some(Deed::Press(caption)) => drop(press(world, place, MANAGER, caption).await),
            Some(Deed::Write(words)) => write(world, place, MANAGER, words).await,
            None => say(world, channel, user, place, step).await,
        }
        let turn = usize::try_from(place).unwrap_or(usize::MAX);
        world.mirt.at_rest(channel, &name, turn).await;
        world.mirt.managers_told(channel, &name).await;

        let (answer, told) =
            (words(&shown()[before..]), words(&world.telegram.shown_to(CHAT)[told_before..]));
        assert!(
            !step.silence || answer.is_empty(),
            "step {place}: nothing is to be said: {answer}"
        );
        for part in &step.answers {
            assert!(answer.contains(part), "step {place}: {part:?} is missing: {answer}");
        }
        for part in &step.managers {
            assert!(told.contains(part), "step {place}: {part:?} is not told: {told}");
        }
    }
    let session = world.mirt.session(channel, &name).await;
    assert_eq!(turns(&session).len(), scene.steps.len());
    world.check();
    session
}

/// The customer writes, with a photo where the scene has one.
async fn say(world: &World, channel: &str, user: i64, place: u64, step: &Step) {
    if channel == "telegram" {
        let photo = step.photo.as_ref().map(|name| {
            json!({
                "photo": [{ "file_id": name, "width": 90, "height": 90 }], "caption": step.customer,
            })
        });
        let content = photo.unwrap_or_else(|| json!({ "text": step.customer }));
        world.mirt.telegram(&telegram_message(place, user, &content)).await;
        return;
    }
    let photo = step.photo.as_ref().map(|name| format!("https://cdn.example/{name}.jpg"));
    let payload = json!({
        "type": channel, "clientId": user, "message": step.customer, "image": photo,
        "message_id": place.to_string(),
    });
    world.mirt.manychat(&payload).await;
}

fn words(shown: &[Shown]) -> String {
    let words = shown.iter().map(|shown| match shown {
        Shown::Text(text) => text.clone(),
        Shown::Photo { url, caption } => format!("{url} {caption}"),
    });
    words.collect::<Vec<_>>().join("\n")
}

/// The one order that the CRM was given, which is the one that the session holds.
async fn submitted(crm: &CrmStub, session: &Value) -> Value {
    let orders = crm.wait_for(1).await;
    assert_eq!(orders.len(), 1, "{orders:?}");
    assert_eq!((crm.calls(), crm.violations()), (vec!["find", "create"], Vec::new()));
    let order = orders[0].clone();
    assert_eq!(order["external_id"], session["slots"]["placed"][0]["id"], "{order:#}");
    assert_eq!(order["total"], session["cart"]["total"], "{order:#}");
    assert_eq!(order["customer"]["phone"], "+380671234567", "{order:#}");
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_sale_on_instagram_with_a_receipt_that_a_manager_approves() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;

    let session = play(&world, include_str!("../scenes/instagram.json"), 4001).await;

    assert_eq!(session["slots"]["payment"]["is_approved"], true, "{session:#}");
    assert_eq!(session["cart"]["lines"].as_array().map(Vec::len), Some(1), "{session:#}");
    let cards = world.telegram.shown_to(CHAT);
    assert!(format!("{cards:?}").contains("https://cdn.example/receipt.jpg"), "{cards:?}");
    let order = submitted(&crm, &session).await;
    let line = &order["items"][0];
    assert_eq!((&line["size"], &line["quantity"]), (&json!("134-140"), &json!(1)), "{order:#}");
    assert!(line["name"].as_str().is_some_and(|name| name.contains("Лагуна")), "{order:#}");
    let paid = ("full_prepay", "Львів", "Відділення 5");
    let told =
        (&order["payment_method"], &order["delivery"]["city"], &order["delivery"]["address"]);
    assert_eq!(told, (&json!(paid.0), &json!(paid.1), &json!(paid.2)), "{order:#}");
    assert_eq!((&order["source"], &order["source_id"]), (&json!("instagram"), &json!("4001")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_sale_on_telegram_with_a_photo_a_correction_and_a_receipt() {
    let crm = CrmStub::start(KEY).await;
    let world = shop(&crm).await;

    let session = play(&world, include_str!("../scenes/telegram.json"), 4002).await;

    assert_eq!(session["slots"]["payment"]["method"], "prepayment", "{session:#}");
    assert_eq!(session["slots"]["payment"]["is_approved"], true, "{session:#}");
    // The receipt is shown to the managers by its file, never by a link with the bot's token.
    let receipt = world.telegram.sent_to(CHAT).into_iter().find(|sent| sent.method == "sendPhoto");
    assert_eq!(receipt.map(|sent| sent.body["photo"].clone()), Some(json!("receipt")));
    let order = submitted(&crm, &session).await;
    let line = &order["items"][0];
    assert_eq!((&line["size"], &line["quantity"]), (&json!("98-104"), &json!(1)), "{order:#}");
    assert!(line["name"].as_str().is_some_and(|name| name.contains("Ритм")), "{order:#}");
    let told =
        (&order["payment_method"], &order["delivery"]["city"], &order["delivery"]["address"]);
    let paid = ("partial_prepay", "Київ", "Поштомат 1234");
    assert_eq!(told, (&json!(paid.0), &json!(paid.1), &json!(paid.2)), "{order:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_takes_over_both_talk_and_the_assistant_finishes_the_sale() {
    let world = world_with(&MANAGERS).await;

    let session = play(&world, include_str!("../scenes/takeover.json"), 4003).await;

    assert_eq!(session["state"], "STATE_5_PAYMENT_DELIVERY", "{session:#}");
    assert_eq!(session["slots"]["hand_over"], Value::Null, "{session:#}");
}
