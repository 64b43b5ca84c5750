//! The facts that a text can name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What kind of value stands for a placeholder. A price can never be filled in as loose text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An exact amount; brings its own "грн".
    Money,
    /// One size.
    Size,
    /// Several sizes, ascending, parted by commas.
    Sizes,
    /// Centimetres.
    Height,
    /// A whole number.
    Number,
    /// Words.
    Text,
}

/// Declares the placeholders from one list: the variant, the name in braces, the kind.
macro_rules! placeholders {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal: $kind:ident;)+) => {
        /// A fact that a text can name, written `{name}` in it.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Placeholder {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Placeholder {
            /// Every placeholder.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name, which stands in braces in a text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The kind of value that it takes.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)+
                }
            }
        }
    };
}

placeholders! {
    /// A place in a list, from 1.
    N = "n": Number;
    /// A garment's name.
    Name = "name": Text;
    /// The kinds of garment that are sold.
    Categories = "categories": Text;
    /// A child's height.
    Height = "height": Height;
    /// The smallest height that a size fits.
    HeightFrom = "height_from": Height;
    /// The largest height that a size fits.
    HeightTo = "height_to": Height;
    /// A size.
    Size = "size": Size;
    /// A price.
    Price = "price": Money;
    /// The price of the cheapest size.
    PriceFrom = "price_from": Money;
    /// The price of the dearest size.
    PriceTo = "price_to": Money;
    /// What an order costs.
    Total = "total": Money;
    /// What is paid at once when the rest is paid on delivery.
    Prepayment = "prepayment": Money;
    /// What is paid on delivery.
    Rest = "rest": Money;
    /// What the carrier takes for collecting the rest.
    Fee = "fee": Money;
    /// Several sizes.
    Sizes = "sizes": Sizes;
    /// A colour.
    Color = "color": Text;
    /// Several colours.
    Colors = "colors": Text;
    /// How many pieces.
    Quantity = "quantity": Number;
    /// A child's age.
    Years = "years": Number;
    /// What a garment is made of.
    Fabric = "fabric": Text;
    /// How a garment is cut.
    Details = "details": Text;
    /// What tells a garment from all others.
    Special = "special": Text;
    /// Something that the shop does not sell.
    What = "what": Text;
    /// Who gets the parcel.
    Customer = "customer": Text;
    /// The customer's phone.
    Phone = "phone": Text;
    /// The town of the parcel.
    City = "city": Text;
    /// The carrier's branch or locker.
    Branch = "branch": Text;
    /// An order's number.
    Order = "order": Text;
    /// A day.
    Day = "day": Text;
    /// Why something was done.
    Reason = "reason": Text;
    /// What the model cost.
    Cost = "cost": Text;
    /// How long something took.
    Time = "time": Text;
    /// An alarm's name.
    Alarm = "alarm": Text;
    /// A section of the runbook.
    Section = "section": Text;
    /// Who of the managers.
    Manager = "manager": Text;
    /// What the conversations before were about.
    Summary = "summary": Text;
    /// What of the delivery data is not known yet.
    Missing = "missing": Text;
    /// Who delivers.
    Carrier = "carrier": Text;
    /// The usual days of a delivery, at least.
    DaysFrom = "days_from": Number;
    /// The usual days of a delivery, at most.
    DaysTo = "days_to": Number;
    /// Who gets the money.
    Recipient = "recipient": Text;
    /// The account.
    Iban = "iban": Text;
    /// The recipient's tax number.
    TaxId = "tax_id": Text;
}

/// A name in braces that no fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no placeholder has this name")]
pub struct UnknownPlaceholder;

impl FromStr for Placeholder {
    type Err = UnknownPlaceholder;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_named = |placeholder: &Self| placeholder.as_str() == name;
        Self::ALL.iter().copied().find(is_named).ok_or(UnknownPlaceholder)
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
