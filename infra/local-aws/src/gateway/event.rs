//! From an HTTP request to an event of payload format 2.0.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    net::IpAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::Query,
    http::{HeaderMap, Uri, header, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The id of the API in its events and addresses.
const API_ID: &str = "local";

/// A request, and what the gateway knows about it.
pub(super) struct Received<'r> {
    pub(super) parts: &'r Parts,
    pub(super) body: &'r [u8],
    pub(super) source: IpAddr,
    pub(super) request_id: &'r str,
    pub(super) account: &'r str,
    pub(super) region: &'r str,
    pub(super) at: SystemTime,
}

/// Builds the event. Members without content are left out, as AWS does.
pub(super) fn build(received: &Received<'_>) -> Value {
    let Received { parts, body, source, request_id, account, region, at } = received;
    let method = parts.method.as_str();
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let route = format!("{method} {path}");
    let time = Timestamp::try_from(*at).unwrap_or(Timestamp::UNIX_EPOCH);
    let epoch_ms = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();

    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": {
            "accountId": account,
            "apiId": API_ID,
            "domainName": format!("{API_ID}.execute-api.{region}.amazonaws.com"),
            "domainPrefix": API_ID,
            "http": {
                "method": method,
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": source.to_string(),
                "userAgent": text_of(&parts.headers, &header::USER_AGENT),
            },
            "requestId": request_id,
            "routeKey": route,
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": u64::try_from(epoch_ms).unwrap_or(u64::MAX),
        },
        "isBase64Encoded": false,
    });
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query_parameters(&parts.uri));
    }
    if !body.is_empty() {
        match text_body(&parts.headers, body) {
            Some(text) => event["body"] = json!(text),
            None => {
                event["body"] = json!(STANDARD.encode(body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
    event
}

/// Lower-cased names; values of one name joined by commas. Cookies have their own place.
fn headers(all: &HeaderMap) -> Map<String, Value> {
    all.keys()
        .filter(|name| *name != header::COOKIE)
        .map(|name| (name.as_str().to_owned(), json!(text_of(all, name))))
        .collect()
}

fn text_of(all: &HeaderMap, name: &header::HeaderName) -> String {
    let values: Vec<_> =
        all.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    values.join(",")
}

fn cookies(all: &HeaderMap) -> Vec<String> {
    all.get_all(header::COOKIE)
        .iter()
        .flat_map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            text.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded parameters; values of one name joined by commas.
fn query_parameters(uri: &Uri) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    // What cannot be decoded is in the raw query only.
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs);
    for (name, value) in pairs.unwrap_or_default() {
        match parameters.entry(name) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(mut values) => {
                values.get_mut().push(',');
                values.get_mut().push_str(&value);
            }
        }
    }
    parameters
}

/// The body as text, if its type says that it is text and its bytes agree.
fn text_body<'b>(all: &HeaderMap, body: &'b [u8]) -> Option<&'b str> {
    let content_type = text_of(all, &header::CONTENT_TYPE).to_ascii_lowercase();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_text = essence.is_empty()
        || essence.starts_with("text/")
        || matches!(essence, "application/json" | "application/xml" | "application/javascript")
        || essence.ends_with("+json")
        || essence.ends_with("+xml");
    if is_text && !all.contains_key(header::CONTENT_ENCODING) {
        std::str::from_utf8(body).ok()
    } else {
        None
    }
}
