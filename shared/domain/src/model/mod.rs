//! The model's part of a turn: it reads the customer and words the reply, and decides nothing.
//!
//! Pure: what the model is asked is a value that goes out, what it answered is a value that comes
//! in. Whoever makes the call is none of this crate's business.

mod consult;
mod echo;
mod merge;
mod past;
mod question;
mod reading;
mod sight;
#[cfg(test)]
mod tests;
mod usage;
mod wording;

pub(crate) use consult::kept;
pub use consult::{Consultation, ModelTrace, Step};
pub use echo::echo;
pub use merge::{Claim, SURE, Verdict};
pub use past::{MOST_TURNS, PastTurn};
pub(crate) use past::{numbered_transcripts, private};
pub use question::{Question, Reference};
pub use sight::{KnownPhoto, Sight};
pub use usage::{MicroUsd, Usage};
pub(crate) use wording::may_word;

use crate::turn::TurnInput;

/// The burst as one text.
fn text_of(input: &TurnInput) -> String {
    let texts: Vec<&str> =
        input.messages.iter().filter_map(|message| message.text.as_deref()).collect();
    texts.join("\n")
}
