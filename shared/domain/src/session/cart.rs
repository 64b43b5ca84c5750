//! What the customer takes.

use serde::{Deserialize, Serialize};

use crate::{
    catalog::{ColorKey, ProductId},
    money::Money,
    size::Size,
};

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
    /// Its colour.
    pub color: ColorKey,
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

    /// Adds a line; a line of the same garment, size and colour grows. False when the cart is full.
    pub(crate) fn add(&mut self, line: CartLine) -> bool {
        let same = self.lines.iter().position(|own| {
            own.product_id == line.product_id && own.size == line.size && own.color == line.color
        });
        let pieces = same.map_or(0, |at| self.lines[at].quantity).saturating_add(line.quantity);
        if pieces > MAX_QUANTITY {
            return false;
        }
        match same {
            Some(at) => self.lines[at].quantity = pieces,
            None if self.lines.len() < MAX_LINES => self.lines.push(line),
            None => return false,
        }
        true
    }

    /// How many pieces of something were taken.
    pub(crate) fn pieces(&self, product: ProductId, color: &ColorKey, size: Size) -> u32 {
        let is_same = |line: &&CartLine| {
            (line.product_id, line.size) == (product, size) && line.color == *color
        };
        self.lines.iter().filter(is_same).map(|line| line.quantity).sum()
    }

    /// Takes fewer pieces of a line.
    pub(crate) fn reduce(&mut self, line: &CartLine, quantity: u32) {
        for own in self.lines.iter_mut().filter(|own| *own == line) {
            own.quantity = own.quantity.min(quantity);
        }
    }

    /// Gives the line at a place, or the last one, so many pieces; says whether that is another
    /// number, and one that a line may have.
    pub(crate) fn set_pieces(&mut self, place: Option<usize>, pieces: u32) -> bool {
        let last = self.lines.len().saturating_sub(1);
        let Some(line) = self.lines.get_mut(place.unwrap_or(last)) else { return false };
        let is_other = line.quantity != pieces && (1..=MAX_QUANTITY).contains(&pieces);
        if is_other {
            line.quantity = pieces;
        }
        is_other
    }

    /// Takes lines out; says whether there were any.
    pub(crate) fn remove(&mut self, mut is_unwanted: impl FnMut(&CartLine) -> bool) -> bool {
        let before = self.lines.len();
        self.lines.retain(|line| !is_unwanted(line));
        self.lines.len() < before
    }

    /// Takes everything out.
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
    }

    /// Whether nothing was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}
