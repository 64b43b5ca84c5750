//! The use cases and the ports that they need.
//!
//! A port is one verb wide, so that a function can do only what it was given. Time and randomness
//! come in through ports as well: with the same ports a use case does the same thing again.

pub mod alarm;
pub mod alert;
pub mod answer;
pub mod batch;
pub mod breaker;
pub mod burst;
pub mod card;
pub mod clock;
pub mod consult;
pub mod crm_news;
pub mod day_report;
pub mod deliver;
pub mod eval;
pub mod event;
pub mod failure;
pub mod figures;
pub mod files;
pub mod guarded;
pub mod label_chat;
pub mod limit;
pub mod look_after_order;
pub mod model;
pub mod notice_board;
pub mod order_book;
pub mod photos;
mod portion;
pub mod receive;
pub mod session_store;
pub mod spending;
pub mod stopwatch;
mod sum_up;
pub mod sweep;
pub mod take_stock;
pub mod take_turn;
pub mod trace;
pub mod wake_up;
