//! What is measured of a turn.

use std::time::Duration;

use mirt_domain::{channel::Channel, turn::TurnTrace};

/// What a turn measured, once its reply was sent or is due later. Holds nothing of what was said.
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
    /// How many calls of the channel its reply takes.
    pub deliveries: usize,
    /// Why it came out so.
    pub trace: &'a TurnTrace,
}

/// Measures.
pub trait Measure: std::fmt::Debug + Send + Sync {
    /// Takes a turn's figures.
    fn turn(&self, figures: &TurnFigures<'_>);
}

/// Nobody measures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmeasured;

impl Measure for Unmeasured {
    fn turn(&self, _: &TurnFigures<'_>) {}
}
