#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot parse its input must fail"
)]

use mirt_domain::decide::{Manager, ManagerAct};
use serde_json::{Value, json};

use super::*;

fn update(message: &Value) -> Update {
    let body = json!({ "update_id": 42, "message": message }).to_string();
    parse(body.as_bytes(), Timestamp::UNIX_EPOCH, None).unwrap()
}

fn part_of(event: &InboundEvent) -> &PartOf {
    match &event.body {
        EventBody::Said { part_of, .. } => part_of,
        EventBody::Managed(_) | EventBody::Order(_) | EventBody::Due => panic!("no message"),
    }
}

fn from_customer(more: Value) -> Value {
    let mut message = json!({
        "message_id": 1,
        "date": 1_700_000_000,
        "chat": { "id": 55, "type": "private" },
        "from": { "id": 55, "is_bot": false, "first_name": "О" },
    });
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

#[test]
fn a_text_is_a_message_of_its_chat() {
    let Update::Message(event) = update(&from_customer(json!({ "text": " Привіт " }))) else {
        panic!("ignored");
    };

    assert_eq!(event.session.to_string(), "telegram:55");
    assert_eq!(event.key, EventKey::Id("42".to_owned()));
    assert_eq!(event.body.message().unwrap().text.as_deref(), Some("Привіт"));
}

#[test]
fn of_a_photo_the_largest_size_is_kept_with_its_caption() {
    let size = |id, side| json!({ "file_id": id, "width": side, "height": side });
    let message = from_customer(json!({
        "caption": "є така?",
        "photo": [size("s", 90), size("l", 1280), size("m", 320)],
    }));

    let Update::Message(event) = update(&message) else { panic!("ignored") };

    assert_eq!(event.body.message().unwrap().photos, [Photo::TelegramFile("l".to_owned())]);
    assert_eq!(event.body.message().unwrap().text.as_deref(), Some("є така?"));
}

#[test]
fn what_is_no_customers_message_is_ignored_and_not_refused() {
    let mut group = from_customer(json!({ "text": "а" }));
    group["chat"]["type"] = "supergroup".into();
    let mut bot = from_customer(json!({ "text": "а" }));
    bot["from"]["is_bot"] = true.into();

    assert_eq!(update(&group), Update::Ignored);
    assert_eq!(update(&bot), Update::Ignored);
    assert_eq!(update(&from_customer(json!({ "new_chat_photo": [] }))), Update::Ignored);
    assert_eq!(
        parse(br#"{"update_id":1,"channel_post":{}}"#, Timestamp::UNIX_EPOCH, None),
        Ok(Update::Ignored)
    );
}

#[test]
fn what_is_no_update_is_refused() {
    assert!(matches!(parse(b"{", Timestamp::UNIX_EPOCH, None), Err(ParseError::NotJson { .. })));
    assert!(matches!(
        parse(b"{\"message\":{}}", Timestamp::UNIX_EPOCH, None),
        Err(ParseError::WrongForm(_))
    ));
}

#[test]
fn a_photo_that_was_sent_as_a_file_is_a_photo_and_another_file_is_none() {
    let file = |mime| json!({ "document": { "file_id": "f", "mime_type": mime } });

    let Update::Message(image) = update(&from_customer(file("image/png"))) else {
        panic!("ignored")
    };
    let Update::Message(pdf) = update(&from_customer(file("application/pdf"))) else {
        panic!("ignored")
    };

    assert_eq!(image.body.message().unwrap().photos, [Photo::TelegramFile("f".to_owned())]);
    assert_eq!(pdf.body.message().unwrap().photos, []);
    assert_eq!(pdf.body.message().unwrap().attachments[0].kind, AttachmentKind::File);
}

#[test]
fn what_cannot_be_read_is_passed_on_as_what_it_is() {
    for (name, kind) in [
        ("voice", AttachmentKind::Voice),
        ("audio", AttachmentKind::Voice),
        ("video", AttachmentKind::Video),
        ("video_note", AttachmentKind::Video),
        ("animation", AttachmentKind::Video),
        ("sticker", AttachmentKind::Sticker),
        ("location", AttachmentKind::Other),
    ] {
        let message = from_customer(json!({ name: { "file_id": "f" } }));

        let Update::Message(event) = update(&message) else { panic!("{name} ignored") };

        assert_eq!(event.body.message().unwrap().attachments.len(), 1, "{name}");
        assert_eq!(event.body.message().unwrap().attachments[0].kind, kind, "{name}");
    }
}

#[test]
fn a_shared_contact_is_its_phone_number() {
    let contact = json!({ "contact": { "phone_number": "380501112233", "first_name": "О" } });

    let Update::Message(event) = update(&from_customer(contact)) else { panic!("ignored") };

    assert_eq!(event.body.message().unwrap().text.as_deref(), Some("380501112233"));
}

#[test]
fn an_edited_message_corrects_the_message_with_its_id() {
    let edited = from_customer(json!({ "text": "на 140", "edit_date": 1_700_000_060 }));
    let body = json!({ "update_id": 43, "edited_message": edited }).to_string();

    let Ok(Update::Message(event)) = parse(body.as_bytes(), Timestamp::UNIX_EPOCH, None) else {
        panic!("ignored")
    };

    assert_eq!(part_of(&event).message.as_deref(), Some("1"));
    assert_eq!(event.order.at, Timestamp::from_second(1_700_000_060).unwrap());
}

#[test]
fn the_parts_of_an_album_name_it() {
    let size = json!([{ "file_id": "p", "width": 9, "height": 9 }]);
    let part = from_customer(json!({ "media_group_id": "g", "photo": size }));

    let Update::Message(event) = update(&part) else { panic!("ignored") };

    assert_eq!(part_of(&event).album.as_deref(), Some("g"));
}

#[test]
fn a_tap_says_what_stood_on_the_button() {
    let body = json!({ "update_id": 44, "callback_query": {
        "id": "c", "from": { "id": 55, "is_bot": false, "first_name": "О" }, "data": "1",
        "chat_instance": "i",
        "message": {
            "message_id": 7, "date": 1_700_000_000, "chat": { "id": 55, "type": "private" },
            "reply_markup": { "inline_keyboard": [
                [{ "text": "Беру", "callback_data": "0" }],
                [{ "text": "Інший колір", "callback_data": "1" }],
            ]},
        },
    }});

    let Ok(Update::Tap { event, callback }) =
        parse(body.to_string().as_bytes(), Timestamp::UNIX_EPOCH, None)
    else {
        panic!("ignored")
    };

    assert_eq!(event.body.message().unwrap().text.as_deref(), Some("Інший колір"));
    assert_eq!(callback, "c");
}

const MANAGERS: i64 = -100_500;

fn in_managers_chat(body: &Value) -> Update {
    parse(body.to_string().as_bytes(), Timestamp::UNIX_EPOCH, Some(MANAGERS)).unwrap()
}

#[test]
fn a_button_of_a_card_is_what_a_manager_does_about_it() {
    let update = in_managers_chat(&json!({ "update_id": 45, "callback_query": {
        "id": "c", "from": { "id": 7, "is_bot": false, "first_name": "Олена" },
        "data": "m:approve", "chat_instance": "i",
        "message": {
            "message_id": 9, "date": 1_700_000_000,
            "chat": { "id": MANAGERS, "type": "supergroup" },
        },
    }}));

    let expected = Update::Managed {
        subject: ManagersMessage { chat: MANAGERS.to_string(), id: 9 },
        managed: Managed {
            by: Manager { id: 7, name: "Олена".to_owned() },
            deed: Deed::Press(ManagerAct::Approve),
        },
        update: 45,
        callback: Some("c".to_owned()),
    };
    assert_eq!(update, expected);
}

#[test]
fn an_answer_below_a_card_is_for_the_customer_and_talk_beside_it_is_not() {
    let said = |more: Value| {
        let mut message = json!({
            "message_id": 11, "date": 1_700_000_000, "text": "Вітаю!",
            "chat": { "id": MANAGERS, "type": "supergroup" },
            "from": { "id": 7, "is_bot": false, "first_name": "Олена" },
        });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        in_managers_chat(&json!({ "update_id": 46, "message": message }))
    };

    let answer = said(json!({ "reply_to_message": { "message_id": 9 } }));

    let Update::Managed { subject, managed, .. } = answer else { panic!("ignored") };
    assert_eq!(subject.id, 9);
    assert_eq!(managed.deed, Deed::Write("Вітаю!".to_owned()));
    assert_eq!(said(json!({})), Update::Ignored);
}

#[test]
fn a_photo_or_file_below_a_card_is_for_the_customer_with_its_words() {
    let answered = |content: Value| {
        let mut message = json!({
            "message_id": 12, "date": 1_700_000_000,
            "chat": { "id": MANAGERS, "type": "supergroup" },
            "from": { "id": 7, "is_bot": false, "first_name": "Олена" },
            "reply_to_message": { "message_id": 9 },
        });
        message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        match in_managers_chat(&json!({ "update_id": 47, "message": message })) {
            Update::Managed { managed, .. } => managed.deed,
            _ => panic!("ignored"),
        }
    };

    let photo = answered(json!({
        "caption": "Ось вона",
        "photo": [
            { "file_id": "s", "width": 90, "height": 90 },
            { "file_id": "l", "width": 900, "height": 900, "file_size": 70_000 },
        ],
    }));
    let file = answered(json!({ "document": { "file_id": "d", "mime_type": "application/pdf" } }));

    let expected = SentFile { id: "l".to_owned(), kind: SentKind::Photo, bytes: Some(70_000) };
    assert_eq!(photo, Deed::Send { file: expected, words: Some("Ось вона".to_owned()) });
    let expected = SentFile { id: "d".to_owned(), kind: SentKind::File, bytes: None };
    assert_eq!(file, Deed::Send { file: expected, words: None });
    assert_eq!(answered(json!({ "voice": { "file_id": "v" } })), Deed::SendOther);
}
