//! The catalogue: what the shop sells, in which sizes and colours, at which price.

use serde::{Deserialize, Serialize};

use crate::{money::Money, size::Size};

/// A product's number in the shop's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub u64);

/// A garment that the shop sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its number in the shop's books.
    pub id: ProductId,
    /// Its name in the files of the catalogue.
    pub key: String,
    /// Its name as customers read it.
    pub name: String,
    /// The key of its category.
    pub category: String,
    /// Its price by size, ascending by size. A size that is not here does not exist.
    pub prices: Vec<(Size, Money)>,
    /// Its colours, in the order in which they are shown.
    pub colors: Vec<ColorVariant>,
    /// Other names that customers use for it.
    pub aliases: Vec<String>,
    /// What it is made of.
    pub fabric: String,
    /// What it is recognised by, on a photo or in words.
    pub marks: Vec<String>,
    /// The one thing that tells it from all others.
    pub only: String,
    /// Keys of the products that it is easily confused with.
    pub confused_with: Vec<String>,
}

/// A garment in one colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColorVariant {
    /// The key of the colour, as in `catalog/colors.toml`.
    pub color: String,
    /// The colour as the shop labels this variant, e.g. "червона клітинка".
    pub label: String,
    /// The article number.
    pub sku: String,
    /// Its photo; https on an allowed host.
    pub photo_url: String,
    /// The sizes of this colour where they are fewer than the product's.
    pub sizes: Option<Vec<Size>>,
}
