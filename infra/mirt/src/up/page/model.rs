//! A model of this machine's own: it repeats the draft well, slowly, or with a lie in it, or it is
//! not there. With it the page shows how the system takes a model's faults, without a key.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What it is called, for prices and traces: the model that is the default.
const NAME: &str = "gpt-5.1-local";

/// How long the slow one thinks: past the message in between, within the turn's time.
const SLOW: Duration = Duration::from_secs(11);

/// What it adds when it lies: a price that no catalogue has.
const LIE: &str = " Сьогодні лише 99 грн!";

/// Where the draft begins in a question, and where the next part does.
const DRAFT: &str = "# Draft\n";
const NEXT_PART: &str = "\n\n# ";

/// How it behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Manner {
    /// It is not asked: the model is the one of the settings, or none.
    #[default]
    AsSet,
    /// It answers at once.
    Well,
    /// It takes long.
    Slow,
    /// It names a price that is none.
    Lying,
    /// It is not there.
    Down,
}

const MANNERS: [Manner; 5] =
    [Manner::AsSet, Manner::Well, Manner::Slow, Manner::Lying, Manner::Down];

/// The model; clones share its manner.
#[derive(Clone, Debug, Default)]
pub(in crate::up) struct OwnModel(Arc<AtomicU8>);

impl OwnModel {
    pub(super) fn manner(&self) -> Manner {
        MANNERS.get(usize::from(self.0.load(Ordering::SeqCst))).copied().unwrap_or_default()
    }

    pub(super) fn behave(&self, manner: Manner) {
        self.0.store(manner as u8, Ordering::SeqCst);
    }

    /// OpenAI's API, as far as it is asked.
    pub(in crate::up) fn routes(self) -> Router {
        Router::new()
            .route("/local/model/v1/responses", post(respond))
            .route("/local/model/v1/moderations", post(moderate))
            .with_state(self)
    }
}

async fn respond(State(model): State<OwnModel>, Json(question): Json<Value>) -> Response {
    match model.manner() {
        Manner::Down => return down(),
        Manner::Slow => tokio::time::sleep(SLOW).await,
        Manner::AsSet | Manner::Well | Manner::Lying => {}
    }
    let addition = if model.manner() == Manner::Lying { LIE } else { "" };
    let answer = json!({
        "reading": {
            "intent": "UNKNOWN_OR_EMPTY", "signals": [], "products": [], "categories": [],
            "colors": [], "features": [], "heights": [], "sizes": [], "ages": [],
            "quantity": null, "name": null, "city": null, "wants_human": false,
            "is_attack": false, "confidence": 50,
        },
        "photos": [],
        "opening": null,
        "lines": lines(&words(&question["input"]), addition),
    })
    .to_string();
    // About four letters a token.
    let tokens = |text: &str| text.len() / 4;
    let stable = tokens(&question["instructions"].to_string());
    let input = stable + tokens(&question["input"].to_string());
    Json(json!({
        "id": "resp_local",
        "object": "response",
        "created_at": 0,
        "status": "completed",
        "model": NAME,
        "error": null,
        "incomplete_details": null,
        "output": [{
            "type": "message", "id": "msg_local", "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": answer, "annotations": [], "logprobs": [] }],
        }],
        "usage": {
            "input_tokens": input,
            "input_tokens_details": { "cached_tokens": stable / 128 * 128 },
            "output_tokens": tokens(&answer),
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": input + tokens(&answer),
        },
    }))
    .into_response()
}

async fn moderate(State(model): State<OwnModel>) -> Response {
    if model.manner() == Manner::Down {
        return down();
    }
    Json(json!({
        "id": "modr_local",
        "model": NAME,
        "results": [{ "flagged": false, "categories": {}, "category_scores": {} }],
    }))
    .into_response()
}

fn down() -> Response {
    let error = json!({ "error": { "message": "The model is switched off.", "code": null } });
    (StatusCode::SERVICE_UNAVAILABLE, Json(error)).into_response()
}

/// All texts of a question's input, whatever its form.
fn words(input: &Value) -> String {
    match input {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(words).collect::<Vec<_>>().join("\n"),
        Value::Object(part) => {
            ["content", "text"].iter().filter_map(|name| part.get(*name)).map(words).collect()
        }
        _ => String::new(),
    }
}

/// The draft's lines in its own words, the last one with `addition`.
fn lines(input: &str, addition: &str) -> Vec<Value> {
    let draft = input.split_once(DRAFT).map_or("", |(_, rest)| rest);
    let draft = draft.split(NEXT_PART).next().unwrap_or_default();
    let mut lines: Vec<(u64, String)> = draft
        .lines()
        .filter_map(|line| {
            let (number, text) = line.split_once(". ")?;
            // What the facts are stands behind the words.
            let text = text.split(" ({").next().unwrap_or_default();
            Some((number.parse().ok()?, text.to_owned()))
        })
        .collect();
    if let Some((_, last)) = lines.last_mut() {
        last.push_str(addition);
    }
    lines.into_iter().map(|(n, text)| json!({ "n": n, "text": text })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_question_are_found_in_each_of_its_forms() {
        let parts = json!([{ "role": "user", "content": [{ "type": "input_text", "text": "a" }] }]);

        assert_eq!((words(&json!("a")), words(&parts)), ("a".to_owned(), "a".to_owned()));
    }

    #[test]
    fn the_drafts_lines_are_repeated_without_their_facts() {
        let input = "# State\n1. no\n\n# Draft\n1. Ціна {price} ({price} is 1590 грн)\n2. Беремо?\n\
                     No opening here.\n\n# The customer's message\n3. no";

        let own = lines(input, "!");

        assert_eq!(
            own,
            [json!({ "n": 1, "text": "Ціна {price}" }), json!({ "n": 2, "text": "Беремо?!" })]
        );
    }
}
