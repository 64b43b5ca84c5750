//! The local HTTP API: what the function sees of a request, and what the caller sees of an answer.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode},
};
use mirt_local_aws::{
    gateway::{self, Route},
    lambda::{Invoke, InvokeError},
    site::Site,
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// A function that keeps what it was given and answers as it was told.
struct Scripted {
    answer: Result<Bytes, InvokeError>,
    seen: Mutex<Vec<(String, Value)>>,
}

impl Invoke for Scripted {
    async fn invoke(&self, function: &str, payload: Bytes) -> Result<Bytes, InvokeError> {
        let event = serde_json::from_slice(&payload).unwrap();
        self.seen.lock().unwrap().push((function.to_owned(), event));
        self.answer.clone()
    }
}

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn route(method: &str, path: &str, function: &str) -> Route {
    Route { method: method.to_owned(), path: path.to_owned(), function: function.to_owned() }
}

fn gateway(answer: Result<Bytes, InvokeError>) -> (Router, Arc<Scripted>) {
    let function = Arc::new(Scripted { answer, seen: Mutex::default() });
    let routes = [
        route("POST", "/webhooks/manychat", "webhook"),
        route("GET", "/webhooks/manychat", "other"),
        route("GET", "/health", "webhook"),
    ];
    let router = gateway::router(routes, Site::default(), Arc::clone(&function))
        .fallback(gateway::not_found);
    (router, function)
}

async fn send(router: Router, request: Request<Body>) -> Answered {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answered { status: parts.status, headers: parts.headers, body }
}

async fn event_of(request: Request<Body>) -> Value {
    let (router, function) = gateway(Ok(Bytes::from(r#"{"statusCode":200}"#)));
    send(router, request).await;
    let (_, event) = function.seen.lock().unwrap().pop().unwrap();
    event
}

async fn answer_to(payload: Value) -> Answered {
    let (router, _) = gateway(Ok(Bytes::from(payload.to_string())));
    send(router, Request::get("/health").body(Body::empty()).unwrap()).await
}

async fn answer_to_failure(error: InvokeError) -> Answered {
    let (router, _) = gateway(Err(error));
    send(router, Request::get("/health").body(Body::empty()).unwrap()).await
}

fn json_request(body: &str) -> Request<Body> {
    Request::post("/webhooks/manychat")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn a_request_becomes_an_event_of_payload_format_2() {
    let mut request = Request::post("/webhooks/manychat?tag=a%20b&tag=c&flag")
        .header("Content-Type", "application/json")
        .header("X-ManyChat-Token", "sample")
        .header("X-Many", "1")
        .header("X-Many", "2")
        .header("User-Agent", "ManyChat/1.0")
        .header("Cookie", "a=1; b=2")
        .header("Cookie", "c=3")
        .body(Body::from(r#"{"message":"привіт"}"#))
        .unwrap();
    let caller = SocketAddr::from(([203, 0, 113, 7], 40_000));
    request.extensions_mut().insert(ConnectInfo(caller));

    let event = event_of(request).await;

    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "POST /webhooks/manychat");
    assert_eq!(event["rawPath"], "/webhooks/manychat");
    assert_eq!(event["rawQueryString"], "tag=a%20b&tag=c&flag");
    assert_eq!(event["queryStringParameters"], json!({ "tag": "a b,c", "flag": "" }));
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert_eq!(
        event["headers"],
        json!({
            "content-type": "application/json",
            "x-manychat-token": "sample",
            "x-many": "1,2",
            "user-agent": "ManyChat/1.0",
        })
    );
    assert_eq!(event["body"], r#"{"message":"привіт"}"#);
    assert_eq!(event["isBase64Encoded"], false);
    let context = &event["requestContext"];
    assert_eq!(
        context["http"],
        json!({
            "method": "POST",
            "path": "/webhooks/manychat",
            "protocol": "HTTP/1.1",
            "sourceIp": "203.0.113.7",
            "userAgent": "ManyChat/1.0",
        })
    );
    assert_eq!(context["routeKey"], "POST /webhooks/manychat");
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["accountId"], "000000000000");
}

#[tokio::test]
async fn the_time_of_a_request_is_in_its_event_in_both_forms() {
    let event = event_of(json_request("{}")).await;

    let context = &event["requestContext"];
    let epoch_ms = context["timeEpoch"].as_i64().unwrap();
    let time = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", context["time"].as_str().unwrap())
        .unwrap()
        .to_timestamp()
        .unwrap();
    assert_eq!(time.as_second(), Duration::from_millis(epoch_ms.unsigned_abs()).as_secs() as i64);
}

#[tokio::test]
async fn a_request_without_body_query_and_cookies_has_no_such_members() {
    let event = event_of(Request::get("/health").body(Body::empty()).unwrap()).await;

    assert_eq!(event["rawQueryString"], "");
    for absent in ["body", "cookies", "queryStringParameters"] {
        assert!(event.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn what_is_no_text_reaches_the_function_in_base64() {
    let request = Request::post("/webhooks/manychat")
        .header("content-type", "application/octet-stream")
        .body(Body::from(vec![0xff, 0x00, 0x7f]))
        .unwrap();

    let event = event_of(request).await;

    assert_eq!(event["body"], "/wB/");
    assert_eq!(event["isBase64Encoded"], true);
}

#[tokio::test]
async fn text_that_is_not_utf8_reaches_the_function_in_base64() {
    let request = Request::post("/webhooks/manychat")
        .header("content-type", "application/json; charset=utf-8")
        .body(Body::from(vec![b'"', 0xff, b'"']))
        .unwrap();

    let event = event_of(request).await;

    assert_eq!(event["isBase64Encoded"], true);
}

#[tokio::test]
async fn the_method_chooses_among_the_functions_of_a_path() {
    let (router, function) = gateway(Ok(Bytes::from(r#"{"statusCode":200}"#)));

    send(router.clone(), json_request("{}")).await;
    send(router, Request::get("/webhooks/manychat").body(Body::empty()).unwrap()).await;

    let seen = function.seen.lock().unwrap();
    let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["webhook", "other"]);
}

#[tokio::test]
async fn a_path_or_method_without_a_route_is_not_found_and_calls_nothing() {
    let (router, function) = gateway(Ok(Bytes::from(r#"{"statusCode":200}"#)));

    for request in [
        Request::post("/health").body(Body::empty()).unwrap(),
        Request::get("/webhooks/manychat/").body(Body::empty()).unwrap(),
        Request::get("/nowhere").body(Body::empty()).unwrap(),
    ] {
        let answered = send(router.clone(), request).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND);
        assert_eq!(answered.json(), json!({ "message": "Not Found" }));
    }

    assert!(function.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_over_ten_megabytes_is_refused_and_calls_nothing() {
    let (router, function) = gateway(Ok(Bytes::from(r#"{"statusCode":200}"#)));

    let answered = send(router, json_request(&" ".repeat(gateway::MAX_BODY_BYTES + 1))).await;

    assert_eq!(answered.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(function.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn status_headers_cookies_and_body_of_an_answer_reach_the_caller() {
    let answered = answer_to(json!({
        "statusCode": 503,
        "headers": { "content-type": "application/json", "retry-after": "5", "content-length": "9" },
        "multiValueHeaders": {},
        "cookies": ["a=1", "b=2"],
        "body": "{}",
        "isBase64Encoded": false,
    }))
    .await;

    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.headers["content-type"], "application/json");
    assert_eq!(answered.headers["retry-after"], "5");
    assert!(answered.headers.contains_key("apigw-requestid"));
    let cookies: Vec<_> = answered.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(answered.body, "{}");
}

#[tokio::test]
async fn a_body_in_base64_reaches_the_caller_decoded() {
    let answered =
        answer_to(json!({ "statusCode": 200, "body": "/wB/", "isBase64Encoded": true })).await;

    assert_eq!(answered.body, [0xff_u8, 0x00, 0x7f].as_slice());
}

#[tokio::test]
async fn an_answer_without_a_status_code_is_the_body_itself() {
    let answered = answer_to(json!({ "status": "accepted" })).await;

    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.headers["content-type"], "application/json");
    assert_eq!(answered.json(), json!({ "status": "accepted" }));
}

#[tokio::test]
async fn an_answer_that_is_no_response_is_an_internal_error() {
    for payload in [
        json!({ "statusCode": "two hundred" }),
        json!({ "statusCode": 20 }),
        json!({ "statusCode": 200, "body": 7 }),
        json!({ "statusCode": 200, "body": "?", "isBase64Encoded": true }),
        json!({ "statusCode": 200, "headers": { "bad name": "x" } }),
        json!({ "statusCode": 200, "headers": { "x": "a\nb" } }),
    ] {
        let answered = answer_to(payload.clone()).await;
        assert_eq!(answered.status, StatusCode::INTERNAL_SERVER_ERROR, "{payload}");
        assert_eq!(answered.json(), json!({ "message": "Internal Server Error" }));
    }
}

#[tokio::test]
async fn a_function_that_fails_is_an_internal_error_that_tells_nothing() {
    let failures = [
        InvokeError::Unhandled { kind: "Error".to_owned(), message: "private".to_owned() },
        InvokeError::Crashed { status: "exit status: 1".to_owned() },
        InvokeError::InitFailed { kind: "Setting".to_owned(), message: "private".to_owned() },
    ];
    for failure in failures {
        let answered = answer_to_failure(failure).await;
        assert_eq!(answered.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answered.json(), json!({ "message": "Internal Server Error" }));
    }
}

#[tokio::test]
async fn a_function_without_time_or_room_is_unavailable() {
    for failure in
        [InvokeError::TimedOut { after: Duration::from_secs(10) }, InvokeError::Throttled]
    {
        let answered = answer_to_failure(failure).await;
        assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answered.json(), json!({ "message": "Service Unavailable" }));
    }
}
