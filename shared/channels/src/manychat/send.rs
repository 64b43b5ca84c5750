//! `POST /fb/sending/sendContent`: replies to ManyChat.

use mirt_domain::{
    channel::Channel,
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::failure::SendError;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::http::{Answer, Verdict, call, is_transient};

/// Sends through ManyChat's API.
#[derive(Clone)]
pub struct Sender {
    http: reqwest::Client,
    address: String,
    key: String,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("manychat::Sender").finish_non_exhaustive()
    }
}

impl Sender {
    /// Sends to the API at `base`, e.g. `https://api.manychat.com`, with the account's key.
    #[must_use]
    pub fn new(http: reqwest::Client, base: &str, key: String) -> Self {
        let address = format!("{}/fb/sending/sendContent", base.trim_end_matches('/'));
        Self { http, address, key }
    }

    /// Sends at most one call's messages, in order.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    pub async fn send(&self, to: &SessionId, part: &Reply) -> Result<(), SendError> {
        let request = self.http.post(&self.address).bearer_auth(&self.key).json(&content(to, part));
        call("manychat", request, judge).await
    }
}

fn content(to: &SessionId, part: &Reply) -> Value {
    let messages: Vec<Value> = part.bubbles.iter().map(message).collect();
    let mut content = json!({ "messages": messages, "actions": [], "quick_replies": [] });
    if let Some(kind) = content_type(to.channel) {
        content["type"] = kind.into();
    }
    // ManyChat's ids are numbers; flows that hand over another id of theirs keep it as it is.
    let user = to.user.as_str();
    let subscriber = user.parse().map_or_else(|_| Value::from(user), |id: u64| Value::from(id));
    json!({ "subscriber_id": subscriber, "data": { "version": "v2", "content": content } })
}

/// The channel in ManyChat's words; Messenger is what it means when nothing is said.
const fn content_type(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Instagram => Some("instagram"),
        Channel::Whatsapp => Some("whatsapp"),
        Channel::ManychatTelegram | Channel::Telegram => Some("telegram"),
        Channel::Facebook => None,
    }
}

/// The splitter has made a caption a message of its own, because ManyChat's images have none.
fn message(bubble: &Bubble) -> Value {
    match bubble {
        Bubble::Text(text) => json!({ "type": "text", "text": text }),
        Bubble::Photo { url, .. } => json!({ "type": "image", "url": url }),
    }
}

fn judge(answer: &Answer) -> Verdict {
    let failed = answer.body.get("status").and_then(Value::as_str) == Some("error");
    match answer.status {
        status if status.is_success() && !failed => Verdict::Done,
        status if is_transient(status) => Verdict::Again(answer.retry_after),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Verdict::Broken("key_refused"),
        StatusCode::NOT_FOUND => Verdict::Broken("no_such_endpoint"),
        _ => Verdict::Refused("content_refused"),
    }
}
