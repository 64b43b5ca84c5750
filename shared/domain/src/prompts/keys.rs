//! What the assistant can say: one key a text, with the facts that the text may name.
//!
//! The words are in `prompts/*.md`. A text of a key may hold the placeholders that stand beside it
//! here, as `{name}`, and no others; it holds no number of its own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::placeholder::Placeholder;

macro_rules! template_keys {
    ($($(#[doc = $doc:literal])+ $variant:ident = $key:literal [$($placeholder:ident),*];)+) => {
        /// A text that customers read.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum TemplateKey {
            $($(#[doc = $doc])+ #[serde(rename = $key)] $variant,)+
        }

        impl TemplateKey {
            /// Every key; `prompts/` holds a text for each.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in `prompts/*.md`: `topic.text`, where `topic` is the name of the file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }

            /// The facts that its text may name.
            #[must_use]
            pub const fn placeholders(self) -> &'static [Placeholder] {
                match self {
                    $(Self::$variant => &[$(Placeholder::$placeholder),*],)+
                }
            }
        }
    };
}

template_keys! {
    /// The first words of a day.
    GreetingHello = "greeting.hello" [];
    /// A second greeting on one day.
    GreetingAgain = "greeting.again" [];
    /// The conversation begins anew, as the customer asked.
    GreetingRestart = "greeting.restart" [];
    /// What is looked for?
    DiscoveryAskWhat = "discovery.ask_what" [];
    /// Something could not be read; what is looked for?
    DiscoveryNotUnderstood = "discovery.not_understood" [];
    /// Goes before a list of garments.
    DiscoveryList = "discovery.list" [];
    /// Goes before a list of garments in the size for a height.
    DiscoveryListForHeight = "discovery.list_for_height" [Height, Size];
    /// One line of a list: a garment without a size.
    DiscoveryItem = "discovery.item" [N, Name];
    /// One line of a list: a garment in a size.
    DiscoveryItemPriced = "discovery.item_priced" [N, Name, Size, Price];
    /// Which garment of the list?
    DiscoveryAskWhich = "discovery.ask_which" [];
    /// The one garment that fits the search.
    DiscoveryFound = "discovery.found" [Name];
    /// What was asked for is not in the catalogue; says what is.
    DiscoveryNotInCatalogue = "discovery.not_in_catalogue" [Categories];
    /// Nothing fits all wishes; what follows is nearest.
    DiscoveryNearest = "discovery.nearest" [];
    /// Which height?
    SizeAskHeight = "size.ask_height" [];
    /// An age alone: which height?
    SizeAskHeightForAge = "size.ask_height_for_age" [];
    /// The size for a height.
    SizeForHeight = "size.for_height" [Height, Size];
    /// A garment in a size with its price.
    SizePrice = "size.price" [Name, Size, Price];
    /// Beside a garment in milk when white was asked for (decision 12).
    ColorWhiteIsMilk = "color.white_is_milk" [];
}

/// A name that no text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no template has this name")]
pub struct UnknownTemplateKey;

impl FromStr for TemplateKey {
    type Err = UnknownTemplateKey;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|key| key.as_str() == name).ok_or(UnknownTemplateKey)
    }
}

impl fmt::Display for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
