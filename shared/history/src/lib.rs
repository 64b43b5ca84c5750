//! Telegram history: what a day of a chat is, how it is planned, fetched, kept, announced and
//! summarised. Independent of the sale; network and storage come in through ports.

pub mod chat;
pub mod command;
pub mod day;
pub mod digest;
pub mod document;
pub mod event;
pub mod fetch;
pub mod message;
pub mod page;
pub mod plan;
pub mod preprocess;
pub mod record;
pub mod sides;
pub mod source;
pub mod store;
