//! Lambda behind the inbound queue: a session's turn, committed once, and its delivery.

mod batch;
mod start;

pub use start::{MANYCHAT_API, TELEGRAM_API, bursts, main, manychat_options};
