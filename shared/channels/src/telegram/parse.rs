//! Updates of the Bot API: a customer's message, or something that is none.

use jiff::Timestamp;
use mirt_domain::{
    channel::Channel,
    photo::Photo,
    session_id::{SessionId, UserId},
};
use mirt_engine::event::{EventKey, EventOrder, InboundEvent};
use serde::Deserialize;

use crate::inbound::{ParseError, bounded};

/// What an update is to us.
#[derive(Debug, PartialEq, Eq)]
pub enum Update {
    /// A customer's message.
    Message(Box<InboundEvent>),
    /// Something that the assistant does not handle. Telegram must hear that it was taken, or it
    /// delivers it again and again.
    Ignored,
}

#[derive(Deserialize)]
struct RawUpdate {
    update_id: u64,
    message: Option<RawMessage>,
}

#[derive(Deserialize)]
struct RawMessage {
    chat: RawChat,
    from: Option<RawUser>,
    /// Seconds since 1970.
    date: i64,
    text: Option<String>,
    caption: Option<String>,
    #[serde(default)]
    photo: Vec<RawPhotoSize>,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
    r#type: String,
}

#[derive(Deserialize)]
struct RawUser {
    is_bot: bool,
}

#[derive(Deserialize)]
struct RawPhotoSize {
    file_id: String,
    width: u32,
    height: u32,
}

/// Reads an update.
///
/// # Errors
/// When the body is no JSON, or no update.
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<Update, ParseError> {
    let update: RawUpdate = serde_json::from_slice(body)?;
    let Some(message) = update.message else { return Ok(Update::Ignored) };
    let from_bot = message.from.is_some_and(|user| user.is_bot);
    if message.chat.r#type != "private" || from_bot {
        return Ok(Update::Ignored);
    }
    let largest = message
        .photo
        .into_iter()
        .max_by_key(|size| u64::from(size.width) * u64::from(size.height))
        .map(|size| Photo::TelegramFile(size.file_id));
    let text = message.text.or(message.caption);
    let message_content = match bounded(text.as_deref(), largest.into_iter().collect()) {
        Ok(content) => content,
        Err(_) => return Ok(Update::Ignored),
    };
    Ok(Update::Message(Box::new(InboundEvent {
        session: SessionId {
            channel: Channel::Telegram,
            user: UserId::parse(&message.chat.id.to_string())?,
        },
        key: EventKey::from_id(&update.update_id.to_string()),
        message: message_content,
        received_at,
        order: EventOrder {
            at: Timestamp::from_second(message.date).unwrap_or(received_at),
            sequence: update.update_id,
        },
    })))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that cannot parse its input must fail"
    )]

    use serde_json::{Value, json};

    use super::*;

    fn update(message: &Value) -> Update {
        let body = json!({ "update_id": 42, "message": message }).to_string();
        parse(body.as_bytes(), Timestamp::UNIX_EPOCH).unwrap()
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
        let Update::Message(event) = update(&from_customer(json!({ "text": " Привіт " })))
        else {
            panic!("ignored");
        };

        assert_eq!(event.session.to_string(), "telegram:55");
        assert_eq!(event.key, EventKey::Id("42".to_owned()));
        assert_eq!(event.message.text.as_deref(), Some("Привіт"));
    }

    #[test]
    fn of_a_photo_the_largest_size_is_kept_with_its_caption() {
        let size = |id, side| json!({ "file_id": id, "width": side, "height": side });
        let message = from_customer(json!({
            "caption": "є така?",
            "photo": [size("s", 90), size("l", 1280), size("m", 320)],
        }));

        let Update::Message(event) = update(&message) else { panic!("ignored") };

        assert_eq!(event.message.photos, [Photo::TelegramFile("l".to_owned())]);
        assert_eq!(event.message.text.as_deref(), Some("є така?"));
    }

    #[test]
    fn what_is_no_customers_message_is_ignored_and_not_refused() {
        let mut group = from_customer(json!({ "text": "а" }));
        group["chat"]["type"] = "supergroup".into();
        let mut bot = from_customer(json!({ "text": "а" }));
        bot["from"]["is_bot"] = true.into();

        assert_eq!(update(&group), Update::Ignored);
        assert_eq!(update(&bot), Update::Ignored);
        assert_eq!(update(&from_customer(json!({ "sticker": {} }))), Update::Ignored);
        assert_eq!(
            parse(br#"{"update_id":1,"callback_query":{}}"#, Timestamp::UNIX_EPOCH),
            Ok(Update::Ignored)
        );
    }

    #[test]
    fn what_is_no_update_is_refused() {
        assert!(matches!(parse(b"{", Timestamp::UNIX_EPOCH), Err(ParseError::NotJson { .. })));
        assert!(matches!(
            parse(b"{\"message\":{}}", Timestamp::UNIX_EPOCH),
            Err(ParseError::WrongForm(_))
        ));
    }
}
