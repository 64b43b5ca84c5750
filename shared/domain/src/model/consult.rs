//! A turn that the model takes part in: what it is asked next, and what comes of its answers.
//!
//! The rules read first and code decides a draft from that. If the rules are sure, one question has
//! the model check the reading and word the draft. If they are not, a first question reads, code
//! decides again, and a second question words that. Words that fail a guard go back once with the
//! reasons; failing again, or without an answer, the shop's own texts are sent.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    merge::{self, Claim, Verdict},
    past::PastTurn,
    question::{About, Question},
    reading::Answer,
    sight::{self, KnownPhoto, Sight},
    usage::Usage,
    wording,
};
use crate::{
    decide::{self, Decision},
    language::rules::Signal,
    perceive::{self, Perceived},
    photo::{Mark, Photo},
    reply::Bubble,
    session::Session,
    shop::Shop,
    state::Intent,
    turn::{self, Action, Mode, RuleHit, Turn, TurnInput},
};

/// What the model had to do with a turn (I12).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelTrace {
    /// The content of all prompts that it was asked with.
    pub prompts: String,
    /// What it used.
    pub used: Usage,
    /// The categories for which the provider's moderation flagged the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flagged: Vec<String>,
    /// Who read what.
    pub claims: Vec<Claim>,
    /// How sure it was of its reading, in percent.
    pub confidence: Option<u8>,
    /// Whether the reply is in its words.
    pub is_worded: bool,
    /// The guards that its words failed, by attempt.
    pub rejected: Vec<Vec<String>>,
    /// Why the turn, or its wording, was taken without it.
    pub degraded: Option<String>,
    /// What the photos that it was shown are known by: with these the turn can be taken again without
    /// them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Mark>,
    /// What it answered, question by question, as it came: with these the turn can be taken again
    /// without network (I12). One that is too long to be kept is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
}

/// The longest answer that is kept, in bytes: twice what a reply of a dozen lines takes.
const MOST_KEPT: usize = 8 * 1024;

/// An answer as a trace keeps it.
pub(crate) fn kept(json: &str) -> String {
    if json.len() > MOST_KEPT { String::new() } else { json.to_owned() }
}

/// How many photos of a burst are looked at, in one call.
const MOST_PHOTOS: usize = 4;

/// Groups of the provider's categories that no shop should answer.
const SEVERE: [&str; 3] = ["hate", "illicit", "sexual"];

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To check the reading and to word the draft.
    ReadAndWord,
    /// To read what the rules could not.
    Read,
    /// To word what was decided since.
    Word,
}

/// What is next in a turn.
#[derive(Debug)]
pub enum Step {
    /// The turn is taken.
    Done(Box<Turn>),
    /// The model is to be asked.
    Ask(Box<Consultation>),
}

/// A turn that waits for the model.
#[derive(Clone, Debug)]
pub struct Consultation {
    session: Session,
    input: TurnInput,
    past: Vec<PastTurn>,
    perceived: Perceived,
    hits: Vec<RuleHit>,
    decision: Decision,
    purpose: Purpose,
    faults: Vec<String>,
    trace: ModelTrace,
    /// What the photos that the model sees are known again by.
    marks: Vec<Mark>,
}

impl Consultation {
    /// Begins a turn that the rules have read and decided.
    pub(crate) fn begin(
        shop: &Shop<'_>,
        session: &Session,
        input: &TurnInput,
        perceived: Perceived,
        hits: Vec<RuleHit>,
        decision: Decision,
    ) -> Self {
        let is_photo = perceived.intent == Intent::PhotoIdent;
        let purpose =
            if perceived.is_sure() && !is_photo { Purpose::ReadAndWord } else { Purpose::Read };
        let trace =
            ModelTrace { prompts: shop.prompts.version().to_owned(), ..ModelTrace::default() };
        Self {
            session: session.clone(),
            input: input.clone(),
            past: Vec::new(),
            perceived,
            hits,
            decision,
            purpose,
            faults: Vec::new(),
            trace,
            marks: Vec::new(),
        }
    }

    /// Begins a turn that nobody's message makes: what was decided is worded.
    pub(crate) fn to_word(
        shop: &Shop<'_>,
        session: &Session,
        decision: Decision,
        now: Timestamp,
    ) -> Self {
        let input = TurnInput { messages: Vec::new(), now };
        let nothing_said = Perceived::default();
        let begun = Self::begin(shop, session, &input, nothing_said, Vec::new(), decision);
        Self { purpose: Purpose::Word, ..begun }
    }

    /// Whether the customer's photos are looked at.
    #[must_use]
    pub fn has_photos(&self) -> bool {
        !self.photos().is_empty()
    }

