//! The sale itself: states, rules of language, catalogue, sizes, money, replies.
//!
//! Pure and synchronous: no clock, no randomness, no I/O. What a turn needs comes in as an
//! argument, what it decided goes out as a value, so any turn can be replayed from its trace.

pub mod attachment;
pub mod card;
pub mod catalog;
pub mod channel;
pub mod check;
pub mod content;
pub mod decide;
pub mod diagnostic;
pub mod hours;
pub mod hygiene;
pub mod language;
pub mod marks;
pub mod memory;
pub mod model;
pub mod money;
pub mod nickname;
pub mod order;
pub mod perceive;
pub mod photo;
pub mod prompts;
pub mod reply;
pub mod session;
pub mod session_id;
pub mod shop;
pub mod size;
pub mod state;
pub mod stock;
pub mod tally;
pub mod turn;
mod version;
pub mod word;

#[cfg(test)]
mod conversation_tests;
#[cfg(test)]
mod defect_tests;
#[cfg(test)]
mod testing;
