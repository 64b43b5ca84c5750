//! The model's part of a turn: it reads the customer and words the reply, and decides nothing.
//!
//! Pure: what the model is asked is a value that goes out, what it answered is a value that comes
//! in. Whoever makes the call is none of this crate's business.

mod usage;

pub use usage::{MicroUsd, Usage};
