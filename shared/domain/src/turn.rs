//! One turn: everything that a customer wrote in a burst, and what the assistant does about it.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    attachment::Attachment,
    catalog::ProductId,
    check::{self, TurnFacts},
    decide::{self, Decision, Deed, Event, Manager, Say},
    language::rules::{Rules, Signal},
    marks,
    memory::{SummedTurn, Summing},
    model::{self, Consultation, ModelTrace, Step},
    money::Money,
    nickname::Nickname,
    order::OrderNews,
    perceive::{self, Perceived},
    photo::Photo,
    prompts::{TemplateKey, Values},
    reply::{Bubble, Reply},
    session::{Session, facts::EscalationReason},
    shop::Shop,
    size::Size,
    state::{Intent, Phase, State},
    word,
};

/// One message of the burst.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its words; `None` for a photo without a caption.
    pub text: Option<String>,
    /// Its photos, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// What else came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the customer calls themselves, where the channel says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Nickname>,
}

/// What a turn is made from, beside the session and the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnInput {
    /// The burst, in order; never empty.
    pub messages: Vec<Message>,
    /// The time of the turn. Comes from outside, so that a replay gives the same answer.
    pub now: Timestamp,
}

/// What the world outside has to do because of a turn, beside sending its reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A human takes over.
    Escalate {
        /// Why, for the manager and for statistics; holds no words of the customer.
        reason: EscalationReason,
    },
    /// A manager is shown the receipt and says whether the money is there (decision 7).
    CheckPayment,
    /// The model has cost as much as it may in this conversation on this day; the rules go on alone.
    TellCeiling,
    /// The order is paid for and goes to the shop's books.
    PlaceOrder,
    /// A customer waits for a human and nobody has answered.
    Remind,
    /// Nobody ended a hand-over: the assistant answers again.
    EndHandOver,
    /// A customer did not answer the last follow-up, or can be written none in time.
    TellUnanswered,
    /// A manager wants to answer: they are asked for the words.
    AskForAnswer,
    /// A manager wrote to a customer with whom another one talks: it was not passed on.
    TellNotYours,
    /// A manager answered with something that cannot be passed on.
    TellCannotPass,
    /// The CRM does not take an order: a human has to see to it.
    TellOrderFailed,
    /// Something became of an order that the customer may not be told now: a human does.
    TellOrderNews,
}

/// What a turn decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The session after the turn.
    pub session: Session,
    /// What the customer gets; empty when the assistant is silent.
    pub reply: Reply,
    /// What else has to happen.
    pub actions: Vec<Action>,
    /// Why it came out so (I12).
    pub trace: TurnTrace,
}

/// Why a turn came out as it did (I12). Kept in the store beside the input; the matched words in
/// it are the customer's, so it is never logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnTrace {
    /// The turn's number in its conversation, from 1.
    pub n: u32,
    /// What the customer wanted.
    pub intent: Intent,
    /// Where the conversation stood.
    pub from: Place,
    /// Where it stands now.
    pub to: Place,
    /// The edge of the transition function that was taken.
    pub edge: String,
    /// The rules that matched, in the order of the words.
    pub rules: Vec<RuleHit>,
    /// The texts that were said.
    pub said: Vec<String>,
    /// The garments that the reply names.
    pub products: Vec<NamedProduct>,
    /// The facts that the reply was made from: `product:ID`, `size:ID:SIZE`, `price:ID:UAH`,
    /// `policy:TOPIC`.
    #[serde(default)]
    pub facts: Vec<String>,
    /// The checks that the first wording failed; the state's safe text was sent instead.
    pub checks_failed: Vec<String>,
    /// Whether the message was kept from being read as instructions or as a wish of a customer.
    pub blocked: bool,
    /// Who read the customer and worded the reply.
    pub mode: Mode,
    /// Whether the assistant was paused.
    #[serde(default, skip_serializing_if = "is_false")]
    pub paused: bool,
    /// What the model had to do with it; nothing when it was not to be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelTrace>,
}

/// A state with its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The state.
    pub state: State,
    /// The phase.
    pub phase: Phase,
}

impl Place {
    const fn of(session: &Session) -> Self {
        Self { state: session.state(), phase: session.phase() }
    }
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleHit {
    /// The rule's name.
    pub rule: String,
    /// The words that it matched, normalised.
    pub words: String,
}

/// A garment as a reply names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedProduct {
    /// The garment.
    pub id: ProductId,
    /// The size that was named with it.
    pub size: Option<Size>,
    /// The price that was named with it.
    pub price: Option<Money>,
}

