//! What is left to a human reaches a human (I10).

use std::time::Duration;

use mirt_test_support::{Sent, mirt::World};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{messages, turns, world, world_with};

pub(crate) const CHAT: &str = "-1001";
pub(crate) const MANAGERS: [(&str, &str); 2] =
    [("MIRT_MANAGERS_CHAT", CHAT), ("MIRT_MANAGERS", "7, 8")];

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_asks_for_a_human_is_answered_and_managers_are_told_once() {
    let world = world_with(&MANAGERS).await;

    world.mirt.instagram_text("1401", "покличте менеджера").await;

    let told = world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    let session = world.mirt.at_rest("instagram", "1401", 1).await;
    let card = format!("{told:?}");
    assert!(card.contains("Клієнт просить людину.") && card.contains("instagram:1401"), "{card}");
    assert!(card.contains("покличте менеджера"), "{card}");
    assert_eq!(world.manychat.shown_to("1401").len(), messages(&session));
    world.mirt.managers_told("instagram", "1401").await;
    assert_eq!(world.telegram.shown_to(CHAT).len(), 1);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_who_cannot_be_reached_hold_no_customer_up_and_are_told_later() {
    let world = world_with(&MANAGERS).await;
    for _ in 0..3 {
        world.telegram.answer_next(502, &[], json!({}));
    }
    world.mirt.instagram_text("1402", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "1402", 1).await;
    world.mirt.instagram_text("1402", "ви тут?").await;
    let session = world.mirt.at_rest("instagram", "1402", 2).await;
    assert_eq!(turns(&session).len(), 2);

    let mut woken = 0;
    while woken == 0 {
        let run = world.mirt.request(Method::POST, "/local/schedules/sweeper").send().await;
        let answer = run.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answer.status(), StatusCode::OK);
        let swept: Value = answer.json().await.unwrap_or_else(|error| panic!("{error}"));
        woken = swept["woken"].as_u64().unwrap_or_default();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    world.mirt.managers_told("instagram", "1402").await;
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_its_channel_refuses_for_good_is_handed_to_a_manager() {
    let world = world_with(&MANAGERS).await;
    let refused = json!({ "status": "error", "message": "Validation error" });
    world.manychat.answer_next(400, &[], refused);
    world.mirt.instagram_text("1403", "Добрий день").await;
    world.mirt.at_rest("instagram", "1403", 1).await;

    // The next wake-up of the session tells them; without one the sweeper sees to it.
    world.mirt.instagram_text("1403", "покажіть сукні на зріст 134").await;

    let told = world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    assert!(format!("{told:?}").contains("Відповідь не дійшла до клієнта"), "{told:?}");
    let session = world.mirt.at_rest("instagram", "1403", 2).await;
    assert_eq!(turns(&session).len(), 2);
    assert!(!world.manychat.shown_to("1403").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_managers_chat_what_they_have_to_hear_waits() {
    let world = world().await;

    world.mirt.instagram_text("1404", "покличте менеджера").await;

    let session = world.mirt.at_rest("instagram", "1404", 1).await;
    assert_eq!(session["pending_alerts"], 1);
    assert_eq!(world.manychat.shown_to("1404").len(), messages(&session));
}

/// A button of the newest card that shows it, pressed by a manager.
pub(crate) async fn press(world: &World, update: u64, manager: i64, caption: &str) -> Value {
    let cards = world.telegram.sent_to(CHAT);
    let (card, button) = cards
        .iter()
        .rev()
        .find_map(|card| Some((card, button(card, caption)?)))
        .unwrap_or_else(|| panic!("no card has the button {caption}: {cards:?}"));
    let message = card.body["message_id"].as_i64().unwrap_or(card.message);
    let (status, answer) = world
        .mirt
        .telegram(&json!({ "update_id": update, "callback_query": {
            "id": format!("press-{update}"), "data": button["callback_data"],
            "from": { "id": manager, "is_bot": false, "first_name": format!("Менеджер {manager}") },
            "chat_instance": "1",
            "message": {
                "message_id": message, "date": 1_763_700_000,
                "chat": { "id": -1001, "type": "supergroup" },
            },
        }}))
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

/// A button as a call showed it.
fn button(card: &Sent, caption: &str) -> Option<Value> {
    let rows = card.body.pointer("/reply_markup/inline_keyboard")?.as_array()?;
    let mut buttons = rows.iter().filter_map(Value::as_array).flatten();
    buttons.find(|button| button["text"] == caption).cloned()
}

/// A Telegram customer who waits for a manager.
pub(crate) async fn telegram_customer_asks_for_human(world: &World, user: i64) {
    world.mirt.telegram_text(1, user, "покличте менеджера").await;
    let user = user.to_string();
    world.mirt.at_rest("telegram", &user, 1).await;
    world.mirt.managers_told("telegram", &user).await;
}

/// A manager's words below the session's newest card.
pub(crate) async fn write(world: &World, update: u64, manager: i64, words: &str) {
    answer_below(world, update, manager, &json!({ "text": words })).await;
}

/// A manager's answer of any content below the session's newest card.
pub(crate) async fn answer_below(world: &World, update: u64, manager: i64, content: &Value) {
    let cards = world.telegram.sent_to(CHAT);
    let card = cards.iter().rev().find(|card| card.method == "sendMessage");
    let below = card.map_or_else(|| panic!("no card: {cards:?}"), |card| card.message);
    let mut message = json!({
        "message_id": 900 + update, "date": 1_763_700_000,
        "chat": { "id": -1001, "type": "supergroup" },
        "from": { "id": manager, "is_bot": false, "first_name": "Олена" },
        "reply_to_message": { "message_id": below },
    });
    for (name, value) in content.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    let update = json!({ "update_id": update, "message": message });
    let (status, answer) = world.mirt.telegram(&update).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// A customer who has sent a receipt, and the managers who have seen it.
pub(crate) async fn paid(world: &World, user: &str) {
    paid_on(world, "instagram", user).await;
}

/// The same on any of ManyChat's channels.
pub(crate) async fn paid_on(world: &World, channel: &str, user: &str) {
    for (turn, text) in [
        "сукня лагуна рожева на зріст 134",
        "беру",
        "Коваль Ольга, 0671234567, Львів, відділення 5",
        "повна оплата",
    ]
    .into_iter()
    .enumerate()
    {
        let said = json!({ "type": channel, "clientId": user, "message": text });
        world.mirt.manychat(&said).await;
        world.mirt.at_rest(channel, user, turn + 1).await;
    }
    let receipt = json!({
        "type": channel, "clientId": user, "image": "https://cdn.example/receipt.jpg",
    });
    world.mirt.manychat(&receipt).await;
    world.mirt.at_rest(channel, user, 5).await;
    world.mirt.managers_told(channel, user).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_comes_to_the_managers_with_the_order_and_is_approved_by_a_button() {
    let world = world_with(&MANAGERS).await;
    paid(&world, "1405").await;
    let card = format!("{:?}", world.telegram.shown_to(CHAT));
    for part in ["Клієнт надіслав чек", "Лагуна", "Коваль Ольга", "receipt.jpg"]
    {
        assert!(card.contains(part), "{part}: {card}");
    }

    let answer = press(&world, 50, 7, "Оплата є").await;
    let again = press(&world, 50, 7, "Оплата є").await;

    assert_eq!(answer["text"], "Прийнято");
    assert_eq!(again["text"], "Прийнято");
    let session = world.mirt.at_rest("instagram", "1405", 6).await;
    world.mirt.managers_told("instagram", "1405").await;
    assert_eq!(turns(&session).len(), 6);
    assert!(
        format!("{:?}", world.manychat.shown_to("1405")).contains("Оплату підтверджено"),
        "{session:#}"
    );
    let cards = world.telegram.sent_to(CHAT);
    let edited: Vec<_> = cards.iter().filter(|card| card.method == "editMessageText").collect();
    assert!(format!("{:?}", edited.last()).contains("Оплату підтверджено."), "{cards:?}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_slow_to_come_leaves_one_card_whose_buttons_work() {
    let world = world_with(&MANAGERS).await;
    // Longer than a card may take.
    world.telegram.take_time_for("sendPhoto", Duration::from_secs(6));
    paid(&world, "1409").await;
    let methods: Vec<_> = world.telegram.sent_to(CHAT).into_iter().map(|it| it.method).collect();

    let answer = press(&world, 90, 7, "Оплата є").await;

    assert_eq!(answer["text"], "Прийнято");
    world.mirt.at_rest("instagram", "1409", 6).await;
    assert_eq!(methods, ["sendMessage", "sendPhoto"]);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_takes_over_both_talk_and_the_assistant_goes_on_when_handed_back() {
    let world = world_with(&MANAGERS).await;
    world.mirt.instagram_text("1406", "сукня лагуна рожева на зріст 134").await;
    world.mirt.at_rest("instagram", "1406", 1).await;
    world.mirt.instagram_text("1406", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "1406", 2).await;
    world.mirt.managers_told("instagram", "1406").await;

    press(&world, 60, 7, "Взяти").await;
    world.mirt.at_rest("instagram", "1406", 3).await;
    write(&world, 61, 7, "Вітаю, я Олена! Чим допомогти?").await;
    world.mirt.at_rest("instagram", "1406", 4).await;
    world.mirt.instagram_text("1406", "а є знижка на дві?").await;
    world.mirt.at_rest("instagram", "1406", 5).await;
    world.mirt.managers_told("instagram", "1406").await;

    let customer = format!("{:?}", world.manychat.shown_to("1406"));
    assert!(customer.contains("Вітаю, я Олена! Чим допомогти?"), "{customer}");
    assert!(!customer.contains("знижк"), "{customer}");
    let managers = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(managers.contains("а є знижка на дві?"), "{managers}");
    assert!(managers.contains("Веде Менеджер 7."), "{managers}");

    press(&world, 62, 7, "Повернути асистенту").await;
    world.mirt.at_rest("instagram", "1406", 6).await;
    world.mirt.instagram_text("1406", "беру").await;
    let session = world.mirt.at_rest("instagram", "1406", 7).await;

    assert_eq!(session["state"], "STATE_5_PAYMENT_DELIVERY", "{session:#}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_manager_may_press_and_nothing_comes_of_anyone_elses_button() {
    let world = world_with(&MANAGERS).await;
    paid(&world, "1407").await;

    let answer = press(&world, 70, 99, "Оплата є").await;

    assert_eq!(answer["text"], "Ви не в списку менеджерів.");
    let session = world.mirt.session("instagram", "1407").await;
    assert_eq!(turns(&session).len(), 5);
    assert_eq!(session["pending_inbox"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_are_reminded_below_the_card_of_a_customer_whom_nobody_answers() {
    let hurry = [MANAGERS[0], MANAGERS[1], ("MIRT_HAND_OVER_REMINDER_S", "1")];
    let world = world_with(&hurry).await;
    world.mirt.instagram_text("1408", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "1408", 1).await;
    world.mirt.managers_told("instagram", "1408").await;

    let mut woken = 0;
    while woken == 0 {
        let run = world.mirt.request(Method::POST, "/local/schedules/sweeper").send().await;
        let swept = run.unwrap_or_else(|error| panic!("{error}")).json::<Value>().await;
        woken = swept.ok().and_then(|swept| swept["woken"].as_u64()).unwrap_or_default();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    let session = world.mirt.at_rest("instagram", "1408", 2).await;
    world.mirt.managers_told("instagram", "1408").await;
    let cards = world.telegram.sent_to(CHAT);
    let reminder = cards.iter().find(|card| format!("{:?}", card.shown).contains("досі чекає"));
    let below = reminder.map(|card| card.body["reply_parameters"]["message_id"].clone());
    assert_eq!(below, Some(json!(cards[0].message)), "{cards:?}");
    assert_eq!(world.manychat.shown_to("1408").len(), messages(&session));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_whose_group_got_another_number_are_told_there_and_can_answer() {
    let world = world_with(&MANAGERS).await;
    let moved = json!({
        "ok": false, "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": { "migrate_to_chat_id": -100_500 },
    });
    world.mirt.instagram_text("1409", "покличте менеджера").await;
    world.telegram.answer_next(400, &[], moved);

    let told = world.telegram.wait_for("-100500", |shown| !shown.is_empty()).await;
    world.mirt.managers_told("instagram", "1409").await;
    assert!(format!("{told:?}").contains("Клієнт просить людину."), "{told:?}");

    let card = world.telegram.sent_to("-100500").remove(0);
    let press = json!({ "update_id": 81, "callback_query": {
        "id": "p", "data": button(&card, "Взяти").map(|button| button["callback_data"].clone()),
        "from": { "id": 7, "is_bot": false, "first_name": "Олена" }, "chat_instance": "1",
        "message": {
            "message_id": card.message, "date": 1_763_700_000,
            "chat": { "id": -100_500, "type": "supergroup" },
        },
    }});
    let (_, answer) = world.mirt.telegram(&press).await;

    assert_eq!(answer["text"], "Прийнято");
    let session = world.mirt.at_rest("instagram", "1409", 2).await;
    assert_eq!(session["slots"]["hand_over"]["by"]["name"], "Олена", "{session:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_formatting_telegram_cannot_make_out_goes_out_as_plain_text() {
    let world = world_with(&MANAGERS).await;
    world.telegram.answer_next(
        400,
        &[],
        json!({ "ok": false, "description": "Bad Request: can't parse entities" }),
    );

    world.mirt.instagram_text("1410", "покличте менеджера").await;

    let told = world.telegram.wait_for(CHAT, |shown| !shown.is_empty()).await;
    assert!(format!("{told:?}").contains("Клієнт просить людину."), "{told:?}");
    assert_eq!(world.telegram.sent_to(CHAT)[0].body.get("entities"), None);
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_manager_to_take_over_has_it_and_what_the_other_writes_is_not_passed_on() {
    let world = world_with(&MANAGERS).await;
    world.mirt.instagram_text("1411", "покличте менеджера").await;
    world.mirt.at_rest("instagram", "1411", 1).await;
    world.mirt.managers_told("instagram", "1411").await;

    press(&world, 90, 7, "Взяти").await;
    world.mirt.at_rest("instagram", "1411", 2).await;
    world.mirt.managers_told("instagram", "1411").await;
    write(&world, 91, 8, "А я Ірина!").await;
    let session = world.mirt.at_rest("instagram", "1411", 3).await;
    world.mirt.managers_told("instagram", "1411").await;

    assert_eq!(session["slots"]["hand_over"]["by"]["id"], 7, "{session:#}");
    let customer = format!("{:?}", world.manychat.shown_to("1411"));
    assert!(!customer.contains("Ірина"), "{customer}");
    let managers = format!("{:?}", world.telegram.shown_to(CHAT));
    assert!(managers.contains("Веде Менеджер 7."), "{managers}");
    world.check();
}
