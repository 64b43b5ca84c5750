//! OpenAI's side of the Responses API, for what stands in the model's place on this machine.

use mirt_domain::model::Usage;
use serde_json::{Value, json};

/// The words of a question; its photos are left out.
pub(crate) fn input(question: &Value) -> &str {
    question["input"][0]["content"][0]["text"].as_str().unwrap_or_default()
}

/// The answer to `question` with this text, as the API puts it.
pub(crate) fn completed(question: &Value, text: &str, used: &Usage) -> Value {
    json!({
        "status": "completed",
        "model": question["model"],
        "output": [{ "type": "message", "content": [{ "type": "output_text", "text": text }] }],
        "usage": {
            "input_tokens": used.input_tokens,
            "input_tokens_details": { "cached_tokens": used.cached_tokens },
            "output_tokens": used.output_tokens,
        },
    })
}

/// The verdict of a moderation that has nothing against a text.
pub(crate) fn unflagged() -> Value {
    json!({ "results": [{ "flagged": false, "categories": {} }] })
}
