//! The catalogue: what the shop sells, in which sizes and colours, at which price.
//!
//! It is written as TOML files under `catalog/`, checked by [`Catalog::parse`] when the project is
//! built, and embedded. A [`Catalog`] in hand is a checked one: every name in it that refers to
//! something refers to something that is there.

mod bits;
#[cfg(any(test, feature = "generated-catalogue"))]
mod grown;
mod index;
mod keys;
mod parse;
mod policies;
mod product;
mod search;
#[cfg(test)]
mod search_tests;
#[cfg(test)]
mod shop_tests;
mod size_table;
mod vocabulary;

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::index::Index;
pub use self::{
    keys::{CategoryKey, ColorFamily, ColorKey, FeatureKey, NotSoldKey, ProductId, ProductKey},
    policies::{
        AnsweredBy, DeliveryPolicy, PaymentOnDelivery, PaymentPolicy, Policies, PolicyTopic,
    },
    product::{ColorVariant, PriceRange, Product, Visual},
    search::{Found, Hit, MAX_HITS, Miss, Order, Query, SizeWish},
    size_table::{AgeGuess, AgeRow, SizeAdvice, SizeRow, SizeTable, TableSize},
    vocabulary::{Category, Color, CountsAs, Feature, Meaning, NotSold, Term},
};
use crate::{
    money::Money,
    size::{Height, Size},
    stock::Stock,
};

/// The checked catalogue and its lookups.
#[derive(Clone, Debug)]
pub struct Catalog {
    data: CatalogData,
    by_id: HashMap<ProductId, usize>,
    by_key: HashMap<ProductKey, usize>,
    index: Index,
    /// What little there is of some of it.
    stock: Stock,
}

/// What the files say, checked; lookups are made from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct CatalogData {
    /// Names the content of the files, for traces.
    version: String,
    photo_hosts: Vec<String>,
    categories: Vec<Category>,
    not_sold: Vec<NotSold>,
    colors: Vec<Color>,
    features: Vec<Feature>,
    sizes: SizeTable,
    policies: Policies,
    products: Vec<Product>,
}

impl Catalog {
    /// Names the content of the files that it was made from; twelve hexadecimal digits.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.data.version
    }

    /// Every product, ordered by key.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.data.products
    }

    /// A product by its number.
    #[must_use]
    pub fn product(&self, id: ProductId) -> Option<&Product> {
        self.by_id.get(&id).and_then(|index| self.data.products.get(*index))
    }

    /// A product by the name of its file.
    #[must_use]
    pub fn product_by_key(&self, key: &ProductKey) -> Option<&Product> {
        self.by_key.get(key).and_then(|index| self.data.products.get(*index))
    }

    /// What a size of a product costs; nothing for a product or a size that is not there.
    #[must_use]
    pub fn price(&self, id: ProductId, size: Size) -> Option<Money> {
        self.product(id)?.price(size)
    }

    /// The kinds of garment that are sold, in the order of the file.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.data.categories
    }

    /// The kinds of things that are not sold, in the order of the file.
    #[must_use]
    pub fn not_sold(&self) -> &[NotSold] {
        &self.data.not_sold
    }

    /// The colours that customers name, in the order of the file.
    #[must_use]
    pub fn colors(&self) -> &[Color] {
        &self.data.colors
    }

    /// A colour by its key.
    #[must_use]
    pub fn color(&self, key: &ColorKey) -> Option<&Color> {
        self.data.colors.iter().find(|color| color.key == *key)
    }

    /// The features that customers search by, in the order of the file.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.data.features
    }

    /// The size table.
    #[must_use]
    pub fn sizes(&self) -> &SizeTable {
        &self.data.sizes
    }

    /// What the shop promises.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.data.policies
    }

    /// The hosts that a photo of the catalogue can be on.
    #[must_use]
    pub fn photo_hosts(&self) -> &[String] {
        &self.data.photo_hosts
    }

    /// Which size of a product to offer for a height, in a colour if one is given; nothing for a
    /// product that is not there. See [`SizeTable::advise`].
    #[must_use]
    pub fn size_for(
        &self,
        id: ProductId,
        color: Option<&ColorKey>,
        height: Height,
    ) -> Option<SizeAdvice<'_>> {
        self.sizes().advise(self.product(id)?, color, height)
    }

    /// A guess of height and size from an age, which the customer has to confirm.
    #[must_use]
    pub fn size_for_age(&self, years: u8) -> Option<AgeGuess> {
        self.sizes().size_for_age(years)
    }
}

impl Catalog {
    /// The catalogue without what is sold out: a size, a colour. A garment of which nothing is left
    /// stays known by its name, comes in no size and is found by nothing else.
    #[must_use]
    pub fn in_stock(&self, stock: &Stock) -> Self {
        let mut data = self.data.clone();
        for product in &mut data.products {
            let left_in = |variant: &ColorVariant| -> Vec<Size> {
                let is_left = |size: &Size| stock.has(product.id, &variant.color, *size, 1);
                product.sizes_in(variant).filter(is_left).collect()
            };
            let left: Vec<_> = product.colors.iter().map(left_in).collect();
            if left.iter().all(Vec::is_empty) {
                product.colors.iter_mut().for_each(|variant| variant.sizes = Some(Vec::new()));
                continue;
            }
            let is_left = |size: &Size| left.iter().flatten().any(|own| own == size);
            product.prices.retain(|(size, _)| is_left(size));
            let colors = std::mem::take(&mut product.colors).into_iter().zip(left);
            product.colors = colors
                .filter(|(_, sizes)| !sizes.is_empty())
                .map(|(variant, sizes)| ColorVariant { sizes: Some(sizes), ..variant })
                .collect();
        }
        Self { stock: stock.clone(), ..Self::from(data) }
    }

    /// How many pieces there are of something; `None` where there are enough for anyone.
    #[must_use]
    pub fn left(&self, product: ProductId, color: &ColorKey, size: Size) -> Option<u32> {
        self.stock.left(product, color, size)
    }
}

impl From<CatalogData> for Catalog {
    fn from(data: CatalogData) -> Self {
        let indexed = || data.products.iter().enumerate();
        let by_id = indexed().map(|(index, product)| (product.id, index)).collect();
        let by_key = indexed().map(|(index, product)| (product.key.clone(), index)).collect();
        let index = Index::of(&data.products, &data.colors);
        Self { data, by_id, by_key, index, stock: Stock::default() }
    }
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl Eq for Catalog {}

impl Serialize for Catalog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.data.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Catalog {
    /// Takes what a checked catalogue was written as; it is not checked again.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CatalogData::deserialize(deserializer).map(Self::from)
    }
}
