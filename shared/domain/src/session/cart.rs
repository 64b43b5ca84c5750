//! What the customer takes.

use serde::{Deserialize, Serialize};

use crate::{catalog::ProductId, money::Money, size::Size};

/// The most lines of a cart; more is a wholesale order, which a manager takes.
pub const MAX_LINES: usize = 20;

/// The most pieces of a line, for the same reason.
pub const MAX_QUANTITY: u32 = 20;

/// A garment in a size and a colour, so many times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// The garment.
    pub product_id: ProductId,
    /// Its size.
    pub size: Size,
    /// The key of its colour, as in `catalog/colors.toml`.
    pub color: String,
    /// How many, 1 to [`MAX_QUANTITY`].
    pub quantity: u32,
    /// The catalogue's price of one when it was taken.
    pub price: Money,
}

/// The lines, in the order in which they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cart {
    lines: Vec<CartLine>,
}

impl Cart {
    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[CartLine] {
        &self.lines
    }

    /// What all of it costs, without the carrier's fees.
    #[must_use]
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.price.times(line.quantity)).sum()
    }

    /// Whether nothing was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}
