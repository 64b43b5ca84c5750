//! ManyChat: Instagram, Facebook, WhatsApp and its Telegram bots.

mod parse;
mod photo_links;
mod send;

pub use parse::parse;
pub use send::Sender;
