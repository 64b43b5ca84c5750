//! Choosing garments: what a message adds to what is being chosen.

use super::{cart::move_to_cart, draft::Draft, fitting::refine};
use crate::{
    catalog::{
        ColorKey, FeatureKey, Found, Order, Product, ProductId, Query, SizeAdvice, SizeWish,
    },
    language::rules::Signal,
    session::facts::{Choice, Search},
    shop::Shop,
    size::{Height, Size},
};

/// The most garments that are chosen at once.
pub(super) const MAX_CHOICES: usize = 4;

/// What stands in the way of a choice, to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The height is outside the table: a manager confirms the nearest size.
    ToConfirm {
        /// The height.
        height: Height,
        /// The nearest size.
        size: Size,
    },
    /// The garment does not come in the size that would fit.
    NoSuchSize {
        /// The garment.
        id: ProductId,
        /// The size that would fit.
        wanted: Size,
    },
    /// The garment comes in the size, but not in this colour.
    NotInColor {
        /// The garment.
        id: ProductId,
        /// The colour.
        color: ColorKey,
        /// The size.
        size: Size,
    },
    /// The garment does not come in the colour.
    NoSuchColor {
        /// The garment.
        id: ProductId,
        /// The colour.
        color: ColorKey,
    },
}

/// What choosing came to.
pub(super) enum Outcome<'c> {
    /// Garments are being chosen: they are in the facts.
    Chosen(Vec<Obstacle>),
    /// Several garments, or none: what was found.
    Searched(Found<'c>),
    /// A height, size, age or colour without a garment.
    NoGarment,
}

/// Takes what a message says of garments into the facts.
pub(super) fn choose<'t>(draft: &mut Draft<'t>) -> Outcome<'t> {
    let kept = set_aside(draft);
    let outcome = choose_anew(draft);
    let is_chosen = matches!(outcome, Outcome::Chosen(_));
    let facts = draft.facts_mut();
    let found = std::mem::replace(&mut facts.choices, kept);
    facts.choices.extend(found);
    if !is_chosen {
        // "One more dress, please" takes what was offered, whatever the search comes to.
        move_to_cart(draft);
    }
    outcome
}

/// The garments on offer, when a message adds another to them: what it says is not of them.
fn set_aside(draft: &mut Draft<'_>) -> Vec<Choice> {
    let perceived = draft.perceived;
    let names_garment = !(perceived.products.is_empty() && perceived.categories.is_empty());
    let only_asks = perceived.has_any(&[
        Signal::AskAvailability,
        Signal::AskPrice,
        Signal::Change,
        Signal::ShowMe,
    ]);
    let is_offered = draft.facts().choices.iter().all(Choice::is_complete);
    if !perceived.has(Signal::AddMore) || only_asks || !is_offered {
        return Vec::new();
    }
    if names_garment {
        return std::mem::take(&mut draft.facts_mut().choices);
    }
    let names_other = !(perceived.heights.is_empty()
        && perceived.sizes.is_empty()
        && perceived.colors.is_empty());
    if !names_other && perceived.is_browsing() && perceived.picks.is_empty() {
        // "А можна ще щось додати?"
        return std::mem::take(&mut draft.facts_mut().choices);
    }
    let like = draft.facts().choices.last().cloned().or_else(|| {
        let line = draft.facts().cart.lines().last()?.clone();
        let (size, color) = (Some(line.size), Some(line.color));
        Some(Choice { size, color, ..Choice::of(line.product_id) })
    });
    match like.filter(|_| names_other && perceived.picks.is_empty()) {
        // "І ще таку саму на 134".
        Some(like) => {
            let like = Choice { quantity: 1, ..like };
            std::mem::replace(&mut draft.facts_mut().choices, vec![like])
        }
        None => Vec::new(),
    }
}

fn choose_anew<'t>(draft: &mut Draft<'t>) -> Outcome<'t> {
    let perceived = draft.perceived;
    if !perceived.heights.is_empty() {
        draft.facts_mut().heights.clone_from(&perceived.heights);
    }
    let named = named(draft);
    if !named.is_empty() {
        take_products(draft, &named);
    } else if perceived.has(Signal::ShowMore)
        && !perceived.names_something()
        && !perceived.has(Signal::AskPhoto)
    {
        look_beside(draft);
    } else if let Some(order) = perceived.asks_order() {
        look_by_price(draft, order);
    } else if starts_search(draft) {
        leave_choices(draft);
        note_search(draft);
    }
    if draft.facts().choices.is_empty() {
        return search(draft);
    }
    let obstacles = refine(draft);
    Outcome::Chosen(obstacles)
}

