//! The managers' chat: cards with buttons, and what is said below them.

use std::sync::atomic::Ordering;

use mirt_domain::{
    card::Card,
    channel::Channel,
    decide::{Manager, ManagerAct},
    photo::Photo,
    session_id::SessionId,
};
use mirt_engine::{
    card::{ManagersMessage, Telling},
    failure::SendError,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Sender, send};
use crate::http::{Answer, Verdict};

/// Where the managers are, and how they get to a conversation.
#[derive(Clone, Debug)]
pub struct ManagersChat {
    /// The chat's number.
    pub id: i64,
    /// Where a conversation of ManyChat can be looked at, with `{user}` for the customer's id.
    pub conversation_url: Option<String>,
    /// The bot that is there, where it is another than the customers'.
    pub bot: Option<Sender>,
}

/// What the data of a manager's button begin with.
const BUTTON: &str = "m:";

/// Buttons beside each other.
const BUTTONS_PER_ROW: usize = 2;

impl Sender {
    /// Shows the managers something about a session. Gives the message that it made.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later; a message that is not there any more is
    /// refused.
    pub async fn tell(
        &self,
        chat: &ManagersChat,
        about: &SessionId,
        telling: &Telling,
    ) -> Result<Option<ManagersMessage>, SendError> {
        let link = chat.link(about);
        match telling {
            Telling::Post(card) => {
                let body = card_body(card, about, link.as_deref());
                self.post(chat, "sendMessage", body).await
            }
            Telling::Update(at, card) => {
                let mut body = card_body(card, about, link.as_deref());
                body["message_id"] = at.id.into();
                self.post(chat, "editMessageText", body).await?;
                Ok(None)
            }
            Telling::Note { below, text, asks, photo: _ } => {
                let mut body = json!({ "text": text, "reply_parameters": below_message(below.id) });
                if let Some(manager) = asks {
                    ask(&mut body, text, manager);
                }
                self.post(chat, "sendMessage", body).await
            }
        }
    }

    /// Posts a text that is about no session.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    pub async fn announce(&self, chat: &ManagersChat, text: &str) -> Result<(), SendError> {
        let body = json!({ "text": text });
        self.post(chat, "sendMessage", body).await.map(|_| ())
    }

    /// One call; once more without formatting where Telegram cannot make out what it is about.
    async fn post(
        &self,
        chat: &ManagersChat,
        method: &str,
        mut body: Value,
    ) -> Result<Option<ManagersMessage>, SendError> {
        let mut sent = self.tell_chat(chat, method, &mut body).await;
        if let Err(SendError::Refused { reason: reason @ BAD_ENTITIES }) = sent {
            tracing::warn!(event = "degraded", what = "card_without_formatting", reason);
            if let Some(fields) = body.as_object_mut() {
                fields.remove("entities");
            }
            sent = self.tell_chat(chat, method, &mut body).await;
        }
        let answer = sent?;
        let id = answer.body.pointer("/result/message_id").and_then(Value::as_i64);
        let chat = body["chat_id"].to_string();
        Ok(id.map(|id| ManagersMessage { chat, id }))
    }

    /// One call for the managers' chat. A group that has become a supergroup has another number, which
    /// Telegram tells: the call is made again there, and all that follow are.
    async fn tell_chat(
        &self,
        chat: &ManagersChat,
        method: &str,
        body: &mut Value,
    ) -> Result<Answer, SendError> {
        body["chat_id"] = self.chat_now(chat).into();
        let answer = self.call(method, body, judge).await?;
        let Some(moved_to) = moved(&answer) else { return Ok(answer) };
        // The setting has the old number: each process finds out anew until a human puts it right.
        tracing::error!(event = "degraded", what = "managers_chat_moved");
        self.managers_moved_to.store(moved_to, Ordering::Relaxed);
        body["chat_id"] = moved_to.into();
        self.call(method, body, judge).await
    }

    /// The chat's number, as far as this process knows.
    fn chat_now(&self, chat: &ManagersChat) -> i64 {
        let moved_to = self.managers_moved_to.load(Ordering::Relaxed);
        if moved_to == 0 { chat.id } else { moved_to }
    }

    /// Shows a customer's photo or file below a card. Where it cannot be shown its address is: the
    /// managers must not miss it, and links to Meta's private servers cannot be fetched. `customers`
    /// is the bot that customers write to, where it is another: its files have to be brought.
    ///
    /// # Errors
    /// [`SendError`] says why neither could be shown.
    pub async fn show_photo(
        &self,
        chat: &ManagersChat,
        below: &ManagersMessage,
        photo: &Photo,
        customers: Option<&Self>,
    ) -> Result<(), SendError> {
        let below = below.id;
        let shown = match (photo, customers) {
            (Photo::TelegramFile(id), Some(customers)) => {
                let mut fields = json!({ "reply_parameters": below_message(below) });
                fields["chat_id"] = self.chat_now(chat).into();
                match self.bring(customers, ("sendPhoto", "photo"), id, &fields).await {
                    Err(SendError::Refused { .. }) => {
                        self.bring(customers, ("sendDocument", "document"), id, &fields).await
                    }
                    shown => shown,
                }
            }
            (Photo::TelegramFile(id), None) => {
                let body =
                    |field: &str| json!({ field: id, "reply_parameters": below_message(below) });
                match self.tell_chat(chat, "sendPhoto", &mut body("photo")).await {
                    Err(SendError::Refused { .. }) => {
                        self.tell_chat(chat, "sendDocument", &mut body("document")).await
                    }
                    shown => shown,
                }
            }
            (Photo::Url(url), _) => {
                let body =
                    |field: &str| json!({ field: url, "reply_parameters": below_message(below) });
                match self.tell_chat(chat, "sendPhoto", &mut body("photo")).await {
                    Err(SendError::Refused { .. }) => {
                        self.tell_chat(chat, "sendMessage", &mut body("text")).await
                    }
                    shown => shown,
                }
            }
        };
        shown.map(|_| ())
    }
}

