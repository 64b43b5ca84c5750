//! Lambda behind the inbound queue: a session's turn, committed once, and its delivery.

mod batch;
mod figures;
pub mod shop_settings;
mod start;

pub use mirt_llm::{MODEL, OPENAI_API, OpenAi};
pub use start::{
    MANYCHAT_API, NEEDED_OF_SECRET, TELEGRAM_API, bursts, check_secret, main, manychat_options,
    openai,
};
