//! Telegram's history, fetched from a server that a test scripts, kept in the table of the
//! template: everything but the function's shell and the cloud.
#![expect(clippy::unwrap_used, reason = "a test whose surroundings fail must fail")]

mod cost;
mod digest;
mod document;
mod events;
mod faults;
mod foreign;
mod migration;
mod modes;
mod resume;
mod stage;
