//! The ceiling on model calls, over all instances together: a flood, or a loop that nobody meant,
//! costs no more than this.

use std::future::Future;

use jiff::Timestamp;

use crate::failure::PortError;

/// How many model calls all instances make in a minute of the clock, unless a setting says
/// otherwise: ten a second, far more than a shop's customers need on a busy day.
pub const MOST_PER_MINUTE: u32 = 600;

/// How many calls an instance takes at once: about as many as it makes in a busy minute, so that
/// counting costs a tenth of a call of the store each. What it does not make of them is lost with
/// the minute.
pub const TAKEN_AT_ONCE: u32 = 10;

/// Counts model calls.
pub trait TakeModelCalls: Send + Sync {
    /// Takes `count` calls out of this minute's, of which there are `most`. Tells whether there were
    /// as many.
    ///
    /// # Errors
    /// When the store did not answer. Nobody knows then how many calls there were: none is made.
    fn take_model_calls(
        &self,
        now: Timestamp,
        count: u32,
        most: u32,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// What one instance has taken and not yet made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    minute: i64,
    left: u32,
}

impl Taken {
    /// Makes one of them, if there is one for this minute.
    pub(crate) fn make_one(&mut self, now: Timestamp) -> bool {
        let is_there = self.minute == minute_of(now) && self.left > 0;
        self.left -= u32::from(is_there);
        is_there
    }

    /// Adds what was taken, without the one that is made at once.
    pub(crate) fn add(&mut self, taken_at: Timestamp) {
        let minute = minute_of(taken_at);
        let left = if self.minute == minute { self.left } else { 0 };
        *self = Self { minute, left: left + TAKEN_AT_ONCE - 1 };
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_made_within_its_minute_and_no_more_of_it() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let mut taken = Taken::default();

        assert!(!taken.make_one(at(0)), "nothing was taken");
        taken.add(at(0));
        let made = (0..20).filter(|_| taken.make_one(at(59))).count();
        taken.add(at(59));

        assert_eq!(made, 9, "the tenth was made when they were taken");
        assert!(!taken.make_one(at(60)), "another minute");
    }
}
