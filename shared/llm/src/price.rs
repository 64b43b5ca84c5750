//! The price of tokens.

use std::{collections::BTreeMap, str::FromStr};

use jiff::civil::Date;
use mirt_domain::model::MicroUsd;

/// What a million tokens of a model cost, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Price {
    input: u64,
    cached: u64,
    output: u64,
}

/// The prices of models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices(BTreeMap<String, Price>);

/// What several public lists gave as OpenAI's prices after the launch of gpt-5.1 (November 2025). Prices
/// change: whoever runs a shop compares them with <https://openai.com/api/pricing> and sets
/// `MIRT_MODEL_PRICES`, which replaces this list. As models, `=`, and the dollars for a million tokens
/// in, in from the cache, and out.
const OPENAI_LIST: &str = "gpt-5.1=1.25/0.125/10, gpt-5=1.25/0.125/10, gpt-5-mini=0.25/0.025/2";

/// A price list that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected prices like {OPENAI_LIST}")]
pub struct InvalidPrices;

impl Default for Prices {
    fn default() -> Self {
        // A test reads the list.
        OPENAI_LIST.parse().unwrap_or(Self(BTreeMap::new()))
    }
}

impl FromStr for Prices {
    type Err = InvalidPrices;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let price = |entry: &str| {
            let (model, prices) = entry.split_once('=')?;
            let mut prices = prices.split('/').map(micro_usd);
            let price =
                Price { input: prices.next()??, cached: prices.next()??, output: prices.next()?? };
            let is_whole = prices.next().is_none() && !model.trim().is_empty();
            is_whole.then(|| (model.trim().to_owned(), price))
        };
        let prices: Option<BTreeMap<_, _>> = list.split(',').map(price).collect();
        prices.map(Self).ok_or(InvalidPrices)
    }
}

/// Dollars with at most six decimals, as millionths.
fn micro_usd(dollars: &str) -> Option<u64> {
    let (whole, decimals) = dollars.trim().split_once('.').unwrap_or((dollars.trim(), ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if decimals.len() > 6 || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let decimals: u64 = format!("{decimals:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(decimals)
}

impl Prices {
    /// What tokens cost, rounded up. A dated model (`gpt-5.1-2025-11-13`) has the price of its
    /// name; what a model without a price costs is not known.
    #[must_use]
    pub fn cost(&self, model: &str, input: u64, cached: u64, output: u64) -> Option<MicroUsd> {
        let price = self.0.get(model).or_else(|| self.0.get(undated(model)?))?;
        let parts = [
            (input.saturating_sub(cached), price.input),
            (cached.min(input), price.cached),
            (output, price.output),
        ];
        let total: u128 =
            parts.iter().map(|(tokens, price)| u128::from(*tokens) * u128::from(*price)).sum();
        Some(MicroUsd(u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)))
    }
}

/// The name of a model that ends with a hyphen and a date.
fn undated(model: &str) -> Option<&str> {
    let (name, date) = model.split_at_checked(model.len().checked_sub("-2025-11-13".len())?)?;
    date.strip_prefix('-')?.parse::<Date>().is_ok().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_cost_their_own_price_and_a_dated_model_that_of_its_name() {
        let cost = Prices::default().cost("gpt-5.1-2025-11-13", 3_000, 2_000, 200);

        // 1000 × 1.25 + 2000 × 0.125 + 200 × 10 millionths.
        assert_eq!(cost, Some(MicroUsd(1_250 + 250 + 2_000)));
    }

    #[test]
    fn a_model_has_the_price_of_its_own_name_and_not_of_one_that_begins_like_it() {
        let cost = |model: &str| Prices::default().cost(model, 1_000_000, 0, 0);

        assert_eq!(cost("gpt-5-mini"), Some(MicroUsd(250_000)));
        assert_eq!(cost("gpt-5-mini-2025-08-07"), Some(MicroUsd(250_000)));
        for other in ["gpt-5.2", "gpt-5-nano", "gpt-5-pro", "gpt-5.1-", "gpt-5-2025-13-41", "gpt"] {
            assert_eq!(cost(other), None, "{other}");
        }
    }

    #[test]
    fn less_than_a_millionth_is_rounded_up() {
        assert_eq!(Prices::default().cost("gpt-5.1", 0, 0, 0), Some(MicroUsd(0)));
        assert_eq!(Prices::default().cost("gpt-5.1", 1, 1, 0), Some(MicroUsd(1)));
    }

    #[test]
    fn a_list_that_is_none_is_refused() {
        for list in ["", "gpt", "gpt=1/2", "gpt=1/2/3/4", "gpt=1/2/-3", "=1/2/3", "a=1.1234567/1/1"]
        {
            assert_eq!(list.parse::<Prices>(), Err(InvalidPrices), "{list}");
        }
    }
}