/// The garments that a message names or picks from the list shown before.
fn named(draft: &Draft<'_>) -> Vec<ProductId> {
    let perceived = draft.perceived;
    let shown = &draft.facts().shown;
    let picked = perceived.picks.iter().filter_map(|place| shown.get(*place));
    let mut named = Vec::new();
    for id in perceived.products.iter().chain(picked) {
        if !named.contains(id) && draft.product(*id).is_some() && named.len() < MAX_CHOICES {
            named.push(*id);
        }
    }
    named
}

fn take_products(draft: &mut Draft<'_>, named: &[ProductId]) {
    let told_sizes = draft.perceived.heights.len() + draft.perceived.sizes.len();
    let facts = draft.facts_mut();
    let old = std::mem::take(&mut facts.choices);
    let search_color = facts.search.color.take();
    let search_size = facts.search.size.take();
    for id in named {
        let mut known: Vec<Choice> =
            old.iter().filter(|choice| choice.product_id == *id).cloned().collect();
        if told_sizes == 1 {
            // One size now, two before: one child is meant.
            known.truncate(1);
        }
        if known.is_empty() {
            known.extend(facts.left.iter().filter(|choice| choice.product_id == *id).cloned());
        }
        if known.is_empty() {
            let mut choice = Choice::of(*id);
            choice.color.clone_from(&search_color);
            choice.size = search_size;
            facts.choices.push(choice);
        } else {
            facts.choices.extend(known);
        }
    }
    facts.search = Search::default();
}

/// Puts what is being chosen aside for a search.
fn leave_choices(draft: &mut Draft<'_>) {
    let facts = draft.facts_mut();
    let choices = std::mem::take(&mut facts.choices);
    if !choices.is_empty() {
        facts.left = choices;
    }
}

/// Other garments of the kind that is being chosen.
fn look_beside(draft: &mut Draft<'_>) {
    let chosen = draft.facts().choices.first().map(|choice| choice.product_id);
    if let Some(product) = chosen.and_then(|id| draft.product(id)) {
        let category = Some(product.category.clone());
        draft.facts_mut().search = Search { category, ..Search::default() };
        leave_choices(draft);
    }
}

/// The cheapest or dearest of what was just shown, where one of these is meant; else a search for
/// more of the kind, in that order.
fn look_by_price(draft: &mut Draft<'_>, order: Order) {
    let perceived = draft.perceived;
    let asks_for_more = perceived.is_question
        || perceived.has_any(&[Signal::Browse, Signal::ShowMe, Signal::ShowMore])
        || perceived.names_garment_or_look();
    if draft.facts().choices.is_empty() && !asks_for_more {
        let shown = draft.facts().shown.iter().filter_map(|id| draft.product(*id));
        let price_for_height = |product: &Product| {
            let height = draft.facts().heights.first().copied()?;
            match draft.shop.catalog.size_for(product.id, None, height)? {
                SizeAdvice::Fits(size) | SizeAdvice::ToConfirm(size) => product.price(size),
                SizeAdvice::Unavailable { .. } => None,
            }
        };
        let price = |product: &&Product| {
            let price = price_for_height(product).unwrap_or(product.price_range().from).kopecks();
            if order == Order::PriceAscending { price } else { u64::MAX - price }
        };
        if let Some(id) = shown.min_by_key(price).map(|product| product.id) {
            take_products(draft, &[id]);
            return;
        }
    }
    if perceived.categories.is_empty() {
        look_beside(draft);
    }
    leave_choices(draft);
    note_search(draft);
    let is_of_kind = |product: &&Product| {
        draft.facts().search.category.as_ref().is_none_or(|kind| product.category == *kind)
    };
    if draft.shop.catalog.products().iter().filter(is_of_kind).count() == 1 {
        // Of a kind with one garment, another one is of another kind.
        draft.facts_mut().search.category = None;
    }
    draft.facts_mut().search.order = order;
    draft.facts_mut().search.seen = 0;
}

