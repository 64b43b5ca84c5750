//! The one record of what was said: nothing in it is kept twice.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{cart::Cart, customer::Customer};
use crate::{
    catalog::{CategoryKey, ColorKey, FeatureKey, Order, ProductId},
    decide::Manager,
    order::{OrderId, OrderState, PlacedOrder},
    size::{Height, Size},
    state::{Phase, State},
};

/// Everything known in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The heights of the children, in the order in which they were told; usually one.
    pub heights: Vec<Height>,
    /// The age in years that was told last: a customer who does not know the height is not asked
    /// for it twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
    /// What the customer looks for, where no garment is chosen yet.
    pub search: Search,
    /// The garments under discussion; usually one, two for two children.
    pub choices: Vec<Choice>,
    /// The garments that were being chosen when a search for others began: named again, they are as
    /// they were.
    pub left: Vec<Choice>,
    /// What the last turn showed, in its order: "the second one" points into it.
    pub shown: Vec<ProductId>,
    /// The two garments that were named last, the newest last: "how do they differ?" means them.
    pub recent: Vec<ProductId>,
    /// The answers that the last turn offered to tap: a number alone names one of them. Empty where
    /// a list of garments was shown, whose numbers mean the garments.
    pub options: Vec<String>,
    /// The photos of colours of which there are more than were shown.
    pub gallery: Option<Gallery>,
    /// What is taken.
    pub cart: Cart,
    /// Who buys.
    pub customer: Customer,
    /// How it is paid.
    pub payment: Payment,
    /// The order that the cart is, from its first line until the next one begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The orders that were confirmed last, the newest at the end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub placed: Vec<PlacedOrder>,
    /// When a human took over; `None` while the assistant answers.
    pub hand_over: Option<HandOver>,
    /// What was done once and is not to be done again soon.
    pub flags: Flags,
}

/// Photos of a garment's colours that are shown a page at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gallery {
    /// The garment.
    pub product_id: ProductId,
    /// How many colours were shown.
    pub seen: usize,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    /// A kind of garment.
    pub category: Option<CategoryKey>,
    /// A colour.
    pub color: Option<ColorKey>,
    /// Features, all of them.
    pub features: Vec<FeatureKey>,
    /// A size by its name, where no height was told.
    pub size: Option<Size>,
    /// The cheapest first, or the dearest.
    pub order: Order,
    /// How many of the found garments were shown already.
    pub seen: usize,
}

/// A garment that is being chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The garment.
    pub product_id: ProductId,
    /// Its size, once known; always one that it comes in.
    pub size: Option<Size>,
    /// Its colour, once known; always one that it comes in.
    pub color: Option<ColorKey>,
    /// The colour that was asked for and that the size lacks: it comes back with another size.
    #[serde(default)]
    pub wished_color: Option<ColorKey>,
    /// How many.
    pub quantity: u32,
}

impl Choice {
    /// A garment of which nothing else is known.
    #[must_use]
    pub const fn of(product_id: ProductId) -> Self {
        Self { product_id, size: None, color: None, wished_color: None, quantity: 1 }
    }

    /// Whether it can be offered with its price and bought.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.size.is_some() && self.color.is_some()
    }
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
    /// Whether a manager found the money (decision 7).
    pub is_approved: bool,
}

/// How far the money of an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paying {
    /// There is nothing to pay for, or nobody was told where to.
    NotAsked,
    /// The customer was told where to pay, and no receipt is in (decision 16).
    ReceiptAwaited,
    /// A receipt is in; a manager looks for the money (decision 7).
    BeingChecked,
    /// The money is there, and the order is the one that was placed last.
    Paid,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// When a human last did something, at first when one was called; counted for the time-out.
    pub at: Timestamp,
    /// Why.
    pub reason: EscalationReason,
    /// Where the conversation stood; it goes on from there.
    pub from: State,
    /// What was awaited there.
    pub awaited: Phase,
    /// Who has it; `None` until somebody takes over.
    #[serde(default)]
    pub by: Option<Manager>,
    /// Whether the customer has heard from a human.
    #[serde(default)]
    pub is_answered: bool,
    /// Whether the managers were reminded.
    #[serde(default)]
    pub is_reminded: bool,
}

