//! What managers send for customers, beside words.

use mirt_test_support::{
    Shown,
    mirt::{TELEGRAM_TOKEN, World, telegram_message},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    managers::{CHAT, MANAGERS, answer_below, press, telegram_customer_asks_for_human},
    messages, turns, world_with,
};

/// Where ManyChat reaches us, as far as it is told.
const PUBLIC: &str = "https://api.example";

const PHOTO: &[u8] = b"\xFF\xD8\xFF\xE0 a photo";

async fn asked_for_human(env: &[(&str, &str)], user: &str) -> World {
    let mut all = MANAGERS.to_vec();
    all.extend(env);
    let world = world_with(&all).await;
    world.mirt.instagram_text(user, "покличте менеджера").await;
    world.mirt.at_rest("instagram", user, 1).await;
    world.mirt.managers_told("instagram", user).await;
    world
}

fn photo(id: &str, caption: &str) -> Value {
    json!({ "photo": [{ "file_id": id, "width": 90, "height": 90 }], "caption": caption })
}

/// The address of the one image that a customer of ManyChat was sent.
fn address(world: &World, user: &str) -> String {
    let urls = world.manychat.shown_to(user).into_iter().filter_map(|shown| match shown {
        Shown::Photo { url, .. } => Some(url),
        Shown::Text(_) => None,
    });
    let urls: Vec<String> = urls.collect();
    assert_eq!(urls.len(), 1, "{urls:?}");
    urls[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managers_photo_comes_to_an_instagram_customer_by_an_address_that_leads_to_it_alone() {
    let world = asked_for_human(&[("MIRT_PUBLIC_URL", PUBLIC)], "5101").await;
    world.telegram.keep_file("from-manager", PHOTO);

    answer_below(&world, 1, 7, &photo("from-manager", "Ось така є")).await;

    let session = world.mirt.at_rest("instagram", "5101", 2).await;
    assert_eq!(world.manychat.shown_to("5101").len(), messages(&session));
    assert!(format!("{:?}", world.manychat.shown_to("5101")).contains("Ось така є"));
    let address = address(&world, "5101");
    let own = address.strip_prefix(PUBLIC).unwrap_or_else(|| panic!("{address}"));
    let given = world.mirt.get(own).await;
    assert_eq!(given.status(), StatusCode::OK);
    assert_eq!(given.headers()["content-type"], "image/jpeg");
    assert_eq!(given.bytes().await.unwrap_or_default(), PHOTO);
    for wrong in ["/media".to_owned(), own.replace("from-manager", "another"), format!("{own}0")] {
        assert_eq!(world.mirt.get(&wrong).await.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
    assert!(!address.contains(TELEGRAM_TOKEN), "{address}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_telegram_does_not_give_is_no_error_of_the_server_and_comes_later() {
    let world = asked_for_human(&[("MIRT_PUBLIC_URL", PUBLIC)], "5104").await;
    world.telegram.keep_file("from-manager", PHOTO);
    answer_below(&world, 1, 7, &photo("from-manager", "Ось")).await;
    world.mirt.at_rest("instagram", "5104", 2).await;
    let address = address(&world, "5104").replace(PUBLIC, "");

    world.telegram.keep_back_the_next_file();

    // Errors of the server are taken for messages that are lost.
    assert_eq!(world.mirt.get(&address).await.status(), StatusCode::FAILED_DEPENDENCY);
    assert_eq!(world.mirt.get(&address).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_a_photo_leads_nowhere_after_an_hour() {
    let world = asked_for_human(&[("MIRT_PUBLIC_URL", PUBLIC)], "5102").await;
    world.telegram.keep_file("from-manager", PHOTO);
    answer_below(&world, 1, 7, &photo("from-manager", "Ось")).await;
    world.mirt.at_rest("instagram", "5102", 2).await;
    let address = address(&world, "5102").replace(PUBLIC, "");
    assert_eq!(world.mirt.get(&address).await.status(), StatusCode::OK);

    world.mirt.forward(3_601).await;

    assert_eq!(world.mirt.get(&address).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_instagram_does_not_take_is_not_sent_its_words_are_and_the_manager_hears_of_it()
{
    let world = asked_for_human(&[("MIRT_PUBLIC_URL", PUBLIC)], "5103").await;
    let file = json!({
        "document": { "file_id": "list", "mime_type": "application/pdf" }, "caption": "Заміри тут",
    });

    answer_below(&world, 1, 7, &file).await;

    world.mirt.at_rest("instagram", "5103", 2).await;
    world.mirt.managers_told("instagram", "5103").await;
    let customer = format!("{:?}", world.manychat.shown_to("5103"));
    assert!(customer.contains("Заміри тут") && !customer.contains("Photo"), "{customer}");
    let managers = format!("{:?}", world.telegram.shown_to(CHAT));
    assert_eq!(managers.matches("не дійшли до клієнта").count(), 1, "{managers}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_of_a_manager_is_not_passed_on_and_they_hear_so() {
    let world = asked_for_human(&[], "5104").await;
    let before = world.manychat.shown_to("5104").len();

    answer_below(&world, 1, 7, &json!({ "voice": { "file_id": "v", "duration": 2 } })).await;

    let session = world.mirt.at_rest("instagram", "5104", 2).await;
    world.mirt.managers_told("instagram", "5104").await;
    assert_eq!(turns(&session).len(), 2);
    assert_eq!(world.manychat.shown_to("5104").len(), before);
    let managers = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(managers.contains("не можна передати клієнтові"), "{managers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managers_photo_comes_to_a_telegram_customer_by_its_id() {
    let world = world_with(&MANAGERS).await;
    telegram_customer_asks_for_human(&world, 5105).await;

    answer_below(&world, 2, 7, &photo("from-manager", "Ось така є")).await;

    world.mirt.at_rest("telegram", "5105", 2).await;
    let sent = world.telegram.sent_to("5105");
    let photo = sent.iter().find(|sent| sent.method == "sendPhoto").map(|sent| &sent.body);
    assert_eq!(
        photo,
        Some(&json!({ "chat_id": 5105, "photo": "from-manager", "caption": "Ось така є" }))
    );
    world.check();
}

const OWN_BOT: &str = "2:test-managers-token";
const OWN_SECRET: &str = "test-managers-secret";

#[tokio::test(flavor = "multi_thread")]
async fn managers_with_a_bot_of_their_own_are_told_by_it_and_photos_are_brought_both_ways() {
    let mut env = MANAGERS.to_vec();
    env.extend([
        ("TELEGRAM_MANAGERS_BOT_TOKEN", OWN_BOT),
        ("TELEGRAM_MANAGERS_WEBHOOK_SECRET", OWN_SECRET),
    ]);
    let world = world_with(&env).await;
    world.telegram.knows_bot(OWN_BOT);
    world.telegram.keep_file("from-customer", PHOTO);
    world.telegram.keep_file_of(OWN_BOT, "from-manager", PHOTO);
    telegram_customer_asks_for_human(&world, 5106).await;

    let update = telegram_message(2, 5106, &photo("from-customer", "отака"));
    world.mirt.telegram(&update).await;
    world.mirt.at_rest("telegram", "5106", 2).await;
    world.mirt.managers_told("telegram", "5106").await;
    let cards = world.telegram.sent_to(CHAT);
    assert!(cards.iter().all(|card| card.credential == OWN_BOT), "{cards:?}");
    let shown =
        cards.iter().find(|card| card.method == "sendPhoto").map(|card| &card.body["photo"]);
    assert_eq!(shown, Some(&json!(format!("uploaded:{}", PHOTO.len()))));

    // The customers' bot has no say in the managers' chat.
    answer_below(&world, 3, 7, &json!({ "text": "не той бот" })).await;
    let below = cards.iter().find(|card| card.method == "sendMessage").map(|card| card.message);
    let answer = json!({ "update_id": 4, "message": {
        "message_id": 900, "date": 1_763_700_000, "caption": "Ось така є",
        "photo": [{ "file_id": "from-manager", "width": 90, "height": 90 }],
        "chat": { "id": -1001, "type": "supergroup" },
        "from": { "id": 7, "is_bot": false, "first_name": "Олена" },
        "reply_to_message": { "message_id": below },
    }});
    let header = ("X-Telegram-Bot-Api-Secret-Token", OWN_SECRET);
    let taken = world.mirt.post("/webhooks/telegram", header, answer.to_string()).await;
    assert_eq!(taken.status(), StatusCode::OK);

    world.mirt.at_rest("telegram", "5106", 3).await;
    let sent = world.telegram.sent_to("5106");
    let photo = sent.iter().find(|sent| sent.method == "sendPhoto");
    let photo = photo.map(|sent| (sent.credential.as_str(), sent.body["photo"].clone()));
    assert_eq!(photo, Some((TELEGRAM_TOKEN, json!(format!("uploaded:{}", PHOTO.len())))));
    assert!(!format!("{:?}", world.telegram.shown_to("5106")).contains("не той бот"));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_button_counts_once_and_every_manager_sees_who_has_it() {
    let world = asked_for_human(&[], "5107").await;

    press(&world, 10, 7, "Взяти").await;
    world.mirt.at_rest("instagram", "5107", 2).await;
    world.mirt.managers_told("instagram", "5107").await;
    // The same press delivered again, and the others' presses on a card that they have not seen change.
    let card = world.telegram.sent_to(CHAT)[0].message;
    for (update, manager) in [(10, 7), (11, 8), (12, 8)] {
        let press = json!({ "update_id": update, "callback_query": {
            "id": "p", "data": "m:take_over", "chat_instance": "1",
            "from": { "id": manager, "is_bot": false, "first_name": "Хтось" },
            "message": {
                "message_id": card, "date": 1_763_700_000,
                "chat": { "id": -1001, "type": "supergroup" },
            },
        }});
        assert_eq!(world.mirt.telegram(&press).await.0, StatusCode::OK);
    }
    let session = world.mirt.at_rest("instagram", "5107", 4).await;
    world.mirt.managers_told("instagram", "5107").await;

    // The update that came twice made one turn; the two of the other manager changed nothing.
    assert_eq!(turns(&session).len(), 4);
    assert_eq!(session["slots"]["hand_over"]["by"]["id"], 7, "{session:#}");
    let posted = world.telegram.sent_to(CHAT);
    let cards = posted.iter().filter(|sent| sent.method == "sendMessage").count();
    assert_eq!(cards, 1, "one card, brought up to date: {posted:?}");
    let last = posted.iter().rev().find(|sent| sent.method == "editMessageText");
    assert!(format!("{last:?}").contains("Веде Менеджер 7."), "{last:?}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_answer_is_asked_for_the_words_and_these_go_to_the_customer() {
    let world = asked_for_human(&[], "5108").await;

    press(&world, 20, 7, "Відповісти").await;
    world.mirt.at_rest("instagram", "5108", 2).await;
    world.mirt.managers_told("instagram", "5108").await;
    let posted = world.telegram.sent_to(CHAT);
    let asked = posted.iter().find(|sent| sent.body["reply_markup"]["force_reply"] == true);
    let asked = asked.unwrap_or_else(|| panic!("nobody was asked: {posted:?}"));
    assert_eq!(asked.body["entities"][0]["user"]["id"], 7, "{asked:?}");
    let answer = json!({ "update_id": 21, "message": {
        "message_id": 901, "date": 1_763_700_000, "text": "Вітаю, я Олена!",
        "chat": { "id": -1001, "type": "supergroup" },
        "from": { "id": 7, "is_bot": false, "first_name": "Олена" },
        "reply_to_message": { "message_id": asked.message },
    }});
    world.mirt.telegram(&answer).await;

    world.mirt.at_rest("instagram", "5108", 3).await;
    let customer = format!("{:?}", world.manychat.shown_to("5108"));
    assert!(customer.contains("Вітаю, я Олена!"), "{customer}");
    world.check();
}
