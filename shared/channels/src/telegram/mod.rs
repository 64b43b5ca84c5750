//! Our own Telegram bot.

mod digest;
mod files;
mod managers;
mod parse;
mod raw;
mod send;
mod webhook;

/// Where the Bot API is unless a setting says otherwise.
pub const BOT_API: &str = "https://api.telegram.org";

pub use files::{FileKind, kind_of};
pub use managers::ManagersChat;
pub use parse::{Update, parse};
pub use send::Sender;
pub use webhook::{WebhookError, WebhookInfo};
