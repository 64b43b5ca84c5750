//! In place of the channels' APIs: what is sent to a customer, or to the managers, shows on the page.
//!
//! The functions send to these addresses with the same code that sends to ManyChat and Telegram.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};
use jiff::Timestamp;
use mirt_domain::channel::Channel;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::{
    clock::LocalClock,
    managers_chat::{MANAGERS_ON_PAGE, ManagersChat},
    page::{faults::Refusing, live::Live},
};

/// How many deliveries a listener may lag behind before it misses some.
const BACKLOG: usize = 1024;

/// How many deliveries are remembered for each customer, and of how many customers.
const REMEMBERED: usize = 200;
const CUSTOMERS: usize = 2000;

/// Something shown to one customer.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Where.
    pub(crate) channel: Channel,
    /// To whom.
    pub(crate) user: String,
    /// What, as the channel's API was given it.
    pub(crate) bubbles: Value,
    /// Which answers can be tapped below it.
    taps: Value,
    /// When.
    at: Timestamp,
    /// The number of the message, where the channel gives one.
    message: Option<i64>,
    /// The number of the process that sent it, where that is known.
    pub(crate) sender: Option<u64>,
}

/// Hands deliveries to whoever listens, and remembers the last ones.
#[derive(Clone, Debug)]
pub(crate) struct Deliveries {
    sender: broadcast::Sender<Delivery>,
    state: Arc<Mutex<Remembered>>,
    live: Live,
    refusing: Refusing,
    managers: ManagersChat,
    clock: LocalClock,
}

#[derive(Debug, Default)]
struct Remembered {
    last_message: i64,
    by_customer: BTreeMap<(Channel, String), VecDeque<Value>>,
}

impl Deliveries {
    pub(super) fn new(
        live: Live,
        refusing: Refusing,
        managers: ManagersChat,
        clock: LocalClock,
    ) -> Self {
        let sender = broadcast::Sender::new(BACKLOG);
        Self { sender, state: Arc::default(), live, refusing, managers, clock }
    }

    /// The channels' APIs.
    pub(super) fn routes(self) -> Router {
        Router::new()
            .route("/local/manychat/{process}/fb/sending/sendContent", post(manychat))
            .route("/local/telegram/{bot}/{method}", post(telegram))
            .with_state(self)
    }

    /// All deliveries from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Delivery> {
        self.sender.subscribe()
    }

    /// What a customer was shown since the start, the last of it.
    pub(super) fn to(&self, channel: Channel, user: &str) -> Vec<Value> {
        let state = self.state();
        let shown = state.by_customer.get(&(channel, user.to_owned()));
        shown.into_iter().flatten().cloned().collect()
    }

    fn show(&self, delivery: Delivery) {
        let shown = json!({
            "channel": delivery.channel,
            "user": delivery.user,
            "bubbles": delivery.bubbles,
            "taps": delivery.taps,
            "at": delivery.at,
            "message": delivery.message,
        });
        self.live.tell("delivery", &shown);
        let mut state = self.state();
        let place = (delivery.channel, delivery.user.clone());
        if state.by_customer.len() < CUSTOMERS || state.by_customer.contains_key(&place) {
            let own = state.by_customer.entry(place).or_default();
            own.push_back(shown);
            if own.len() > REMEMBERED {
                own.pop_front();
            }
        }
        drop(state);
        // Nobody listening is no error: the transcript has it too.
        let _ = self.sender.send(delivery);
    }

    /// The number of the next message. Numbers grow, as a chat's do; they begin with a time, so that
    /// none is used again after a restart.
    fn next_message(&self) -> i64 {
        let mut state = self.state();
        state.last_message = (state.last_message + 1).max(Timestamp::now().as_millisecond());
        state.last_message
    }

    fn state(&self) -> MutexGuard<'_, Remembered> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn manychat(
    State(pages): State<Deliveries>,
    Path(process): Path<u64>,
    Json(call): Json<Value>,
) -> Response {
    if let Some(refusal) = pages.refusing.manychat() {
        return refusal;
    }
    let content = &call["data"]["content"];
    let channel = match content["type"].as_str() {
        Some("whatsapp") => Channel::Whatsapp,
        Some("telegram") => Channel::ManychatTelegram,
        Some(_) => Channel::Instagram,
        None => Channel::Facebook,
    };
    let taps = content["quick_replies"].as_array();
    let captions: Vec<&Value> = taps.into_iter().flatten().map(|tap| &tap["caption"]).collect();
    pages.show(Delivery {
        channel,
        user: plain(&call["subscriber_id"]),
        bubbles: content["messages"].clone(),
        taps: json!(captions),
        at: pages.clock.now(),
        message: None,
        sender: Some(process),
    });
    Json(json!({ "status": "success" })).into_response()
}

async fn telegram(
    State(pages): State<Deliveries>,
    Path((_, method)): Path<(String, String)>,
    Json(call): Json<Value>,
) -> Response {
    if let Some(refusal) = pages.refusing.telegram() {
        return refusal;
    }
    let user = plain(&call["chat_id"]);
    let bubble = match method.as_str() {
        "sendMessage" | "editMessageText" => json!({ "text": call["text"] }),
        "sendDocument" => json!({ "text": call["document"] }),
        "sendPhoto" => json!({ "url": call["photo"], "caption": call["caption"] }),
        "sendChatAction" => {
            pages.live.tell("typing", &json!({ "channel": Channel::Telegram, "user": user }));
            return Json(json!({ "ok": true, "result": true })).into_response();
        }
        _ => {
            let answer = json!({ "ok": false, "error_code": 404, "description": "Not Found" });
            return (StatusCode::NOT_FOUND, Json(answer)).into_response();
        }
    };
    let message = call["message_id"].as_i64().unwrap_or_else(|| pages.next_message());
    if user == MANAGERS_ON_PAGE {
        pages.managers.take(&method, message, &call, pages.clock.now()).await;
    }
    let rows = call["reply_markup"]["inline_keyboard"].as_array();
    let buttons = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
    pages.show(Delivery {
        channel: Channel::Telegram,
        user,
        bubbles: json!([bubble]),
        taps: json!(buttons.map(|button| &button["text"]).collect::<Vec<_>>()),
        at: pages.clock.now(),
        message: Some(message),
        sender: None,
    });
    Json(json!({ "ok": true, "result": { "message_id": message } })).into_response()
}

/// An id as text, whether it came as text or as a number.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
