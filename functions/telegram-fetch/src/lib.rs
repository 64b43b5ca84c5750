//! Lambda on a queue and on a schedule: fetches the history of chats, day by day.
//!
//! The schedule sends a command for each chat of its list; a command is done as far as the time
//! allows, and handed on to the next process.

mod commands;
mod digests;
mod metrics;
mod settings;
mod start;

pub use digests::digest_words;
pub use settings::{OWN, check};
pub use start::main;
