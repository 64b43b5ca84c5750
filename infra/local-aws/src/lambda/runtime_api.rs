//! The Lambda Runtime API, version 2018-06-01, for one process.
//!
//! Each process has a listener of its own on a loopback port, so that who asks is never in doubt.
//! Source: AWS Lambda developer guide, "Using the Lambda runtime API".

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::MAX_PAYLOAD_BYTES;
use crate::clock::UnixMillis;

/// An error that a function reported.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FunctionError {
    pub(super) kind: String,
    pub(super) message: String,
}

type Answer = Result<Bytes, FunctionError>;
type Initialised = Result<(), FunctionError>;

/// An event that waits for the process to ask for it.
struct Job {
    request_id: String,
    trace_id: String,
    deadline_ms: u128,
    payload: Bytes,
    answer: oneshot::Sender<Answer>,
}

/// The listener. Dropping it closes the port.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    jobs: mpsc::UnboundedSender<Job>,
    server: JoinHandle<()>,
}

struct Shared {
    function_arn: String,
    jobs: tokio::sync::Mutex<mpsc::UnboundedReceiver<Job>>,
    /// The event that the process works on.
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    /// Told once: at the first request for an event, or at the report of a failed start.
    initialised: Mutex<Option<oneshot::Sender<Initialised>>>,
}

impl RuntimeApi {
    /// Opens a port, and says when the process behind it has started.
    pub(super) async fn listen(
        function_arn: String,
    ) -> io::Result<(Self, oneshot::Receiver<Initialised>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (jobs, receiver) = mpsc::unbounded_channel();
        let (initialised, started) = oneshot::channel();
        let shared = Arc::new(Shared {
            function_arn,
            jobs: tokio::sync::Mutex::new(receiver),
            current: Mutex::default(),
            initialised: Mutex::new(Some(initialised)),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(shared);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the runtime API's listener ended");
            }
        });
        Ok((Self { address, jobs, server }, started))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Gives the process its next event. At most one is ever under way: the worker sees to that.
    pub(super) fn offer(
        &self,
        payload: Bytes,
        now: UnixMillis,
        timeout: Duration,
        is_traced: bool,
    ) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        let now = Duration::from_millis(now.try_into().unwrap_or_default());
        let job = Job {
            request_id: request_id(),
            trace_id: trace_id(now, is_traced),
            deadline_ms: (now + timeout).as_millis(),
            payload,
            answer,
        };
        // If the listener is gone, the job is dropped and its receiver says so.
        drop(self.jobs.send(job));
        receiver
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn tell_initialised(&self, outcome: Initialised) {
        let waiting = self.initialised.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waiting) = waiting {
            // Nobody waits any more if the start took too long.
            let _ = waiting.send(outcome);
        }
    }

    fn answer(&self, request_id: &str, answer: Answer) -> Response {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match current.take() {
            Some((id, waiting)) if id == request_id => {
                // Nobody waits any more if the function's time is over.
                let _ = waiting.send(answer);
                accepted()
            }
            other => {
                *current = other;
                refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "no such event is under way")
            }
        }
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.tell_initialised(Ok(()));
    let Some(job) = shared.jobs.lock().await.recv().await else {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "Stopped", "no more events will come");
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", job.request_id.clone()),
        ("lambda-runtime-deadline-ms", job.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", shared.function_arn.clone()),
        ("lambda-runtime-trace-id", job.trace_id),
    ];
    *shared.current.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((job.request_id, job.answer));
    (headers, job.payload).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(request_id): Path<String>,
    body: Body,
) -> Response {
    let Ok(bytes) = to_bytes(body, MAX_PAYLOAD_BYTES).await else {
        let error = FunctionError {
            kind: "Function.ResponseSizeTooLarge".to_owned(),
            message: format!("the answer is larger than {MAX_PAYLOAD_BYTES} bytes"),
        };
        shared.answer(&request_id, Err(error));
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "answer too large");
    };
    shared.answer(&request_id, Ok(bytes))
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.answer(&request_id, Err(function_error(&headers, &body)))
}

async fn init_error(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.tell_initialised(Err(function_error(&headers, &body)));
    accepted()
}

/// Reads an error report; both its header and its body are optional.
fn function_error(headers: &HeaderMap, body: &[u8]) -> FunctionError {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Report {
        error_message: String,
        error_type: Option<String>,
    }
    let report: Report = serde_json::from_slice(body).unwrap_or_default();
    let in_header = headers
        .get("lambda-runtime-function-error-type")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    FunctionError {
        kind: report.error_type.or(in_header).unwrap_or_else(|| "Unknown".to_owned()),
        message: report.error_message,
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, axum::Json(json!({ "status": "OK" }))).into_response()
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, axum::Json(json!({ "errorType": kind, "errorMessage": message }))).into_response()
}

/// A version 4 UUID. Nothing depends on its being hard to guess.
fn request_id() -> String {
    let mut bits = fastrand::u128(..);
    bits = bits & !(0xf << 76) | (0x4 << 76);
    bits = bits & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// A trace id in the form of AWS X-Ray.
fn trace_id(now: Duration, is_traced: bool) -> String {
    let root = fastrand::u128(..) >> 32;
    let parent = fastrand::u64(..);
    let (seconds, sampled) = (now.as_secs(), u8::from(is_traced));
    format!("Root=1-{seconds:08x}-{root:024x};Parent={parent:016x};Sampled={sampled}")
}
