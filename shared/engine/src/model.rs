//! The port to the model, and what can go wrong with it, sorted by what to do.

use std::{future::Future, time::Duration};

use mirt_domain::{
    model::{Reference, Usage},
    session_id::SessionId,
};
use serde_json::Value;

use crate::failure::Cause;

/// One question to the model.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// Whose conversation it is; the provider gets a keyed hash of it.
    pub session: SessionId,
    /// What is the same for every customer: first, so that the provider's cache serves it.
    pub instructions: String,
    /// What is this turn's.
    pub input: String,
    /// Photos to look at, as JPEG.
    pub photos: Vec<Vec<u8>>,
    /// Photos of ours to compare them with, by their addresses.
    pub references: Vec<Reference>,
    /// What the answer has to look like.
    pub format: AnswerFormat,
}

/// The shape of an answer.
#[derive(Clone, Debug)]
pub struct AnswerFormat {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: &'static str,
    /// Its JSON schema, in the subset that the provider takes as strict.
    pub schema: Value,
}

/// What came of a question.
#[derive(Debug)]
pub struct Asked {
    /// The answer, JSON of the wanted shape as the provider promises; or why there is none.
    pub answer: Result<String, ModelError>,
    /// What it used, whatever came of it.
    pub usage: Usage,
}

impl Asked {
    /// A question that was not put.
    #[must_use]
    pub fn refused(error: ModelError) -> Self {
        Self { answer: Err(error), usage: Usage::default() }
    }

    /// A question that was put and not answered in time. It may be paid for; by how much, nobody said.
    #[must_use]
    pub fn given_up(after: Duration) -> Self {
        let ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        let usage = Usage { requests: 1, ms, ..Usage::default() };
        Self { answer: Err(ModelError::Timeout), usage }
    }
}

/// Why the model did not answer. The adapter's own bounded retries are used up.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Too many calls failed lately: this one was not made.
    #[error("the breaker is open")]
    BreakerOpen,
    /// All instances together have made as many calls in this minute as they may.
    #[error("there were too many model calls in this minute")]
    Ceiling,
    /// The time was over.
    #[error("the model did not answer in time")]
    Timeout,
    /// Too many requests for now.
    #[error("the model's provider asks for fewer requests")]
    Throttled {
        /// How long it asked to be left alone.
        after: Option<Duration>,
    },
    /// An error of theirs, or on the way to them.
    #[error("the model is not available")]
    Unavailable(#[source] Cause),
    /// It will not answer this.
    #[error("the model refused to answer")]
    Refused,
    /// It answered something else than JSON, nothing, or only a part.
    #[error("the model's answer cannot be used: {0}")]
    Unusable(&'static str),
    /// The account is out of money: nothing helps but paying.
    #[error("the account with the model's provider is used up")]
    Quota,
    /// The key or the request is wrong: nothing helps but mending it.
    #[error("the model's provider refused the request: {0}")]
    Broken(String),
}

impl ModelError {
    /// Its name in traces, logs and metrics.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::BreakerOpen => "breaker_open",
            Self::Ceiling => "ceiling",
            Self::Timeout => "timeout",
            Self::Throttled { .. } => "throttled",
            Self::Unavailable(_) => "unavailable",
            Self::Refused => "refused",
            Self::Unusable(_) => "unusable",
            Self::Quota => "quota",
            Self::Broken(_) => "broken",
        }
    }

    /// Whether a turn that went without the model for `reason`, one of these names or another, did so
    /// because a call of it failed.
    #[must_use]
    pub fn is_failed_call(reason: &str) -> bool {
        matches!(
            reason,
            "timeout" | "throttled" | "unavailable" | "refused" | "unusable" | "quota" | "broken"
        )
    }

    /// Whether it says something about the provider's health, and not about the one question.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        !matches!(self, Self::Refused | Self::Unusable(_) | Self::BreakerOpen | Self::Ceiling)
    }
}

/// Asks the model.
pub trait AskModel: Send + Sync {
    /// Asks, again where that helps, and is done within the time given.
    fn ask(&self, request: &ModelRequest, within: Duration) -> impl Future<Output = Asked> + Send;
}

impl<M: AskModel> AskModel for &M {
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        (**self).ask(request, within).await
    }
}

/// No model: there is none of it.
#[derive(Clone, Copy, Debug)]
pub enum NoModel {}

impl AskModel for NoModel {
    async fn ask(&self, _: &ModelRequest, _: Duration) -> Asked {
        match *self {}
    }
}

impl Moderate for NoModel {
    async fn moderate(&self, _: &str, _: Duration) -> Result<Moderation, ModelError> {
        match *self {}
    }
}

/// Whether a message may be shown to the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moderation {
    /// The categories for which it was flagged, as the provider names them.
    pub categories: Vec<String>,
}

/// Has a message looked at for what no shop should answer.
pub trait Moderate: Send + Sync {
    /// Looks at a text.
    ///
    /// # Errors
    /// When there was no verdict in time. The rules alone decide then.
    fn moderate(
        &self,
        text: &str,
        within: Duration,
    ) -> impl Future<Output = Result<Moderation, ModelError>> + Send;
}

impl<M: Moderate> Moderate for &M {
    async fn moderate(&self, text: &str, within: Duration) -> Result<Moderation, ModelError> {
        (**self).moderate(text, within).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_and_not_answered_is_a_failed_call_and_what_was_not_asked_is_none() {
        let asked = [
            ModelError::Timeout,
            ModelError::Throttled { after: None },
            ModelError::Unavailable("gone".into()),
            ModelError::Refused,
            ModelError::Unusable("empty"),
            ModelError::Quota,
            ModelError::Broken(String::new()),
        ];

        assert!(asked.iter().all(|error| ModelError::is_failed_call(error.as_str())));
        for error in [ModelError::BreakerOpen, ModelError::Ceiling] {
            assert!(!ModelError::is_failed_call(error.as_str()), "{error}");
        }
    }
}
