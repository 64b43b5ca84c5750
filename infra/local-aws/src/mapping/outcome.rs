//! What became of a batch, from the answer of a function that reports failures by message.
//!
//! Source: Lambda developer guide, "Success and failure conditions" of partial batch responses.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Which messages of a batch may be deleted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    AllSucceeded,
    AllFailed,
    /// The ids of those that failed; the others succeeded.
    SomeFailed(BTreeSet<String>),
}

impl Outcome {
    pub(super) fn succeeded(&self, message_id: &str) -> bool {
        match self {
            Self::AllSucceeded => true,
            Self::AllFailed => false,
            Self::SomeFailed(failed) => !failed.contains(message_id),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    batch_item_failures: Option<Vec<ItemFailure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: String,
}

/// Reads an answer to a batch of the messages `sent`. Nothing, `null`, `{}` and an empty list mean
/// success. A list that cannot be read, or that names a message that was not sent, means that the
/// whole batch failed: better twice than lost.
pub(super) fn read(answer: &[u8], sent: &BTreeSet<&str>) -> Outcome {
    if answer.is_empty() {
        return Outcome::AllSucceeded;
    }
    let Ok(report) = serde_json::from_slice::<Option<Report>>(answer) else {
        tracing::warn!("the report of failed messages cannot be read");
        return Outcome::AllFailed;
    };
    let failures = report.and_then(|report| report.batch_item_failures).unwrap_or_default();
    let failed: BTreeSet<String> =
        failures.into_iter().map(|failure| failure.item_identifier).collect();
    if failed.is_empty() {
        Outcome::AllSucceeded
    } else if failed.iter().all(|id| sent.contains(id.as_str())) {
        Outcome::SomeFailed(failed)
    } else {
        tracing::warn!("the report of failed messages names one that was not in the batch");
        Outcome::AllFailed
    }
}
