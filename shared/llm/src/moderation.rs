//! `POST /moderations`: whether a text holds what no shop should answer.

use std::{collections::BTreeMap, time::Duration};

use mirt_engine::model::{ModelError, Moderate, Moderation};
use serde::Deserialize;
use serde_json::json;

use crate::{
    OpenAi,
    http::{Failed, attempts},
};

/// The model that looks.
const MODERATION_MODEL: &str = "omni-moderation-latest";

#[derive(Deserialize)]
struct Verdicts {
    results: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Verdict {
    flagged: bool,
    /// A category that does not hold for texts is null.
    #[serde(default)]
    categories: BTreeMap<String, Option<bool>>,
}

impl Moderate for OpenAi {
    async fn moderate(&self, text: &str, within: Duration) -> Result<Moderation, ModelError> {
        let body = json!({ "model": MODERATION_MODEL, "input": text });
        let answer = attempts(within, || self.post("/moderations", &body)).await?;
        let verdicts: Verdicts = serde_json::from_value(answer)
            .map_err(|_| Failed::for_good(ModelError::Unusable("no verdict")).error)?;
        let categories = verdicts
            .results
            .into_iter()
            .filter(|verdict| verdict.flagged)
            .flat_map(|verdict| verdict.categories)
            .filter_map(|(category, holds)| (holds == Some(true)).then_some(category))
            .collect();
        Ok(Moderation { categories })
    }
}
