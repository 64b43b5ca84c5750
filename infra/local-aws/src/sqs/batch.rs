//! Batches: up to ten entries of one kind, each with a result of its own.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::SqsError;

/// Most entries of a batch.
const MAX_ENTRIES: usize = 10;

/// A request with several entries.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<Entry> {
    pub(super) queue_url: String,
    pub(super) entries: Vec<BatchEntry<Entry>>,
}

/// An entry and the id that its result is found by.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchEntry<Entry> {
    id: String,
    #[serde(flatten)]
    pub(super) entry: Entry,
}

impl<Entry> Batch<Entry> {
    /// Does `work`, which answers with a JSON object, for each entry. What is refused fails for
    /// that entry alone; a failing store fails the whole.
    pub(super) fn each(
        &self,
        mut work: impl FnMut(&Entry) -> Result<Value, SqsError>,
    ) -> Result<Value, SqsError> {
        self.check()?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for BatchEntry { id, entry } in &self.entries {
            match work(entry) {
                Ok(mut result) => {
                    result["Id"] = json!(id);
                    successful.push(result);
                }
                Err(error @ SqsError::Store(_)) => return Err(error),
                Err(refused) => failed.push(json!({
                    "Id": id,
                    "SenderFault": true,
                    "Code": refused.codes().1,
                    "Message": refused.to_string(),
                })),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    fn check(&self) -> Result<(), SqsError> {
        match self.entries.len() {
            0 => return Err(SqsError::EmptyBatchRequest),
            1..=MAX_ENTRIES => {}
            count => return Err(SqsError::TooManyEntriesInBatchRequest(count)),
        }
        let mut ids = BTreeSet::new();
        for BatchEntry { id, .. } in &self.entries {
            let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if !(1..=80).contains(&id.len()) || !id.chars().all(letters) {
                return Err(SqsError::InvalidBatchEntryId);
            }
            if !ids.insert(id) {
                return Err(SqsError::BatchEntryIdsNotDistinct(id.clone()));
            }
        }
        Ok(())
    }
}
