//! What is remembered of a customer beyond one conversation.
//!
//! Each turn notes what it learned in the checkpoint. Once the customer has been silent for days, the
//! notes go into the profile with a summary, and the next conversation begins with that.

mod digest;
mod fact;
mod notes;
mod profile;
mod summing;
#[cfg(test)]
mod tests;

pub(crate) use digest::digest;
pub use fact::{Fact, Known};
pub(crate) use notes::note;
pub use profile::{Past, Profile, Summary};
pub use summing::{MOST_SUMMED, SummaryStep, SummedTurn, Summing};
