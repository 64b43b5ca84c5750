//! Sitniks: orders made and found there, and what it tells of them.
//!
//! Source of paths and fields: specification of integrations, sections 1.7, 5.6 and 5.7. Its authors saw
//! no documentation of the CRM's, so answers are read with some tolerance, and nothing that cannot be
//! read is taken for a yes.

mod chats;
mod http;
mod orders;
mod payload;
mod status;
pub mod webhook;

pub use chats::{Assignees, Chats};
pub use orders::Sitniks;
