//! Finding garments by any mixture of what a customer can ask for.
//!
//! The wishes are taken one after the other, the most telling first, and each narrows down what is
//! left. A wish that would leave nothing is missed: what is found then is what is nearest, and says
//! which wishes it misses. A search costs a few passes over one bit a variant.

use serde::{Deserialize, Serialize};

use super::{
    Catalog, ColorVariant, Product, TableSize,
    bits::Bits,
    keys::{CategoryKey, ColorKey, FeatureKey, ProductId},
};
use crate::size::{Height, Size};

/// How many garments a search gives at once.
pub const MAX_HITS: usize = 5;

/// What a customer asks for. Nothing asked finds the whole catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Query<'q> {
    /// Garments by name: one of them.
    pub products: &'q [ProductId],
    /// A kind of garment.
    pub category: Option<&'q CategoryKey>,
    /// A size, or whatever size fits a height.
    pub size: Option<SizeWish>,
    /// Colours: one of them. A colour that another counts as finds that other.
    pub colors: &'q [ColorKey],
    /// Features: all of them, but for those that only rank.
    pub features: &'q [FeatureKey],
    /// How many garments were shown already and are left out.
    pub skip: usize,
    /// In which order.
    pub order: Order,
}

/// The order in which garments are found. What has a feature that only ranks comes first in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// As the catalogue has them.
    #[default]
    Catalog,
    /// The cheapest first.
    PriceAscending,
    /// The dearest first.
    PriceDescending,
}

/// A size as a customer asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeWish {
    /// A size by its name. In models with the other kind of sizes, those that are like it.
    Size(Size),
    /// The size that fits a height.
    Height(Height),
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'c> {
    /// At most [`MAX_HITS`] garments in the order asked for; all of them fit the same wishes.
    pub hits: Vec<Hit<'c>>,
    /// How many garments there are, with those left out and those beyond.
    pub total: usize,
    /// The wishes that none of them fits; empty when all fit exactly.
    pub missed: Vec<Miss>,
}

/// A garment that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'c> {
    /// The garment.
    pub product: &'c Product,
    /// Its colours that fit, in the order in which they are shown; never empty.
    pub variants: Vec<&'c ColorVariant>,
    /// The size that fits the size or height asked for; nothing if none was asked for, none fits,
    /// or several are like the one asked for.
    pub size: Option<TableSize>,
}

/// A wish that nothing fits beside the wishes before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Miss {
    /// The name.
    Name,
    /// The kind of garment.
    Category,
    /// The size, or the size for the height.
    Size,
    /// The colour; what was found is in another colour of its family.
    ColorButFamily,
    /// The colour, and its family as well.
    Color,
    /// A feature.
    Feature(FeatureKey),
}

impl Found<'_> {
    /// Whether everything found fits every wish.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.missed.is_empty()
    }
}

