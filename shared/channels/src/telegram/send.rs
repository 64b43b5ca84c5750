//! `sendMessage`, `sendPhoto` and `sendChatAction`: replies to Telegram.

use std::sync::{Arc, atomic::AtomicI64};

use mirt_domain::{
    photo::SentKind,
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::failure::SendError;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::http::{Answer, Verdict, call, is_transient, once};

/// Sends through the Bot API.
#[derive(Clone)]
pub struct Sender {
    pub(super) http: reqwest::Client,
    /// Holds the bot's token.
    pub(super) address: String,
    /// Where the files are; holds the bot's token too.
    pub(super) files: String,
    /// The number that the managers' chat has now, where Telegram has given it another than the
    /// setting has; 0 where it has not.
    pub(super) managers_moved_to: Arc<AtomicI64>,
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
        let base = base.trim_end_matches('/');
        let (address, files) = (format!("{base}/bot{token}"), format!("{base}/file/bot{token}"));
        Self { http, address, files, managers_moved_to: Arc::default() }
    }

    /// Sends a part's messages in order, one call each; what can be tapped stands under the last.
    /// `managers` is the bot of the managers' chat, where it is another: its files have to be brought.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    pub async fn send(
        &self,
        to: &SessionId,
        part: &Reply,
        managers: Option<&Self>,
    ) -> Result<(), SendError> {
        let last = part.bubbles.len().saturating_sub(1);
        for (place, bubble) in part.bubbles.iter().enumerate() {
            let taps: &[String] = if place == last { &part.quick_replies } else { &[] };
            if let (Bubble::Sent { file, caption }, Some(managers)) = (bubble, managers) {
                let fields = sent(to, caption.as_deref());
                self.bring(managers, method_of(file.kind), &file.id, &fields).await?;
            } else {
                let (method, body) = message(to, bubble, taps);
                self.call(method, &body, judge).await?;
            }
        }
        Ok(())
    }

    /// Shows that an answer is being written, for the five seconds that Telegram shows it. Tried
    /// once: it is over when the answer comes.
    pub async fn show_typing(&self, to: &SessionId) {
        let body = json!({ "chat_id": chat_id(to), "action": "typing" });
        once("telegram", self.request("sendChatAction", &body)).await;
    }

    pub(super) async fn call(
        &self,
        method: &str,
        body: &Value,
        judge: impl Fn(&Answer) -> Verdict,
    ) -> Result<Answer, SendError> {
        call("telegram", self.request(method, body), judge).await
    }

    pub(super) fn request(&self, method: &str, body: &Value) -> reqwest::RequestBuilder {
        self.http.post(format!("{}/{method}", self.address)).json(body)
    }
}

/// The text goes as it is, without a parse mode: nothing in it can be taken for markup.
fn message(to: &SessionId, bubble: &Bubble, taps: &[String]) -> (&'static str, Value) {
    let chat = chat_id(to);
    let (method, mut body) = match bubble {
        Bubble::Text(text) => ("sendMessage", json!({ "chat_id": chat, "text": text })),
        Bubble::Photo { url, caption: None } => {
            ("sendPhoto", json!({ "chat_id": chat, "photo": url }))
        }
        Bubble::Photo { url, caption: Some(caption) } => {
            ("sendPhoto", json!({ "chat_id": chat, "photo": url, "caption": caption }))
        }
        Bubble::Sent { file, caption } => {
            let (method, field) = method_of(file.kind);
            let mut body = sent(to, caption.as_deref());
            body[field] = file.id.as_str().into();
            (method, body)
        }
    };
    if !taps.is_empty() {
        body["reply_markup"] = json!({ "inline_keyboard": keyboard(taps) });
    }
    (method, body)
}

/// What a manager's file goes with.
fn sent(to: &SessionId, caption: Option<&str>) -> Value {
    let mut body = json!({ "chat_id": chat_id(to) });
    if let Some(caption) = caption {
        body["caption"] = caption.into();
    }
    body
}

/// The method that sends a file, and the field that holds it. A file stays of the kind that it was
/// sent as.
const fn method_of(kind: SentKind) -> (&'static str, &'static str) {
    match kind {
        SentKind::Photo => ("sendPhoto", "photo"),
        SentKind::PhotoAsFile | SentKind::File => ("sendDocument", "document"),
    }
}

/// Two short answers fit beside each other on a phone; a longer one has a row of its own.
const SHORT_CAPTION: usize = 14;

/// The data of a button hold 64 bytes at most, which is too little for many captions: they hold its
/// place, and a tap brings the whole keyboard back.
fn keyboard(taps: &[String]) -> Vec<Vec<Value>> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut is_open = false;
    for (place, caption) in taps.iter().enumerate() {
        let button = json!({ "text": caption, "callback_data": place.to_string() });
        let is_short = caption.chars().count() <= SHORT_CAPTION;
        match rows.last_mut() {
            Some(row) if is_open && is_short => {
                row.push(button);
                is_open = false;
            }
            _ => {
                rows.push(vec![button]);
                is_open = is_short;
            }
        }
    }
    rows
}

fn chat_id(to: &SessionId) -> Value {
    by_number(to.user.as_str())
}

/// A chat by its number; by its name where it has no number.
fn by_number(chat: &str) -> Value {
    chat.parse().map_or_else(|_| Value::from(chat), |id: i64| Value::from(id))
}

pub(super) fn judge(answer: &Answer) -> Verdict {
    let asked = answer
        .body
        .pointer("/parameters/retry_after")
        .and_then(Value::as_u64)
        .map(mirt_http::rest)
        .or(answer.retry_after);
    match answer.status {
        status if status.is_success() => Verdict::Done,
        status if is_transient(status) => Verdict::Again(asked),
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => Verdict::Broken("token_refused"),
        StatusCode::FORBIDDEN => Verdict::Closed("blocked_by_customer"),
        _ if describes(answer, "chat not found") => Verdict::Closed("unknown_customer"),
        _ => Verdict::Refused("content_refused"),
    }
}

pub(super) fn describes(answer: &Answer, words: &str) -> bool {
    let description = answer.body.get("description").and_then(Value::as_str).unwrap_or_default();
    description.to_lowercase().contains(words)
}
