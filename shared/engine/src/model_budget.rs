//! The ceiling on model calls, over all instances together: a flood, or a loop that nobody meant,
//! costs no more than this.

use std::future::Future;

use jiff::Timestamp;

use crate::failure::PortError;

/// Whether a model call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// It is counted, and may be made.
    Granted,
    /// There were too many in this minute of the clock: the turn is taken without the model.
    Exhausted,
}

/// Counts model calls.
pub trait TakeModelCall: Send + Sync {
    /// Takes one call out of this minute's, of which there are `most`.
    ///
    /// # Errors
    /// When the store did not answer. Nobody knows then how many calls there were: none is made.
    fn take_model_call(
        &self,
        now: Timestamp,
        most: u32,
    ) -> impl Future<Output = Result<Allowance, PortError>> + Send;
}
