//! Exact money.

use std::{fmt, iter::Sum, ops::Add};

use serde::{Deserialize, Serialize};

/// An amount in kopecks of a hryvnia; never a float, never negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// A whole number of hryvnias.
    #[must_use]
    pub const fn from_uah(uah: u32) -> Self {
        Self(uah as u64 * 100)
    }

    /// A number of kopecks.
    #[must_use]
    pub const fn from_kopecks(kopecks: u64) -> Self {
        Self(kopecks)
    }

    /// The amount in kopecks.
    #[must_use]
    pub const fn kopecks(self) -> u64 {
        self.0
    }

    /// The amount `quantity` times; saturates, so that no input can wrap a total.
    #[must_use]
    pub const fn times(self, quantity: u32) -> Self {
        Self(self.0.saturating_mul(quantity as u64))
    }

    /// What is left after `other`, or nothing when `other` is more.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many percent of the amount, to the nearest kopeck, half a kopeck up.
    #[must_use]
    pub const fn percent(self, percent: u8) -> Self {
        Self(self.0.saturating_mul(percent as u64).saturating_add(50) / 100)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Money {
    /// `1790 грн`, or `1790,50 грн` when there are kopecks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (uah, kopecks) = (self.0 / 100, self.0 % 100);
        if kopecks == 0 {
            write!(f, "{uah} грн")
        } else {
            write!(f, "{uah},{kopecks:02} грн")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn whole_hryvnias_are_shown_without_kopecks() {
        assert_eq!(Money::from_uah(1790).to_string(), "1790 грн");
        assert_eq!(Money::from_kopecks(179_005).to_string(), "1790,05 грн");
    }

    #[test]
    fn a_percentage_is_rounded_to_the_nearest_kopeck() {
        assert_eq!(Money::from_uah(1850).percent(2), Money::from_uah(37));
        assert_eq!(Money::from_kopecks(25).percent(2), Money::from_kopecks(1));
        assert_eq!(Money::from_kopecks(24).percent(2), Money::from_kopecks(0));
    }

    #[test]
    fn no_arithmetic_wraps_around() {
        let most = Money::from_kopecks(u64::MAX);

        assert_eq!(most.times(2), most);
        assert_eq!(most + Money::from_uah(1), most);
        assert_eq!(Money::from_uah(1).minus(most), Money::default());
    }
}
