//! Evaluation: files of cases run through the same turn as production's, offline.
//!
//! A file is `{version, project, tests: [case], dialogues: [dialogue]}` (specification of the
//! dialogue, section 10.1; `dialogues` is ours). A case is one message in a state with nothing
//! known; a dialogue is several, one after the other. Fields that are not known are passed over.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    catalog::ProductId,
    decide::{Deed, Manager, ManagerAct},
    money::Money,
    photo::Photo,
    reply::{Bubble, Reply},
    session::Session,
    shop::{Requisites, Settings, Shop},
    size::Size,
    state::{Intent, Phase, State},
    turn::{self, Action, Message, NamedProduct, Turn, TurnInput},
};
use serde::{Deserialize, Serialize};

use self::expected::failures;
use crate::session_store::{Cause, TurnRecord};

mod asked;
mod expected;
mod safety;

pub use asked::take_with_model;

/// A file of cases.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Suite {
    /// Cases of one message.
    pub tests: Vec<Case>,
    /// Whole conversations.
    pub dialogues: Vec<Dialogue>,
}

/// One message, and what has to come of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// The message.
    pub input: Input,
    /// What has to come of it.
    #[serde(default)]
    pub expected: Expected,
}

/// A message as a file of cases writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    /// Its words.
    pub text: Option<String>,
    /// Its photo.
    pub image_url: Option<String>,
    /// Where it is said.
    pub metadata: Option<Metadata>,
}

/// Where a message is said.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// The state in which the conversation stands; the first one otherwise.
    pub current_state: Option<State>,
}

/// What has to come of a message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Expected {
    /// The intent, where it matters.
    pub intent: Option<Intent>,
    /// The intents of which one has to be read, where several are right (ours).
    pub intent_any: Vec<Intent>,
    /// The states in which the turn may end; any if empty.
    pub allowed_states: Vec<State>,
    /// The states in which it may not end.
    pub must_not_state: Vec<State>,
    /// What the reply has to hold.
    pub rules: Option<Rules>,
    /// What the reply may not do, or has to; see [`safety`].
    pub safety: Option<BTreeMap<String, serde_json::Value>>,
    /// Rules that have to match, by name (ours).
    pub reads: Vec<String>,
    /// Rules that may not match (ours).
    pub reads_not: Vec<String>,
    /// The phase in which the turn has to end (ours).
    pub phase: Option<Phase>,
    /// Pieces of text that the reply has to hold (ours).
    pub says: Vec<String>,
    /// Pieces of text that the reply may not hold (ours).
    pub says_not: Vec<String>,
    /// Quick replies that have to be offered (ours).
    pub options: Vec<String>,
    /// The cart's total in hryvnias after the turn (ours).
    pub total: Option<u32>,
    /// Whether the reply is empty (ours).
    pub silent: Option<bool>,
    /// Whether a human is called (ours).
    pub escalated: Option<bool>,
    /// Whether the message is kept from being read as a customer's (ours).
    pub blocked: Option<bool>,
}

/// What a reply has to hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Whether it names a garment.
    pub must_have_products: bool,
    /// How many garments it names at least.
    pub min_products: Option<usize>,
    /// How many it names at most.
    pub max_products: Option<usize>,
    /// Whether it asks something.
    pub must_ask_clarifying: bool,
}

/// A conversation.
#[derive(Clone, Debug, Deserialize)]
pub struct Dialogue {
    /// Its name.
    pub id: String,
    /// Its messages in order, each with what has to come of it.
    pub turns: Vec<Step>,
}

/// One message of a conversation.
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    /// Its words; several are a burst.
    #[serde(default)]
    pub say: Vec<String>,
    /// How many photos come with it.
    #[serde(default)]
    pub photos: usize,
    /// A manager's button instead of a message.
    #[serde(default)]
    pub manager: Option<ManagerAct>,
    /// How many minutes after the message before it; one if not said.
    #[serde(default)]
    pub after_minutes: Option<i64>,
    /// What has to come of it.
    #[serde(default)]
    pub expect: Expected,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The case.
    pub id: String,
    /// Whether everything expected holds.
    pub pass: bool,
    /// What does not hold.
    pub failed: Vec<String>,
    /// The intent that was read last.
    pub intent: Intent,
    /// The state in which it ended.
    pub state: State,
    /// Whether a human was called.
    pub escalated: bool,
    /// Whether the message was kept from being read as a customer's wish.
    pub blocked: bool,
    /// The garments that the last reply names.
    pub products: Vec<ResultProduct>,
    /// The last reply's texts, a line each.
    pub reply: String,
}

/// A garment in a result; its price in hryvnias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResultProduct {
    /// Its number.
    pub id: ProductId,
    /// The size named with it.
    pub size: Option<Size>,
    /// The price named with it, in hryvnias; a catalogue's prices are whole.
    pub price: Option<u64>,
}

