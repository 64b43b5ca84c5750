//! Our own Telegram bot.

mod parse;
mod raw;
mod send;

pub use parse::{Update, parse};
pub use send::Sender;
