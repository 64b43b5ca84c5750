//! What is typed, tapped and pressed on the page, posted to the webhooks in the channels' own forms.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use mirt_domain::channel::Channel;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Page;
use crate::up::managers_chat::{MANAGER_ON_PAGE, MANAGERS_ON_PAGE};

/// What a customer types or taps on the page.
#[derive(Deserialize)]
pub(super) struct Typed {
    channel: Channel,
    user: String,
    text: Option<String>,
    #[serde(default)]
    photos: Vec<String>,
    /// The place of a button below a message of Telegram's, where one was tapped.
    tap: Option<Tap>,
}

#[derive(Deserialize)]
struct Tap {
    message: Option<i64>,
    place: u32,
}

/// Posts what was typed to the webhook of its channel.
pub(super) async fn message(State(page): State<Arc<Page>>, Json(typed): Json<Typed>) -> Response {
    let updates = match typed.channel {
        Channel::Telegram => telegram(&page, &typed),
        Channel::Instagram => return post(manychat(&page, &typed)).await,
        Channel::Facebook | Channel::Whatsapp | Channel::ManychatTelegram => {
            let body = json!({ "error": "the page speaks as Instagram and as Telegram" });
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
    };
    for update in updates {
        let answer = post(page.telegram_webhook(&update)).await;
        if !answer.status().is_success() {
            return answer;
        }
    }
    StatusCode::ACCEPTED.into_response()
}

/// What a manager presses or writes on the page.
#[derive(Deserialize)]
pub(super) struct Deed {
    /// The message that it is about.
    message: i64,
    /// The data of the button that was pressed.
    press: Option<String>,
    /// What is written to the customer.
    write: Option<String>,
}

/// Posts a manager's deed to Telegram's webhook. The answer is the webhook's own: it says what
/// Telegram would show to the manager.
pub(super) async fn manager(State(page): State<Arc<Page>>, Json(deed): Json<Deed>) -> Response {
    let now = page.clock.now();
    let chat = json!({ "id": number(MANAGERS_ON_PAGE), "type": "group" });
    let from = json!({ "id": number(MANAGER_ON_PAGE), "is_bot": false, "first_name": "Page" });
    let about = json!({ "message_id": deed.message, "date": now.as_second(), "chat": chat });
    let update = match (deed.press, deed.write) {
        (Some(data), _) => json!({
            "update_id": now.as_microsecond(),
            "callback_query": {
                "id": now.as_microsecond().to_string(),
                "from": from,
                "message": about,
                "data": data,
            },
        }),
        (None, text) => json!({
            "update_id": now.as_microsecond(),
            "message": {
                "message_id": now.as_millisecond(),
                "date": now.as_second(),
                "chat": chat,
                "from": from,
                "text": text,
                "reply_to_message": about,
            },
        }),
    };
    post(page.telegram_webhook(&update)).await
}

fn number(id: &str) -> i64 {
    id.parse().unwrap_or_default()
}

/// Sends to a webhook and gives its answer on.
async fn post(request: reqwest::RequestBuilder) -> Response {
    match request.send().await {
        Ok(answer) => {
            let status = answer.status();
            let body: Value = answer.json().await.unwrap_or_default();
            (status, Json(body)).into_response()
        }
        Err(error) => {
            tracing::error!(event = "page_not_forwarded", error = %error.without_url());
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

impl Page {
    fn telegram_webhook(&self, update: &Value) -> reqwest::RequestBuilder {
        self.http
            .post(format!("{}/webhooks/telegram", self.origin))
            .header("X-Telegram-Bot-Api-Secret-Token", &self.environment.telegram.webhook_secret)
            .json(update)
    }
}

/// A tap on a quick reply comes as a flow's request with its words, like a message.
fn manychat(page: &Page, typed: &Typed) -> reqwest::RequestBuilder {
    let payload = json!({
        "type": typed.channel,
        "clientId": typed.user,
        "message": typed.text,
        "image": typed.photos,
        "message_id": format!("page-{}", page.clock.now().as_microsecond()),
    });
    page.http
        .post(format!("{}/webhooks/manychat", page.origin))
        .header("X-ManyChat-Token", &page.environment.manychat.webhook_secret)
        .json(&payload)
}

/// Telegram sends each photo as a message of its own; the words go with the first, and an album has
/// a number that its photos share.
fn telegram(page: &Page, typed: &Typed) -> Vec<Value> {
    let now = page.clock.now();
    let id = number(&typed.user);
    let chat = json!({ "id": id, "type": "private" });
    let from = json!({ "id": id, "is_bot": false, "first_name": "Page" });
    let words = typed.text.as_deref();
    if let Some(tap) = &typed.tap {
        let data = tap.place.to_string();
        let button = json!({ "text": words, "callback_data": data });
        return vec![json!({
            "update_id": now.as_microsecond(),
            "callback_query": {
                "id": now.as_microsecond().to_string(),
                "from": from,
                "message": {
                    "message_id": tap.message.unwrap_or(1),
                    "date": now.as_second(),
                    "chat": chat,
                    "reply_markup": { "inline_keyboard": [[button]] },
                },
                "data": data,
            },
        })];
    }
    let album = (typed.photos.len() > 1).then(|| now.as_microsecond().to_string());
    let contents: Vec<Value> = if typed.photos.is_empty() {
        vec![json!({ "text": words })]
    } else {
        let captions = std::iter::once(words).chain(std::iter::repeat(None));
        let photo = |(url, caption): (&String, Option<&str>)| {
            let size = json!({ "file_id": url, "width": 1, "height": 1 });
            json!({ "photo": [size], "caption": caption, "media_group_id": album })
        };
        typed.photos.iter().zip(captions).map(photo).collect()
    };
    let update = |(place, content): (i64, Value)| {
        let mut message = json!({
            "message_id": now.as_millisecond() + place,
            "date": now.as_second(),
            "chat": chat,
            "from": from,
        });
        if let (Value::Object(message), Value::Object(content)) = (&mut message, content) {
            message.extend(content);
        }
        json!({ "update_id": now.as_microsecond() + place, "message": message })
    };
    (0..).zip(contents).map(update).collect()
}
