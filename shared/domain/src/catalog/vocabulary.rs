//! The words by which customers name what the catalogue holds.
//!
//! The files give each word in its dictionary form ("чорний", "сукня", "тренч еко"); other forms,
//! spellings and typos are the business of [`crate::language`].

use serde::{Deserialize, Serialize};

use super::{
    Catalog,
    keys::{CategoryKey, ColorFamily, ColorKey, FeatureKey, NotSoldKey, ProductId},
};
use crate::prompts::TemplateKey;

/// A kind of garment that the shop sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its key, which customers can read: "сукні".
    pub key: CategoryKey,
    /// Customers' words for it.
    pub words: Vec<String>,
}

/// A kind of thing that customers ask for and the shop does not sell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotSold {
    /// Its key, which customers can read: "куртки".
    pub key: NotSoldKey,
    /// Customers' words for it.
    pub words: Vec<String>,
    /// What the shop sells instead, where something is close to it.
    pub nearest: Option<CategoryKey>,
}

/// A colour that customers name, whether or not something is sold in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Color {
    /// Its key.
    pub key: ColorKey,
    /// Its name as customers read it: "темно-синій".
    pub label: String,
    /// The colours that are nearest to it are those of its family.
    pub family: ColorFamily,
    /// Customers' words for it.
    pub words: Vec<String>,
    /// The colour of the catalogue that counts as this one (decision 12: milk counts as white).
    pub counts_as: Option<CountsAs>,
}

/// A colour that counts as another, and what the reply says about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountsAs {
    /// The colour that garments come in.
    pub color: ColorKey,
    /// What the reply says beside it.
    pub note: TemplateKey,
}

/// A feature that customers search by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Its key, which customers can read: "капюшон".
    pub key: FeatureKey,
    /// Customers' words for it.
    pub words: Vec<String>,
    /// Whether it is a matter of degree, like a season: what has it is found first, and the rest is
    /// not left out.
    pub only_ranks: bool,
}

/// What a word of a customer stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning<'c> {
    /// A product, by its name or an alias.
    Product(ProductId),
    /// A kind of garment.
    Category(&'c CategoryKey),
    /// A kind of thing that the shop does not sell.
    NotSold(&'c NotSoldKey),
    /// A colour.
    Color(&'c ColorKey),
    /// A feature.
    Feature(&'c FeatureKey),
}

/// A word, or a few words in a row, and what they stand for. The same words can stand for two
/// things of different kinds: "тренч" is a product's alias and a word for outerwear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term<'c> {
    /// In dictionary form, lower case, words parted by one space.
    pub words: &'c str,
    /// What they stand for.
    pub means: Meaning<'c>,
}

impl Catalog {
    /// Every word of the catalogue with its meaning, in the order of the files. A product's name is
    /// among its aliases.
    pub fn vocabulary(&self) -> impl Iterator<Item = Term<'_>> {
        fn terms<'c>(words: &'c [String], means: Meaning<'c>) -> impl Iterator<Item = Term<'c>> {
            words.iter().map(move |words| Term { words, means })
        }
        let products = self
            .products()
            .iter()
            .flat_map(|product| terms(&product.aliases, Meaning::Product(product.id)));
        let categories = self
            .categories()
            .iter()
            .flat_map(|category| terms(&category.words, Meaning::Category(&category.key)));
        let not_sold =
            self.not_sold().iter().flat_map(|kind| terms(&kind.words, Meaning::NotSold(&kind.key)));
        let colors =
            self.colors().iter().flat_map(|color| terms(&color.words, Meaning::Color(&color.key)));
        let features = self
            .features()
            .iter()
            .flat_map(|feature| terms(&feature.words, Meaning::Feature(&feature.key)));
        products.chain(categories).chain(not_sold).chain(colors).chain(features)
    }
}
