//! The one size table: which size fits a height, and which height is typical of an age.

use serde::{Deserialize, Serialize};

use super::{
    keys::ColorKey,
    product::{ColorVariant, Product},
};
use crate::size::{Height, Size};

/// The sizes of the shop and the heights that they fit, from `catalog/sizes.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeTable {
    /// The ranges, ascending, without a gap or an overlap, never empty.
    pub(super) rows: Vec<SizeRow>,
    /// The single sizes that models with single sizes come in, ascending.
    pub(super) singles: Vec<Size>,
    /// Typical heights, ascending by age.
    pub(super) ages: Vec<AgeRow>,
}

/// One size and the heights that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeRow {
    /// The size.
    pub size: Size,
    /// The smallest height that it fits.
    pub from: Height,
    /// The largest height that it fits. A height on the boundary keeps the smaller size.
    pub to: Height,
}

/// The height that is typical of an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeRow {
    /// The age in whole years.
    pub years: u8,
    /// Half of the children of this age are taller, half are smaller.
    pub height: Height,
}

/// A size of the table for a height, before asking whether a model comes in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableSize {
    /// The table holds the height.
    Fits(Size),
    /// The height is outside the table: this is the nearest size, and a manager will confirm it.
    ToConfirm(Size),
}

/// What to tell a customer who asks which size of a garment fits a height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SizeAdvice<'c> {
    /// This size fits, and the garment comes in it.
    Fits(Size),
    /// The height is outside the table. The garment comes in the nearest size; a manager confirms.
    ToConfirm(Size),
    /// The garment, or the colour asked for, does not come in the size that would fit.
    Unavailable {
        /// The size that would fit. Never to be offered.
        wanted: Size,
        /// The other colours of the garment that do come in it; empty if no colour does.
        in_colors: Vec<&'c ColorVariant>,
    },
}

/// A guess from an age, which the customer has to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeGuess {
    /// The typical height.
    pub height: Height,
    /// The size that the table gives for that height.
    pub size: Size,
}

impl TableSize {
    /// The size, confirmed or not.
    #[must_use]
    pub const fn size(self) -> Size {
        match self {
            Self::Fits(size) | Self::ToConfirm(size) => size,
        }
    }
}

impl SizeAdvice<'_> {
    /// The size that may be offered, if there is one.
    #[must_use]
    pub const fn offered(&self) -> Option<Size> {
        match self {
            Self::Fits(size) | Self::ToConfirm(size) => Some(*size),
            Self::Unavailable { .. } => None,
        }
    }
}

impl SizeTable {
    /// The rows, ascending.
    #[must_use]
    pub fn rows(&self) -> &[SizeRow] {
        &self.rows
    }

    /// The single sizes, ascending.
    #[must_use]
    pub fn singles(&self) -> &[Size] {
        &self.singles
    }

    /// Every size that the shop knows: the ranges, then the single ones.
    pub fn sizes(&self) -> impl Iterator<Item = Size> {
        self.rows.iter().map(|row| row.size).chain(self.singles.iter().copied())
    }

    /// The range size for a height; nothing only for a table without rows.
    #[must_use]
    pub fn range_for(&self, height: Height) -> Option<TableSize> {
        let (first, last) = (self.rows.first()?, self.rows.last()?);
        if height < first.from {
            return Some(TableSize::ToConfirm(first.size));
        }
        let row = self.rows.iter().find(|row| height <= row.to);
        Some(row.map_or(TableSize::ToConfirm(last.size), |row| TableSize::Fits(row.size)))
    }

    /// The single size for a height: the smallest that is not below it. It has to be confirmed
    /// below the row that the smallest single size belongs to, and above the largest one.
    #[must_use]
    pub fn single_for(&self, height: Height) -> Option<TableSize> {
        let (first, last) = (*self.singles.first()?, *self.singles.last()?);
        let Some(size) = self.singles.iter().find(|single| height.cm() <= single.to()) else {
            return Some(TableSize::ToConfirm(last));
        };
        let start = self.row_named(first).map_or(first.from(), |row| row.from.cm());
        Some(if height.cm() < start { TableSize::ToConfirm(*size) } else { TableSize::Fits(*size) })
    }

    /// The row whose size names a single size: 98 stands in 98-104.
    fn row_named(&self, single: Size) -> Option<&SizeRow> {
        self.rows
            .iter()
            .find(|row| row.size.from() <= single.from() && single.to() <= row.size.to())
    }

    /// The table's size for a height in the kind of sizes, ranges or single ones, that a product has.
    #[must_use]
    pub fn size_for(&self, product: &Product, height: Height) -> Option<TableSize> {
        if product.sizes().any(Size::is_single) {
            self.single_for(height)
        } else {
            self.range_for(height)
        }
    }

    /// Which size of a product to offer for a height, in a colour if one is given. Nothing only for
    /// a table without sizes of the product's kind, which the parser does not let through.
    #[must_use]
    pub fn advise<'c>(
        &self,
        product: &'c Product,
        color: Option<&ColorKey>,
        height: Height,
    ) -> Option<SizeAdvice<'c>> {
        let table_size = self.size_for(product, height)?;
        let wanted = table_size.size();
        if product.comes_in(wanted, color) {
            return Some(match table_size {
                TableSize::Fits(size) => SizeAdvice::Fits(size),
                TableSize::ToConfirm(size) => SizeAdvice::ToConfirm(size),
            });
        }
        let in_colors = product
            .colors
            .iter()
            .filter(|variant| product.price(wanted).is_some() && variant.comes_in(wanted))
            .collect();
        Some(SizeAdvice::Unavailable { wanted, in_colors })
    }

    /// The sizes that a size asked for stands for: itself, and in models with the other kind of
    /// sizes the single ones within it, or the range around it.
    pub fn alike(&self, size: Size) -> impl Iterator<Item = Size> {
        let within = move |inner: Size, outer: Size| {
            outer.from() <= inner.from() && inner.to() <= outer.to()
        };
        self.sizes().filter(move |other| within(*other, size) || within(size, *other))
    }

    /// The height that is typical of an age; nothing for an age that the table does not hold.
    #[must_use]
    pub fn typical_height(&self, years: u8) -> Option<Height> {
        self.ages.iter().find(|row| row.years == years).map(|row| row.height)
    }

    /// A guess of height and size from an age, which the customer has to confirm.
    #[must_use]
    pub fn size_for_age(&self, years: u8) -> Option<AgeGuess> {
        let height = self.typical_height(years)?;
        Some(AgeGuess { height, size: self.range_for(height)?.size() })
    }
}
