//! In place of the channels' APIs: what is sent to a customer shows on the page.
//!
//! The functions send to these addresses with the same code that sends to ManyChat and Telegram.

use std::convert::Infallible;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::{get, post},
};
use futures_util::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use mirt_domain::channel::Channel;
use serde_json::{Value, json};
use tokio::sync::broadcast;

/// How many deliveries a page may lag behind before it misses some.
const BACKLOG: usize = 1024;

/// Something shown to one customer.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// Where.
    pub(crate) channel: Channel,
    /// To whom.
    pub(crate) user: String,
    /// What, as the channel's API was given it.
    pub(crate) bubbles: Value,
}

/// Hands deliveries to the pages that are open.
#[derive(Clone, Debug)]
pub(crate) struct Deliveries(broadcast::Sender<Delivery>);

impl Deliveries {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    /// The channels' APIs, and what the page listens to.
    pub(super) fn routes(self) -> Router {
        Router::new()
            .route("/local/manychat/fb/sending/sendContent", post(manychat))
            .route("/local/telegram/{bot}/{method}", post(telegram))
            .route("/local/deliveries/{channel}/{user}", get(listen))
            .with_state(self)
    }

    /// All deliveries from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Delivery> {
        self.0.subscribe()
    }

    fn show(&self, delivery: Delivery) {
        // Nobody listening is no error: the transcript has it too.
        let _ = self.0.send(delivery);
    }
}

async fn manychat(State(pages): State<Deliveries>, Json(call): Json<Value>) -> Json<Value> {
    let content = &call["data"]["content"];
    let channel = match content["type"].as_str() {
        Some("whatsapp") => Channel::Whatsapp,
        Some("telegram") => Channel::ManychatTelegram,
        Some(_) => Channel::Instagram,
        None => Channel::Facebook,
    };
    let bubbles = content["messages"].clone();
    pages.show(Delivery { channel, user: plain(&call["subscriber_id"]), bubbles });
    Json(json!({ "status": "success" }))
}

async fn telegram(
    State(pages): State<Deliveries>,
    Path((_, method)): Path<(String, String)>,
    Json(call): Json<Value>,
) -> Response {
    let bubble = match method.as_str() {
        "sendMessage" | "editMessageText" => json!({ "text": call["text"] }),
        "sendDocument" => json!({ "text": call["document"] }),
        "sendPhoto" => json!({ "url": call["photo"], "caption": call["caption"] }),
        _ => {
            let answer = json!({ "ok": false, "error_code": 404, "description": "Not Found" });
            return (StatusCode::NOT_FOUND, Json(answer)).into_response();
        }
    };
    let user = plain(&call["chat_id"]);
    pages.show(Delivery { channel: Channel::Telegram, user, bubbles: json!([bubble]) });
    // Numbers of messages grow, as a chat's do; a time does as well as a counter, and is not reused
    // after a restart.
    let id = call["message_id"].as_i64().unwrap_or_else(|| Timestamp::now().as_millisecond());
    Json(json!({ "ok": true, "result": { "message_id": id } })).into_response()
}

async fn listen(
    State(pages): State<Deliveries>,
    Path((channel, user)): Path<(Channel, String)>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let deliveries = stream::unfold(pages.listen(), |mut deliveries| async {
        loop {
            match deliveries.recv().await {
                Ok(delivery) => return Some((delivery, deliveries)),
                // What was missed is in the transcript, which a reload shows.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    });
    let own = deliveries.filter_map(move |delivery| {
        let is_own = delivery.channel == channel && delivery.user == user;
        let event = || Event::default().event("delivery").data(delivery.bubbles.to_string());
        std::future::ready(is_own.then(|| Ok(event())))
    });
    Sse::new(own).keep_alive(KeepAlive::default())
}

/// An id as text, whether it came as text or as a number.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
