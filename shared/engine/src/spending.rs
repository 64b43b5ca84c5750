//! What the model costs, a day at a time, over all conversations.

use jiff::Timestamp;
use serde::Serialize;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// The day of a moment: days since 1970, in UTC.
#[must_use]
pub fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(SECONDS_A_DAY)
}

/// What a day came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spending {
    /// Turns in which the model was asked.
    pub turns: u64,
    /// Requests, repetitions included.
    pub requests: u64,
    /// Tokens in.
    pub input_tokens: u64,
    /// Those of them that were in the provider's cache.
    pub cached_tokens: u64,
    /// Tokens out.
    pub output_tokens: u64,
    /// Millionths of a US dollar.
    pub micro_usd: u64,
    /// Tokens in and out whose price is not known, and which the sum lacks.
    pub unpriced_tokens: u64,
}
