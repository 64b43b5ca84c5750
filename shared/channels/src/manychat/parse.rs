//! Payloads of ManyChat's flows: the external request (`clientId`, `message`) and the webhook
//! (`subscriber`, `message.text`), with all the names that flows in use have for the same thing
//! (`spec/integrations.md` 1.3).

use jiff::Timestamp;
use mirt_domain::{
    attachment::{Attachment, AttachmentKind},
    channel::Channel,
    nickname::Nickname,
    photo::Photo,
    session_id::{SessionId, UserId},
    turn::Message,
};
use mirt_engine::event::{EventBody, EventKey, EventOrder, InboundEvent};
use serde_json::Value;

use super::photo_links;
use crate::inbound::{ParseError, bounded};

/// What parts ManyChat's fields where a flow joins them.
const SEPARATOR: &str = ".;";

const CLIENT_IDS: [&str; 4] = ["clientId", "sessionId", "client_id", "session_id"];
const PERSONS: [&str; 2] = ["subscriber", "user"];
const PERSON_IDS: [&str; 2] = ["id", "user_id"];
const NICKNAMES: [&str; 10] = [
    "username",
    "userName",
    "user_name",
    "ig_username",
    "igUsername",
    "instagram_username",
    "instagramUsername",
    "telegram_username",
    "telegramUsername",
    "tg_username",
];
const TEXTS: [&str; 2] = ["message", "messages"];
const MESSAGE_TEXTS: [&str; 2] = ["text", "content"];
const PHOTOS: [&str; 6] = ["image_url", "imageUrl", "photo_url", "photoUrl", "image", "photo"];
const MESSAGE_IDS: [&str; 3] = ["id", "message_id", "messageId"];
const EVENT_IDS: [&str; 6] =
    ["message_id", "messageId", "event_id", "eventId", "update_id", "updateId"];

/// Reads a payload.
///
/// # Errors
/// [`ParseError`] says in a sentence what is missing.
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<InboundEvent, ParseError> {
    let payload = object(body)?;
    let is_external_request = first(&payload, &CLIENT_IDS).and_then(scalar).is_some();
    let session = session(&payload)?;
    let (text, photos) =
        if is_external_request { external_request(&payload) } else { webhook(&payload) };
    let attachments = if is_external_request { Vec::new() } else { attachments(&payload) };

    let text = text.map(|text| strip_separators(&text).to_owned());
    let (text, mut linked) = text.as_deref().map(photo_links::take).unwrap_or_default();
    let mut all = photos;
    linked.retain(|photo| !all.contains(photo));
    all.append(&mut linked);
    let message = bounded(Some(strip_separators(&text)), all, attachments)?;
    let message = Message { nickname: nickname(&payload), ..message };

    let key = match event_id(&payload) {
        Some(id) => EventKey::from_id(&id),
        None => EventKey::from_content(&message),
    };
    Ok(InboundEvent {
        session,
        key,
        body: EventBody::said(message),
        received_at,
        order: EventOrder { at: received_at, sequence: 0 },
        answer_until: None,
        trace: None,
    })
}

/// Whom a flow asks about.
///
/// # Errors
/// [`ParseError`] says in a sentence what is missing.
pub fn subscriber(body: &[u8]) -> Result<SessionId, ParseError> {
    session(&object(body)?)
}

/// The delivery data that a flow has asked for, as the customer gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderForm {
    /// Who gets the parcel.
    pub name: Option<String>,
    /// Their phone.
    pub phone: Option<String>,
    /// The town.
    pub city: Option<String>,
    /// The carrier's branch there.
    pub branch: Option<String>,
}

/// Whose form it is, and what it holds.
///
/// # Errors
/// [`ParseError`] says in a sentence what is missing.
pub fn order_form(body: &[u8]) -> Result<(SessionId, OrderForm), ParseError> {
    let payload = object(body)?;
    let fields = payload.get("custom_fields").unwrap_or(&Value::Null);
    let field = |name| first(fields, &[name]).and_then(scalar);
    let form = OrderForm {
        name: field("client_name"),
        phone: field("client_phone"),
        city: field("client_city"),
        branch: field("client_nova_poshta"),
    };
    Ok((session(&payload)?, form))
}

fn object(body: &[u8]) -> Result<Value, ParseError> {
    let payload: Value = serde_json::from_slice(body)?;
    if payload.is_object() {
        Ok(payload)
    } else {
        Err(ParseError::WrongForm("the body must be a JSON object"))
    }
}

