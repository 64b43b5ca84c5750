//! A turn taken again from what was before it, as it was or with something changed. It is the domain's
//! own turn and nothing else: nothing is sent, nothing is stored, no model is asked.

use mirt_domain::{
    decide::{Due, Duty, next_due},
    language::rules::Rules,
    memory::{SummaryStep, SummedTurn},
    model::{Consultation, ModelTrace, Step, Usage},
    photo::Mark,
    session::Session,
    shop::Shop,
    turn::{self, Message, Turn},
};
use mirt_engine::{
    session_store::{Cause, TurnRecord},
    take_turn::noted,
};

/// The most answers of a model that a turn takes: two questions, each with one that goes back.
const MOST_ANSWERS: usize = 4;

/// What the model says in a turn that is taken again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The categories for which the message was flagged.
    pub(crate) flagged: Vec<String>,
    /// What it answers, question by question.
    pub(crate) answers: Vec<String>,
    /// Why it answers no more after that, as a trace says it.
    pub(crate) silent: String,
    /// What it used.
    pub(crate) used: Usage,
}

impl Model {
    /// These answers and no others.
    pub(crate) fn saying(answers: Vec<String>) -> Self {
        Self { answers, silent: "no_answer".to_owned(), ..Self::default() }
    }

    /// What it said then.
    pub(crate) fn of(trace: &ModelTrace) -> Self {
        Self {
            flagged: trace.flagged.clone(),
            silent: trace.degraded.clone().unwrap_or_else(|| "no_answer".to_owned()),
            used: trace.used.clone(),
            ..Self::saying(trace.answers.clone())
        }
    }
}

/// What a turn is taken again with.
pub(crate) struct Again<'a> {
    pub(crate) shop: Shop<'a>,
    pub(crate) rules: &'a Rules,
    /// Other words of the customer, a message each.
    pub(crate) say: Option<&'a [String]>,
    /// The model; without one the rules go on alone.
    pub(crate) model: Option<Model>,
    /// What was said before, for a summary.
    pub(crate) past: Vec<SummedTurn>,
}

impl Again<'_> {
    /// Takes the turn of the record again, from the session before it. Gives what the record would be,
    /// and the session after it.
    pub(crate) fn take(&self, before: &Session, record: TurnRecord) -> (TurnRecord, Session) {
        let Turn { session, reply, actions, trace } = self.turn(before, &record);
        let record = TurnRecord { reply, actions, trace, ..record };
        let (session, _) = noted(before, session, &record);
        (record, session)
    }

    fn turn(&self, before: &Session, record: &TurnRecord) -> Turn {
        let (shop, now) = (&self.shop, record.at);
        match &record.cause {
            Cause::Managed(managed) => {
                turn::take_for_manager(shop, before, &managed.by, &managed.deed, now)
            }
            Cause::Order(news) => turn::take_for_order(shop, before, *news, now),
            Cause::Due => match (next_due(before, shop.settings, now), &self.model) {
                (Some(Due { duty: Duty::Summary, .. }), Some(model)) => {
                    self.sum_up(model, before, record)
                }
                _ => self.consult(turn::begin_on_time(shop, before, now), record),
            },
            Cause::Said(messages) => {
                let messages = match self.say {
                    Some(words) => said_instead(messages, words),
                    None => messages.clone(),
                };
                let input = turn::TurnInput { messages, now };
                self.consult(turn::begin_by(self.rules, shop, before, &input), record)
            }
        }
    }

    fn consult(&self, step: Step, record: &TurnRecord) -> Turn {
        let shop = &self.shop;
        let consultation = match (step, &self.model) {
            (Step::Done(turn), _) => return *turn,
            (Step::Ask(consultation), None) => return consultation.by_rules(shop),
            (Step::Ask(consultation), Some(model)) => {
                match consultation.moderated(shop, model.flagged.clone()) {
                    Ok(consultation) => consultation,
                    Err(turn) => return *turn,
                }
            }
        };
        let model = self.model.clone().unwrap_or_default();
        let mut answers = model.answers.iter().take(MOST_ANSWERS);
        let mut step = if consultation.has_photos() && !is_blind(record, &model) {
            let marks = marks(&consultation, record);
            consultation.with_photos(shop, marks)
        } else {
            Step::Ask(Box::new(consultation))
        };
        let mut used = Some(&model.used);
        loop {
            step = match step {
                Step::Done(turn) => return *turn,
                Step::Ask(mut consultation) => {
                    if let Some(used) = used.take() {
                        consultation.note_usage(used);
                    }
                    match answers.next() {
                        Some(answer) => consultation.answered(shop, answer),
                        None => return consultation.unanswered(shop, &model.silent),
                    }
                }
            };
        }
    }

    /// A conversation that is over, summed up with what the model said of it.
    fn sum_up(&self, model: &Model, before: &Session, record: &TurnRecord) -> Turn {
        let mut summing = turn::begin_summary(before, self.past.clone(), record.at);
        summing.note_usage(&model.used);
        for answer in &model.answers {
            match summing.answered(&self.shop, answer) {
                SummaryStep::Done(turn) => return *turn,
                SummaryStep::Ask(next) => summing = *next,
            }
        }
        summing.unanswered(&self.shop, &model.silent)
    }
}

/// Whether nobody saw the turn's photos then, so that the model was not asked.
fn is_blind(record: &TurnRecord, model: &Model) -> bool {
    let was_seen = record.trace.model.as_ref().is_none_or(|model| !model.photos.is_empty());
    !was_seen && model.answers.is_empty()
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
