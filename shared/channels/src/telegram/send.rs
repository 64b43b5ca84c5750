//! `sendMessage` and `sendPhoto`: replies to Telegram.

use std::time::Duration;

use mirt_domain::{
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::failure::SendError;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::http::{Answer, Verdict, call, is_transient};

/// Sends through the Bot API.
#[derive(Clone)]
pub struct Sender {
    http: reqwest::Client,
    /// Holds the bot's token.
    address: String,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("telegram::Sender").finish_non_exhaustive()
    }
}

impl Sender {
    /// Sends to the API at `base`, e.g. `https://api.telegram.org`, as the bot with `token`.
    #[must_use]
    pub fn new(http: reqwest::Client, base: &str, token: &str) -> Self {
        Self { http, address: format!("{}/bot{token}", base.trim_end_matches('/')) }
    }

    /// Sends a part's messages in order, one call each.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    pub async fn send(&self, to: &SessionId, part: &Reply) -> Result<(), SendError> {
        for bubble in &part.bubbles {
            let (method, body) = message(to, bubble);
            let request = self.http.post(format!("{}/{method}", self.address)).json(&body);
            call("telegram", request, judge).await?;
        }
        Ok(())
    }
}

/// The text goes as it is, without a parse mode: nothing in it can be taken for markup.
fn message(to: &SessionId, bubble: &Bubble) -> (&'static str, Value) {
    let user = to.user.as_str();
    let chat = user.parse().map_or_else(|_| Value::from(user), |id: i64| Value::from(id));
    match bubble {
        Bubble::Text(text) => ("sendMessage", json!({ "chat_id": chat, "text": text })),
        Bubble::Photo { url, caption: None } => {
            ("sendPhoto", json!({ "chat_id": chat, "photo": url }))
        }
        Bubble::Photo { url, caption: Some(caption) } => {
            ("sendPhoto", json!({ "chat_id": chat, "photo": url, "caption": caption }))
        }
    }
}

fn judge(answer: &Answer) -> Verdict {
    let asked = answer
        .body
        .pointer("/parameters/retry_after")
        .and_then(Value::as_u64)
        .map(Duration::from_secs)
        .or(answer.retry_after);
    match answer.status {
        status if status.is_success() => Verdict::Done,
        status if is_transient(status) => Verdict::Again(asked),
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => Verdict::Broken("token_refused"),
        StatusCode::FORBIDDEN => Verdict::Refused("blocked_by_customer"),
        _ => Verdict::Refused("content_refused"),
    }
}
