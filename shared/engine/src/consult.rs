//! A turn with the model: its time, the message in between, and new input that ends it.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, join_all, select};
use jiff::Timestamp;
use mirt_domain::{
    model::{Consultation, PastTurn, Question, Step},
    prompts::{TemplateKey, Values},
    reply::{Bubble, Reply},
    session_id::SessionId,
    shop::Shop,
    turn::Turn,
};

use crate::{
    clock::{Clock, after, until},
    deliver::SendReply,
    failure::{PortError, chain},
    model::{AnswerFormat, AskModel, Asked, ModelError, ModelRequest, Moderate},
    photos::{LookAtPhotos, Looked},
    session_store::{Cause, TurnRecord},
    stopwatch::{Stopwatch, Work},
};

/// The name of the shape of answers, for the provider.
const FORMAT: &str = "turn";

/// How long a text may be looked at for what no shop should answer.
const MODERATION: Duration = Duration::from_secs(3);

/// When the inbox is looked at for the first time while the model is thinking: later than most answers
/// come, because each look is a call of the store, and the commit looks anyway.
const FIRST_LOOK: Duration = Duration::from_secs(6);

/// How often after that: who writes more is answered anew soon enough.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is left of the function's time for committing and sending.
pub const TIME_TO_SEND: Duration = Duration::from_secs(12);

/// With less time than this the model is not asked.
const SHORTEST: Duration = Duration::from_secs(2);

/// How long a turn may take with the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelTime {
    /// For words.
    pub text: Duration,
    /// With photos.
    pub photo: Duration,
    /// After how long the customer gets a message in between.
    pub interim: Duration,
}

impl Default for ModelTime {
    /// 20 s, 45 s and 8 s.
    fn default() -> Self {
        Self {
            text: Duration::from_secs(20),
            photo: Duration::from_secs(45),
            interim: Duration::from_secs(8),
        }
    }
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many events were recorded, ever.
    pub recorded: u64,
    /// How many turns were committed.
    pub version: u64,
}

/// Looks at a session once more.
pub trait LookAgain: Send + Sync {
    /// How far it has come.
    ///
    /// # Errors
    /// When the store did not answer.
    fn standing(&self, id: &SessionId) -> impl Future<Output = Result<Standing, PortError>> + Send;
}

/// What was said before, as the model gets it.
pub(crate) fn past(turns: Vec<TurnRecord>) -> Vec<PastTurn> {
    let past = |turn: TurnRecord| PastTurn {
        input: match turn.cause {
            // What was blocked is not shown to the model later, either.
            Cause::Said(messages) if !turn.trace.blocked => messages,
            Cause::Said(_) | Cause::Managed(_) | Cause::Order(_) | Cause::Due => Vec::new(),
        },
        reply: turn.reply,
    };
    turns.into_iter().map(past).collect()
}

/// What a consultation came to.
pub(crate) enum Consulted {
    /// A turn.
    Turn(Box<Turn>),
    /// Nothing: the customer wrote more, or another process has taken the turn.
    Overtaken,
}

/// What is said in between, at most once between two turns.
#[derive(Debug, Default)]
pub(crate) struct Interim {
    /// When the customer began to wait.
    waits_since: Option<Timestamp>,
    is_said: bool,
}

/// What a turn is taken with the model with.
pub(crate) struct Consulting<'a, K, S, C, M> {
    pub(crate) clock: &'a K,
    pub(crate) store: &'a S,
    pub(crate) channels: &'a C,
    /// Without one, turns are taken by the rules.
    pub(crate) model: Option<&'a M>,
    pub(crate) shop: &'a Shop<'a>,
    pub(crate) time: ModelTime,
    pub(crate) id: &'a SessionId,
    /// When this process must be done.
    pub(crate) deadline: Timestamp,
    /// The turn before this one.
    pub(crate) version: u64,
    /// How many events the turn knows of; nothing if it is to be taken whatever comes.
    pub(crate) recorded: Option<u64>,
    /// What was said before.
    pub(crate) past: Vec<PastTurn>,
    /// Whether something may be said before the answer: nothing earlier waits to be sent.
    pub(crate) may_interrupt: bool,
}

