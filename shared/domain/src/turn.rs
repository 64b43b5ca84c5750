//! One turn: everything that a customer wrote in a burst, and what the assistant does about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    catalog::ProductId,
    language::{
        rules::{self, Signal},
        token::tokens,
    },
    money::Money,
    photo::Photo,
    prompts::{TemplateKey, Values},
    reply::{Bubble, Reply},
    session::{Session, facts::EscalationReason},
    shop::Shop,
    size::Size,
    state::{Intent, Phase, State},
};

/// One message of the burst.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its words; `None` for a photo without a caption.
    pub text: Option<String>,
    /// Its photos, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
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
    /// The checks that the first wording failed; the state's safe text was sent instead.
    pub checks_failed: Vec<String>,
    /// Whether the message was kept from being read as instructions or as a wish of a customer.
    pub blocked: bool,
    /// Who read the customer and worded the reply.
    pub mode: Mode,
}

/// A state with its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The state.
    pub state: State,
    /// The phase.
    pub phase: Phase,
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
}

/// Takes a turn: reads the burst, decides, words the answer.
#[must_use]
pub fn take(shop: &Shop<'_>, session: &Session, input: &TurnInput) -> Turn {
    let text: Vec<&str> =
        input.messages.iter().filter_map(|message| message.text.as_deref()).collect();
    let seen = rules::read(&tokens(&text.join("\n")));
    let is_greeting = seen.iter().any(|seen| seen.signal == Signal::Greeting);
    let (intent, key) = if is_greeting {
        (Intent::GreetingOnly, TemplateKey::GreetingHello)
    } else {
        (Intent::UnknownOrEmpty, TemplateKey::DiscoveryAskWhat)
    };
    let seed = u64::from(session.turns());
    let bubbles = shop.prompts.render(key, &Values::none(), seed).unwrap_or_default();
    let from = Place { state: session.state(), phase: session.phase() };
    let to = Place { state: State::Discovery, phase: Phase::Discovery };
    let next = session.clone().moved_to(to.state, to.phase);
    Turn {
        reply: Reply {
            bubbles: bubbles.into_iter().map(Bubble::Text).collect(),
            quick_replies: vec![],
        },
        actions: Vec::new(),
        trace: TurnTrace {
            n: next.turns(),
            intent,
            from,
            to,
            edge: "greeting".to_owned(),
            rules: Vec::new(),
            said: vec![key.as_str().to_owned()],
            products: Vec::new(),
            checks_failed: Vec::new(),
            blocked: false,
            mode: Mode::Rules,
        },
        session: next,
    }
}
