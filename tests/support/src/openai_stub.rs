//! The other side of the model: takes calls, checks them, keeps them, answers as scripted.

use std::{
    collections::{BTreeSet, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use crate::openai_schema;

/// How long a test waits for a call that should come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the stub does with a question.
#[derive(Clone, Debug)]
pub enum ModelReply {
    /// Answers with this, which must be of the shape that was asked for.
    Says(Value),
    /// Answers with this text, whatever was asked for.
    Text(String),
    /// Refuses.
    Refuses,
    /// Stops in the middle of its answer, as if it had no tokens left.
    CutOff,
    /// Answers with nothing.
    Empty,
    /// Answers with a status, a `Retry-After` in seconds, and a code of error.
    Status(u16, Option<u32>, &'static str),
    /// Answers with something that is no JSON.
    Garbage,
    /// Closes the connection in the middle of its answer.
    HangsUp,
    /// Waits before it does this.
    After(Duration, Box<ModelReply>),
}

type Rule = Arc<dyn Fn(&Value) -> ModelReply + Send + Sync>;

#[derive(Default)]
struct Calls {
    asked: Vec<Value>,
    moderated: Vec<String>,
    violations: Vec<String>,
    script: VecDeque<ModelReply>,
    flagged: Vec<String>,
    moderation_fails: bool,
    /// The prompts that a provider would have in its cache.
    cached: BTreeSet<(String, String)>,
}

#[derive(Clone)]
struct Shared {
    calls: Arc<Mutex<Calls>>,
    changed: Arc<watch::Sender<()>>,
    rule: Rule,
    key: String,
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stub in place of OpenAI.
pub struct OpenAiStub {
    address: SocketAddr,
    shared: Shared,
}

impl OpenAiStub {
    /// A stub that wants `key` as its bearer, and does what `rule` says where no script does.
    pub async fn start(
        key: &str,
        rule: impl Fn(&Value) -> ModelReply + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            calls: Arc::default(),
            changed: Arc::new(watch::channel(()).0),
            rule: Arc::new(rule),
            key: key.to_owned(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = Router::new()
            .route("/v1/responses", post(respond))
            .route("/v1/moderations", post(moderate))
            .route("/v1/models", get(models))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    /// Where it listens, as a base of the API.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Does this with the next question that has no reply yet.
    pub fn reply_next(&self, reply: ModelReply) {
        self.shared.calls().script.push_back(reply);
    }

    /// Flags every text that holds `words` from now on.
    pub fn flag(&self, words: &str) {
        self.shared.calls().flagged.push(words.to_owned());
    }

    /// Answers every moderation with an error from now on.
    pub fn fail_moderation(&self) {
        self.shared.calls().moderation_fails = true;
    }

    /// The bodies of all questions, in order.
    pub fn asked(&self) -> Vec<Value> {
        self.shared.calls().asked.clone()
    }

    /// All that was moderated, in order.
    pub fn moderated(&self) -> Vec<String> {
        self.shared.calls().moderated.clone()
    }

    /// What was wrong with the calls so far.
    pub fn violations(&self) -> Vec<String> {
        self.shared.calls().violations.clone()
    }

    /// Waits until `n` questions were asked.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn wait_for_questions(&self, n: usize) {
        let mut changes = self.shared.changed.subscribe();
        let waiting = async {
            while self.asked().len() < n {
                changes.changed().await.expect("the stub lives as long as the test");
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
        assert!(came, "only {} questions were asked", self.asked().len());
    }
}

/// Which models there are, for whom the account is.
async fn models(State(stub): State<Shared>, headers: HeaderMap) -> Response {
    if header_violations(&stub, &headers).is_some() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({ "object": "list", "data": [{ "id": "gpt-5.1", "object": "model" }] }))
        .into_response()
}

/// What is wrong with the headers of a call.
fn header_violations(stub: &Shared, headers: &HeaderMap) -> Option<String> {
    let bearer = format!("Bearer {}", stub.key);
    let is_ours =
        headers.get("authorization").and_then(|value| value.to_str().ok()) == Some(&bearer);
    (!is_ours).then(|| "the bearer is not the account's key".to_owned())
}

async fn respond(
    State(stub): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let (reply, cached) = {
        let mut calls = stub.calls();
        calls.violations.extend(header_violations(&stub, &headers));
        calls.violations.extend(openai_schema::response_violations(&body));
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let cached = !calls.cached.insert((text("prompt_cache_key"), text("instructions")));
        calls.asked.push(body.clone());
        let scripted = calls.script.pop_front();
        (scripted.unwrap_or_else(|| (stub.rule)(&body)), cached)
    };
    stub.changed.send_replace(());
    let (reply, wait) = match reply {
        ModelReply::After(wait, reply) => (*reply, wait),
        reply => (reply, Duration::ZERO),
    };
    tokio::time::sleep(wait).await;
    if let ModelReply::Says(answer) = &reply {
        let schema = &body["text"]["format"]["schema"];
        let validator = jsonschema::validator_for(schema).expect("a schema");
        let faults =
            validator.iter_errors(answer).map(|fault| format!("a scripted answer: {fault}"));
        stub.calls().violations.extend(faults);
    }
    answer(&body, reply, cached)
}

fn answer(body: &Value, reply: ModelReply, cached: bool) -> Response {
    let message = |content: Value| {
        json!([{ "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                 "content": [content] }])
    };
    let text = |text: &str| {
        message(json!({ "type": "output_text", "text": text, "annotations": [], "logprobs": [] }))
    };
    match reply {
        ModelReply::Says(answer) => response(body, "completed", &text(&answer.to_string()), cached),
        ModelReply::Text(words) => response(body, "completed", &text(&words), cached),
        ModelReply::Empty => response(body, "completed", &json!([]), cached),
        ModelReply::CutOff => response(body, "incomplete", &text("{\"reading\":{"), cached),
        ModelReply::Refuses => {
            let refusal = message(json!({ "type": "refusal", "refusal": "I cannot help." }));
            response(body, "completed", &refusal, cached)
        }
        ModelReply::Garbage => "<html>".into_response(),
        ModelReply::HangsUp => {
            // More is announced than comes.
            let mut response = Response::new(Body::from_stream(futures_util::stream::iter([
                Ok(axum::body::Bytes::from_static(b"{\"id\":")),
                Err(std::io::Error::other("cut")),
            ])));
            response
                .headers_mut()
                .insert("content-type", "application/json".parse().expect("a type"));
            response
        }
        ModelReply::Status(status, retry_after, code) => {
            let status = StatusCode::from_u16(status).expect("a status");
            let error =
                json!({ "error": { "type": code, "code": code, "message": "no", "param": null } });
            let mut response = (status, Json(error)).into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert("retry-after", seconds.into());
            }
            response
        }
        ModelReply::After(_, reply) => answer(body, *reply, cached),
    }
}

/// About as many tokens as a text has: a quarter of its characters. The provider's cache holds whole
/// blocks of 128 from 1024 on.
fn response(body: &Value, status: &str, output: &Value, cached: bool) -> Response {
    let tokens = |value: &Value| value.to_string().chars().count() / 4;
    let stable = tokens(&body["instructions"]) + tokens(&body["text"]);
    let cached = if cached && stable >= 1024 { stable / 128 * 128 } else { 0 };
    let input = stable + tokens(&body["input"]);
    let output_tokens = tokens(output);
    Json(json!({
        "id": "resp_1",
        "object": "response",
        "created_at": 1_763_700_000,
        "status": status,
        "model": "gpt-5.1-2025-11-13",
        "error": null,
        "incomplete_details": (status == "incomplete").then(|| json!({ "reason": "max_output_tokens" })),
        "instructions": null,
        "output": output,
        "parallel_tool_calls": true,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": input,
            "input_tokens_details": { "cached_tokens": cached, "cache_write_tokens": 0 },
            "output_tokens": output_tokens,
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": input + output_tokens,
        },
    }))
    .into_response()
}

async fn moderate(
    State(stub): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let mut calls = stub.calls();
    calls.violations.extend(header_violations(&stub, &headers));
    calls.violations.extend(openai_schema::moderation_violations(&body));
    let text = body["input"].as_str().unwrap_or_default().to_owned();
    let is_flagged = calls.flagged.iter().any(|words| text.contains(words.as_str()));
    calls.moderated.push(text);
    if calls.moderation_fails {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    Json(json!({
        "id": "modr_1",
        "model": "omni-moderation-latest",
        "results": [{
            "flagged": is_flagged,
            "categories": { "violence": is_flagged, "illicit": null, "hate": false },
        }],
    }))
    .into_response()
}