impl<K, S, C, M> Consulting<'_, K, S, C, M>
where
    K: Clock,
    S: LookAgain,
    C: SendReply,
    M: AskModel + Moderate + LookAtPhotos,
{
    /// Takes a turn that the rules have begun: with the model if there is one to ask, or without it
    /// when that fails.
    pub(crate) async fn take(
        &self,
        step: Step,
        interim: &mut Interim,
        times: &mut Stopwatch<'_, K>,
    ) -> Consulted {
        match (self.model, step) {
            (_, Step::Done(turn)) => Consulted::Turn(turn),
            (None, Step::Ask(consultation)) => {
                let turn = times.time(Work::Check, || consultation.by_rules(self.shop));
                Consulted::Turn(Box::new(turn))
            }
            (Some(model), Step::Ask(consultation)) => {
                self.consult(model, *consultation, interim, times).await
            }
        }
    }

    async fn consult(
        &self,
        model: &M,
        consultation: Consultation,
        interim: &mut Interim,
        times: &mut Stopwatch<'_, K>,
    ) -> Consulted {
        let now = self.clock.now();
        interim.waits_since.get_or_insert(now);
        let budget = if consultation.has_photos() { self.time.photo } else { self.time.text };
        let latest = self.deadline.checked_sub(TIME_TO_SEND).unwrap_or(Timestamp::MIN);
        let ends_at = after(now, budget).min(latest);
        if until(now, ends_at) < SHORTEST {
            return self.without(consultation, "no_time", times);
        }
        let began = times.begin();
        let moderated = self.moderated(model, consultation).await;
        times.note(Work::Moderation, began);
        let consultation = match moderated {
            Ok(consultation) => consultation,
            Err(turn) => return Consulted::Turn(turn),
        };
        let began = times.begin();
        let looked = self.looked(model, &consultation, ends_at).await;
        if consultation.has_photos() {
            times.note(Work::Photos, began);
        }
        let looked = match looked {
            Ok(looked) => looked,
            Err(reason) => return self.without(consultation, reason, times),
        };
        let (photos, marks) = looked.into_iter().map(|it| (it.jpeg, it.mark)).unzip();
        let mut consultation = match consultation.with_photos(self.shop, marks) {
            Step::Done(turn) => return Consulted::Turn(turn),
            Step::Ask(consultation) => consultation.with_past(self.past.clone()),
        };
        let photos: Vec<Vec<u8>> = photos;
        loop {
            let request = self.request(consultation.question(self.shop), &photos);
            let began = times.begin();
            let asked = self.ask(model, &request, ends_at, interim).await;
            times.note(Work::Model, began);
            let Ok(asked) = asked else { return Consulted::Overtaken };
            consultation.note_usage(&asked.usage);
            let step = match asked.answer {
                Ok(json) => times.time(Work::Check, || consultation.answered(self.shop, &json)),
                Err(error) => {
                    log_failure(self.id, &error);
                    return self.without(consultation, error.as_str(), times);
                }
            };
            match step {
                Step::Done(turn) => return Consulted::Turn(turn),
                Step::Ask(next) => consultation = *next,
            }
        }
    }

    fn without(
        &self,
        consultation: Consultation,
        reason: &str,
        times: &mut Stopwatch<'_, K>,
    ) -> Consulted {
        let turn = times.time(Work::Check, || consultation.unanswered(self.shop, reason));
        Consulted::Turn(Box::new(turn))
    }

    /// Has the message looked at before the model sees it. No verdict is no reason to keep a
    /// customer waiting: the rules have looked already.
    async fn moderated(
        &self,
        model: &M,
        consultation: Consultation,
    ) -> Result<Consultation, Box<Turn>> {
        let text = consultation.text();
        if text.is_empty() {
            return Ok(consultation);
        }
        match model.moderate(&text, MODERATION).await {
            Ok(verdict) => consultation.moderated(self.shop, verdict.categories),
            Err(error) => {
                tracing::warn!(event = "degraded", what = "moderation", reason = error.as_str());
                Ok(consultation)
            }
        }
    }

    /// The photos that the turn is about, ready for the model; none where it is about none.
    ///
    /// # Errors
    /// When not one of them could be had, why; the turn is taken without the model then.
    async fn looked(
        &self,
        model: &M,
        consultation: &Consultation,
        ends_at: Timestamp,
    ) -> Result<Vec<Looked>, &'static str> {
        let photos = consultation.photos();
        let within = until(self.clock.now(), ends_at);
        let looking = photos.iter().map(|photo| model.look(photo, within));
        let mut looked = Vec::new();
        for result in join_all(looking).await {
            match result {
                Ok(photo) => looked.push(photo),
                Err(error) => {
                    tracing::warn!(event = "degraded", what = "photo", error = chain(&error));
                }
            }
        }
        if looked.is_empty() && !photos.is_empty() { Err("no_photo") } else { Ok(looked) }
    }

    fn request(&self, question: Question, photos: &[Vec<u8>]) -> ModelRequest {
        ModelRequest {
            session: self.id.clone(),
            instructions: question.instructions,
            input: question.input,
            photos: if question.with_photos { photos.to_vec() } else { Vec::new() },
            references: question.references,
            format: AnswerFormat { name: FORMAT, schema: question.schema },
        }
    }

    /// Asks once. Meanwhile the customer is told that it takes a while, once, and the inbox is
    /// looked at. A question that has no answer by `ends_at` is given up.
    pub(crate) async fn ask(
        &self,
        model: &M,
        request: &ModelRequest,
        ends_at: Timestamp,
        interim: &mut Interim,
    ) -> Result<Asked, Overtaken> {
        let began = self.clock.now();
        let mut call = pin!(model.ask(request, until(began, ends_at)));
        let mut look_at = after(began, FIRST_LOOK);
        loop {
            let now = self.clock.now();
            let interim_at = self.interim_at(interim);
            let next = [Some(look_at), interim_at].into_iter().flatten().min();
            let next = next.unwrap_or(ends_at).min(ends_at);
            let wait = pin!(self.clock.sleep(until(now, next)));
            if let Either::Left((asked, _)) = select(call.as_mut(), wait).await {
                return Ok(asked);
            }
            let now = self.clock.now();
            if now >= ends_at {
                return Ok(Asked::given_up(until(began, now)));
            }
            // Before anything is said: whoever was answered by another process need not hear it.
            look_at = after(now, LOOK_EVERY);
            let looking = pin!(self.is_overtaken());
            match select(call.as_mut(), looking).await {
                Either::Left((asked, _)) => return Ok(asked),
                Either::Right((true, _)) => return Err(Overtaken),
                Either::Right((false, _)) => {}
            }
            if interim_at.is_some_and(|at| now >= at) {
                interim.is_said = true;
                let saying = pin!(self.say_interim());
                // What was begun is finished first, or it could come after the answer.
                if let Either::Left((asked, saying)) = select(call.as_mut(), saying).await {
                    saying.await;
                    return Ok(asked);
                }
            }
        }
    }

    fn interim_at(&self, interim: &Interim) -> Option<Timestamp> {
        let since = interim.waits_since.filter(|_| self.may_interrupt && !interim.is_said)?;
        Some(after(since, self.time.interim))
    }

    /// Says that it takes a while. It stands in nobody's outbox: who does not get it gets the answer.
    async fn say_interim(&self) {
        let texts = self.shop.prompts.render(TemplateKey::InterimWait, &Values::none(), 0);
        let bubbles = texts.unwrap_or_default().into_iter().map(Bubble::Text).collect();
        let reply = Reply { bubbles, ..Reply::default() };
        for part in self.channels.split(self.id.channel, &reply) {
            if let Err(error) = self.channels.send(self.id, &part).await {
                tracing::warn!(event = "degraded", what = "interim", error = chain(&error));
            }
        }
        tracing::info!(event = "interim_sent", channel = %self.id.channel);
    }

    /// Whether this turn would not be committed any more.
    async fn is_overtaken(&self) -> bool {
        match self.store.standing(self.id).await {
            Ok(Standing { recorded, version }) => {
                version > self.version || self.recorded.is_some_and(|known| recorded > known)
            }
            // The commit looks again.
            Err(_) => false,
        }
    }
}

/// The customer wrote more, or another process has taken the turn: the answer is not waited for.
pub(crate) struct Overtaken;

pub(crate) fn log_failure(id: &SessionId, error: &ModelError) {
    let (channel, reason) = (id.channel, error.as_str());
    match error {
        ModelError::Quota | ModelError::Broken(_) => {
            tracing::error!(event = "model_needs_a_human", %channel, reason, error = chain(error));
        }
        _ => tracing::warn!(event = "degraded", what = "model", %channel, reason),
    }
}
