//! What others are told, on a queue that anyone can read: each once an attempt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    chat::ChatRef, command::Mode, day::Day, document::SCHEMA_VERSION, preprocess, record::Published,
};

/// Who says it.
const SERVICE: &str = "telegram-fetch";

/// Why something failed, sorted by what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The session is not accepted: a human logs in again.
    AuthError,
    /// Telegram wants to be left alone for longer than there is time.
    RateLimit,
    /// No connection, no answer, an error of theirs.
    NetworkError,
    /// There is no such chat, or it is not open to this account.
    ChatNotFound,
    /// The name of the chat now stands for another chat.
    ChatChanged,
    /// The command cannot be done by anyone.
    ValidationError,
    /// Our own store or queue failed.
    StoreError,
    /// The chat to which digests are sent did not take one.
    DigestNotSent,
    /// Telegram refused for another reason.
    UnknownError,
}

impl Category {
    /// Whether it may work later without anyone doing anything.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::NetworkError | Self::StoreError | Self::DigestNotSent
        )
    }

    /// As events and metrics name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthError => "auth_error",
            Self::RateLimit => "rate_limit",
            Self::NetworkError => "network_error",
            Self::ChatNotFound => "chat_not_found",
            Self::ChatChanged => "chat_changed",
            Self::ValidationError => "validation_error",
            Self::StoreError => "store_error",
            Self::DigestNotSent => "digest_not_sent",
            Self::UnknownError => "unknown_error",
        }
    }
}

/// What is being done about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Its messages are read.
    Fetching,
    /// The document is made of them.
    Postprocess,
    /// The document is shown to readers.
    Saving,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Fetching => "fetching",
            Self::Postprocess => "postprocess",
            Self::Saving => "saving",
        }
    }
}

/// A length of time: in events a number of seconds with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Seconds {
    hundredths: u64,
}

impl Seconds {
    /// So many milliseconds, rounded down.
    #[must_use]
    pub fn of_millis(millis: u64) -> Self {
        Self { hundredths: millis / 10 }
    }
}

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.hundredths / 100, self.hundredths % 100)
    }
}

impl From<Seconds> for f64 {
    fn from(seconds: Seconds) -> Self {
        // Digits and a point are a number.
        seconds.to_string().parse().unwrap_or_default()
    }
}

/// What is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a duration is a number of seconds, not negative")]
pub struct NoSeconds;

impl TryFrom<f64> for Seconds {
    type Error = NoSeconds;

    fn try_from(seconds: f64) -> Result<Self, NoSeconds> {
        let exact = std::time::Duration::try_from_secs_f64(seconds).map_err(|_| NoSeconds)?;
        // Half a hundredth more, because 0.29 is a little less than 0.29.
        let rounded = exact.saturating_add(std::time::Duration::from_millis(5));
        Ok(Self::of_millis(u64::try_from(rounded.as_millis()).map_err(|_| NoSeconds)?))
    }
}

/// An event as it goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
    /// When, in UTC.
    pub timestamp: Timestamp,
    /// Who says it.
    pub service: String,
    /// The command that it is about.
    pub correlation_id: String,
    /// The attempt: of one process, at one day.
    pub attempt: String,
    /// The chat.
    pub chat: ChatRef,
    /// The day; none when it is about the whole command.
    pub date: Option<Day>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Body {
    /// A day's reading began, or goes on where it was cut.
    FetchStarted {
        /// The command's mode.
        strategy: Mode,
        /// Always the first one.
        stage: Stage,
        /// Whether it goes on where another attempt was cut.
        resumed: bool,
    },
    /// The work on a day goes on with something else.
    FetchStage {
        /// With what.
        stage: Stage,
    },
    /// So much is read.
    FetchProgress {
        /// Messages looked at in this attempt.
        messages_processed: u64,
        /// Messages kept, over all attempts.
        messages_fetched: u64,
    },
    /// A day is there.
    MessagesFetched(Box<Fetched>),
    /// A day was there already.
    FetchSkipped {
        /// Why.
        reason: String,
        /// The checksum of the document that is there.
        checksum_expected: String,
        /// The same: nothing was read that could differ.
        checksum_actual: String,
    },
    /// An attempt failed.
    FetchFailed {
        /// What kind of failure.
        category: Category,
        /// Whether it is tried again by itself.
        retryable: bool,
        /// In words, without personal data.
        error: String,
        /// How long the attempt took.
        duration_seconds: Seconds,
        /// Messages kept, over all attempts.
        messages_fetched: u64,
    },
}

