//! Sets of numbers, small and fast to intersect.

/// A set of numbers from 0 up to a size fixed when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// No number.
    pub(super) fn none(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)].into_boxed_slice())
    }

    /// Every number below `size`.
    pub(super) fn all(size: usize) -> Self {
        let mut bits = Self(vec![u64::MAX; size.div_ceil(64)].into_boxed_slice());
        if let Some(last) = bits.0.last_mut()
            && !size.is_multiple_of(64)
        {
            *last >>= 64 - size % 64;
        }
        bits
    }

    /// Adds a number; one that is not below the size is left out.
    pub(super) fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Whether it holds a number.
    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Adds every number of another set.
    pub(super) fn add(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Keeps the numbers that another set holds as well, unless none would be left. Says whether
    /// it did.
    pub(super) fn narrow(&mut self, other: &Self) -> bool {
        let is_shared = self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0);
        if is_shared {
            for (word, other) in self.0.iter_mut().zip(&other.0) {
                *word &= other;
            }
        }
        is_shared
    }

    /// The numbers, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Bits;

    /// Larger than one word, and no multiple of one.
    const SIZE: usize = 150;

    fn bits(numbers: &BTreeSet<usize>) -> Bits {
        let mut bits = Bits::none(SIZE);
        numbers.iter().for_each(|number| bits.insert(*number));
        bits
    }

    fn any_set() -> impl Strategy<Value = BTreeSet<usize>> {
        prop::collection::btree_set(0..SIZE, 0..20)
    }

    #[test]
    fn all_numbers_are_those_below_the_size() {
        for size in [0, 1, 63, 64, 65, SIZE] {
            assert!(Bits::all(size).iter().eq(0..size), "{size}");
        }
    }

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_into_it(numbers in any_set(), others in any_set()) {
            let mut sum = bits(&numbers);
            sum.add(&bits(&others));

            prop_assert!(sum.iter().eq(numbers.union(&others).copied()));
        }

        #[test]
        fn narrowing_leaves_what_both_hold_or_all_of_it(
            numbers in any_set(), others in any_set(),
        ) {
            let mut narrowed = bits(&numbers);

            let is_shared = narrowed.narrow(&bits(&others));

            let both: BTreeSet<usize> = numbers.intersection(&others).copied().collect();
            prop_assert_eq!(is_shared, !both.is_empty());
            let expected = if is_shared { both } else { numbers };
            prop_assert!(narrowed.iter().eq(expected));
        }
    }
}