impl Catalog {
    /// Finds what fits all wishes or, where nothing does, what is nearest. Finds nothing only if
    /// no wish at all can be met.
    #[must_use]
    pub fn search(&self, query: &Query<'_>) -> Found<'_> {
        let mut search =
            Search { left: Bits::all(self.index.len()), is_any_met: false, missed: Vec::new() };
        if !query.products.is_empty() {
            search.narrow(Some(&self.named(query.products)), Miss::Name);
        }
        if let Some(category) = query.category {
            search.narrow(self.index.by_category.get(category), Miss::Category);
        }
        let is_size_met = query.size.is_some_and(|wish| {
            let fitting = self.index.by_size.any_of(self.sizes_for(wish));
            search.narrow(Some(&fitting), Miss::Size)
        });
        if !query.colors.is_empty() {
            self.narrow_by_color(query.colors, &mut search);
        }
        let mut preferred = None;
        for feature in query.features {
            let has_it = self.index.by_feature.get(feature);
            if self.only_ranks(feature) {
                search.is_any_met |= has_it.is_some();
                preferred = preferred.or(has_it);
                continue;
            }
            search.narrow(has_it, Miss::Feature(feature.clone()));
        }
        if !search.is_any_met && !search.missed.is_empty() {
            return Found { hits: Vec::new(), total: 0, missed: search.missed };
        }
        let size = query.size.filter(|_| is_size_met);
        let (hits, total) = if preferred.is_none() && query.order == Order::Catalog {
            self.hits(&search.left, query.skip, size)
        } else {
            self.ranked_hits(&search.left, preferred, query, size)
        };
        Found { hits, total, missed: search.missed }
    }

    /// Whether a feature is a matter of degree.
    fn only_ranks(&self, key: &FeatureKey) -> bool {
        self.features().iter().any(|feature| feature.only_ranks && feature.key == *key)
    }

    /// The colour under which the catalogue keeps a colour: itself if anything is sold in it,
    /// otherwise the one that counts as it, if there is one.
    #[must_use]
    pub fn sold_as<'k>(&'k self, color: &'k ColorKey) -> &'k ColorKey {
        if self.index.by_color.get(color).is_some() {
            return color;
        }
        let counts_as = self.color(color).and_then(|color| color.counts_as.as_ref());
        counts_as.map_or(color, |other| &other.color)
    }

    /// The variants of the garments with these numbers.
    fn named(&self, ids: &[ProductId]) -> Bits {
        let mut variants = Bits::none(self.index.len());
        for place in ids.iter().filter_map(|id| self.by_id.get(id)) {
            for variant in self.index.variants_of(*place) {
                variants.insert(variant);
            }
        }
        variants
    }

    /// The sizes that meet a wish, of both kinds.
    fn sizes_for(&self, wish: SizeWish) -> impl Iterator<Item = Size> {
        let table = self.sizes();
        let (alike, height) = match wish {
            SizeWish::Size(size) => (Some(table.alike(size)), None),
            SizeWish::Height(height) => (None, Some(height)),
        };
        let for_height = height.into_iter().flat_map(|height| {
            [table.range_for(height), table.single_for(height)].into_iter().flatten()
        });
        alike.into_iter().flatten().chain(for_height.map(TableSize::size))
    }

    fn narrow_by_color(&self, colors: &[ColorKey], search: &mut Search) {
        let sold = || colors.iter().map(|color| self.sold_as(color));
        let exact = self.index.by_color.any_of(sold().cloned());
        if search.take(&exact) {
            return;
        }
        let families = sold().filter_map(|color| self.color(color)).map(|color| &color.family);
        let family = self.index.by_family.any_of(families.cloned());
        let is_near = search.take(&family);
        search.missed.push(if is_near { Miss::ColorButFamily } else { Miss::Color });
    }

    /// The garments of some variants after those left out, and how many there are in all.
    fn hits(&self, variants: &Bits, skip: usize, size: Option<SizeWish>) -> (Vec<Hit<'_>>, usize) {
        let mut hits: Vec<Hit<'_>> = Vec::with_capacity(MAX_HITS);
        let mut total = 0;
        let mut last = None;
        for variant in variants.iter() {
            let Some(place) = self.index.products.get(variant).copied() else { continue };
            if last != Some(place) {
                last = Some(place);
                total += 1;
                if total > skip && hits.len() < MAX_HITS {
                    let Some(product) = self.products().get(place) else { continue };
                    let size = size.and_then(|wish| self.size_of(product, wish));
                    hits.push(Hit { product, variants: Vec::new(), size });
                }
            }
            let is_shown = total > skip && total <= skip.saturating_add(MAX_HITS);
            if let (true, Some(hit)) = (is_shown, hits.last_mut()) {
                let color = variant - self.index.variants_of(place).start;
                hit.variants.extend(hit.product.colors.get(color));
            }
        }
        (hits, total)
    }

    /// The same in another order than the catalogue's.
    fn ranked_hits(
        &self,
        variants: &Bits,
        preferred: Option<&Bits>,
        query: &Query<'_>,
        size: Option<SizeWish>,
    ) -> (Vec<Hit<'_>>, usize) {
        let mut places: Vec<usize> = variants
            .iter()
            .filter_map(|variant| self.index.products.get(variant).copied())
            .collect();
        places.dedup();
        let rank = |place: &usize| {
            let is_preferred = preferred.is_some_and(|preferred| {
                self.index.variants_of(*place).any(|variant| preferred.contains(variant))
            });
            let price = self.products().get(*place).map_or(0, |product| {
                let advised = size.and_then(|wish| self.size_of(product, wish));
                let price = advised.and_then(|size| product.price(size.size()));
                price.unwrap_or(product.price_range().from).kopecks()
            });
            let by_price = match query.order {
                Order::Catalog => 0,
                Order::PriceAscending => price,
                Order::PriceDescending => u64::MAX - price,
            };
            (!is_preferred, by_price)
        };
        places.sort_by_cached_key(rank);
        let total = places.len();
        let hit = |place: usize| {
            let product = self.products().get(place)?;
            let first = self.index.variants_of(place).start;
            let fitting =
                self.index.variants_of(place).filter(|variant| variants.contains(*variant));
            let variants =
                fitting.filter_map(|variant| product.colors.get(variant - first)).collect();
            let size = size.and_then(|wish| self.size_of(product, wish));
            Some(Hit { product, variants, size })
        };
        let shown = places.into_iter().skip(query.skip).take(MAX_HITS);
        (shown.filter_map(hit).collect(), total)
    }

    /// The one size of a garment that meets a wish.
    fn size_of(&self, product: &Product, wish: SizeWish) -> Option<TableSize> {
        match wish {
            SizeWish::Height(height) => self
                .sizes()
                .size_for(product, height)
                .filter(|advised| product.price(advised.size()).is_some()),
            SizeWish::Size(size) if product.price(size).is_some() => Some(TableSize::Fits(size)),
            SizeWish::Size(size) => {
                let mut alike = self.sizes().alike(size).filter(|it| product.price(*it).is_some());
                let first = alike.next()?;
                alike.next().is_none().then_some(TableSize::Fits(first))
            }
        }
    }
}

/// What is left while the wishes are taken one after the other.
struct Search {
    left: Bits,
    is_any_met: bool,
    missed: Vec<Miss>,
}

impl Search {
    /// Keeps what meets a wish, or notes that nothing does. Says which.
    fn narrow(&mut self, meeting: Option<&Bits>, miss: Miss) -> bool {
        let is_met = meeting.is_some_and(|meeting| self.take(meeting));
        if !is_met {
            self.missed.push(miss);
        }
        is_met
    }

    /// Keeps what meets a wish, if anything does.
    fn take(&mut self, meeting: &Bits) -> bool {
        let is_met = self.left.narrow(meeting);
        self.is_any_met |= is_met;
        is_met
    }
}
