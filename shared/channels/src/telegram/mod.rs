//! Our own Telegram bot.

mod digest;
mod managers;
mod parse;
mod raw;
mod send;
mod webhook;

pub use managers::ManagersChat;
pub use parse::{Update, parse};
pub use send::Sender;
pub use webhook::{WebhookError, WebhookInfo};
