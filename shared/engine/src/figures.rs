//! What is measured. Nothing of it is about anybody: figures hold no words and no ids.

use std::time::Duration;

use mirt_domain::{channel::Channel, session::Session, turn::TurnTrace};

use crate::{
    session_store::{Cause, TurnRecord},
    stopwatch::Stretch,
    trace::Trace,
};

/// What a turn measured, once its reply was sent or is due later.
#[derive(Clone, Copy, Debug)]
pub struct TurnFigures<'a> {
    /// Where the customer writes.
    pub channel: Channel,
    /// From the customer's first message of the burst to the sent reply; nothing for a turn that no
    /// customer began.
    pub end_to_end: Option<Duration>,
    /// From the latest known message to the beginning of the work, the quiet window left out.
    pub queue_wait: Option<Duration>,
    /// The commit.
    pub commit: Duration,
    /// How often another instance had committed first.
    pub conflicts: u32,
    /// How often new input made it be taken again.
    pub restarts: u32,
    /// How long a hand-over had waited for a human, in a turn that answers it, reminds of it or ends
    /// it unanswered.
    pub hand_over_age: Option<Duration>,
    /// The request that it answers, where it is known.
    pub message: Option<&'a Trace>,
    /// What it did when, from the reading to the delivery.
    pub parts: &'a [Stretch],
    /// What was decided, and why.
    pub record: &'a TurnRecord,
}

impl TurnFigures<'_> {
    /// Why the turn came out so.
    #[must_use]
    pub const fn trace(&self) -> &TurnTrace {
        &self.record.trace
    }

    /// Whether the customer sent a photo: looking at it takes longer than reading.
    #[must_use]
    pub fn has_photos(&self) -> bool {
        self.record.cause.messages().iter().any(|message| !message.photos.is_empty())
    }
}

/// What is counted beside a turn's own figures: it may happen in a turn, before one or without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Calls that a channel took.
    Delivered,
    /// Replies that will never be sent.
    Undelivered,
    /// Calls that a channel refused for our key: a human has to mend it.
    ChannelBroken,
    /// The store did not do what it was asked.
    StoreFailed,
    /// A wake-up that has to come again.
    TurnFailed,
}

/// Measures the dialogue.
pub trait Measure: std::fmt::Debug + Send + Sync {
    /// Takes a turn's figures.
    fn turn(&self, figures: &TurnFigures<'_>);

    /// Counts something, `times` at once.
    fn count(&self, channel: Channel, what: Counted, times: usize);
}

/// Measures what becomes of orders.
pub trait MeasureOrders: std::fmt::Debug + Send + Sync {
    /// The CRM has an order.
    fn placed(&self);

    /// An order was given up: a human has it.
    fn failed(&self);
}

/// Nobody measures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmeasured;

impl Measure for Unmeasured {
    fn turn(&self, _: &TurnFigures<'_>) {}

    fn count(&self, _: Channel, _: Counted, _: usize) {}
}

impl MeasureOrders for Unmeasured {
    fn placed(&self) {}

    fn failed(&self) {}
}

/// How long the hand-over of `before` had waited for a human when `record` answered it, reminded of
/// it or ended it; `None` where there was none, or a human had it already.
pub(crate) fn hand_over_age(
    before: &Session,
    after: &Session,
    record: &TurnRecord,
) -> Option<Duration> {
    let waiting = before.facts().hand_over.as_ref();
    let waiting = waiting.filter(|it| it.by.is_none() && !it.is_answered)?;
    let now = after.facts().hand_over.as_ref();
    let is_answered = matches!(record.cause, Cause::Managed(_))
        && now.is_none_or(|it| it.by.is_some() || it.is_answered);
    let is_reminded = now.is_some_and(|it| it.is_reminded && !waiting.is_reminded);
    let is_ended = now.is_none() && record.cause == Cause::Due;
    (is_answered || is_reminded || is_ended).then(|| crate::clock::until(waiting.at, record.at))
}