/// A file that is none of cases.
#[derive(Debug, thiserror::Error)]
#[error("the file is no set of evaluation cases")]
pub struct ParseError(#[from] serde_json::Error);

/// Reads a file of cases.
///
/// # Errors
/// When it is no JSON of the format above.
pub fn parse(json: &str) -> Result<Suite, ParseError> {
    Ok(serde_json::from_str(json)?)
}

/// Who presses the buttons in an evaluation.
fn manager() -> Manager {
    Manager { id: 1, name: "Eval".to_owned() }
}

/// The settings of an evaluation: requisites that nobody can take for real ones (decision 3).
#[must_use]
pub fn settings() -> Settings {
    let requisites = Requisites {
        recipient: "ЗРАЗОК, НЕ ПЛАТИТИ".to_owned(),
        iban: "UA000000000000000000000000000".to_owned(),
        tax_id: "0000000000".to_owned(),
    };
    Settings { requisites: Some(requisites), ..Settings::default() }
}

/// When evaluation happens: a morning, so that nothing depends on the hour of the run.
const NOW: Timestamp = Timestamp::constant(1_763_712_000, 0);

/// Takes a customer's turn of an evaluation, after those before it.
pub type Take<'a> = dyn FnMut(&Session, &TurnInput, &[TurnRecord]) -> Turn + 'a;

/// Runs a case without a model: one turn from its state, with nothing known.
#[must_use]
pub fn run_case(shop: &Shop<'_>, case: &Case) -> CaseResult {
    run_case_with(shop, case, &mut |session, input, _| turn::take(shop, session, input))
}

/// Runs a case, its turn taken by `take`.
pub fn run_case_with(shop: &Shop<'_>, case: &Case, take: &mut Take<'_>) -> CaseResult {
    let input = &case.input;
    let state = input.metadata.as_ref().and_then(|metadata| metadata.current_state);
    let session = state.map_or_else(Session::default, Session::at);
    let photos = input.image_url.iter().cloned().map(Photo::Url).collect();
    let messages = vec![Message { text: input.text.clone(), photos, ..Message::default() }];
    let turn = take(&session, &TurnInput { messages, now: NOW }, &[]);
    let failed = failures(shop, &turn, &case.expected);
    result(&case.id, &turn, failed)
}

/// Runs a conversation from its beginning, without a model; it ends at the first turn that fails.
#[must_use]
pub fn run_dialogue(shop: &Shop<'_>, dialogue: &Dialogue) -> CaseResult {
    run_dialogue_with(shop, dialogue, &mut |session, input, _| turn::take(shop, session, input))
}

/// Runs a conversation from its beginning, the customer's turns taken by `take`.
pub fn run_dialogue_with(shop: &Shop<'_>, dialogue: &Dialogue, take: &mut Take<'_>) -> CaseResult {
    let mut session = Session::default();
    let mut now = NOW;
    let mut past: Vec<TurnRecord> = Vec::new();
    let mut last = None;
    for (at, step) in dialogue.turns.iter().enumerate() {
        now += SignedDuration::from_mins(step.after_minutes.unwrap_or(1));
        let turn = match step.manager {
            Some(act) => turn::take_for_manager(shop, &session, &manager(), &Deed::Press(act), now),
            None => {
                let input = TurnInput { messages: messages(step), now };
                let turn = take(&session, &input, &past);
                past.push(record(input, &turn));
                turn
            }
        };
        let failed: Vec<String> = failures(shop, &turn, &step.expect)
            .into_iter()
            .map(|failure| format!("turn {}: {failure}", at + 1))
            .collect();
        let is_failed = !failed.is_empty();
        session.clone_from(&turn.session);
        last = Some(result(&dialogue.id, &turn, failed));
        if is_failed {
            break;
        }
    }
    last.unwrap_or_else(|| CaseResult {
        id: dialogue.id.clone(),
        pass: false,
        failed: vec!["the dialogue has no turn".to_owned()],
        intent: Intent::default(),
        state: State::default(),
        escalated: false,
        blocked: false,
        products: Vec::new(),
        reply: String::new(),
    })
}

/// A turn as production keeps it.
fn record(input: TurnInput, turn: &Turn) -> TurnRecord {
    TurnRecord {
        n: u64::from(turn.trace.n),
        at: input.now,
        ms: 0,
        cause: Cause::Said(input.messages),
        reply: turn.reply.clone(),
        actions: turn.actions.clone(),
        trace: turn.trace.clone(),
        heard: None,
    }
}

fn messages(step: &Step) -> Vec<Message> {
    let texts =
        step.say.iter().map(|text| Message { text: Some(text.clone()), ..Message::default() });
    let photos = (0..step.photos).map(|n| Message {
        photos: vec![Photo::Url(format!("https://example.com/{n}.jpg"))],
        ..Message::default()
    });
    texts.chain(photos).collect()
}

fn result(id: &str, turn: &Turn, failed: Vec<String>) -> CaseResult {
    CaseResult {
        id: id.to_owned(),
        pass: failed.is_empty(),
        failed,
        intent: turn.trace.intent,
        state: turn.trace.to.state,
        escalated: is_escalated(turn),
        blocked: turn.trace.blocked,
        products: turn.trace.products.iter().map(product).collect(),
        reply: texts(&turn.reply).collect::<Vec<_>>().join("\n"),
    }
}

fn product(named: &NamedProduct) -> ResultProduct {
    let uah = |price: Money| price.kopecks() / 100;
    ResultProduct { id: named.id, size: named.size, price: named.price.map(uah) }
}

fn is_escalated(turn: &Turn) -> bool {
    turn.actions.iter().any(|action| matches!(action, Action::Escalate { .. }))
}

/// The words of a reply, captions included.
fn texts(reply: &Reply) -> impl Iterator<Item = &str> {
    reply.bubbles.iter().filter_map(|bubble| match bubble {
        Bubble::Text(text) => Some(text.as_str()),
        Bubble::Photo { caption, .. } | Bubble::Sent { caption, .. } => caption.as_deref(),
    })
}