/// Who read the customer and worded the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Rules and templates alone.
    Rules,
    /// The model as well: it read what rules could not, or worded the reply.
    Model,
}

/// Takes a turn: reads the burst, decides, words the answer, checks it.
#[must_use]
pub fn take(shop: &Shop<'_>, session: &Session, input: &TurnInput) -> Turn {
    let resumed = heard(session, input);
    let mut perceived = perceive::read(shop, &resumed, input);
    let hits = std::mem::take(&mut perceived.hits);
    let decision = decide::decide(shop, resumed, &perceived, input.now);
    Turn::of(shop, session, &perceived, hits, decision, None)
}

/// The session as a turn takes it up that a customer began.
pub(crate) fn heard(session: &Session, input: &TurnInput) -> Session {
    let mut resumed = session.resumed();
    resumed.hear(&input.messages, input.now);
    if let Some(name) = input.messages.iter().rev().find_map(|message| message.nickname.clone()) {
        resumed.facts_mut().customer.nickname = Some(name);
    }
    resumed
}

/// Begins a turn that the model may take part in: the rules read and decide, then it is asked, if
/// there is anything to ask.
#[must_use]
pub fn begin(shop: &Shop<'_>, session: &Session, input: &TurnInput) -> Step {
    begin_by(Rules::own(), shop, session, input)
}

/// Begins a turn that is read by rules which need not be the shop's own: what a replay asks for.
#[must_use]
pub fn begin_by(rules: &Rules, shop: &Shop<'_>, session: &Session, input: &TurnInput) -> Step {
    let resumed = heard(session, input);
    let mut perceived = perceive::read_by(rules, shop, &resumed, input);
    let hits = std::mem::take(&mut perceived.hits);
    let decision = decide::decide(shop, resumed, &perceived, input.now);
    let is_settled = decision.event == Event::Silent
        || shop.settings.is_paused
        || perceived.is_blocked
        || (perceived.words == 0 && !looks_at_photos(&perceived))
        || perceived.has(Signal::Restart);
    if is_settled {
        return Step::Done(Box::new(Turn::of(shop, session, &perceived, hits, decision, None)));
    }
    let consultation = Consultation::begin(shop, session, input, perceived, hits, decision);
    if session.spent_on(input.now) >= shop.settings.model_ceiling {
        return Step::Done(Box::new(consultation.unanswered(shop, "ceiling")));
    }
    Step::Ask(Box::new(consultation))
}

/// Whether photos of garments came: a receipt that is awaited needs nobody's eyes but a manager's.
const fn looks_at_photos(perceived: &Perceived) -> bool {
    perceived.photos > 0 && matches!(perceived.intent, Intent::PhotoIdent)
}

/// Takes a turn that a manager makes.
#[must_use]
pub fn take_for_manager(
    shop: &Shop<'_>,
    session: &Session,
    by: &Manager,
    deed: &Deed,
    now: Timestamp,
) -> Turn {
    let decision = decide::decide_for_manager(shop, session.resumed(), by, deed, now);
    Turn::of(shop, session, &Perceived::default(), Vec::new(), decision, None)
}

/// Takes the turn that news of an order make.
#[must_use]
pub fn take_for_order(shop: &Shop<'_>, session: &Session, news: OrderNews, now: Timestamp) -> Turn {
    let decision = decide::decide_for_order(shop, session.resumed(), news, now);
    Turn::of(shop, session, &Perceived::default(), Vec::new(), decision, None)
}

/// Begins the turn that the passing of time makes, see [`decide::next_due`], where a model may word it.
#[must_use]
pub fn begin_on_time(shop: &Shop<'_>, session: &Session, now: Timestamp) -> Step {
    let decision = decide::decide_on_time(shop, session.resumed(), now);
    let is_dear = session.spent_on(now) >= shop.settings.model_ceiling;
    if decision.event != Event::FollowedUp || is_dear || !model::may_word(&decision) {
        let perceived = Perceived::default();
        return Step::Done(Box::new(Turn::of(
            shop,
            session,
            &perceived,
            Vec::new(),
            decision,
            None,
        )));
    }
    Step::Ask(Box::new(Consultation::to_word(shop, session, decision, now)))
}

