//! One thing that is known of a customer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{ColorKey, ProductId},
    session::{customer::Branch, facts::PaymentMethod},
    size::{Height, Size},
};

/// What is known. Personal data: never for logs, traces or metrics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// How tall a child was.
    Height(Height),
    /// How old a child was, in years.
    Age(u8),
    /// What was bought and paid for.
    Bought {
        /// The garment.
        product: ProductId,
        /// In which size.
        size: Size,
        /// In which colour.
        color: ColorKey,
    },
    /// A colour that was asked for.
    Likes(ColorKey),
    /// A colour that was not wanted.
    Refuses(ColorKey),
    /// The town of the parcel.
    City(String),
    /// Where in the town it is picked up.
    Branch(Branch),
    /// How they like to pay.
    Pays(PaymentMethod),
}

/// A fact, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What.
    pub known: Known,
    /// The turn in which it was learned.
    pub turn: u32,
    /// How sure it is, in percent.
    pub confidence: u8,
    /// When it was learned.
    pub at: Timestamp,
}

/// How many centimetres a child may have grown since it was measured last; who is taller is another.
const GROWN: u16 = 30;

/// By how many centimetres a later measure may be smaller; who is smaller is another child.
const MEASURED_WRONG: u16 = 5;

/// How many years a child may have aged since its age was told last.
const AGED: u8 = 3;

impl Fact {
    /// How much of a stranger a later fact is to this one: the least strange replaces it. `None`
    /// where both can hold.
    pub(super) fn contradicted_by(&self, later: &Known) -> Option<u16> {
        match (&self.known, later) {
            (Known::Height(old), Known::Height(new)) => {
                let (old, new) = (old.cm(), new.cm());
                let grown = new.checked_sub(old).filter(|cm| *cm <= GROWN);
                let shrunk = old.checked_sub(new).filter(|cm| *cm <= MEASURED_WRONG);
                grown.or_else(|| shrunk.map(|cm| cm + GROWN))
            }
            (Known::Age(old), Known::Age(new)) => {
                new.checked_sub(*old).filter(|years| *years <= AGED).map(u16::from)
            }
            (Known::Likes(a), Known::Refuses(b)) | (Known::Refuses(a), Known::Likes(b)) => {
                (a == b).then_some(0)
            }
            (Known::City(_), Known::City(_))
            | (Known::Branch(_), Known::Branch(_))
            | (Known::Pays(_), Known::Pays(_)) => Some(0),
            _ => None,
        }
    }

    /// Whether both are of one kind, of which only so many are kept.
    pub(super) fn is_like(&self, other: &Known) -> bool {
        std::mem::discriminant(&self.known) == std::mem::discriminant(other)
    }
}
