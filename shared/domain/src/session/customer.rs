//! Who buys, and where the parcel goes.

use serde::{Deserialize, Serialize};

use crate::nickname::Nickname;

/// The customer as an order needs them. Personal data: never for logs, traces or metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// Two or three words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The first name or the surname alone, while the other is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_part: Option<NamePart>,
    /// What they call themselves in their channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Nickname>,
    /// As `+380` and nine digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Where in the town the parcel is picked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<Branch>,
}

/// One half of a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamePart {
    /// The word.
    pub word: String,
    /// Whether it is the first name.
    pub is_first: bool,
}

/// A place of the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// With people or without.
    pub kind: BranchKind,
    /// Its number in the town, 1 to 99999.
    pub number: u32,
}

/// The two kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchKind {
    /// A branch.
    Branch,
    /// A parcel locker.
    Locker,
}

impl Customer {
    /// Whether an order can be sent.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.name.is_some() && self.phone.is_some() && self.city.is_some() && self.branch.is_some()
    }
}