/// Whether a message looks for another kind of garment than those being chosen.
fn starts_search(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    let chosen = &draft.facts().choices;
    let other_kind = perceived.categories.iter().any(|category| {
        !chosen
            .iter()
            .filter_map(|choice| draft.product(choice.product_id))
            .any(|product| product.category == *category)
    });
    // "А він теплий?" asks about what is chosen.
    let looks_for_more =
        perceived.has_any(&[Signal::Browse, Signal::ShowMe, Signal::ShowMore, Signal::AskRange]);
    let only_ranks = |key: &FeatureKey| {
        draft.shop.catalog.features().iter().any(|it| it.only_ranks && it.key == *key)
    };
    let is_matter_of_degree = perceived.features.iter().any(only_ranks);
    let other_feature = !perceived.features.is_empty()
        && looks_for_more
        && (is_matter_of_degree
            || !chosen.iter().filter_map(|choice| draft.product(choice.product_id)).any(
                |product| {
                    perceived.features.iter().all(|feature| {
                        product.features.contains(feature)
                            || product
                                .colors
                                .iter()
                                .any(|variant| variant.features.contains(feature))
                    })
                },
            ));
    let asks_what_is_there = perceived.has(Signal::AskRange) && perceived.tells_size();
    chosen.is_empty() || other_kind || other_feature || asks_what_is_there
}

fn note_search(draft: &mut Draft<'_>) {
    let perceived = draft.perceived;
    let facts = draft.facts_mut();
    if !perceived.categories.is_empty() {
        facts.search = Search::default();
    }
    let search = &mut facts.search;
    if perceived.names_something() {
        search.seen = 0;
    }
    if let Some(category) = perceived.categories.first() {
        search.category = Some(category.clone());
    }
    if let Some(color) = perceived.colors.first() {
        search.color = Some(color.clone());
    }
    if !perceived.features.is_empty() {
        search.features.clone_from(&perceived.features);
    }
    if let Some(size) = perceived.sizes.first() {
        search.size = Some(*size);
    }
}

/// Whatever there is for the height that is known.
pub(super) fn look_for_height<'t>(draft: &mut Draft<'t>) -> Outcome<'t> {
    draft.facts_mut().choices.clear();
    draft.facts_mut().search = Search::default();
    let height = draft.facts().heights.first().copied().map(SizeWish::Height);
    Outcome::Searched(draft.shop.catalog.search(&Query { size: height, ..Query::default() }))
}

/// The whole catalogue, page by page.
pub(super) fn browse<'t>(draft: &mut Draft<'t>) -> Outcome<'t> {
    let skip = draft.facts().search.seen;
    Outcome::Searched(draft.shop.catalog.search(&Query { skip, ..Query::default() }))
}

/// Looks for garments by all that is known. One garment is chosen at once.
pub(super) fn search<'t>(draft: &mut Draft<'t>) -> Outcome<'t> {
    let shop: &'t Shop<'t> = draft.shop;
    if !draft.perceived.has(Signal::ShowMore) {
        draft.facts_mut().search.seen = 0;
    }
    let facts = draft.facts().clone();
    let search = &facts.search;
    let has_wish =
        search.category.is_some() || search.color.is_some() || !search.features.is_empty();
    // A height told to a list makes the list again, for the height.
    let tells_height = !(draft.perceived.heights.is_empty() && draft.perceived.sizes.is_empty());
    let goes_on = facts.shown.len() > 1 && tells_height;
    if !has_wish && !goes_on && !draft.perceived.is_browsing() {
        return Outcome::NoGarment;
    }
    let size = search
        .size
        .map(SizeWish::Size)
        .or_else(|| facts.heights.first().copied().map(SizeWish::Height));
    let colors: Vec<ColorKey> = search.color.iter().cloned().collect();
    let found = shop.catalog.search(&Query {
        products: &[],
        category: search.category.as_ref(),
        size,
        colors: &colors,
        features: &search.features,
        skip: search.seen,
        order: search.order,
    });
    if let ([hit], true, 1) = (found.hits.as_slice(), found.is_exact(), found.total) {
        let mut choice = Choice::of(hit.product.id);
        choice.size = search.size.filter(|size| hit.product.comes_in(*size, None));
        choice.color.clone_from(&search.color);
        let facts = draft.facts_mut();
        facts.choices = vec![choice];
        facts.shown = vec![hit.product.id];
        facts.search = Search::default();
        let obstacles = refine(draft);
        return Outcome::Chosen(obstacles);
    }
    Outcome::Searched(found)
}
