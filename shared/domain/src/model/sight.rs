//! What the photos of a turn show, by how sure the model is (specification of the dialogue, 4.6).

use serde::{Deserialize, Serialize};

use super::reading::{PhotoKind, SeenPhoto};
use crate::{
    catalog::{Catalog, ColorKey, ProductId},
    photo::Mark,
};

/// From this confidence on, a garment is taken for what the model says. In percent.
const SURE_OF_PHOTO: u8 = 85;

/// From this confidence on, the customer is asked whether it is the garment.
const LIKELY: u8 = 50;

/// What a photo shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// A garment of the catalogue.
    Garment {
        /// Which one.
        id: ProductId,
        /// In which of its colours, where that can be seen.
        color: Option<ColorKey>,
    },
    /// A garment of the catalogue, perhaps.
    Perhaps(ProductId),
    /// A garment that is not ours.
    NotOurs,
    /// Something that cannot be made out.
    Unclear,
    /// A proof of payment.
    Receipt,
}

/// A photo that was looked at, and what it shows: not paid for twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPhoto {
    /// What it is known again by.
    pub mark: Mark,
    /// What it shows.
    pub sight: Sight,
}

/// What `photos` photos show, in their order.
pub(super) fn sights(catalog: &Catalog, seen: &[SeenPhoto], photos: usize) -> Vec<Sight> {
    (1..=photos)
        .map(|n| {
            let photo = seen.iter().find(|photo| photo.n == n);
            photo.map_or(Sight::Unclear, |photo| sight(catalog, photo))
        })
        .collect()
}

fn sight(catalog: &Catalog, photo: &SeenPhoto) -> Sight {
    if photo.kind == PhotoKind::Receipt {
        return Sight::Receipt;
    }
    let Some(id) = photo.product.map(ProductId) else {
        let is_sure = photo.confidence >= SURE_OF_PHOTO;
        return if is_sure { Sight::NotOurs } else { Sight::Unclear };
    };
    match catalog.product(id) {
        // A garment that the model made up is one that the catalogue has not.
        None => Sight::NotOurs,
        Some(product) if photo.confidence >= SURE_OF_PHOTO => {
            let color = photo.color.as_deref().map(ColorKey::new);
            Sight::Garment { id, color: color.filter(|color| product.variant(color).is_some()) }
        }
        Some(_) if photo.confidence >= LIKELY => Sight::Perhaps(id),
        Some(_) => Sight::Unclear,
    }
}
