//! An API Gateway HTTP API on one machine: requests become events of payload format 2.0, and what
//! the function answers becomes the response.
//!
//! Source: API Gateway developer guide, "Working with AWS Lambda proxy integrations for HTTP APIs".
//! Not done here: throttling, authorisers, CORS, path parameters.

mod event;
mod response;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::SystemTime,
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::json;

use crate::{
    lambda::{Invoke, InvokeError},
    site::Site,
};

/// The largest body that an HTTP API takes, in bytes. Source: API Gateway quotas, "Payload size".
pub const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// A route and the function behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, ... in capitals.
    pub method: String,
    /// A fixed path, such as `/webhooks/manychat`.
    pub path: String,
    /// The function's short name.
    pub function: String,
}

/// A gateway: its routes by path and method, and what runs the functions.
struct Gateway<I> {
    routes: BTreeMap<String, BTreeMap<String, String>>,
    site: Site,
    functions: I,
}

/// The routes as a router, to be served or merged with others.
///
/// It answers only on its routes' paths; it has no fallback of its own, so whoever serves it says
/// what becomes of the rest: [`not_found`] is what AWS says. The caller's address is in the event
/// if the router is served with connect info.
pub fn router<I: Invoke>(
    routes: impl IntoIterator<Item = Route>,
    site: Site,
    functions: I,
) -> Router {
    let mut by_path: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for Route { method, path, function } in routes {
        by_path.entry(path).or_default().insert(method, function);
    }
    let mut router = Router::new();
    for path in by_path.keys() {
        router = router.route(path, any(handle::<I>));
    }
    router.with_state(Arc::new(Gateway { routes: by_path, site, functions }))
}

/// What an HTTP API answers on a path without a route.
pub async fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Not Found")
}

async fn handle<I: Invoke>(State(gateway): State<Arc<Gateway<I>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let method = parts.method.as_str();
    let Some(function) =
        gateway.routes.get(parts.uri.path()).and_then(|methods| methods.get(method))
    else {
        return not_found().await;
    };
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let request_id = format!("{:016x}", fastrand::u64(..));
    let event = event::build(&event::Received {
        parts: &parts,
        body: &body,
        source: source_address(&parts),
        request_id: &request_id,
        account: &gateway.site.account,
        region: &gateway.site.region,
        at: SystemTime::now(),
    });

    let answer = gateway.functions.invoke(function, Bytes::from(event.to_string())).await;

    let mut response = match answer {
        Ok(payload) => response::read(&payload).unwrap_or_else(|fault| {
            tracing::error!(function, %fault, "the function's answer is no HTTP response");
            internal_error()
        }),
        Err(error) => {
            tracing::error!(function, %error, "the function did not answer");
            failed(&error)
        }
    };
    if let Ok(id) = request_id.parse() {
        response.headers_mut().insert("apigw-requestid", id);
    }
    response
}

fn source_address(parts: &Parts) -> IpAddr {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| address.ip())
}

fn failed(error: &InvokeError) -> Response {
    match error {
        InvokeError::TimedOut { .. } | InvokeError::Throttled => {
            message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
        }
        InvokeError::PayloadTooLarge => {
            message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
        }
        InvokeError::Unhandled { .. }
        | InvokeError::Crashed { .. }
        | InvokeError::InitFailed { .. }
        | InvokeError::UnknownFunction(_) => internal_error(),
    }
}

fn internal_error() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "message": text }))).into_response()
}
