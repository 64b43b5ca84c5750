//! What went wrong outside, sorted by what to do about it.

use std::{error::Error, time::Duration};

/// The cause of a failure, as its library described it. Adapters make sure that it holds no
/// personal data and no secret.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The store or a queue did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// It may work when it is tried again: throttled, timed out, unreachable, an error of theirs.
    #[error("{service} is not available")]
    Unavailable {
        /// Which service.
        service: &'static str,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// It will not work again either: denied, misconfigured, or data that cannot be read.
    #[error("{service} refused: {what}")]
    Refused {
        /// Which service.
        service: &'static str,
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        #[source]
        source: Cause,
    },
}

/// A channel did not take a message.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It may take it later. The adapter's own bounded retries are used up.
    #[error("the channel is not available")]
    Retry {
        /// How long it asked to be left alone.
        after: Option<Duration>,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// It takes nothing for anybody until a human has mended it: a key, a plan. Worth trying later.
    #[error("the channel refuses us: {reason}")]
    Broken {
        /// Why, in a word that statistics can count.
        reason: &'static str,
    },
    /// It will never take this message for this customer: a human has to know.
    #[error("the channel refused the message: {reason}")]
    Refused {
        /// Why, in a word that statistics can count; no words of the channel's answer.
        reason: &'static str,
    },
    /// It takes nothing for this customer until they write again.
    #[error("the channel takes nothing for the customer until they write: {reason}")]
    Closed {
        /// Why, in a word that statistics can count.
        reason: &'static str,
    },
}

/// The whole chain of an error's causes, for a log line.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
