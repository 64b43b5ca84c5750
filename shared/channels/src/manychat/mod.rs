//! ManyChat: Instagram, Facebook, WhatsApp and its Telegram bots.

mod block;
mod options;
mod parse;
mod photo_links;
mod send;

pub use options::{InvalidOption, Options, Taps};
pub use parse::parse;
pub use send::Sender;
