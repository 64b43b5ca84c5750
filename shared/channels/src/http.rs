//! One call of a channel's API: a timeout, a bounded retry, and an error that says what to do.

use std::time::Duration;

use mirt_engine::failure::{Cause, SendError};
use mirt_http::ReadError;
use reqwest::{RequestBuilder, StatusCode};

/// One attempt. A channel that needs longer has a problem that waiting does not mend.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A call that nobody waits for.
const TIMEOUT_OF_ONE: Duration = Duration::from_secs(3);

/// How often a call is tried, the first time included.
const ATTEMPTS: u32 = 3;

/// The wait before the second attempt, in milliseconds; doubled before the third, with up to a
/// quarter more.
const FIRST_WAIT_MS: u64 = 500;

/// The longest wait within a call. A channel that asks for more gets its time between deliveries.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The longest body that is read, in bytes: many times that of any answer that we look into.
const MOST_ANSWER: usize = 1 << 20;

/// An answer that was read whole.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// How long it asks to be left alone, within bounds.
    pub(crate) retry_after: Option<Duration>,
    /// Its body, as JSON; null when it is none, or too long.
    pub(crate) body: serde_json::Value,
}

/// What to do about an answer.
pub(crate) enum Verdict {
    /// Taken.
    Done,
    /// Try again, after the time that the channel asked for.
    Again(Option<Duration>),
    /// Not this time and not for this customer only: a token, a plan. Worth trying after a human
    /// has mended it.
    Broken(&'static str),
    /// Never for this message.
    Refused(&'static str),
    /// Nothing for this customer until they write again.
    Closed(&'static str),
}

/// Whether an answer with this status may be another one in a moment.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
        || status.is_server_error()
}

/// Makes the call, again where that helps, and gives the answer that it was done with.
pub(crate) async fn call(
    channel: &'static str,
    request: RequestBuilder,
    judge: impl Fn(&Answer) -> Verdict,
) -> Result<Answer, SendError> {
    let request = request.timeout(TIMEOUT);
    let mut attempt = 1;
    loop {
        let (asked, cause): (Option<Duration>, Cause) = match send(&request).await {
            Ok(answer) => match judge(&answer) {
                Verdict::Done => return Ok(answer),
                Verdict::Refused(reason) => return Err(SendError::Refused { reason }),
                Verdict::Closed(reason) => return Err(SendError::Closed { reason }),
                Verdict::Broken(reason) => {
                    tracing::error!(event = "channel_broken", channel, reason);
                    return Err(SendError::Broken { reason });
                }
                Verdict::Again(asked) => {
                    (asked, format!("status {}", answer.status.as_u16()).into())
                }
            },
            Err(error) => (None, error),
        };
        let backoff = FIRST_WAIT_MS << (attempt - 1);
        let jitter = fastrand::u64(0..=backoff / 4);
        let wait = asked.unwrap_or(Duration::from_millis(backoff + jitter));
        if attempt == ATTEMPTS || wait > LONGEST_WAIT {
            return Err(SendError::Retry { after: asked, source: cause });
        }
        tracing::warn!(event = "send_again", channel, attempt, error = %cause);
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}

/// Makes a call that is worth one attempt only, and whose failure is worth a line in the log.
pub(crate) async fn once(channel: &'static str, request: RequestBuilder) {
    match send(&request.timeout(TIMEOUT_OF_ONE)).await {
        Ok(answer) if answer.status.is_success() => {}
        Ok(answer) => {
            let status = answer.status.as_u16();
            tracing::warn!(event = "degraded", what = "typing", channel, status);
        }
        Err(error) => tracing::warn!(event = "degraded", what = "typing", channel, error = %error),
    }
}

/// The address holds the bot's token on Telegram, so no error may name it.
async fn send(request: &RequestBuilder) -> Result<Answer, Cause> {
    let request = request.try_clone().ok_or("a request with a streamed body")?;
    let response = request.send().await.map_err(reqwest::Error::without_url)?;
    let status = response.status();
    let retry_after = mirt_http::retry_after(response.headers());
    let body = match mirt_http::read(response, MOST_ANSWER).await {
        Ok(body) => serde_json::from_slice(&body).unwrap_or_default(),
        // Its status has been given: what was taken must not be sent again.
        Err(ReadError::TooLong) => serde_json::Value::Null,
        Err(error) => return Err(error.into()),
    };
    Ok(Answer { status, retry_after, body })
}
