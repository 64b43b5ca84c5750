//! All that is kept of a conversation between two turns.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub mod cart;
pub mod customer;
pub mod facts;

use cart::CartLine;
use facts::{Facts, Slots};

use crate::{
    model::{KnownPhoto, MicroUsd, Sight},
    money::Money,
    order::OrderId,
    photo::Mark,
    state::{Phase, State},
};

/// A conversation's checkpoint. Stored, so every field has a default: an older record is read as
/// if what it does not know had not been said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    state: State,
    phase: Phase,
    /// How many turns were taken; also the seed of the wording, so that a replay says the same.
    turns: u32,
    /// When the customer last wrote.
    heard_at: Option<Timestamp>,
    facts: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    spending: Option<Spending>,
    /// The photos that were looked at last, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    photos: Vec<KnownPhoto>,
    /// What an order is called that the next turn begins. Comes from outside, like the time,
    /// and is kept with what was before a turn, so that a replay gives the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_order: Option<OrderId>,
}

/// How many photos a conversation remembers.
const KNOWN_PHOTOS: usize = 8;

/// What the model cost on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Spending {
    /// Days since 1970, in UTC.
    day: i64,
    cost: MicroUsd,
}

impl Spending {
    fn day_of(at: Timestamp) -> i64 {
        at.as_second().div_euclid(24 * 60 * 60)
    }
}

impl Session {
    /// A conversation that stands at `state`, with nothing known: how an evaluation case begins.
    #[must_use]
    pub fn at(state: State) -> Self {
        Self { state, phase: state.first_phase(), ..Self::default() }
    }

    /// What the conversation is about.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What is awaited.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// How many turns were taken.
    #[must_use]
    pub const fn turns(&self) -> u32 {
        self.turns
    }

    /// When the customer last wrote; `None` where they never did.
    #[must_use]
    pub const fn heard_at(&self) -> Option<Timestamp> {
        self.heard_at
    }

    /// What was said so far, each thing once.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The lines of the cart.
    #[must_use]
    pub fn cart_lines(&self) -> &[CartLine] {
        self.facts.cart.lines()
    }

    /// The cart's total, without the carrier's fees.
    #[must_use]
    pub fn cart_total(&self) -> Money {
        self.facts.cart.total()
    }

    /// What is known, in a shape to be looked at: it holds personal data, so never for logs.
    #[must_use]
    pub fn slots(&self) -> Slots<'_> {
        Slots::of(&self.facts)
    }

    /// Whether a human has the conversation and the assistant is silent (decision 8).
    #[must_use]
    pub const fn is_handed_over(&self) -> bool {
        self.facts.hand_over.is_some()
    }

    /// Where the conversation is taken up: off the topic, an order that was begun goes on.
    #[must_use]
    pub fn resumed(&self) -> Self {
        let mut session = self.clone();
        if self.state == State::OutOfDomain && !self.facts.cart.is_empty() {
            session.state = State::PaymentDelivery;
            session.phase = self.facts.sale_phase();
        }
        session
    }

    /// The customer wrote.
    pub(crate) const fn hear(&mut self, now: Timestamp) {
        self.heard_at = Some(now);
    }

    /// What the model cost for this conversation on the day of `now`, in UTC; tokens of a model without
    /// a price count as dear ones.
    #[must_use]
    pub fn spent_on(&self, now: Timestamp) -> MicroUsd {
        let today = self.spending.filter(|spending| spending.day == Spending::day_of(now));
        today.map_or_else(MicroUsd::default, |spending| spending.cost)
    }

    /// What a photo shows, if it was looked at before.
    #[must_use]
    pub fn sight_of(&self, mark: &Mark) -> Option<&Sight> {
        self.photos.iter().rev().find(|known| known.mark.is_same(mark)).map(|known| &known.sight)
    }

    /// Remembers what photos show.
    pub(crate) fn saw(mut self, photos: impl IntoIterator<Item = KnownPhoto>) -> Self {
        for photo in photos {
            self.photos.retain(|known| !known.mark.is_same(&photo.mark));
            self.photos.push(photo);
        }
        self.photos.drain(..self.photos.len().saturating_sub(KNOWN_PHOTOS));
        self
    }

    /// Notes what the model cost.
    pub(crate) fn spent(mut self, cost: MicroUsd, now: Timestamp) -> Self {
        if cost > MicroUsd::default() {
            let cost = self.spent_on(now).plus(cost);
            self.spending = Some(Spending { day: Spending::day_of(now), cost });
        }
        self
    }

    /// Stands again where it stood before a human took over.
    pub(crate) fn put_back(mut self, state: State, phase: Phase) -> Self {
        self.state = state;
        self.phase = phase;
        self
    }

    /// Says what an order is called that the next turn begins.
    #[must_use]
    pub fn ordering_as(mut self, id: OrderId) -> Self {
        self.next_order = Some(id);
        self
    }

    /// The order that the cart is; begins one where there is none.
    pub(crate) fn order(&mut self) -> OrderId {
        // An evaluation says nothing, and has one order at a time.
        let next = self.next_order.unwrap_or_else(|| OrderId::new(u64::from(self.turns) + 1));
        *self.facts.order.get_or_insert(next)
    }

    /// Moves on after a turn.
    pub(crate) fn moved_to(mut self, state: State, phase: Phase) -> Self {
        self.next_order = None;
        self.state = state;
        self.phase = phase;
        self.turns = self.turns.saturating_add(1);
        self
    }

    /// The facts, to be changed by a turn.
    pub(crate) const fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }
}
