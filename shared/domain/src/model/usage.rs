//! What the model's work costs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of money in millionths of a US dollar: prices of single calls are far below a cent.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct MicroUsd(pub u64);

impl MicroUsd {
    /// The sum, held at the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// What calls of a model used, failed ones included: those are paid for as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// The model, as its provider names it; empty when none answered.
    pub model: String,
    /// How many requests were made, repetitions included.
    pub requests: u32,
    /// Tokens in, those from the provider's cache included.
    pub input_tokens: u64,
    /// Tokens in that the provider had in its cache.
    pub cached_tokens: u64,
    /// Tokens out, thinking included.
    pub output_tokens: u64,
    /// What it costs; without the tokens below.
    pub cost: MicroUsd,
    /// Tokens in and out of a model that has no price: what they cost is not known.
    pub unpriced_tokens: u64,
    /// How long it took, in milliseconds, waits between repetitions included.
    pub ms: u64,
}

/// What a token without a price counts for under a ceiling: as much as a dear one. The ceiling is then
/// one of tokens.
const ASSUMED_A_TOKEN: MicroUsd = MicroUsd(10);

impl Usage {
    /// What it counts for under a ceiling.
    #[must_use]
    pub const fn weight(&self) -> MicroUsd {
        self.cost.plus(MicroUsd(ASSUMED_A_TOKEN.0.saturating_mul(self.unpriced_tokens)))
    }

    /// Adds what another call used.
    pub fn add(&mut self, other: &Self) {
        if !other.model.is_empty() {
            self.model.clone_from(&other.model);
        }
        self.requests = self.requests.saturating_add(other.requests);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost = self.cost.plus(other.cost);
        self.unpriced_tokens = self.unpriced_tokens.saturating_add(other.unpriced_tokens);
        self.ms = self.ms.saturating_add(other.ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shown_in_dollars_to_the_millionth() {
        assert_eq!(MicroUsd(1_250_003).to_string(), "$1.250003");
        assert_eq!(MicroUsd(42).to_string(), "$0.000042");
    }

    #[test]
    fn tokens_without_a_price_weigh_and_cost_nothing_that_is_known() {
        let used = Usage { unpriced_tokens: 300, cost: MicroUsd(5), ..Usage::default() };

        assert_eq!((used.cost, used.weight()), (MicroUsd(5), MicroUsd(3_005)));
    }

    #[test]
    fn what_two_calls_used_is_added_up_and_keeps_the_name_of_the_model_that_answered() {
        let mut used = Usage { model: "gpt-5.1".into(), requests: 1, ms: 5, ..Usage::default() };

        used.add(&Usage { requests: 2, ms: 7, cost: MicroUsd(9), ..Usage::default() });

        assert_eq!((used.requests, used.ms, used.cost), (3, 12, MicroUsd(9)));
        assert_eq!(used.model, "gpt-5.1");
    }
}