impl HandOver {
    /// Whether a manager has the conversation.
    #[must_use]
    pub fn is_of(&self, manager: &Manager) -> bool {
        self.by.as_ref().is_some_and(|holder| holder.id == manager.id)
    }

    /// A human is called.
    #[must_use]
    pub const fn new(at: Timestamp, reason: EscalationReason, from: State, awaited: Phase) -> Self {
        Self { at, reason, from, awaited, by: None, is_answered: false, is_reminded: false }
    }
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
    /// Somebody may come to harm.
    Danger,
    /// A wholesale order.
    Wholesale,
    /// A return or an exchange that is really wanted.
    ReturnOrExchange,
    /// Where is my parcel, has my money arrived.
    OrderStatus,
    /// A question that the shop's policies leave to a human.
    Policy,
    /// Too many turns without progress.
    NoProgress,
    /// A photo of a garment that is not ours, or that cannot be made out.
    UnknownPhoto,
    /// An order that is paid for, or said to be, is to be another one, or none.
    OrderChanged,
    /// The step of payment is not set up.
    NoRequisites,
    /// A manager took over unasked.
    TakenOver,
    /// The assistant is paused.
    Paused,
}

/// How many orders a conversation remembers.
const PLACED_ORDERS: usize = 5;

impl EscalationReason {
    /// Every reason.
    pub const ALL: [Self; 14] = [
        Self::HumanAsked,
        Self::Complaint,
        Self::Insult,
        Self::Danger,
        Self::Wholesale,
        Self::ReturnOrExchange,
        Self::OrderStatus,
        Self::Policy,
        Self::NoProgress,
        Self::UnknownPhoto,
        Self::OrderChanged,
        Self::NoRequisites,
        Self::TakenOver,
        Self::Paused,
    ];
}

impl Facts {
    /// The order of the cart is confirmed.
    pub(crate) fn place(&mut self, id: OrderId) {
        self.placed.push(PlacedOrder { id, state: OrderState::Confirmed, tell_at: None });
        self.placed.drain(..self.placed.len().saturating_sub(PLACED_ORDERS));
    }

    /// How far the money has come, wherever the conversation stands.
    #[must_use]
    pub fn paying(&self) -> Paying {
        if self.cart.is_empty() {
            Paying::NotAsked
        } else if self.payment.is_approved {
            Paying::Paid
        } else if self.payment.proof {
            Paying::BeingChecked
        } else if self.payment.requisites_shown {
            Paying::ReceiptAwaited
        } else {
            Paying::NotAsked
        }
    }

    /// What the sale waits for, once something is in the cart.
    #[must_use]
    pub const fn sale_phase(&self) -> Phase {
        if self.payment.is_approved {
            Phase::Completed
        } else if self.payment.proof {
            Phase::AwaitingConfirmation
        } else if self.payment.requisites_shown {
            Phase::WaitingForPaymentProof
        } else if self.customer.is_complete() && !self.flags.asked_same_data {
            Phase::WaitingForPaymentMethod
        } else {
            Phase::WaitingForDeliveryData
        }
    }
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
    /// Photos in a row that could not be made out.
    pub unclear_photos: u32,
    /// The questions that were answered since something was brought forward, by their names: who
    /// asks one of them again is not helped by the answer.
    pub answered: Vec<String>,
    /// Whether one more thing was offered after this order.
    pub upsold: bool,
    /// Whether the delivery data are those of an earlier order, not yet agreed to for this one.
    pub data_of_earlier_order: bool,
    /// Whether the customer wants no follow-ups; replies are no follow-ups. Only an explicit wish
    /// takes it back.
    pub opted_out: bool,
    /// Whether the last turn asked if a manager is to be called.
    pub offered_manager: bool,
    /// Whether an old customer was asked if the known data still hold.
    pub asked_same_data: bool,
    /// The height of last time, if the last turn asked whether the child has grown since.
    pub asked_same_height: Option<Height>,
    /// Whether the height of last time was asked about in this conversation.
    pub recalled_height: bool,
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
    /// The order of the cart.
    pub order: Option<OrderId>,
    /// The orders that were placed.
    pub placed: &'a [PlacedOrder],
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
            order: facts.order,
            placed: facts.placed.as_slice(),
            hand_over: facts.hand_over.as_ref(),
        }
    }
}