/// Begins the turn that the passing of time makes where a model may sum up: with `turns`, the last
/// that were taken.
#[must_use]
pub fn begin_summary(session: &Session, turns: Vec<SummedTurn>, now: Timestamp) -> Summing {
    Summing::of(&session.resumed(), turns, now)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(is: &bool) -> bool {
    !*is
}

impl Turn {
    /// Puts a turn together. `worded` are the words of the reply, checked, where they are not the
    /// shop's own texts.
    pub(crate) fn of(
        shop: &Shop<'_>,
        session: &Session,
        perceived: &Perceived,
        hits: Vec<RuleHit>,
        decision: Decision,
        worded: Option<Vec<Bubble>>,
    ) -> Self {
        let from = Place::of(session);
        let facts = facts_used(&decision);
        let marks =
            marks::changed(shop, session, &decision.session, perceived.intent, &decision.products);
        let (mut bubbles, checks_failed) = match worded {
            Some(bubbles) => (bubbles, Vec::new()),
            None => reply(shop, session.turns(), &decision),
        };
        bubbles.extend(decision.words_of_manager);
        Self {
            reply: Reply { bubbles, quick_replies: decision.options, marks },
            actions: decision.actions,
            trace: TurnTrace {
                n: decision.session.turns(),
                intent: perceived.intent,
                from,
                to: Place::of(&decision.session),
                edge: decision.edge.name.to_owned(),
                rules: hits,
                facts,
                said: word::names(&decision.says),
                products: decision.products,
                checks_failed,
                blocked: perceived.is_blocked,
                mode: Mode::Rules,
                paused: shop.settings.is_paused,
                model: None,
            },
            session: decision.session,
        }
    }
}

/// The garments, sizes and prices that a reply names, and the policies that it tells.
fn facts_used(decision: &Decision) -> Vec<String> {
    let mut facts = Vec::new();
    for named in &decision.products {
        facts.push(format!("product:{}", named.id));
        facts.extend(named.size.map(|size| format!("size:{}:{size}", named.id)));
        let uah = |price: Money| format!("price:{}:{}", named.id, price.kopecks() / 100);
        facts.extend(named.price.map(uah));
    }
    let said = word::names(&decision.says);
    let policies = said.iter().filter_map(|name| name.strip_prefix("policy."));
    facts.extend(policies.map(|topic| format!("policy:{topic}")));
    facts
}

/// The worded reply, and the checks that its first wording failed: the safe text of the state is
/// sent then.
fn reply(shop: &Shop<'_>, turns: u32, decision: &Decision) -> (Vec<Bubble>, Vec<String>) {
    let seed = u64::from(turns);
    if decision.says.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let facts = TurnFacts::of(shop, &decision.session, &decision.products);
    let failed = match word::bubbles(shop.prompts, &decision.says, seed) {
        Ok(bubbles) => {
            let failed = check::failed(shop, &facts, &bubbles);
            if failed.is_empty() {
                return (bubbles, Vec::new());
            }
            failed.into_iter().map(|check| check.as_str().to_owned()).collect()
        }
        Err(_) => vec!["wording".to_owned()],
    };
    let safe = [Say::Text(safe_text(&decision.session), Values::none())];
    // A safe text names no fact, so it lacks none.
    (word::bubbles(shop.prompts, &safe, seed).unwrap_or_default(), failed)
}

/// What is said in a state when the reply that was meant may not be sent. Names no fact.
fn safe_text(session: &Session) -> TemplateKey {
    match session.state() {
        State::Init | State::Discovery | State::Vision | State::Upsell => {
            TemplateKey::DiscoveryAskWhat
        }
        State::SizeColor => TemplateKey::SizeAskHeight,
        State::Offer => TemplateKey::OfferAsk,
        State::PaymentDelivery if session.facts().cart.is_empty() => TemplateKey::OrderAskGarment,
        State::PaymentDelivery => match session.phase() {
            Phase::WaitingForPaymentMethod => TemplateKey::OrderMethodPutDifferently,
            Phase::WaitingForPaymentProof => TemplateKey::PaymentProofWanted,
            Phase::AwaitingConfirmation => TemplateKey::OrderWaiting,
            _ => TemplateKey::OrderDataWanted,
        },
        State::End => TemplateKey::EndAcknowledged,
        State::Complaint => TemplateKey::HandoverHuman,
        State::OutOfDomain => TemplateKey::OodSteer,
    }
}
