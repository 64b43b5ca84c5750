//! The names by which the catalogue's files refer to each other.

use std::{borrow::Borrow, fmt};

use serde::{Deserialize, Serialize};

/// Declares a key: text that names one entry of one file and cannot be taken for another's.
macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a key as a file writes it. Whether the catalogue has it is asked elsewhere.
            #[must_use]
            pub fn new(key: impl Into<String>) -> Self {
                Self(key.into())
            }

            /// The key as the files write it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

key! {
    /// A product's file name without its ending: `kostum_laguna`.
    ProductKey
}
key! {
    /// A kind of garment that the shop sells, as in `catalog/categories.toml`: `сукні`.
    CategoryKey
}
key! {
    /// A kind of thing that the shop does not sell, as in `catalog/categories.toml`: `куртки`.
    NotSoldKey
}
key! {
    /// A colour, as in `catalog/colors.toml`: `темно синій`.
    ColorKey
}
key! {
    /// A group of like colours, as in `catalog/colors.toml`: `синій`.
    ColorFamily
}
key! {
    /// A feature of a garment, as in `catalog/features.toml`: `капюшон`.
    FeatureKey
}

/// A product's number in the shop's books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub u64);

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