    /// The photos that the turn is about, at most [`MOST_PHOTOS`] of them; none where they are about
    /// something else than garments.
    #[must_use]
    pub fn photos(&self) -> Vec<Photo> {
        if self.perceived.intent != Intent::PhotoIdent {
            return Vec::new();
        }
        let photos = self.input.messages.iter().flat_map(|message| &message.photos);
        photos.take(MOST_PHOTOS).cloned().collect()
    }

    /// Tells what the photos that were fetched are known by. Photos that the conversation knows are
    /// not looked at again.
    #[must_use]
    pub fn with_photos(mut self, shop: &Shop<'_>, marks: Vec<Mark>) -> Step {
        let known: Option<Vec<Sight>> =
            marks.iter().map(|mark| self.session.sight_of(mark).cloned()).collect();
        self.marks = marks;
        match known {
            Some(sights) if !sights.is_empty() && self.perceived.words == 0 => {
                self.see(sights);
                self.decide(shop);
                self.purpose = Purpose::Word;
                if wording::lines(&self.decision).is_empty() {
                    self.done(shop, None)
                } else {
                    Step::Ask(Box::new(self))
                }
            }
            _ => Step::Ask(Box::new(self)),
        }
    }

    /// Takes in what the photos show.
    fn see(&mut self, sights: Vec<Sight>) {
        for sight in &sights {
            if let Sight::Garment { id, color } = sight {
                if !self.perceived.products.contains(id) {
                    self.perceived.products.push(*id);
                }
                let colors = &mut self.perceived.colors;
                colors.extend(
                    color
                        .iter()
                        .filter(|color| !colors.contains(color))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
            }
        }
        self.perceived.sights = sights;
        self.perceived.intent = Intent::PhotoIdent;
    }

    /// Decides anew from what is perceived.
    fn decide(&mut self, shop: &Shop<'_>) {
        let resumed = turn::heard(&self.session, &self.input);
        self.decision = decide::decide(shop, resumed, &self.perceived, self.input.now);
    }

    /// What the customer wrote, as one text.
    #[must_use]
    pub fn text(&self) -> String {
        super::text_of(&self.input)
    }

    /// Goes on with a verdict on the message: the categories for which it was flagged.
    ///
    /// # Errors
    /// When the model may not see the message, the turn that was taken without it. Rude words alone
    /// are no reason: what becomes of them is decided as without a verdict.
    pub fn moderated(
        mut self,
        shop: &Shop<'_>,
        categories: Vec<String>,
    ) -> Result<Self, Box<Turn>> {
        let has = |group: &str| categories.iter().any(|it| it.split('/').next() == Some(group));
        let is_violent = categories.iter().any(|it| it == "violence");
        let is_danger = has("self-harm");
        let is_barred = SEVERE.iter().any(|group| has(group))
            || categories.iter().any(|it| it.ends_with("/threatening") || it.ends_with("/graphic"))
            // "Вбивчий колір" speaks of a colour.
            || (is_violent && !self.perceived.names_something());
        self.trace.flagged = categories;
        if !is_danger && !is_barred {
            return Ok(self);
        }
        if is_danger {
            self.perceived.signals.insert(Signal::Danger);
        } else {
            self.perceived.is_blocked = true;
        }
        let resumed = turn::heard(&self.session, &self.input);
        self.perceived.intent = perceive::intent_of(&resumed, &self.perceived);
        self.decision = decide::decide(shop, resumed, &self.perceived, self.input.now);
        Err(Box::new(self.turn(shop, None)))
    }

    /// Tells what was said before, oldest first.
    #[must_use]
    pub fn with_past(mut self, past: Vec<PastTurn>) -> Self {
        self.past = past;
        self
    }

    /// What the model is asked.
    #[must_use]
    pub fn question(&self, shop: &Shop<'_>) -> Question {
        let about = About {
            shop,
            session: &self.session,
            perceived: &self.perceived,
            draft: (self.purpose != Purpose::Read).then_some(&self.decision),
            input: &self.input,
            past: &self.past,
            faults: &self.faults,
            with_photos: self.purpose == Purpose::Read && !self.marks.is_empty(),
        };
        about.question()
    }

    /// The question of a turn in which nothing was said yet, whatever the rules think of it: what
    /// the model would get in a session.
    #[must_use]
    pub fn preview(shop: &Shop<'_>, session: &Session, input: &TurnInput) -> Question {
        let resumed = turn::heard(session, input);
        let mut perceived = perceive::read(shop, &resumed, input);
        let hits = std::mem::take(&mut perceived.hits);
        let decision = decide::decide(shop, resumed, &perceived, input.now);
        Self::begin(shop, session, input, perceived, hits, decision).question(shop)
    }

    /// Notes what a question used, whatever came of it.
    pub fn note_usage(&mut self, used: &Usage) {
        self.trace.used.add(used);
    }

    /// Goes on with an answer.
    #[must_use]
    pub fn answered(mut self, shop: &Shop<'_>, json: &str) -> Step {
        self.trace.answers.push(kept(json));
        let Ok(answer) = Answer::parse(json) else {
            return self.again_or(
                "unusable",
                vec!["the answer is not of the schema".to_owned()],
                shop,
            );
        };
        if self.purpose == Purpose::Word {
            return self.word(shop, &answer);
        }
        let says = std::mem::take(&mut self.decision.says);
        self.read(shop, &answer);
        let is_same = self.decision.says == says;
        match self.purpose {
            Purpose::ReadAndWord if is_same => self.word(shop, &answer),
            // Nothing is worded that was not asked for, and where the two disagree the shop's own
            // words are plainer.
            _ if self.perceived.is_disputed || wording::lines(&self.decision).is_empty() => {
                self.done(shop, None)
            }
            Purpose::ReadAndWord | Purpose::Read | Purpose::Word => {
                self.purpose = Purpose::Word;
                self.faults.clear();
                Step::Ask(Box::new(self))
            }
        }
    }

    /// Goes on without an answer; `reason` is a word for the trace.
    #[must_use]
    pub fn unanswered(mut self, shop: &Shop<'_>, reason: &str) -> Turn {
        self.trace.degraded = Some(reason.to_owned());
        self.turn(shop, None)
    }

    /// Takes the turn as if there were no model.
    #[must_use]
    pub fn by_rules(self, shop: &Shop<'_>) -> Turn {
        Turn::of(shop, &self.session, &self.perceived, self.hits, self.decision, None)
    }

    fn read(&mut self, shop: &Shop<'_>, answer: &Answer) {
        let resumed = turn::heard(&self.session, &self.input);
        let text = super::text_of(&self.input);
        let merged = merge::merge(shop, &resumed, &self.perceived, &answer.reading, &text);
        self.trace.confidence = Some(answer.reading.confidence.min(100));
        self.trace.claims = merged.claims;
        self.perceived = merged.perceived;
        if !self.marks.is_empty() {
            self.see(sight::sights(shop.catalog, &answer.photos, self.marks.len()));
        }
        self.decide(shop);
    }

    fn word(mut self, shop: &Shop<'_>, answer: &Answer) -> Step {
        let seed = u64::from(self.session.turns());
        if wording::lines(&self.decision).is_empty() && answer.lines.is_empty() {
            return self.done(shop, None);
        }
        match wording::compose(shop, &self.decision, seed, answer) {
            Ok(bubbles) => {
                self.trace.is_worded = true;
                self.done(shop, Some(bubbles))
            }
            Err(faults) => {
                self.trace.rejected.push(faults.iter().map(wording::Fault::name).collect());
                let faults = faults.iter().map(ToString::to_string).collect();
                self.purpose = Purpose::Word;
                self.again_or("rejected", faults, shop)
            }
        }
    }

    /// Goes back once with the faults; the second time the turn is taken without the model's words.
    fn again_or(mut self, reason: &str, faults: Vec<String>, shop: &Shop<'_>) -> Step {
        if self.faults.is_empty() {
            self.faults = faults;
            Step::Ask(Box::new(self))
        } else {
            Step::Done(Box::new(self.unanswered(shop, reason)))
        }
    }

    fn done(self, shop: &Shop<'_>, worded: Option<Vec<Bubble>>) -> Step {
        Step::Done(Box::new(self.turn(shop, worded)))
    }

    fn turn(mut self, shop: &Shop<'_>, worded: Option<Vec<Bubble>>) -> Turn {
        let is_read = self.trace.claims.iter().any(|claim| claim.verdict == Verdict::Model);
        let mode = if worded.is_some() || is_read { Mode::Model } else { Mode::Rules };
        let mut turn =
            Turn::of(shop, &self.session, &self.perceived, self.hits, self.decision, worded);
        let ceiling = shop.settings.model_ceiling;
        let was_under = self.session.spent_on(self.input.now) < ceiling;
        self.trace.photos.clone_from(&self.marks);
        let seen = self.marks.into_iter().zip(&self.perceived.sights);
        turn.session =
            turn.session.saw(seen.map(|(mark, sight)| KnownPhoto { mark, sight: sight.clone() }));
        turn.session = turn.session.spent(self.trace.used.weight(), self.input.now);
        if was_under && turn.session.spent_on(self.input.now) >= ceiling {
            turn.actions.push(Action::TellCeiling);
        }
        turn.trace.mode = mode;
        turn.trace.model = Some(self.trace);
        turn
    }
}
