//! The transition function as data: from which states which event leads where.

use crate::state::{Phase, State};

/// What a turn amounts to, once what was said is held against what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A human has the conversation: nothing is said.
    Silent,
    /// The customer wants to begin anew.
    Restarted,
    /// A human is needed.
    Escalated,
    /// Nothing to do with the shop.
    WentOffTopic,
    /// A photo of a garment that nobody has looked at.
    SentPhoto,
    /// A photo that may be a receipt or a garment.
    SentUnclearPhoto,
    /// Garments were looked for, none is chosen.
    Searched,
    /// A garment is chosen, its size is not known.
    ChoseGarment,
    /// A size or height was asked about or told before a garment.
    ToldSize,
    /// A colour was asked about or told before a garment.
    ToldColor,
    /// A garment and its size are known, its colour is not.
    ChoseSize,
    /// All is known for an offer.
    ChoseAll,
    /// The offer is taken, or the order goes on; delivery data are missing.
    Ordered,
    /// All delivery data are known, the way of paying is not.
    GaveAddress,
    /// All is known to pay; the receipt is awaited.
    ChosePayment,
    /// A receipt is in.
    GaveProof,
    /// A manager found the money, and one more thing is offered.
    ApprovedAndUpsold,
    /// A manager found the money.
    Approved,
    /// A manager did not find the money.
    Rejected,
    /// The order or the offer is not wanted.
    Declined,
    /// Thanks, a farewell, small talk.
    TookLeave,
    /// A question about the shop, answered without going anywhere.
    AskedPolicy,
    /// A greeting and nothing else.
    Greeted,
    /// Nothing that could be read.
    Unread,
    /// A manager gave the conversation back.
    HandedBack,
    /// The customer has been silent for days: the conversation is over.
    FellSilent,
    /// A silent customer is written to.
    FollowedUp,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 27] = [
        Self::Silent,
        Self::Restarted,
        Self::Escalated,
        Self::WentOffTopic,
        Self::SentPhoto,
        Self::SentUnclearPhoto,
        Self::Searched,
        Self::ChoseGarment,
        Self::ToldSize,
        Self::ToldColor,
        Self::ChoseSize,
        Self::ChoseAll,
        Self::Ordered,
        Self::GaveAddress,
        Self::ChosePayment,
        Self::GaveProof,
        Self::ApprovedAndUpsold,
        Self::Approved,
        Self::Rejected,
        Self::Declined,
        Self::TookLeave,
        Self::AskedPolicy,
        Self::Greeted,
        Self::Unread,
        Self::HandedBack,
        Self::FellSilent,
        Self::FollowedUp,
    ];
}

/// Where an edge leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Nowhere.
    Stay,
    /// To a place.
    Place(State, Phase),
}

/// One row of the transition function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Its name in traces.
    pub name: &'static str,
    /// The states that it leaves; empty stands for every state.
    pub from: &'static [State],
    /// What happened.
    pub on: Event,
    /// Where it leads.
    pub to: To,
}

impl Edge {
    fn leaves(&self, state: State) -> bool {
        self.from.is_empty() || self.from.contains(&state)
    }
}

const ANY: &[State] = &[];

const fn edge(name: &'static str, from: &'static [State], on: Event, to: To) -> Edge {
    Edge { name, from, on, to }
}

const fn at(state: State, phase: Phase) -> To {
    To::Place(state, phase)
}

