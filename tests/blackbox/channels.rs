//! Each channel's own forms, in and out.

use reqwest::StatusCode;
use serde_json::{Value, json};

use mirt_test_support::mirt::{MANYCHAT_TOKEN, telegram_message, telegram_text};

use crate::{texts_consumed, turns, world, world_with};

/// A customer who has an offer before them.
const WISH: &str = "сукня лагуна на зріст 134, рожева";

#[tokio::test(flavor = "multi_thread")]
async fn on_telegram_answers_are_buttons_and_a_tap_is_answered_at_once() {
    let world = world().await;
    world.mirt.telegram_text(1, 2001, WISH).await;
    world.mirt.at_rest("telegram", "2001", 1).await;
    let sent = world.telegram.sent_to("2001");
    let keyboard = &sent[sent.len() - 1].body["reply_markup"];
    let button = &keyboard["inline_keyboard"][0][0];
    assert_eq!(button["text"], "Беру");

    let tap = json!({ "update_id": 2, "callback_query": {
        "id": "tap-1", "from": { "id": 2001, "is_bot": false, "first_name": "Тест" },
        "chat_instance": "1", "data": button["callback_data"],
        "message": {
            "message_id": 9, "date": 1_763_700_000, "chat": { "id": 2001, "type": "private" },
            "reply_markup": keyboard,
        },
    }});
    let (status, answer) = world.mirt.telegram(&tap).await;

    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["method"], "answerCallbackQuery");
    assert_eq!(answer["callback_query_id"], "tap-1");
    let session = world.mirt.at_rest("telegram", "2001", 2).await;
    assert_eq!(texts_consumed(&session), [WISH, "Беру"]);
    assert_eq!(session["state"], "STATE_5_PAYMENT_DELIVERY");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn on_whatsapp_answers_are_a_numbered_list_and_a_number_is_one_of_them() {
    let world = world().await;
    let say = |text: &str, id: &str| json!({ "type": "whatsapp", "clientId": "2002", "message": text, "message_id": id });
    world.mirt.manychat(&say(WISH, "a")).await;
    world.mirt.at_rest("whatsapp", "2002", 1).await;
    let shown = format!("{:?}", world.manychat.shown_to("2002"));
    assert!(shown.contains("1. Беру\\n2. Інший колір"), "{shown}");

    world.mirt.manychat(&say("1", "b")).await;

    let session = world.mirt.at_rest("whatsapp", "2002", 2).await;
    assert_eq!(session["state"], "STATE_5_PAYMENT_DELIVERY");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn on_instagram_a_quick_reply_takes_the_form_that_the_account_is_set_up_for() {
    let world = world_with(&[("MIRT_MANYCHAT_QUICK_REPLIES", "node:Відповідь")]).await;

    world.mirt.instagram_text("2003", WISH).await;

    world.mirt.at_rest("instagram", "2003", 1).await;
    let sent = world.manychat.sent_to("2003");
    let taps = &sent[sent.len() - 1].body["data"]["content"]["quick_replies"];
    assert_eq!(taps[0], json!({ "type": "node", "caption": "Беру", "target": "Відповідь" }));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_and_tags_that_the_account_has_are_set_beside_the_reply() {
    let world = world_with(&[("MIRT_MANYCHAT_MARKS", "ai_state,needs_human,order_sum")]).await;

    world.mirt.instagram_text("2004", "покличте менеджера").await;

    world.mirt.at_rest("instagram", "2004", 1).await;
    let actions = &world.manychat.sent_to("2004")[0].body["data"]["content"]["actions"];
    assert_eq!(
        *actions,
        json!([
            { "action": "add_tag", "tag_name": "needs_human" },
            {
                "action": "set_field_value",
                "field_name": "ai_state",
                "value": "STATE_8_COMPLAINT",
            },
        ])
    );
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_account_lacks_costs_the_customer_nothing() {
    let world = world_with(&[("MIRT_MANYCHAT_MARKS", "ai_state")]).await;
    let missing = json!({ "status": "error", "message": "Field with this name not found" });
    world.manychat.answer_next(400, &[], missing);

    world.mirt.instagram_text("2005", "Добрий день").await;

    world.mirt.at_rest("instagram", "2005", 1).await;
    let sent = world.manychat.sent_to("2005");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body["data"]["content"]["actions"], json!([]));
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_an_album_are_one_message() {
    let world = world().await;
    for part in 0..3_u64 {
        let caption = if part == 0 { json!("є такі?") } else { Value::Null };
        let mut content = json!({
            "media_group_id": "album",
            "photo": [{ "file_id": format!("photo-{part}"), "width": 9, "height": 9 }],
        });
        if caption.is_string() {
            content["caption"] = caption;
        }
        world.mirt.telegram(&telegram_message(10 + part, 2006, &content)).await;
    }

    let session = world.mirt.at_rest("telegram", "2006", 1).await;

    let input = turns(&session)[0]["input"].clone();
    assert_eq!(input.as_array().map(Vec::len), Some(1), "{input}");
    assert_eq!(input[0]["photos"].as_array().map(Vec::len), Some(3), "{input}");
    assert_eq!(input[0]["text"], "є такі?");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_in_the_same_burst_takes_the_place_of_what_it_corrects() {
    let world = world().await;
    let mut edited = telegram_message(21, 2007, &json!({ "text": "сукня на 140" }));
    edited["edited_message"] = edited["message"].take();
    edited["edited_message"]["message_id"] = json!(20);
    edited["edited_message"]["edit_date"] = json!(1_763_700_001);
    world.mirt.telegram(&telegram_text(20, 2007, "сукня на 134")).await;
    world.mirt.telegram(&edited).await;

    let session = world.mirt.at_rest("telegram", "2007", 1).await;

    assert_eq!(texts_consumed(&session), ["сукня на 140"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_is_declined_and_the_order_goes_on() {
    let world = world().await;
    let voice = json!({ "voice": { "file_id": "v", "duration": 3 } });

    world.mirt.telegram(&telegram_message(30, 2008, &voice)).await;

    let session = world.mirt.at_rest("telegram", "2008", 1).await;
    let said = turns(&session)[0]["trace"]["said"].to_string();
    assert!(said.contains("discovery.cannot_open"), "{said}");
    world.check();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_predecessors_flows_keep_their_address_and_their_header() {
    let world = world().await;
    let payload = json!({ "type": "instagram", "clientId": "2009", "message": "Добрий день" });

    let header = ("X-API-Key", MANYCHAT_TOKEN);
    let answer = world.mirt.post("/api/v1/messages", header, payload.to_string()).await;

    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    world.mirt.at_rest("instagram", "2009", 1).await;
}
