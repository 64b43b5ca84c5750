//! The other side of a channel: takes calls, checks them, keeps them, answers as told.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use crate::{manychat_rules, telegram_schema};

/// How long a test waits for a message that should come. A lost message fails the test after this;
/// nothing else depends on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a customer was shown by one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Words.
    Text(String),
    /// A photo, with its words.
    Photo {
        /// Its address.
        url: String,
        /// Its words; empty when it has none.
        caption: String,
    },
}

/// One call that the stub answered with success.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The number of the message that it made; 0 where messages have none.
    pub message: i64,
    /// What was called.
    pub method: String,
    /// The key or token that it came with.
    pub credential: String,
    /// Whom it was for.
    pub user: String,
    /// What it showed, in order.
    pub shown: Vec<Shown>,
    /// The call's whole body.
    pub body: Value,
}

#[derive(Default)]
struct Calls {
    sent: Vec<Sent>,
    violations: Vec<String>,
    /// Answers for the next calls, before success becomes the rule again.
    script: VecDeque<(StatusCode, HeaderMap, Value)>,
    refused: usize,
    /// Files that people sent to a bot, by id: the bot's token, and what is in them.
    files: BTreeMap<String, (String, Vec<u8>)>,
    /// Whether the next file that is asked for is not given.
    keeps_back: bool,
    /// Tokens of other bots than the first.
    more_bots: Vec<String>,
    /// How long a method takes, where it takes its time.
    slow: BTreeMap<String, Duration>,
    messages: i64,
}

#[derive(Clone)]
struct Shared {
    calls: Arc<Mutex<Calls>>,
    changed: Arc<watch::Sender<()>>,
    credential: String,
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stub in place of ManyChat or Telegram.
pub struct ChannelStub {
    address: SocketAddr,
    shared: Shared,
}

impl ChannelStub {
    /// A stub of ManyChat that wants `key` as its bearer.
    pub async fn manychat(key: &str) -> Self {
        Self::start(key, |shared| {
            Router::new()
                .route("/fb/sending/sendContent", post(manychat))
                .route("/fb/page/getInfo", get(manychat_page))
                .with_state(shared)
        })
        .await
    }

    /// A stub of Telegram for the bot with `token`.
    pub async fn telegram(token: &str) -> Self {
        Self::start(token, |shared| {
            Router::new()
                .route("/{bot}/{method}", post(telegram))
                .route("/{bot}/getMe", get(telegram_bot))
                .route("/file/{bot}/photos/{id}", get(telegram_file))
                .with_state(shared)
        })
        .await
    }

