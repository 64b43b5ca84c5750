//! All that is kept of a conversation between two turns.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub mod cart;
pub mod customer;
pub mod facts;

use cart::CartLine;
use facts::{Facts, Flags, Slots};

use crate::{
    decide::FollowUps,
    memory::{Fact, Profile, Summary},
    model::{KnownPhoto, MicroUsd, Sight},
    money::Money,
    order::OrderId,
    photo::Mark,
    state::{Phase, State},
    tally::Counted,
    turn::Message,
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
    /// What was learned of the customer since the last summary.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Fact>,
    /// The customer's last message that a summary covers, by its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    summed_up: Option<Timestamp>,
    /// How often the customer was written to since they last wrote.
    follow_ups: FollowUps,
    /// What was counted of the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    counted: Option<Counted>,
    /// Whether the customer came back upon a follow-up, and has bought nothing since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    has_come_back: bool,
    /// What the customer wrote when they were asked whether a manager is to be called: who comes upon
    /// a yes has to read it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked_over: Vec<Message>,
    /// What outlives the conversation. Kept in a record of its own, which comes with the checkpoint.
    #[serde(skip)]
    profile: Arc<Profile>,
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

    /// What was learned of the customer since the last summary.
    #[must_use]
    pub fn notes(&self) -> &[Fact] {
        &self.notes
    }

    /// What is known of the customer from before.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The session with what is known of its customer from before.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = Arc::new(profile);
        self
    }

    /// The follow-ups since the customer last wrote.
    #[must_use]
    pub const fn follow_ups(&self) -> FollowUps {
        self.follow_ups
    }

    /// The follow-ups, to be changed by a turn.
    pub(crate) const fn follow_ups_mut(&mut self) -> &mut FollowUps {
        &mut self.follow_ups
    }

    /// What was counted of the conversation.
    pub(crate) const fn counted(&self) -> Option<Counted> {
        self.counted
    }

    /// Notes what was counted of the conversation.
    pub(crate) const fn count(&mut self, counted: Option<Counted>) {
        self.counted = counted;
    }

    /// Whether the customer came back upon a follow-up, and has bought nothing since.
    pub(crate) const fn has_come_back(&self) -> bool {
        self.has_come_back
    }

    /// Notes that the customer came back upon a follow-up, or has bought something since.
    pub(crate) const fn came_back(&mut self, has: bool) {
        self.has_come_back = has;
    }

    /// Whether a summary covers all that the customer wrote.
    #[must_use]
    pub fn is_summed_up(&self) -> bool {
        self.heard_at <= self.summed_up
    }

    /// Whether an order is begun and not done: silence does not end that.
    pub(crate) fn is_ordering(&self) -> bool {
        !self.facts.cart.is_empty() && !self.facts.payment.is_approved
    }

    /// Changes the notes.
    pub(crate) fn take_note(&mut self, change: impl FnOnce(&mut Vec<Fact>)) {
        change(&mut self.notes);
    }

    /// The session of a customer whose last message came at `at`: time counts from there, and not
    /// from the turn that answered it.
    #[must_use]
    pub fn written_at(mut self, at: Timestamp) -> Self {
        self.heard_at = self.heard_at.map(|heard| heard.min(at));
        self
    }

    /// Takes the conversation into the profile, with a summary and with facts beside the notes.
    pub(crate) fn remember(
        &mut self,
        text: String,
        by_model: bool,
        facts: Vec<Fact>,
        now: Timestamp,
    ) {
        let mut profile = self.profile().clone();
        profile.learn(std::mem::take(&mut self.notes).into_iter().chain(facts));
        if !text.is_empty() {
            profile.summary = Some(Summary { text, at: now, turn: self.turns, by_model });
        }
        self.profile = Arc::new(profile);
        self.summed_up = self.heard_at;
    }

    /// Forgets what the conversation was about: the next begins anew. Who buys, the orders
    /// that were confirmed, and that no follow-ups are wanted, stay.
    pub(crate) fn begin_anew(&mut self) {
        let customer = std::mem::take(&mut self.facts.customer);
        let flags = Flags {
            opted_out: self.facts.flags.opted_out,
            greeted_at: self.facts.flags.greeted_at,
            data_of_earlier_order: customer.is_complete(),
            ..Flags::default()
        };
        let placed = std::mem::take(&mut self.facts.placed);
        self.facts = Facts { customer, flags, placed, ..Facts::default() };
    }

    /// What the customer wrote when they were asked whether a manager is to be called; empty where the
    /// last turn did not ask.
    #[must_use]
    pub fn asked_over(&self) -> &[Message] {
        &self.asked_over
    }

    /// The customer wrote.
    pub(crate) fn hear(&mut self, messages: &[Message], now: Timestamp) {
        self.asked_over = messages.to_vec();
        self.heard_at = Some(now);
        self.follow_ups = FollowUps::default();
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
        if !self.facts.flags.offered_manager {
            self.asked_over = Vec::new();
        }
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
