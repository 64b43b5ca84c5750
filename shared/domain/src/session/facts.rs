//! The one record of what was said: nothing in it is kept twice.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{cart::Cart, customer::Customer};
use crate::{catalog::ProductId, size::Height, size::Size};

/// Everything known in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The heights of the children, in the order in which they were told; usually one.
    pub heights: Vec<Height>,
    /// What the customer looks for, where no garment is chosen yet.
    pub search: Search,
    /// The garments under discussion; usually one, two for two children.
    pub choices: Vec<Choice>,
    /// What the last turn showed, in its order: "the second one" points into it.
    pub shown: Vec<ProductId>,
    /// What is taken.
    pub cart: Cart,
    /// Who buys.
    pub customer: Customer,
    /// How it is paid.
    pub payment: Payment,
    /// When a human took over; `None` while the assistant answers.
    pub hand_over: Option<HandOver>,
    /// What was done once and is not to be done again soon.
    pub flags: Flags,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// The key of a category.
    pub category: Option<String>,
    /// The key of a colour.
    pub color: Option<String>,
}

/// A garment that is being chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The garment.
    pub product_id: ProductId,
    /// Its size, once known; always one that it comes in.
    pub size: Option<Size>,
    /// The key of its colour, once known; always one that it comes in.
    pub color: Option<String>,
    /// How many.
    pub quantity: u32,
}

/// How the order is paid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Payment {
    /// The way that the customer chose.
    pub method: Option<PaymentMethod>,
    /// Whether the customer has seen where to pay.
    pub requisites_shown: bool,
    /// Whether a receipt is in.
    pub proof: bool,
}

/// The two ways to pay (decision 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// All of it at once, without a commission.
    Full,
    /// A part now, the rest and the carrier's fee on delivery.
    Prepayment,
}

/// A human has the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Since when; counted for the time-out.
    pub at: Timestamp,
    /// Why.
    pub reason: EscalationReason,
}

/// Why a human is needed. Holds no words of the customer, so it may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationReason {
    /// The customer asked for one.
    HumanAsked,
    /// A complaint.
    Complaint,
    /// An insult.
    Insult,
    /// A wholesale order.
    Wholesale,
    /// A return or an exchange that is really wanted.
    ReturnOrExchange,
    /// Where is my parcel, has my money arrived.
    OrderStatus,
    /// A size or a garment that only a human can promise.
    OutsideCatalogue,
    /// Too many turns without progress.
    NoProgress,
    /// The step of payment is not set up.
    NoRequisites,
}

/// What was done, so that it is not done too often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flags {
    /// When the customer was greeted last.
    pub greeted_at: Option<Timestamp>,
    /// Messages in a row that had nothing to do with the shop.
    pub off_topic: u32,
    /// Turns in a row that brought nothing forward.
    pub stuck: u32,
    /// Whether one more thing was offered after this order.
    pub upsold: bool,
}

/// What is known, for whoever looks into a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Slots<'a> {
    /// Heights of the children, in centimetres.
    pub heights: &'a [Height],
    /// What is looked for.
    pub search: &'a Search,
    /// Garments under discussion.
    pub choices: &'a [Choice],
    /// Who buys.
    pub customer: &'a Customer,
    /// How it is paid.
    pub payment: &'a Payment,
    /// Since when and why a human has the conversation.
    pub hand_over: Option<&'a HandOver>,
}

impl<'a> Slots<'a> {
    pub(super) const fn of(facts: &'a Facts) -> Self {
        Self {
            heights: facts.heights.as_slice(),
            search: &facts.search,
            choices: facts.choices.as_slice(),
            customer: &facts.customer,
            payment: &facts.payment,
            hand_over: facts.hand_over.as_ref(),
        }
    }
}
