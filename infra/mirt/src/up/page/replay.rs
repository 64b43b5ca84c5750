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
    model::{Consultation, Step, echo},
    photo::Mark,
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
    let Turn { session, reply, actions, trace } = take((&shop, &rules), &before, &record, &asked);
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

fn take(
    (shop, rules): (&Shop<'_>, &Rules),
    before: &Session,
    record: &TurnRecord,
    asked: &Asked,
) -> Turn {
    let now = record.at;
    let mut step = match (&record.cause, &asked.say) {
        (Cause::Managed(managed), _) => {
            return turn::take_for_manager(shop, before, &managed.by, &managed.deed, now);
        }
        (Cause::Order(news), _) => return turn::take_for_order(shop, before, *news, now),
        (Cause::Due, _) => turn::begin_on_time(shop, before, now),
        (Cause::Said(messages), other) => {
            let messages = match other {
                Some(words) => said_instead(messages, words),
                None => messages.clone(),
            };
            turn::begin_by(rules, shop, before, &TurnInput { messages, now })
        }
    };
    let answers = asked.answers.iter().filter(|it| !it.trim().is_empty());
    let mut answers = answers.take(MOST_ANSWERS).peekable();
    let is_by_rules = answers.peek().is_none();
    let mut has_looked = false;
    loop {
        step = match step {
            Step::Done(turn) => return *turn,
            Step::Ask(consultation) if is_by_rules => return consultation.by_rules(shop),
            Step::Ask(consultation) if !has_looked && consultation.has_photos() => {
                has_looked = true;
                let marks = marks(&consultation, record);
                consultation.with_photos(shop, marks)
            }
            Step::Ask(consultation) => match answers.next() {
                Some(answer) => consultation.answered(shop, answer),
                None => return consultation.unanswered(shop, "no_answer"),
            },
        };
    }
}

/// What the turn's photos were known by; one that nobody looked at then is like no other, and is
/// seen as the answer says.
fn marks(consultation: &Consultation, record: &TurnRecord) -> Vec<Mark> {
    let known = record.trace.model.iter().flat_map(|model| model.photos.clone());
    let unseen = (1..).map(|n: u64| Mark {
        bytes: format!("unseen-{n}"),
        look: n.wrapping_mul(0x9E37_79B9_7F4A_7C15),
    });
    known.chain(unseen).take(consultation.photos().len()).collect()
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
