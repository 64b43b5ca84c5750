//! Questions about a day of a Telegram chat.

use std::time::Duration;

use mirt_engine::model::Asked;
use mirt_history::digest::{AskAboutDay, Question};
use serde_json::{Value, json};

use crate::OpenAi;

/// The most tokens of an answer, thinking included: several times what a digest has.
const MAX_OUTPUT_TOKENS: u32 = 6_000;

impl AskAboutDay for OpenAi {
    async fn ask_about_day(&self, question: &Question, within: Duration) -> Asked {
        self.respond(&self.about_day(question), within).await
    }
}

impl OpenAi {
    /// What strangers wrote stands in the user's message and nowhere else. No customer is behind it,
    /// so there is nobody to name to the provider.
    fn about_day(&self, question: &Question) -> Value {
        let content = [json!({ "type": "input_text", "text": question.input })];
        json!({
            "model": self.model,
            "instructions": question.instructions,
            "input": [{ "type": "message", "role": "user", "content": content }],
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": question.format.name,
                    "schema": question.format.schema,
                    "strict": true,
                },
                "verbosity": "low",
            },
            "reasoning": { "effort": "low" },
            "max_output_tokens": MAX_OUTPUT_TOKENS,
            "store": false,
            "prompt_cache_key": format!("mirt-{}", question.format.name),
        })
    }
}