    async fn start(credential: &str, routes: impl FnOnce(Shared) -> Router) -> Self {
        let shared = Shared {
            calls: Arc::default(),
            changed: Arc::new(watch::channel(()).0),
            credential: credential.to_owned(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = routes(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the next call that has no answer yet with `status` and `body`.
    pub fn answer_next(&self, status: u16, headers: &[(&'static str, &str)], body: Value) {
        let status = StatusCode::from_u16(status).expect("a status");
        let headers = headers
            .iter()
            .map(|(name, value)| {
                let name = axum::http::HeaderName::from_static(name);
                (name, value.parse().expect("a header value"))
            })
            .collect();
        self.shared.calls().script.push_back((status, headers, body));
    }

    /// Takes so long for each call of `method`, on Telegram.
    pub fn take_time_for(&self, method: &str, time: Duration) {
        self.shared.calls().slow.insert(method.to_owned(), time);
    }

    /// Keeps a file that was sent to the first bot, as Telegram does.
    pub fn keep_file(&self, id: &str, file: &[u8]) {
        self.keep_file_of(&self.shared.credential, id, file);
    }

    /// Keeps a file that was sent to the bot with `token`: no other can use its id.
    pub fn keep_file_of(&self, token: &str, id: &str, file: &[u8]) {
        let kept = (token.to_owned(), file.to_vec());
        self.shared.calls().files.insert(id.to_owned(), kept);
    }

    /// Answers with an error of its own when a file is asked for, once.
    pub fn keep_back_the_next_file(&self) {
        self.shared.calls().keeps_back = true;
    }

    /// Knows another bot as well.
    pub fn knows_bot(&self, token: &str) {
        self.shared.calls().more_bots.push(token.to_owned());
    }

    /// What was sent to `user`, in order.
    pub fn sent_to(&self, user: &str) -> Vec<Sent> {
        self.shared.calls().sent.iter().filter(|sent| sent.user == user).cloned().collect()
    }

    /// All that `user` was shown, in order.
    pub fn shown_to(&self, user: &str) -> Vec<Shown> {
        self.sent_to(user).into_iter().flat_map(|sent| sent.shown).collect()
    }

    /// How many calls were answered with something else than success, as told.
    pub fn refused(&self) -> usize {
        self.shared.calls().refused
    }

    /// What was wrong with the calls so far.
    pub fn violations(&self) -> Vec<String> {
        self.shared.calls().violations.clone()
    }

    /// Waits until `holds` is true of what `user` was shown, and gives that.
    ///
    /// # Panics
    /// When it does not come true.
    pub async fn wait_for(&self, user: &str, holds: impl Fn(&[Shown]) -> bool) -> Vec<Shown> {
        let mut changes = self.shared.changed.subscribe();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                let shown = self.shown_to(user);
                if holds(&shown) {
                    return shown;
                }
                changes.changed().await.expect("the stub lives as long as the test");
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(shown) => shown,
            Err(_) => panic!("{user} was shown only {:?}", self.shown_to(user)),
        }
    }
}

impl Shared {
    /// The number of a new message.
    fn next_message(&self) -> i64 {
        let mut calls = self.calls();
        calls.messages += 1;
        calls.messages
    }

    /// Keeps the call, unless the script wants another answer than success.
    fn answer(&self, sent: Sent, violations: Vec<String>, success: Value) -> Response {
        let response = {
            let mut calls = self.calls();
            calls.violations.extend(violations);
            if let Some((status, headers, body)) = calls.script.pop_front() {
                calls.refused += 1;
                (status, headers, Json(body)).into_response()
            } else {
                calls.sent.push(sent);
                Json(success).into_response()
            }
        };
        self.changed.send_replace(());
        response
    }
}

async fn manychat(
    State(stub): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let mut violations = manychat_rules::violations(&body);
    let bearer = format!("Bearer {}", stub.credential);
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&bearer) {
        violations.push("the bearer is not the account's key".to_owned());
    }
    let messages = body["data"]["content"]["messages"].as_array().cloned().unwrap_or_default();
    let sent = Sent {
        message: 0,
        method: "sendContent".to_owned(),
        credential: stub.credential.clone(),
        user: plain(&body["subscriber_id"]),
        shown: messages.iter().map(manychat_shown).collect(),
        body,
    };
    stub.answer(sent, violations, json!({ "status": "success" }))
}

/// Whose page it is: what an operator asks to see whether the key is good.
async fn manychat_page(State(stub): State<Shared>, headers: HeaderMap) -> Response {
    let bearer = format!("Bearer {}", stub.credential);
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&bearer) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({ "status": "success", "data": { "id": 1 } })).into_response()
}

/// Who the bot is: the same for its token.
async fn telegram_bot(State(stub): State<Shared>, Path(bot): Path<String>) -> Response {
    let token = bot.strip_prefix("bot").unwrap_or_default();
    if token != stub.credential {
        return (StatusCode::NOT_FOUND, Json(json!({ "ok": false }))).into_response();
    }
    Json(json!({ "ok": true, "result": { "id": 1, "is_bot": true } })).into_response()
}

fn manychat_shown(message: &Value) -> Shown {
    match message["url"].as_str() {
        Some(url) => Shown::Photo { url: url.to_owned(), caption: String::new() },
        None => Shown::Text(plain(&message["text"])),
    }
}

async fn telegram(
    State(stub): State<Shared>,
    Path((bot, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = bot.strip_prefix("bot").unwrap_or_default().to_owned();
    let (body, uploaded) = call_of(&headers, &body);
    let is_known = token == stub.credential || stub.calls().more_bots.contains(&token);
    let owner = |id: &str| stub.calls().files.get(id).map(|(token, _)| token.clone());
    if method == "getFile" {
        if std::mem::take(&mut stub.calls().keeps_back) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        let id = plain(&body["file_id"]);
        if owner(&id).is_none_or(|owner| owner != token) {
            let refused = json!({ "ok": false, "description": "Bad Request: wrong file_id" });
            return (StatusCode::BAD_REQUEST, Json(refused)).into_response();
        }
        let file =
            json!({ "file_id": id, "file_unique_id": id, "file_path": format!("photos/{id}") });
        return Json(json!({ "ok": true, "result": file })).into_response();
    }
    let mut violations = telegram_schema::violations(&method, &body);
    if !is_known {
        violations.push("the token is not the bot's".to_owned());
    }
    for field in ["photo", "document"] {
        let is_uploaded = uploaded.as_ref().is_some_and(|(own, _)| own == field);
        let foreign = |id: &str| owner(id).is_some_and(|owner| owner != token);
        if !is_uploaded && body[field].as_str().is_some_and(foreign) {
            violations.push("the id of a file of another bot".to_owned());
        }
    }
    let shown = match (body["photo"].as_str().or(body["document"].as_str()), method.as_str()) {
        (Some(url), _) => {
            vec![Shown::Photo { url: url.to_owned(), caption: plain(&body["caption"]) }]
        }
        (None, "sendChatAction") => Vec::new(),
        (None, _) => vec![Shown::Text(plain(&body["text"]))],
    };
    let slow = stub.calls().slow.get(&method).copied();
    if let Some(time) = slow {
        tokio::time::sleep(time).await;
    }
    let message = stub.next_message();
    let (user, credential) = (plain(&body["chat_id"]), token);
    let sent = Sent { message, method, credential, user, shown, body };
    stub.answer(sent, violations, json!({ "ok": true, "result": { "message_id": message } }))
}

/// A call's fields, from JSON or from a form; of a form also which field is a file, and its bytes.
/// Such a field reads `uploaded:` and how many bytes there are.
fn call_of(headers: &HeaderMap, body: &[u8]) -> (Value, Option<(String, Vec<u8>)>) {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(boundary) = kind.strip_prefix("multipart/form-data; boundary=") else {
        return (serde_json::from_slice(body).unwrap_or_default(), None);
    };
    let (mut fields, mut uploaded) = (json!({}), None);
    let mut rest = body;
    let find = |text: &[u8], what: &[u8]| text.windows(what.len()).position(|it| it == what);
    let (opening, closing) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    while let Some(at) = find(rest, opening.as_bytes()) {
        rest = &rest[at + opening.len()..];
        let Some(head_end) = find(rest, b"\r\n\r\n") else { break };
        let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
        let value_at = head_end + 4;
        let Some(end) = find(&rest[value_at..], closing.as_bytes()) else { break };
        let value = &rest[value_at..value_at + end];
        let name = head.split("name=\"").nth(1).and_then(|name| name.split('"').next());
        let name = name.unwrap_or_default().to_owned();
        if head.contains("filename=") {
            fields[&name] = format!("uploaded:{}", value.len()).into();
            uploaded = Some((name, value.to_vec()));
        } else {
            let text = String::from_utf8_lossy(value).into_owned();
            fields[&name] = serde_json::from_str(&text).unwrap_or(Value::String(text));
        }
        rest = &rest[value_at + end + 2..];
    }
    (fields, uploaded)
}

async fn telegram_file(
    State(stub): State<Shared>,
    Path((bot, id)): Path<(String, String)>,
) -> Response {
    let file = stub.calls().files.get(&id).cloned();
    match file.filter(|(token, _)| bot == format!("bot{token}")) {
        Some((_, file)) => file.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A text or a number as text; empty for anything else.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
