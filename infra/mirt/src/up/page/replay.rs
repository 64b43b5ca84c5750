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
    language::rules::Signal,
    model::Step,
    session::Session,
    session_id::{SessionId, UserId},
    shop::{Shop, Words},
    turn::{self, Message, Turn, TurnInput},
};
use mirt_engine::{
    session_store::{Cause, TurnRecord},
    take_turn::noted,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Page,
    inside::{bubble, message},
    queues::failed,
};

/// The most answers of a model that a turn takes: two questions, each with one that goes back.
const MOST_ANSWERS: usize = 4;

/// The files that can be changed, and the rules that can be off.
pub(super) async fn sources() -> Json<Value> {
    let files = mirt_content::sources().into_iter();
    let files = files.map(|(path, text)| json!({ "path": path, "text": text }));
    let rules: Vec<&str> = Signal::ALL.iter().map(|signal| signal.as_str()).collect();
    Json(json!({ "files": files.collect::<Vec<_>>(), "rules": rules }))
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
    /// The rules that are not there, by name.
    #[serde(default)]
    without: Vec<String>,
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
    let (words, settings) = (Words::of(&content.catalog), &page.settings);
    let shop =
        Shop { catalog: &content.catalog, words: &words, prompts: &content.prompts, settings };
    let Turn { session, reply, actions, trace } = take(&shop, &before, &record, &asked);
    let record = TurnRecord { reply, actions, trace, ..record };
    let (session, _) = noted(&before, session, &record);
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

fn take(shop: &Shop<'_>, before: &Session, record: &TurnRecord, asked: &Asked) -> Turn {
    let messages = match (&record.cause, &asked.say) {
        (Cause::Managed(managed), _) => {
            let (by, deed) = (&managed.by, &managed.deed);
            return turn::take_for_manager(shop, before, by, deed, record.at);
        }
        (Cause::Order(news), _) => return turn::take_for_order(shop, before, *news, record.at),
        (Cause::Due, _) => return turn::take_on_time(shop, before, record.at),
        (Cause::Said(messages), None) => messages.clone(),
        (Cause::Said(messages), Some(words)) => said_instead(messages, words),
    };
    let input = TurnInput { messages, now: record.at };
    let mut step = turn::begin_without(shop, before, &input, &asked.without);
    let mut answers = asked.answers.iter().filter(|it| !it.trim().is_empty()).take(MOST_ANSWERS);
    let mut is_first = true;
    loop {
        step = match (step, answers.next()) {
            (Step::Done(turn), _) => return *turn,
            (Step::Ask(consultation), Some(answer)) => consultation.answered(shop, answer),
            (Step::Ask(consultation), None) if is_first => return consultation.by_rules(shop),
            (Step::Ask(consultation), None) => return consultation.unanswered(shop, "no_answer"),
        };
        is_first = false;
    }
}

/// Other words in the messages' places; their photos stay where they were.
fn said_instead(messages: &[Message], words: &[String]) -> Vec<Message> {
    let count = messages.len().max(words.len()).max(1);
    let one = |place: usize| {
        let text = words.get(place).filter(|text| !text.is_empty()).cloned();
        Message { text, ..messages.get(place).cloned().unwrap_or_default() }
    };
    (0..count).map(one).collect()
}
