//! What is left of what the catalogue has, as far as the CRM has told.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{Catalog, ColorKey, ProductId},
    session::cart::MAX_QUANTITY,
    size::Size,
};

/// The most levels that are kept: they are one item of the store, which holds 400 KB.
pub const MAX_LEVELS: usize = 4_000;

/// How much is left of a garment in a colour and a size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The garment.
    #[serde(rename = "p")]
    pub product_id: ProductId,
    /// Its colour.
    #[serde(rename = "c")]
    pub color: ColorKey,
    /// Its size.
    #[serde(rename = "s")]
    pub size: Size,
    /// How many pieces.
    #[serde(rename = "n")]
    pub quantity: u32,
    /// When they were counted.
    #[serde(rename = "t")]
    pub counted_at: Timestamp,
}

impl Level {
    fn is_of(&self, other: &Self) -> bool {
        self.product_id == other.product_id && self.color == other.color && self.size == other.size
    }
}

/// The levels that are known and low. What is not here is there: the shop sells what its catalogue
/// has, unless it is told otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stock {
    levels: Vec<Level>,
}

impl Stock {
    /// The levels that are known.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Takes levels in. One that was counted before what is known says nothing new. Gives whether
    /// all of them could be kept.
    pub fn take(&mut self, levels: impl IntoIterator<Item = Level>) -> bool {
        for level in levels {
            match self.levels.iter_mut().find(|known| known.is_of(&level)) {
                Some(known) if known.counted_at > level.counted_at => {}
                Some(known) => *known = level,
                None => self.levels.push(level),
            }
        }
        // Whoever buys takes no more of one thing than that.
        self.levels.retain(|level| level.quantity < MAX_QUANTITY);
        let fits = self.levels.len() <= MAX_LEVELS;
        if !fits {
            // What there is most of is missed least.
            self.levels.sort_by_key(|level| level.quantity);
            self.levels.truncate(MAX_LEVELS);
        }
        fits
    }

    /// Whether there are so many pieces of something.
    #[must_use]
    pub fn has(&self, product: ProductId, color: &ColorKey, size: Size, pieces: u32) -> bool {
        self.left(product, color, size).is_none_or(|left| left >= pieces)
    }

    /// How many pieces there are of something; `None` where it is not known to be little.
    #[must_use]
    pub fn left(&self, product: ProductId, color: &ColorKey, size: Size) -> Option<u32> {
        let known = self.levels.iter().find(|level| {
            level.product_id == product && level.size == size && level.color == *color
        });
        known.map(|level| level.quantity)
    }
}

/// How much there is of something, as the CRM names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The garment; of any where only its article number is known.
    pub product: Option<ProductId>,
    /// The article number of its colour; all colours where there is none.
    pub sku: Option<String>,
    /// Its size; all sizes where there is none.
    pub size: Option<Size>,
    /// How many pieces.
    pub quantity: u32,
}

impl Counted {
    /// The garments, colours and sizes of a catalogue that are meant; none for something else.
    #[must_use]
    pub fn levels(&self, catalog: &Catalog, counted_at: Timestamp) -> Vec<Level> {
        let mut levels = Vec::new();
        for product in catalog.products() {
            // A number that is none of ours may stand beside an article number that is.
            let is_named = self.product == Some(product.id);
            for variant in &product.colors {
                let is_meant = match &self.sku {
                    Some(sku) => variant.sku == *sku,
                    None => is_named,
                };
                let sizes = product
                    .sizes_in(variant)
                    .filter(|size| self.size.is_none_or(|own| own == *size));
                levels.extend(sizes.filter(|_| is_meant).map(|size| Level {
                    product_id: product.id,
                    color: variant.color.clone(),
                    size,
                    quantity: self.quantity,
                    counted_at,
                }));
            }
        }
        levels
    }
}
