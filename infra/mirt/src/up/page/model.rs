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
use mirt_domain::model::{Usage, echo};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::responses;

/// How long the slow one thinks: past the message in between, within the turn's time.
const SLOW: Duration = Duration::from_secs(11);

/// What it adds when it lies: a price that no catalogue has.
const LIE: &str = " Сьогодні лише 99 грн!";

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
    let answer = echo(responses::input(&question));
    let answer = if model.manner() == Manner::Lying { with_lie(&answer) } else { answer };
    // About four letters a token.
    let tokens = |text: &str| u64::try_from(text.len() / 4).unwrap_or_default();
    let stable = tokens(&question["instructions"].to_string());
    let used = Usage {
        input_tokens: stable + tokens(&question["input"].to_string()),
        cached_tokens: stable / 128 * 128,
        output_tokens: tokens(&answer),
        ..Usage::default()
    };
    Json(responses::completed(&question, &answer, &used)).into_response()
}

async fn moderate(State(model): State<OwnModel>) -> Response {
    match model.manner() {
        Manner::Down => down(),
        _ => Json(responses::unflagged()).into_response(),
    }
}

fn down() -> Response {
    let error = json!({ "error": { "message": "The model is switched off.", "code": null } });
    (StatusCode::SERVICE_UNAVAILABLE, Json(error)).into_response()
}

/// An answer with a lie in its last line.
fn with_lie(answer: &str) -> String {
    let mut answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let last = answer["lines"].as_array_mut().and_then(|lines| lines.last_mut());
    if let Some(Value::String(text)) = last.map(|line| &mut line["text"]) {
        text.push_str(LIE);
    }
    answer.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lie_is_in_the_last_line_and_the_answer_keeps_its_shape() {
        let honest =
            echo("# Draft\n1. Ціна {price} ({price} is 1590 грн)\n2. Беремо?\n\n# The rest");

        let lying: Value = serde_json::from_str(&with_lie(&honest)).unwrap_or_default();

        assert_eq!(
            lying["lines"],
            json!([{ "n": 1, "text": "Ціна {price}" }, { "n": 2, "text": format!("Беремо?{LIE}") }])
        );
        assert!(lying["reading"].is_object());
    }
}
