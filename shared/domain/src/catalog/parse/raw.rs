//! The files as they are written. Values that can be wrong keep their place in the file.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    super::{AnsweredBy, PolicyTopic, Visual},
    faults::{Faults, File},
};

/// `catalog/shop.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shop {
    currency: Spanned<String>,
    photo_hosts: Vec<String>,
    price_min_uah: Spanned<u32>,
    price_max_uah: u32,
}

/// `catalog/shop.toml`, checked.
pub(super) struct ShopRules {
    pub(super) photo_hosts: Vec<String>,
    pub(super) price_min_uah: u32,
    pub(super) price_max_uah: u32,
}

impl Shop {
    pub(super) fn check(self, file: &File<'_>, faults: &mut Faults) -> ShopRules {
        if self.currency.get_ref() != "UAH" {
            let at = self.currency.span().start;
            faults.add(file, at, "prices can only be in UAH");
        }
        if *self.price_min_uah.get_ref() > self.price_max_uah {
            let at = self.price_min_uah.span().start;
            faults.add(file, at, "price_min_uah is more than price_max_uah");
        }
        ShopRules {
            photo_hosts: self.photo_hosts,
            price_min_uah: self.price_min_uah.into_inner(),
            price_max_uah: self.price_max_uah,
        }
    }
}

/// `catalog/sizes.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sizes {
    #[serde(default)]
    pub(super) row: Vec<Spanned<SizeRow>>,
    pub(super) singles: Spanned<Vec<Spanned<u16>>>,
    #[serde(default)]
    pub(super) age: Vec<Spanned<AgeRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SizeRow {
    pub(super) size: Spanned<String>,
    pub(super) from_cm: Spanned<u16>,
    pub(super) to_cm: Spanned<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgeRow {
    pub(super) years: u8,
    pub(super) height_cm: Spanned<u16>,
}

/// `catalog/categories.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Categories {
    pub(super) category: Vec<Words>,
    #[serde(default)]
    pub(super) not_sold: Vec<NotSold>,
}

/// A key and the words for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) key: Spanned<String>,
    pub(super) words: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotSold {
    pub(super) key: Spanned<String>,
    pub(super) words: Vec<Spanned<String>>,
    pub(super) nearest: Option<Spanned<String>>,
}

/// `catalog/colors.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Colors {
    pub(super) families: Vec<String>,
    pub(super) color: Vec<Color>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Color {
    pub(super) key: Spanned<String>,
    pub(super) label: Spanned<String>,
    pub(super) family: Spanned<String>,
    pub(super) words: Vec<Spanned<String>>,
    pub(super) counts_as: Option<Spanned<String>>,
    pub(super) note: Option<Spanned<String>>,
}

/// `catalog/features.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Features {
    pub(super) feature: Vec<Feature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Feature {
    pub(super) key: Spanned<String>,
    pub(super) words: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) only_ranks: bool,
}

/// `catalog/policies.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policies {
    pub(super) payment: Payment,
    pub(super) delivery: Delivery,
    pub(super) answered_by: Spanned<BTreeMap<PolicyTopic, AnsweredBy>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payment {
    pub(super) prepayment_uah: u32,
    pub(super) carrier_fee_percent: Spanned<u8>,
    pub(super) carrier_fee_fixed_uah: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivery {
    pub(super) carrier: Spanned<String>,
    pub(super) days_from: Spanned<u8>,
    pub(super) days_to: u8,
}

/// `catalog/aliases.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Aliases {
    pub(super) aliases: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// `catalog/products/<key>.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Product {
    pub(super) id: Spanned<u64>,
    pub(super) name: Spanned<String>,
    pub(super) category: Spanned<String>,
    pub(super) fabric: Spanned<String>,
    pub(super) details: Vec<Spanned<String>>,
    pub(super) special: Spanned<String>,
    #[serde(default)]
    pub(super) features: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) confused_with: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) prices_uah: BTreeMap<Spanned<String>, Spanned<i64>>,
    #[serde(default)]
    pub(super) color: Vec<ColorVariant>,
    pub(super) visual: Visual,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColorVariant {
    pub(super) color: Spanned<String>,
    pub(super) label: Spanned<String>,
    pub(super) sku: Spanned<String>,
    pub(super) photo: Spanned<String>,
    pub(super) sizes: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(super) features: Vec<Spanned<String>>,
}
