//! The places of a conversation, and what a customer can want.

use serde::{Deserialize, Serialize};

/// What the conversation is about. Names are those of the specification and of the evaluation sets.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum State {
    /// First contact or a new beginning.
    #[default]
    #[serde(rename = "STATE_0_INIT")]
    Init,
    /// Finding out what the customer looks for.
    #[serde(rename = "STATE_1_DISCOVERY")]
    Discovery,
    /// A photo is being looked at.
    #[serde(rename = "STATE_2_VISION")]
    Vision,
    /// The garment is known; size and colour are chosen.
    #[serde(rename = "STATE_3_SIZE_COLOR")]
    SizeColor,
    /// A concrete offer with its price is on the table.
    #[serde(rename = "STATE_4_OFFER")]
    Offer,
    /// Delivery data, payment method, requisites, proof.
    #[serde(rename = "STATE_5_PAYMENT_DELIVERY")]
    PaymentDelivery,
    /// One more thing is offered, once.
    #[serde(rename = "STATE_6_UPSELL")]
    Upsell,
    /// Farewell.
    #[serde(rename = "STATE_7_END")]
    End,
    /// A human is needed.
    #[serde(rename = "STATE_8_COMPLAINT")]
    Complaint,
    /// Not about children's clothes.
    #[serde(rename = "STATE_9_OOD")]
    OutOfDomain,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 10] = [
        Self::Init,
        Self::Discovery,
        Self::Vision,
        Self::SizeColor,
        Self::Offer,
        Self::PaymentDelivery,
        Self::Upsell,
        Self::End,
        Self::Complaint,
        Self::OutOfDomain,
    ];

    /// The phase in which the state is entered when nothing else is known.
    #[must_use]
    pub const fn first_phase(self) -> Phase {
        match self {
            Self::Init => Phase::Init,
            Self::Discovery => Phase::Discovery,
            Self::Vision => Phase::VisionDone,
            Self::SizeColor => Phase::WaitingForSize,
            Self::Offer => Phase::OfferMade,
            Self::PaymentDelivery => Phase::WaitingForDeliveryData,
            Self::Upsell => Phase::UpsellOffered,
            Self::End => Phase::Completed,
            Self::Complaint => Phase::Complaint,
            Self::OutOfDomain => Phase::OutOfDomain,
        }
    }
}

/// What the assistant is waiting for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Phase {
    /// Nothing is known yet.
    #[default]
    Init,
    /// What the customer looks for.
    Discovery,
    /// A photo was looked at; which garment it is has to be cleared up.
    VisionDone,
    /// The garment is known, the height or size is awaited.
    WaitingForSize,
    /// The garment and size are known, the colour is awaited.
    WaitingForColor,
    /// All is known for an offer.
    SizeColorDone,
    /// "I take it" is awaited.
    OfferMade,
    /// Name, phone, city and branch are awaited.
    WaitingForDeliveryData,
    /// Full payment or prepayment.
    WaitingForPaymentMethod,
    /// The receipt is awaited.
    WaitingForPaymentProof,
    /// A receipt is in; a manager checks it (decision 7).
    AwaitingConfirmation,
    /// The answer to the one more thing is awaited.
    UpsellOffered,
    /// Done.
    Completed,
    /// Handed to a human because of a complaint.
    Complaint,
    /// Off the topic.
    OutOfDomain,
    /// Handed to a human; the assistant is silent (decision 8).
    Escalated,
}

/// What a customer's message is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Intent {
    /// A greeting and nothing else.
    GreetingOnly,
    /// A search or a question about garments.
    DiscoveryOrQuestion,
    /// A photo of a garment.
    PhotoIdent,
    /// Which size fits.
    SizeHelp,
    /// Which colours there are.
    ColorHelp,
    /// A decision to buy, or payment and delivery of it.
    PaymentDelivery,
    /// Dissatisfaction, or a call for a human.
    Complaint,
    /// Thanks, farewell, small talk, a refusal.
    ThankyouSmalltalk,
    /// Not about children's clothes.
    OutOfDomain,
    /// Nothing readable.
    #[default]
    UnknownOrEmpty,
}
