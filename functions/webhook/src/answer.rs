//! What callers of the webhooks hear.

use lambda_http::{
    Body, Response,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
};
use serde_json::{Value, json};

/// When a caller may try again, in seconds: about as long as a passing fault of DynamoDB or SQS.
const RETRY_AFTER_SECONDS: u32 = 5;

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::Text(body.to_string()));
    *response.status_mut() = status;
    let json = lambda_http::http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// A tap is answered: a webhook's answer may be a call of the Bot API, which saves one. `text` is
/// shown to whoever tapped.
pub(crate) fn callback(id: &str, text: Option<&str>) -> Response<Body> {
    let mut body = json!({ "method": "answerCallbackQuery", "callback_query_id": id });
    if let Some(text) = text {
        body["text"] = text.into();
    }
    json(StatusCode::OK, &body)
}

/// The caller is at fault: the sentence says how.
pub(crate) fn error(status: StatusCode, sentence: impl ToString) -> Response<Body> {
    json(status, &json!({ "error": sentence.to_string() }))
}

/// We are at fault, for a while.
pub(crate) fn try_again() -> Response<Body> {
    let sentence = "the message could not be stored; please send it again";
    unavailable(&json!({ "error": sentence }))
}

/// The store or the queue is away. It asks the caller to come again, by which the alarms know it from a crash.
pub(crate) fn unavailable(body: &Value) -> Response<Body> {
    let mut response = json(StatusCode::SERVICE_UNAVAILABLE, body);
    response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS.into());
    response
}
