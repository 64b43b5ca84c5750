//! One call of the CRM: a timeout, a bounded retry where a repetition is harmless, and an error that
//! says what to do.

use std::time::Duration;

use mirt_engine::{failure::Cause, look_after_order::CrmError};
use mirt_http::ReadError;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// One attempt. Two calls with their repetitions fit the function's minute.
const TIMEOUT: Duration = Duration::from_secs(8);

/// How often a question is asked, the first time included.
const ATTEMPTS: u32 = 3;

/// The wait before the second attempt, in milliseconds; doubled before the third, with up to a
/// quarter more.
const FIRST_WAIT_MS: u64 = 300;

/// The longest body that is read, in bytes: many times that of a page of orders.
const MOST_ANSWER: usize = 4 << 20;

/// Whether a call may be made again at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It changes nothing.
    Harmless,
    /// It may have been done though no answer came: who wants it done has to ask first.
    AskFirst,
}

/// Makes a call and gives the body of its answer.
pub(crate) async fn call(request: RequestBuilder, repeat: Repeat) -> Result<Value, CrmError> {
    let request = request.timeout(TIMEOUT);
    let mut attempt = 1;
    loop {
        let (after, source): (Option<Duration>, Cause) = match send(&request).await {
            Ok(answer) => match judge(&answer) {
                Verdict::Done => return Ok(answer.body),
                Verdict::Refused(reason) => return Err(CrmError::Refused { reason }),
                Verdict::Broken(reason) => {
                    tracing::error!(event = "crm_broken", reason);
                    return Err(CrmError::Retry { after: None, source: reason.into() });
                }
                Verdict::Again(reason) => (answer.retry_after, reason.into()),
            },
            Err(error) => (None, error),
        };
        if attempt == ATTEMPTS || repeat == Repeat::AskFirst || after.is_some() {
            return Err(CrmError::Retry { after, source });
        }
        let backoff = FIRST_WAIT_MS << (attempt - 1);
        let wait = Duration::from_millis(backoff + fastrand::u64(0..=backoff / 4));
        tracing::warn!(event = "crm_asked_again", attempt, error = %source);
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}

/// An answer that was read whole.
struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Value,
}

enum Verdict {
    /// Taken.
    Done,
    /// Perhaps in a moment.
    Again(&'static str),
    /// Not this order only: a key, a plan, an address. Worth trying after a human has mended it.
    Broken(&'static str),
    /// Never for this order.
    Refused(&'static str),
}

fn judge(answer: &Answer) -> Verdict {
    match answer.status {
        status if status.is_success() => Verdict::Done,
        StatusCode::REQUEST_TIMEOUT => Verdict::Again("timeout"),
        StatusCode::TOO_MANY_REQUESTS => Verdict::Again("rate_limit"),
        // Somebody was faster, or the last try was: the next one asks and finds it.
        StatusCode::CONFLICT => Verdict::Again("exists"),
        status if status.is_server_error() => Verdict::Again("server_error"),
        StatusCode::UNAUTHORIZED => Verdict::Broken("key_refused"),
        StatusCode::FORBIDDEN => Verdict::Broken("no_api_access"),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            Verdict::Refused("invalid_order")
        }
        _ => Verdict::Broken("unexpected_status"),
    }
}

async fn send(request: &RequestBuilder) -> Result<Answer, Cause> {
    let request = request.try_clone().ok_or("a request with a streamed body")?;
    // Its address holds the name of an order, which is nobody's business.
    let response = request.send().await.map_err(reqwest::Error::without_url)?;
    let status = response.status();
    let retry_after = mirt_http::retry_after(response.headers());
    let body = match mirt_http::read(response, MOST_ANSWER).await {
        Ok(body) => serde_json::from_slice(&body).unwrap_or_default(),
        // Its status has been given; what was to be read in it is missing, as in one that is no JSON.
        Err(ReadError::TooLong) => Value::Null,
        Err(error) => return Err(error.into()),
    };
    Ok(Answer { status, retry_after, body })
}