/// Every edge. The first that fits is taken; the rows from any state make it total.
pub const EDGES: &[Edge] = &[
    edge("silence", ANY, Event::Silent, To::Stay),
    edge("restart", ANY, Event::Restarted, at(State::Init, Phase::Init)),
    edge("escalate", ANY, Event::Escalated, at(State::Complaint, Phase::Escalated)),
    edge("off_topic", ANY, Event::WentOffTopic, at(State::OutOfDomain, Phase::OutOfDomain)),
    edge("photo", ANY, Event::SentPhoto, at(State::Vision, Phase::VisionDone)),
    edge("unclear_photo", ANY, Event::SentUnclearPhoto, To::Stay),
    edge("search_while_paying", &[State::PaymentDelivery], Event::Searched, To::Stay),
    edge("search", ANY, Event::Searched, at(State::Discovery, Phase::Discovery)),
    edge("garment", ANY, Event::ChoseGarment, at(State::SizeColor, Phase::WaitingForSize)),
    edge(
        "size_without_garment",
        &[State::Offer, State::PaymentDelivery],
        Event::ToldSize,
        To::Stay,
    ),
    edge(
        "color_without_garment",
        &[State::Offer, State::PaymentDelivery],
        Event::ToldColor,
        To::Stay,
    ),
    edge("size_first", ANY, Event::ToldSize, at(State::SizeColor, Phase::WaitingForSize)),
    edge("color_first", ANY, Event::ToldColor, at(State::SizeColor, Phase::WaitingForColor)),
    edge("size", ANY, Event::ChoseSize, at(State::SizeColor, Phase::WaitingForColor)),
    edge("offer", ANY, Event::ChoseAll, at(State::Offer, Phase::OfferMade)),
    edge("order", ANY, Event::Ordered, at(State::PaymentDelivery, Phase::WaitingForDeliveryData)),
    edge(
        "address",
        ANY,
        Event::GaveAddress,
        at(State::PaymentDelivery, Phase::WaitingForPaymentMethod),
    ),
    edge(
        "requisites",
        ANY,
        Event::ChosePayment,
        at(State::PaymentDelivery, Phase::WaitingForPaymentProof),
    ),
    edge("proof", ANY, Event::GaveProof, at(State::PaymentDelivery, Phase::AwaitingConfirmation)),
    edge("upsell", ANY, Event::ApprovedAndUpsold, at(State::Upsell, Phase::UpsellOffered)),
    edge("approval", ANY, Event::Approved, at(State::End, Phase::Completed)),
    edge(
        "rejection",
        ANY,
        Event::Rejected,
        at(State::PaymentDelivery, Phase::WaitingForPaymentProof),
    ),
    edge("decline", ANY, Event::Declined, at(State::End, Phase::Completed)),
    edge("leave", ANY, Event::TookLeave, at(State::End, Phase::Completed)),
    edge(
        "question_first",
        &[State::Init, State::OutOfDomain],
        Event::AskedPolicy,
        at(State::Discovery, Phase::Discovery),
    ),
    edge("question", ANY, Event::AskedPolicy, To::Stay),
    edge(
        "greeting",
        &[State::Init, State::Discovery, State::OutOfDomain, State::Complaint],
        Event::Greeted,
        at(State::Discovery, Phase::Discovery),
    ),
    edge("greeting_anew", &[State::End], Event::Greeted, at(State::Init, Phase::Init)),
    edge("greeting_between", ANY, Event::Greeted, To::Stay),
    edge("unread_first", &[State::Init], Event::Unread, at(State::Discovery, Phase::Discovery)),
    edge("unread", ANY, Event::Unread, To::Stay),
    edge(
        "handed_back_nowhere",
        &[State::Complaint],
        Event::HandedBack,
        at(State::Discovery, Phase::Discovery),
    ),
    edge("handed_back", ANY, Event::HandedBack, To::Stay),
    edge("follow_up", ANY, Event::FollowedUp, To::Stay),
    edge("silence_of_days", ANY, Event::FellSilent, at(State::Init, Phase::Init)),
];

/// The edge that an event takes from a state, and where it ends.
#[must_use]
pub fn follow(state: State, phase: Phase, on: Event) -> (&'static Edge, State, Phase) {
    const NOWHERE: Edge = edge("nowhere", ANY, Event::Unread, To::Stay);
    let edge = EDGES.iter().find(|edge| edge.on == on && edge.leaves(state)).unwrap_or(&NOWHERE);
    match edge.to {
        To::Stay => (edge, state, phase),
        To::Place(state, phase) => (edge, state, phase),
    }
}

#[cfg(test)]
mod tests {
    use super::{EDGES, Event, follow};
    use crate::state::State;

    #[test]
    fn every_event_has_an_edge_from_every_state() {
        for state in State::ALL {
            for event in Event::ALL {
                let (edge, ..) = follow(state, state.first_phase(), event);
                assert_ne!(edge.name, "nowhere", "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn no_two_edges_share_a_name() {
        for (at, edge) in EDGES.iter().enumerate() {
            assert!(EDGES[at + 1..].iter().all(|other| other.name != edge.name), "{}", edge.name);
        }
    }
}
