//! From a function's answer to an HTTP response.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Why an answer is no HTTP response. Nothing of the answer is quoted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it is not JSON")]
    NotJson,
    #[error("it has members of another type than payload format 2.0 has")]
    Shape,
    #[error("its status code is none")]
    Status,
    #[error("the header {0} cannot be sent")]
    Header(String),
    #[error("its body is not base64, as it says")]
    Base64,
}

/// An answer in payload format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// Reads an answer. One without a status code is itself the body of a 200, as in AWS.
pub(super) fn read(payload: &[u8]) -> Result<Response, Fault> {
    let value: Value = serde_json::from_slice(payload).map_err(|_| Fault::NotJson)?;
    if value.get("statusCode").is_none() {
        let json = (header::CONTENT_TYPE.to_string(), "application/json".to_owned());
        return respond(StatusCode::OK, &[json], value.to_string().into_bytes());
    }
    let answer: Answer = serde_json::from_value(value).map_err(|_| Fault::Shape)?;
    let status = StatusCode::from_u16(answer.status_code).map_err(|_| Fault::Status)?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded.unwrap_or_default() {
        STANDARD.decode(body).map_err(|_| Fault::Base64)?
    } else {
        body.into_bytes()
    };
    let mut headers = Vec::new();
    for (name, value) in answer.headers.unwrap_or_default() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        headers.push((name, text));
    }
    for cookie in answer.cookies.unwrap_or_default() {
        headers.push((header::SET_COOKIE.to_string(), cookie));
    }
    respond(status, &headers, body)
}

fn respond(
    status: StatusCode,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Result<Response, Fault> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in headers {
        let refused = || Fault::Header(name.clone());
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        // The connection is ours, not the function's.
        if matches!(header, header::CONNECTION | header::CONTENT_LENGTH | header::TRANSFER_ENCODING)
        {
            continue;
        }
        let value = HeaderValue::from_str(value).map_err(|_| refused())?;
        response.headers_mut().append(header, value);
    }
    response
        .headers_mut()
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}
