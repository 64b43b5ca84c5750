//! Which variants have what: made once from the catalogue, read by every search.

use std::{collections::HashMap, hash::Hash, ops::Range};

use super::{
    Color, Product,
    bits::Bits,
    keys::{CategoryKey, ColorFamily, ColorKey, FeatureKey},
};
use crate::size::Size;

/// The variants of all products are numbered in the order of the catalogue, those of one product in
/// a row. A colour and a size that were asked for together have to be those of one variant, so
/// that is what is counted.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// The place of each variant's product.
    pub(super) products: Vec<usize>,
    /// The first variant of each product.
    first_variants: Vec<usize>,
    pub(super) by_category: Postings<CategoryKey>,
    pub(super) by_color: Postings<ColorKey>,
    pub(super) by_family: Postings<ColorFamily>,
    pub(super) by_feature: Postings<FeatureKey>,
    pub(super) by_size: Postings<Size>,
}

/// For each value the variants that have it.
#[derive(Clone, Debug)]
pub(super) struct Postings<K> {
    of: HashMap<K, Bits>,
    variants: usize,
}

impl<K: Eq + Hash + Clone> Postings<K> {
    fn new(variants: usize) -> Self {
        Self { of: HashMap::new(), variants }
    }

    fn add(&mut self, value: &K, variant: usize) {
        let variants = self.variants;
        // Looked up first, so that a value that is there already is not cloned.
        match self.of.get_mut(value) {
            Some(bits) => bits.insert(variant),
            None => {
                let mut bits = Bits::none(variants);
                bits.insert(variant);
                self.of.insert(value.clone(), bits);
            }
        }
    }

    /// The variants that have a value, if there are any.
    pub(super) fn get(&self, value: &K) -> Option<&Bits> {
        self.of.get(value)
    }

    /// The variants that have one of the values.
    pub(super) fn any_of(&self, values: impl Iterator<Item = K>) -> Bits {
        let mut sum = Bits::none(self.variants);
        values.filter_map(|value| self.of.get(&value)).for_each(|bits| sum.add(bits));
        sum
    }
}

impl Index {
    pub(super) fn of(products: &[Product], colors: &[Color]) -> Self {
        let families: HashMap<&ColorKey, &ColorFamily> =
            colors.iter().map(|color| (&color.key, &color.family)).collect();
        let count = products.iter().map(|product| product.colors.len()).sum();
        let mut index = Self {
            products: Vec::with_capacity(count),
            first_variants: Vec::with_capacity(products.len()),
            by_category: Postings::new(count),
            by_color: Postings::new(count),
            by_family: Postings::new(count),
            by_feature: Postings::new(count),
            by_size: Postings::new(count),
        };
        for (place, product) in products.iter().enumerate() {
            index.first_variants.push(index.products.len());
            for color in &product.colors {
                let variant = index.products.len();
                index.products.push(place);
                if product.sizes_in(color).next().is_none() {
                    // Sold out: known by its name, and found by nothing else.
                    continue;
                }
                index.by_category.add(&product.category, variant);
                index.by_color.add(&color.color, variant);
                if let Some(family) = families.get(&color.color) {
                    index.by_family.add(family, variant);
                }
                for feature in product.features.iter().chain(&color.features) {
                    index.by_feature.add(feature, variant);
                }
                for size in product.sizes_in(color) {
                    index.by_size.add(&size, variant);
                }
            }
        }
        index
    }

    /// The variants of the product at a place.
    pub(super) fn variants_of(&self, place: usize) -> Range<usize> {
        let start = self.first_variants.get(place).copied().unwrap_or(self.len());
        let end = self.first_variants.get(place + 1).copied().unwrap_or(self.len());
        start..end
    }

    /// How many variants there are.
    pub(super) fn len(&self) -> usize {
        self.products.len()
    }
}