fn session(payload: &Value) -> Result<SessionId, ParseError> {
    let user = first(payload, &CLIENT_IDS)
        .and_then(scalar)
        .or_else(|| first(first(payload, &PERSONS)?, &PERSON_IDS).and_then(scalar))
        .ok_or(ParseError::NoUser)?;
    Ok(SessionId { channel: channel(payload), user: UserId::parse(&user)? })
}

/// `type` as ManyChat writes it; what is missing or unknown is Instagram, where the shop sells.
fn channel(payload: &Value) -> Channel {
    let kind = payload.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind.trim().to_ascii_lowercase().as_str() {
        "facebook" | "messenger" => Channel::Facebook,
        "whatsapp" => Channel::Whatsapp,
        "telegram" => Channel::ManychatTelegram,
        _ => Channel::Instagram,
    }
}

/// What the customer calls themselves, wherever a flow says it. A field that a flow left unfilled
/// comes as its own name in braces, which is no nickname.
fn nickname(payload: &Value) -> Option<Nickname> {
    let places = [Some(payload), first(payload, &PERSONS), payload.get("custom_fields")];
    let names = places.into_iter().flatten().flat_map(|place| {
        NICKNAMES.iter().filter_map(|name| place.get(name).and_then(Value::as_str))
    });
    names.filter_map(|name| Nickname::parse(name).ok()).next()
}

fn external_request(payload: &Value) -> (Option<String>, Vec<Photo>) {
    let text = first(payload, &TEXTS).and_then(words);
    let photos = first(payload, &PHOTOS).map(addresses).unwrap_or_default();
    (text, photos)
}

fn webhook(payload: &Value) -> (Option<String>, Vec<Photo>) {
    let data = payload.get("data");
    let message =
        first(payload, &["message"]).or_else(|| first(data?, &["message"])).unwrap_or(&Value::Null);
    let text = words(message).or_else(|| first(message, &MESSAGE_TEXTS).and_then(words));
    let attached: Vec<Photo> =
        attached(message).filter(|(kind, _)| *kind == "image").filter_map(|(_, url)| url).collect();
    if !attached.is_empty() {
        return (text, attached);
    }
    let photos = first(message, &["image", "image_url"])
        .or_else(|| first(data?, &["image_url", "photo_url"]))
        .map(addresses)
        .unwrap_or_default();
    (text, photos)
}

/// What is attached and is no photo.
fn attachments(payload: &Value) -> Vec<Attachment> {
    let message = first(payload, &["message"])
        .or_else(|| first(payload.get("data")?, &["message"]))
        .unwrap_or(&Value::Null);
    let kind = |kind| match kind {
        "image" => None,
        "audio" => Some(AttachmentKind::Voice),
        "video" => Some(AttachmentKind::Video),
        "file" => Some(AttachmentKind::File),
        _ => Some(AttachmentKind::Other),
    };
    attached(message)
        .filter_map(|(name, file)| Some(Attachment { kind: kind(name)?, file }))
        .collect()
}

/// Each attachment's type and address.
fn attached(message: &Value) -> impl Iterator<Item = (&str, Option<Photo>)> {
    let list = message.get("attachments").and_then(Value::as_array);
    list.into_iter().flatten().map(|attachment| {
        let kind = attachment.get("type").and_then(Value::as_str).unwrap_or_default();
        let url = attachment.pointer("/payload/url").and_then(Value::as_str);
        (kind, url.and_then(photo_links::checked))
    })
}

fn event_id(payload: &Value) -> Option<String> {
    let message = first(payload, &["message"])
        .filter(|message| message.is_object())
        .or_else(|| first(payload.get("data")?, &["message"]));
    message
        .and_then(|message| first(message, &MESSAGE_IDS))
        .or_else(|| first(payload, &EVENT_IDS))
        .and_then(scalar)
}

/// The first of the named fields that says something.
fn first<'a>(object: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().filter_map(|name| object.get(name)).find(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    })
}

/// An id: text, or a number as ManyChat sends them too.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Words: one text, or several in a list.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(texts) => {
            let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        }
        _ => None,
    }
}

/// Addresses of photos: one, or several in a list.
fn addresses(value: &Value) -> Vec<Photo> {
    match value {
        Value::String(address) => photo_links::checked(address).into_iter().collect(),
        Value::Array(list) => {
            list.iter().filter_map(Value::as_str).filter_map(photo_links::checked).collect()
        }
        _ => Vec::new(),
    }
}

