//! One call of the API: attempts within a time, and what each failure means.

use std::{future::Future, time::Duration};

use mirt_engine::model::ModelError;
use mirt_http::ReadError;
use reqwest::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use crate::OpenAi;

/// How often a call is tried, the first time included.
const ATTEMPTS: u32 = 3;

/// The wait before the second attempt, in milliseconds; doubled before the third, with up to a half
/// more.
const FIRST_WAIT_MS: u64 = 400;

/// No attempt is begun with less time left: it would not be answered.
const SHORTEST_ATTEMPT: Duration = Duration::from_secs(1);

/// The largest answer that is read, in bytes: many times the longest that we ask for.
const MAX_ANSWER: usize = 1 << 20;

/// An attempt that did not succeed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Why.
    pub(crate) error: ModelError,
    /// Whether another attempt may.
    pub(crate) may_succeed_later: bool,
}

impl Failed {
    pub(crate) const fn for_good(error: ModelError) -> Self {
        Self { error, may_succeed_later: false }
    }

    pub(crate) const fn for_now(error: ModelError) -> Self {
        Self { error, may_succeed_later: true }
    }
}

/// Makes attempts until one succeeds, none may succeed any more, or the time is over.
///
/// One attempt gets three fifths of the time that is left, so that a provider that hangs leaves
/// time for a second one.
pub(crate) async fn attempts<T, F>(
    within: Duration,
    mut attempt: impl FnMut() -> F,
) -> Result<T, ModelError>
where
    F: Future<Output = Result<T, Failed>>,
{
    let deadline = Instant::now() + within;
    let mut n = 1;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let is_last = n == ATTEMPTS;
        let share = if is_last { left } else { left * 3 / 5 };
        let failed = match tokio::time::timeout(share, attempt()).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(failed)) => failed,
            Err(_) => Failed::for_now(ModelError::Timeout),
        };
        let asked = match &failed.error {
            ModelError::Throttled { after } => *after,
            _ => None,
        };
        let wait = asked.unwrap_or_else(|| backoff(n, fastrand::u64(..)));
        let left = deadline.saturating_duration_since(Instant::now());
        if is_last || !failed.may_succeed_later || left < wait.saturating_add(SHORTEST_ATTEMPT) {
            return Err(failed.error);
        }
        tracing::warn!(event = "model_again", attempt = n, reason = failed.error.as_str());
        tokio::time::sleep(wait).await;
        n += 1;
    }
}

/// The wait after the n-th attempt; `draw` is any random number.
fn backoff(n: u32, draw: u64) -> Duration {
    let wait = FIRST_WAIT_MS << (n - 1).min(8);
    Duration::from_millis(wait + draw % (wait / 2 + 1))
}

impl OpenAi {
    /// Posts to `path` once.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let unavailable = |error: reqwest::Error| {
            Failed::for_now(ModelError::Unavailable(Box::new(error.without_url())))
        };
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.key);
        let response = request.json(body).send().await.map_err(unavailable)?;
        let status = response.status();
        let asked = mirt_http::retry_after(response.headers());
        let bytes = mirt_http::read(response, MAX_ANSWER).await.map_err(|error| match error {
            ReadError::TooLong => Failed::for_good(ModelError::Unusable("too long")),
            broken_off => Failed::for_now(ModelError::Unavailable(broken_off.into())),
        })?;
        let body: Option<Value> = serde_json::from_slice(&bytes).ok();
        if status.is_success() {
            return body.ok_or_else(|| Failed::for_now(ModelError::Unusable("no JSON")));
        }
        Err(refusal(status, asked, body.as_ref()))
    }
}

/// What an answer that is no success means. Only the provider's code of the error is kept: its
/// words may repeat ours.
fn refusal(status: StatusCode, asked: Option<Duration>, body: Option<&Value>) -> Failed {
    let of = |name| body.and_then(|body| body["error"][name].as_str());
    let code = of("code").or_else(|| of("type")).unwrap_or("no code");
    if code == "insufficient_quota" || of("type") == Some("insufficient_quota") {
        return Failed::for_good(ModelError::Quota);
    }
    match status {
        StatusCode::TOO_MANY_REQUESTS => Failed::for_now(ModelError::Throttled { after: asked }),
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => {
            Failed::for_now(ModelError::Unavailable(format!("status {}", status.as_u16()).into()))
        }
        status if status.is_server_error() => {
            Failed::for_now(ModelError::Unavailable(format!("status {}", status.as_u16()).into()))
        }
        status => {
            let code: String =
                code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
            Failed::for_good(ModelError::Broken(format!("status {}, {code}", status.as_u16())))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: u16, body: &Value) -> (&'static str, bool) {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        let failed = refusal(status, None, Some(body));
        (failed.error.as_str(), failed.may_succeed_later)
    }

    #[test]
    fn an_answer_that_is_no_success_is_sorted_by_what_to_do_about_it() {
        let quota = json!({ "error": { "code": "insufficient_quota", "message": "pay" } });
        let key = json!({ "error": { "code": "invalid_api_key" } });

        assert_eq!(of(429, &quota), ("quota", false));
        assert_eq!(of(429, &json!({})), ("throttled", true));
        assert_eq!(of(500, &json!({})), ("unavailable", true));
        assert_eq!(of(503, &Value::Null), ("unavailable", true));
        assert_eq!(of(401, &key), ("broken", false));
        assert_eq!(of(400, &json!({})), ("broken", false));
    }

    #[test]
    fn the_wait_doubles_and_is_never_more_than_a_half_longer() {
        assert_eq!(backoff(1, 0), Duration::from_millis(400));
        assert_eq!(backoff(2, 0), Duration::from_millis(800));
        assert!((0..5_000).all(|draw| backoff(1, draw) <= Duration::from_millis(600)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_hangs_is_asked_again_and_the_time_is_kept() {
        let began = Instant::now();
        let mut asked = 0;

        let answer: Result<(), ModelError> = attempts(Duration::from_secs(20), || {
            asked += 1;
            std::future::pending()
        })
        .await;

        assert!(matches!(answer, Err(ModelError::Timeout)), "{answer:?}");
        assert_eq!(asked, 3);
        assert!(began.elapsed() <= Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_the_provider_asks_for_and_that_is_too_long_ends_the_attempts() {
        for wait in [Duration::from_secs(30), Duration::MAX] {
            let mut asked = 0;

            let answer: Result<(), ModelError> = attempts(Duration::from_secs(20), || {
                asked += 1;
                let after = Some(wait);
                std::future::ready(Err(Failed::for_now(ModelError::Throttled { after })))
            })
            .await;

            assert!(matches!(answer, Err(ModelError::Throttled { .. })), "{answer:?}");
            assert_eq!(asked, 1);
        }
    }
}
