//! Weights from examples: a perceptron with a margin, the mean of what it held after each round.
//!
//! All in whole numbers and in an order that depends on nothing but the examples: the same examples
//! give the same weights on every machine.

use super::features::{BUCKETS, ONE as KEPT_ONE, features};

/// One, as weights have it while they are learned.
const ONE: i64 = 1 << 20;

/// How far on the right side of zero an example has to be.
const MARGIN: i64 = 3 * ONE;

/// How often all examples are gone through.
const ROUNDS: u64 = 12;

/// The weight of each feature, and what a text weighs before any of them is looked at.
#[must_use]
pub(super) fn learn(first: &[String], second: &[String]) -> (Vec<i8>, i32) {
    let of_kind = |texts: &[String], sign: i64| -> Vec<(Vec<u16>, i64)> {
        texts.iter().map(|text| (features(text), sign)).filter(|(it, _)| !it.is_empty()).collect()
    };
    let mut examples = of_kind(first, 1);
    examples.extend(of_kind(second, -1));
    // The last of them is what every text has.
    let mut weights = vec![0_i64; BUCKETS + 1];
    let mut mean = vec![0_i64; BUCKETS + 1];
    let mut chance = 0x9e37_79b9_u64;
    for _ in 0..ROUNDS {
        shuffle(&mut examples, &mut chance);
        for (features, sign) in &examples {
            let root = i64::try_from((features.len() * 1_000_000).isqrt()).unwrap_or(i64::MAX);
            let places = || features.iter().map(|it| usize::from(*it)).chain([BUCKETS]);
            let sum: i64 = places().map(|at| weights[at]).sum();
            if sign * sum * 1000 / root < MARGIN {
                let step = sign * ONE * 1000 / root;
                places().for_each(|at| weights[at] += step);
            }
        }
        mean.iter_mut().zip(&weights).for_each(|(mean, weight)| *mean += weight);
    }
    let rounds = i64::try_from(ROUNDS).unwrap_or(i64::MAX);
    let kept = |sum: &i64| (sum * KEPT_ONE / rounds + ONE / 2).div_euclid(ONE);
    let limits = (i64::from(i8::MIN), i64::from(i8::MAX));
    let fits = |weight: i64| i8::try_from(weight.clamp(limits.0, limits.1)).unwrap_or_default();
    let start = i32::try_from(kept(&mean[BUCKETS])).unwrap_or_default();
    (mean[..BUCKETS].iter().map(kept).map(fits).collect(), start)
}

/// Fisher and Yates, by a linear congruential generator (Knuth's constants).
fn shuffle<T>(list: &mut [T], chance: &mut u64) {
    for last in (1..list.len()).rev() {
        *chance =
            chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = (*chance >> 33) % (last as u64 + 1);
        list.swap(last, usize::try_from(drawn).unwrap_or(last));
    }
}