fn strip_separators(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(rest) = text.strip_prefix(SEPARATOR) {
        text = rest.trim_start();
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot parse its input must fail")]

    use serde_json::json;

    use super::*;

    fn event(payload: &Value) -> Result<InboundEvent, ParseError> {
        parse(payload.to_string().as_bytes(), Timestamp::UNIX_EPOCH)
    }

    fn url(address: &str) -> Photo {
        Photo::Url(address.to_owned())
    }

    #[test]
    fn an_external_request_is_read_by_any_of_its_names() {
        for (id, text, photo) in [
            ("clientId", "message", "image_url"),
            ("sessionId", "messages", "imageUrl"),
            ("client_id", "message", "photo_url"),
            ("session_id", "message", "photoUrl"),
            ("clientId", "message", "image"),
            ("clientId", "message", "photo"),
        ] {
            let payload = json!({ id: 77, text: ".; .;Привіт", photo: "https://a.example/p" });

            let event = event(&payload).unwrap();

            assert_eq!(event.session.to_string(), "instagram:77", "{payload}");
            assert_eq!(event.body.message().unwrap().text.as_deref(), Some("Привіт"), "{payload}");
            assert_eq!(
                event.body.message().unwrap().photos,
                [url("https://a.example/p")],
                "{payload}"
            );
        }
    }

    #[test]
    fn a_webhook_is_read_with_all_its_photos_in_order() {
        let attachment = |address| json!({ "type": "image", "payload": { "url": address } });
        let payload = json!({
            "type": "facebook",
            "subscriber": { "id": "9" },
            "message": {
                "id": "m1",
                "text": "є такі?",
                "attachments": [
                    attachment("https://a.example/1"),
                    { "type": "audio", "payload": { "url": "https://a.example/voice" } },
                    attachment("https://a.example/2"),
                ],
            },
        });

        let event = event(&payload).unwrap();

        assert_eq!(event.session.to_string(), "facebook:9");
        assert_eq!(event.key, EventKey::Id("m1".to_owned()));
        assert_eq!(
            event.body.message().unwrap().photos,
            [url("https://a.example/1"), url("https://a.example/2")]
        );
    }

    #[test]
    fn a_webhook_with_its_message_under_data_is_read_too() {
        let payload = json!({
            "user": { "user_id": 5 },
            "data": { "message": { "content": "ціна?" }, "photo_url": "https://a.example/1" },
            "eventId": "e-1",
        });

        let event = event(&payload).unwrap();

        assert_eq!(event.session.to_string(), "instagram:5");
        assert_eq!(event.body.message().unwrap().text.as_deref(), Some("ціна?"));
        assert_eq!(event.body.message().unwrap().photos, [url("https://a.example/1")]);
        assert_eq!(event.key, EventKey::Id("e-1".to_owned()));
    }

    #[test]
    fn a_nickname_is_read_by_any_of_its_names_wherever_a_flow_puts_it() {
        let person = |name: &str, value: &str| json!({ "subscriber": { "id": 5, name: value }, "message": { "text": "а" } });
        for payload in [
            json!({ "clientId": "5", "message": "а", "username": "@mama_olia" }),
            json!({ "clientId": "5", "message": "а", "username": "", "igUsername": "mama_olia" }),
            json!({ "clientId": "5", "message": "а", "custom_fields": { "user_name": "mama_olia" } }),
            person("ig_username", "mama_olia"),
            person("instagram_username", "mama_olia"),
        ] {
            let event = event(&payload).unwrap();
            let name = event.body.message().unwrap().nickname.clone();
            assert_eq!(name.map(String::from).as_deref(), Some("mama_olia"), "{payload}");
        }
        let unfilled = event(&person("username", "{{ig_username}}")).unwrap();
        assert_eq!(unfilled.body.message().unwrap().nickname, None);
    }

    #[test]
    fn a_photo_given_twice_is_one_photo() {
        let payload = json!({
            "clientId": "1",
            "message": "https://a.example/1.jpg",
            "image": "https://a.example/1.jpg",
        });

        assert_eq!(
            event(&payload).unwrap().body.message().unwrap().photos,
            [url("https://a.example/1.jpg")]
        );
    }

    #[test]
    fn manychats_telegram_is_not_our_telegram() {
        let payload = json!({ "clientId": "1", "type": "telegram", "message": "а" });

        assert_eq!(event(&payload).unwrap().session.to_string(), "manychat_telegram:1");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(event(&json!({ "message": "а" })), Err(ParseError::NoUser));
        assert_eq!(event(&json!({ "clientId": "1", "message": " .; " })), Err(ParseError::Empty));
        assert_eq!(
            event(&json!({ "clientId": "1", "image": "ftp://a.example/1.jpg" })),
            Err(ParseError::Empty)
        );
        assert!(matches!(event(&json!([1])), Err(ParseError::WrongForm(_))));
        assert!(matches!(
            parse(b"{\"clientId\":", Timestamp::UNIX_EPOCH),
            Err(ParseError::NotJson { .. })
        ));
    }
}