impl ManagersChat {
    fn link(&self, about: &SessionId) -> Option<String> {
        let user = about.user.as_str();
        match about.channel {
            Channel::Telegram => Some(format!("tg://user?id={user}")),
            Channel::Instagram
            | Channel::Facebook
            | Channel::Whatsapp
            | Channel::ManychatTelegram => {
                self.conversation_url.as_ref().map(|url| url.replace("{user}", user))
            }
        }
    }
}

fn below_message(id: i64) -> Value {
    json!({ "message_id": id, "allow_sending_without_reply": true })
}

/// Opens the field for an answer to a message, for the one manager who is named first in it.
fn ask(body: &mut Value, text: &str, manager: &Manager) {
    body["reply_markup"] = json!({ "force_reply": true, "selective": true });
    if text.starts_with(&manager.name) {
        let length = manager.name.encode_utf16().count();
        let user = json!({ "id": manager.id, "is_bot": false, "first_name": manager.name });
        let mention =
            json!({ "type": "text_mention", "offset": 0, "length": length, "user": user });
        body["entities"] = json!([mention]);
    }
}

/// A card as a message: its first line in bold, the customer as a link on its last.
fn card_body(card: &Card, about: &SessionId, link: Option<&str>) -> Value {
    let length = |text: &str| text.encode_utf16().count();
    let customer = about.to_string();
    let mut text = format!("{}\n\n{customer}", card.text);
    let head = text.lines().next().unwrap_or_default();
    let mut entities = vec![json!({ "type": "bold", "offset": 0, "length": length(head) })];
    if let Some(url) = link {
        let offset = length(&text) - length(&customer);
        entities.push(json!({
            "type": "text_link", "offset": offset, "length": length(&customer), "url": url,
        }));
    }
    if let Some(nickname) = &card.nickname {
        text.push_str(&format!(" @{}", nickname.as_str()));
    }
    let buttons: Vec<Value> = card
        .buttons
        .iter()
        .map(|(act, caption)| json!({ "text": caption, "callback_data": button_data(*act) }))
        .collect();
    json!({
        "text": text,
        "entities": entities,
        "reply_markup": {
            "inline_keyboard": buttons.chunks(BUTTONS_PER_ROW).collect::<Vec<_>>(),
        },
    })
}

fn button_data(act: ManagerAct) -> String {
    // An enum without fields always has a name.
    let name = serde_json::to_value(act).unwrap_or_default();
    format!("{BUTTON}{}", name.as_str().unwrap_or_default())
}

/// What a manager's button does, by its data.
pub(super) fn act_of(data: &str) -> Option<ManagerAct> {
    let name = data.strip_prefix(BUTTON)?;
    serde_json::from_value(name.into()).ok()
}

/// Formatting that Telegram cannot make out.
const BAD_ENTITIES: &str = "bad_entities";

/// The number that a chat has now, if that is why Telegram refused.
fn moved(answer: &Answer) -> Option<i64> {
    answer.body.pointer("/parameters/migrate_to_chat_id")?.as_i64()
}

fn judge(answer: &Answer) -> Verdict {
    if answer.status == StatusCode::BAD_REQUEST {
        if send::describes(answer, "message is not modified") {
            return Verdict::Done;
        }
        if send::describes(answer, "entit") {
            return Verdict::Refused(BAD_ENTITIES);
        }
        if moved(answer).is_some() {
            return Verdict::Done;
        }
    }
    send::judge(answer)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use mirt_domain::{nickname::Nickname, session_id::UserId};

    use super::*;

    #[test]
    fn every_button_is_known_again_by_its_data() {
        for act in [
            ManagerAct::Approve,
            ManagerAct::Reject,
            ManagerAct::RejectSum,
            ManagerAct::RejectUnreadable,
            ManagerAct::TakeOver,
            ManagerAct::Answer,
            ManagerAct::HandBack,
            ManagerAct::Close,
        ] {
            assert_eq!(act_of(&button_data(act)), Some(act));
        }
        assert_eq!(act_of("0"), None);
    }

    #[test]
    fn the_link_of_a_card_lies_on_its_customer_by_telegrams_count() {
        let about = SessionId { channel: Channel::Telegram, user: UserId::parse("55").unwrap() };
        let card = Card {
            text: "Чек 🤍\nСукня".to_owned(),
            buttons: Vec::new(),
            photo: None,
            nickname: Nickname::parse("mama_olia").ok(),
        };

        let body = card_body(&card, &about, Some("tg://user?id=55"));

        let units: Vec<u16> = body["text"].as_str().unwrap().encode_utf16().collect();
        let part = |n: usize| {
            let number =
                |name: &str| usize::try_from(body["entities"][n][name].as_u64().unwrap()).unwrap();
            let from = number("offset");
            String::from_utf16(&units[from..from + number("length")]).unwrap()
        };
        assert_eq!(part(0), "Чек 🤍");
        assert_eq!(part(1), "telegram:55");
        assert!(body["text"].as_str().unwrap().ends_with("telegram:55 @mama_olia"));
    }
}