/// A day that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// How many messages Telegram has for the day.
    pub message_count: u64,
    /// Where `mirt telegram export` writes the document.
    pub file_path: String,
    /// And the summary.
    pub summary_file_path: String,
    /// And the threads.
    pub threads_file_path: String,
    /// And the participants.
    pub participants_file_path: String,
    /// How long the reading took, over all attempts.
    pub duration_seconds: Seconds,
    /// The document's SHA-256.
    pub checksum_sha256: String,
    /// The estimate of all tokens.
    pub estimated_tokens_total: u64,
    /// When the first message was sent.
    pub first_message_ts: Option<Timestamp>,
    /// When the last one was.
    pub last_message_ts: Option<Timestamp>,
    /// The document's schema.
    pub schema_version: String,
    /// The rules of what was worked out.
    pub preprocessing_version: String,
    /// Whether the day was over when it was read.
    pub complete: bool,
}

impl Fetched {
    /// Of a day that was published.
    #[must_use]
    pub fn of(chat: &ChatRef, day: Day, published: &Published) -> Self {
        let path = |suffix: &str| format!("{}/{day}{suffix}.json", chat.folder());
        Self {
            message_count: published.messages,
            file_path: path(""),
            summary_file_path: path("_summary"),
            threads_file_path: path("_threads"),
            participants_file_path: path("_participants"),
            duration_seconds: Seconds::of_millis(published.took_ms),
            checksum_sha256: published.checksum.clone(),
            estimated_tokens_total: published.tokens,
            first_message_ts: published.first_at,
            last_message_ts: published.last_at,
            schema_version: SCHEMA_VERSION.to_owned(),
            preprocessing_version: preprocess::VERSION.to_owned(),
            complete: published.is_whole,
        }
    }
}

impl Event {
    /// An event of now.
    #[must_use]
    pub fn new(
        timestamp: Timestamp,
        command_id: &str,
        attempt: String,
        chat: &ChatRef,
        date: Option<Day>,
        body: Body,
    ) -> Self {
        Self {
            body,
            timestamp,
            service: SERVICE.to_owned(),
            correlation_id: command_id.to_owned(),
            attempt,
            chat: chat.clone(),
            date,
        }
    }

    /// What makes it the same event again, however often it is sent.
    #[must_use]
    pub fn key(&self) -> String {
        let kind = match &self.body {
            Body::FetchStarted { .. } => "started".to_owned(),
            Body::FetchStage { stage } => format!("stage:{}", stage.as_str()),
            Body::FetchProgress { messages_fetched, .. } => format!("progress:{messages_fetched}"),
            Body::MessagesFetched(_) => "fetched".to_owned(),
            Body::FetchSkipped { .. } => "skipped".to_owned(),
            Body::FetchFailed { .. } => "failed".to_owned(),
        };
        format!("{}:{kind}", self.attempt)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;

    #[test]
    fn durations_are_seconds_with_two_decimals_and_come_back_as_they_were() {
        for (millis, json) in [(0, "0.0"), (294, "0.29"), (1_500, "1.5"), (61_239, "61.23")] {
            let seconds = Seconds::of_millis(millis);

            let written = serde_json::to_string(&seconds).unwrap();

            assert_eq!(written, json);
            assert_eq!(serde_json::from_str::<Seconds>(&written).unwrap(), seconds);
        }
        assert!(serde_json::from_str::<Seconds>("-1").is_err());
    }
}
