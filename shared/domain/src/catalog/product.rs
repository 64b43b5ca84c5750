//! A garment: its names, prices by size, colours, and what it is recognised by.

use serde::{Deserialize, Serialize};

use super::keys::{CategoryKey, ColorKey, FeatureKey, ProductId, ProductKey};
use crate::{money::Money, size::Size};

/// A garment that the shop sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its number in the shop's books.
    pub id: ProductId,
    /// Its name in the files of the catalogue.
    pub key: ProductKey,
    /// Its name as customers read it.
    pub name: String,
    /// Its category.
    pub category: CategoryKey,
    /// What customers call it, in small letters: its name, then those of `catalog/aliases.toml`.
    pub aliases: Vec<String>,
    /// Its price by size, ascending by size, never empty. A size that is not here does not exist.
    pub prices: Vec<(Size, Money)>,
    /// Its colours, in the order in which they are shown, never empty.
    pub colors: Vec<ColorVariant>,
    /// What it is made of, in customers' words (Ukrainian).
    pub fabric: String,
    /// What a customer may want to know about its cut (Ukrainian).
    pub details: Vec<String>,
    /// The one thing that tells it from all others (Ukrainian).
    pub special: String,
    /// What it can be searched by, in all its colours.
    pub features: Vec<FeatureKey>,
    /// The products that it is easily confused with.
    pub confused_with: Vec<ProductKey>,
    /// What a photo of it is recognised by (English, for the vision model).
    pub visual: Visual,
}

/// A garment in one colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColorVariant {
    /// The colour.
    pub color: ColorKey,
    /// The colour as the shop labels this variant, e.g. "червона клітинка".
    pub label: String,
    /// The article number.
    pub sku: String,
    /// Its photo; https on a host that the catalogue allows.
    pub photo_url: String,
    /// The sizes of this colour, where they are fewer than the product's.
    pub sizes: Option<Vec<Size>>,
    /// What this colour alone can be searched by, e.g. its print.
    pub features: Vec<FeatureKey>,
}

/// What a photo of a garment is recognised by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visual {
    /// How its fabric looks.
    pub fabric: String,
    /// What can be seen on it.
    pub marks: Vec<String>,
    /// What no other garment has.
    pub only: String,
}

/// The cheapest and the dearest size of a product; the same amount twice when all cost the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRange {
    /// The lowest price.
    pub from: Money,
    /// The highest price.
    pub to: Money,
}

impl Product {
    /// The sizes that the model comes in, ascending.
    pub fn sizes(&self) -> impl Iterator<Item = Size> {
        self.prices.iter().map(|(size, _)| *size)
    }

    /// The sizes of one of its colours, ascending.
    pub fn sizes_in(&self, variant: &ColorVariant) -> impl Iterator<Item = Size> {
        self.sizes().filter(|size| variant.comes_in(*size))
    }

    /// Its variant in a colour, if it comes in it; there is at most one.
    #[must_use]
    pub fn variant(&self, color: &ColorKey) -> Option<&ColorVariant> {
        self.colors.iter().find(|variant| variant.color == *color)
    }

    /// What a size of it costs; nothing for a size that it does not come in.
    #[must_use]
    pub fn price(&self, size: Size) -> Option<Money> {
        self.prices.iter().find(|(own, _)| *own == size).map(|(_, price)| *price)
    }

    /// From its cheapest to its dearest size.
    #[must_use]
    pub fn price_range(&self) -> PriceRange {
        let prices = || self.prices.iter().map(|(_, price)| *price);
        PriceRange {
            from: prices().min().unwrap_or_default(),
            to: prices().max().unwrap_or_default(),
        }
    }

    /// Whether nothing is left of it: what is never sold out in the catalogue's files is so by the
    /// CRM's telling alone.
    #[must_use]
    pub fn is_sold_out(&self) -> bool {
        self.colors.iter().all(|variant| self.sizes_in(variant).next().is_none())
    }

    /// Whether it comes in a size, in a colour if one is given, in any colour otherwise.
    #[must_use]
    pub fn comes_in(&self, size: Size, color: Option<&ColorKey>) -> bool {
        self.price(size).is_some()
            && self
                .colors
                .iter()
                .filter(|variant| color.is_none_or(|color| variant.color == *color))
                .any(|variant| variant.comes_in(size))
    }
}

impl ColorVariant {
    /// Whether this colour comes in a size of the product.
    #[must_use]
    pub fn comes_in(&self, size: Size) -> bool {
        self.sizes.as_ref().is_none_or(|own| own.contains(&size))
    }
}

impl PriceRange {
    /// The one price, when it does not depend on the size.
    #[must_use]
    pub fn single(self) -> Option<Money> {
        (self.from == self.to).then_some(self.from)
    }
}
