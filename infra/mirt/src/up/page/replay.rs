//! `/local/replay`: a turn taken again from what was before it, with something changed. It is the
//! domain's own turn and nothing else: nothing is sent, nothing is stored, no model is asked.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use mirt_domain::{
    channel::Channel,
    content::Content,
    language::rules::{Rules, Signal},
    model::echo,
    session_id::{SessionId, UserId},
    shop::{Shop, Words},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Page,
    inside::{bubble, message},
    queues::failed,
};
use crate::replay::{Again, Model};

/// The files and rules that can be changed, and an answer of the model's that can.
pub(super) async fn sources() -> Json<Value> {
    let files = mirt_content::sources().into_iter();
    let files = files.map(|(path, text)| json!({ "path": path, "text": text }));
    let rule = |signal: &Signal| json!({ "name": signal.as_str(), "text": Rules::text(*signal) });
    let mut answer: Value = serde_json::from_str(&echo("")).unwrap_or_default();
    let product = mirt_content::catalog().products().first().map(|product| product.id);
    answer["photos"] = json!([
        { "n": 1, "kind": "garment", "product": product, "color": null, "confidence": 90 }
    ]);
    Json(json!({
        "files": files.collect::<Vec<_>>(),
        "rules": Signal::ALL.iter().map(rule).collect::<Vec<_>>(),
        "answer": answer,
    }))
}

/// Which turn, and what is another.
#[derive(Deserialize)]
pub(super) struct Asked {
    channel: Channel,
    user: String,
    /// The turn's number.
    turn: u64,
    /// Other texts of files, by their path.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Other words of the customer, a message each.
    say: Option<Vec<String>>,
    /// Other phrases of rules, by their name; a rule without phrases is not there.
    #[serde(default)]
    rules: BTreeMap<String, String>,
    /// What the model answers, question by question; without any, the rules go on alone.
    #[serde(default)]
    answers: Vec<String>,
}

pub(super) async fn replay(State(page): State<Arc<Page>>, Json(asked): Json<Asked>) -> Response {
    let refused = |status: StatusCode, faults: Vec<String>| {
        (status, Json(json!({ "error": faults.join("\n") }))).into_response()
    };
    let Ok(user) = UserId::parse(&asked.user) else {
        return refused(StatusCode::BAD_REQUEST, vec!["no such customer".to_owned()]);
    };
    let id = SessionId { channel: asked.channel, user };
    let (turns, mut found) =
        match (page.table.turns(&id).await, page.table.found_by_turns(&id, asked.turn).await) {
            (Ok(turns), Ok(found)) => (turns, found),
            (Err(error), _) | (_, Err(error)) => return failed(&error),
        };
    let record = turns.into_iter().find(|record| record.n == asked.turn);
    let Some((record, before)) = record.zip(found.remove(&asked.turn)) else {
        return refused(StatusCode::NOT_FOUND, vec!["nothing to begin from".to_owned()]);
    };
    let before = before.into_session();
    let content = match content(&asked.files) {
        Ok(content) => content,
        Err(faults) => return refused(StatusCode::UNPROCESSABLE_ENTITY, faults),
    };
    let rules = match Rules::changed(&asked.rules) {
        Ok(rules) => rules,
        Err(fault) => {
            return refused(StatusCode::UNPROCESSABLE_ENTITY, vec![fault.to_string()]);
        }
    };
    let (words, settings) = (Words::of(&content.catalog), &page.settings);
    let shop =
        Shop { catalog: &content.catalog, words: &words, prompts: &content.prompts, settings };
    let answers: Vec<String> =
        asked.answers.into_iter().filter(|answer| !answer.trim().is_empty()).collect();
    let again = Again {
        shop,
        rules: &rules,
        say: asked.say.as_deref(),
        model: (!answers.is_empty()).then(|| Model::saying(answers)),
        past: Vec::new(),
    };
    let (record, session) = again.take(&before, record);
    Json(json!({
        "bubbles": record.reply.bubbles.iter().map(bubble).collect::<Vec<_>>(),
        "options": record.reply.quick_replies,
        "actions": record.actions,
        "trace": record.trace,
        "session": session,
        "input": record.cause.messages().iter().map(message).collect::<Vec<_>>(),
    }))
    .into_response()
}

/// Catalogue and prompts with other texts in place of their own, checked as they are when the code is
/// built.
fn content(files: &BTreeMap<String, String>) -> Result<Content, Vec<String>> {
    let mut sources = mirt_content::sources();
    for (path, text) in files {
        let own = sources.iter_mut().find(|(own, _)| own == path);
        let (_, own) = own.ok_or_else(|| vec![format!("there is no file {path}")])?;
        own.clone_from(text);
    }
    Content::parse(sources).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}
