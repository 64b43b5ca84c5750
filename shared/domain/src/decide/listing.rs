//! Saying what a search found: lists, what is not sold, the size table.

use super::{
    choosing,
    draft::{Draft, MAX_PHOTOS, Say},
    edges::Event,
    present, recall,
    service::nudge,
};
use crate::{
    catalog::{Found, Hit, MAX_HITS, Miss, NotSoldKey, Order, TableSize},
    language::rules::Signal,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::Search,
    state::State,
};

pub(super) fn present_found(draft: &mut Draft<'_>, found: &Found<'_>) {
    let seen = draft.facts().search.seen;
    if found.hits.is_empty() {
        if seen > 0 {
            draft.tell(TemplateKey::DiscoveryNoMore);
            draft.ask(TemplateKey::DiscoveryAskWhich, Values::none());
        } else {
            let categories = draft.categories();
            let values = Values::none().with(Placeholder::Categories, categories);
            draft.say(TemplateKey::DiscoveryNotInCatalogue, values);
            draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
        }
        return;
    }
    let head = head_of(draft, found);
    let mut lines = vec![head];
    for (at, hit) in found.hits.iter().enumerate() {
        lines.push(item(draft, seen + at, hit));
    }
    draft.says.push(Say::Lines(lines));
    if draft.perceived.counted_as.is_some() && found.is_exact() {
        draft.tell(TemplateKey::ColorWhiteIsMilk);
    }
    let facts = draft.facts_mut();
    facts.shown = found.hits.iter().map(|hit| hit.product.id).collect();
    facts.search.seen = seen + found.hits.len();
    if draft.perceived.has_any(&[Signal::AskPhoto, Signal::ShowMe]) {
        for hit in found.hits.iter().take(MAX_PHOTOS) {
            if let Some(variant) = hit.variants.first() {
                draft.show(hit.product, variant);
            }
        }
    }
    if found.total > seen + MAX_HITS {
        draft.tell(TemplateKey::DiscoveryMore);
    }
    if draft.facts().heights.is_empty() && draft.facts().search.size.is_none() {
        ask_height(draft);
    } else {
        draft.ask(TemplateKey::DiscoveryAskWhich, Values::none());
    }
}

/// What goes before a list: what was looked for, or what of it is missed.
fn head_of(draft: &Draft<'_>, found: &Found<'_>) -> (TemplateKey, Values) {
    let none = Values::none;
    if found.missed.iter().any(|miss| matches!(miss, Miss::Color | Miss::ColorButFamily)) {
        let color = draft.facts().search.color.as_ref();
        let label = color
            .and_then(|key| draft.shop.catalog.color(key))
            .map_or_else(String::new, |color| color.label.clone());
        return (TemplateKey::DiscoveryNearestColor, none().with(Placeholder::Color, label));
    }
    if found.missed.contains(&Miss::Size) {
        return (TemplateKey::DiscoveryNearestSize, none());
    }
    if !found.is_exact() {
        return (TemplateKey::DiscoveryNearest, none());
    }
    let sizes: Vec<_> =
        found.hits.iter().filter_map(|hit| hit.size).map(|size| size.size()).collect();
    let is_one_size = sizes.len() == found.hits.len() && sizes.iter().all(|size| *size == sizes[0]);
    match (draft.facts().heights.first(), draft.facts().search.size) {
        (_, Some(size)) => {
            (TemplateKey::DiscoveryListForSize, none().with(Placeholder::Size, size))
        }
        (Some(height), None) if is_one_size && draft.facts().heights.len() < 2 => {
            let values =
                none().with(Placeholder::Height, *height).with(Placeholder::Size, sizes[0]);
            (TemplateKey::DiscoveryListForHeight, values)
        }
        _ => (TemplateKey::DiscoveryList, none()),
    }
}

fn item(draft: &mut Draft<'_>, place: usize, hit: &Hit<'_>) -> (TemplateKey, Values) {
    let n = u32::try_from(place + 1).unwrap_or(u32::MAX);
    let product = hit.product;
    let values =
        Values::none().with(Placeholder::N, n).with(Placeholder::Name, product.name.as_str());
    // Two children have two sizes: a line could name only one of them.
    let size = hit.size.map(|size| size.size()).filter(|_| draft.facts().heights.len() < 2);
    let price = size.and_then(|size| product.price(size));
    draft.name(product.id, size, price);
    if let (Some(size), Some(price)) = (size, price) {
        let values = values.with(Placeholder::Size, size).with(Placeholder::Price, price);
        return (TemplateKey::DiscoveryItemPriced, values);
    }
    let is_by_price = draft.facts().search.order != Order::Catalog;
    if !draft.perceived.has(Signal::AskPrice) && !is_by_price && draft.facts().heights.len() < 2 {
        return (TemplateKey::DiscoveryItem, values);
    }
    let range = product.price_range();
    match range.single() {
        Some(price) => (TemplateKey::DiscoveryItemAllSizes, values.with(Placeholder::Price, price)),
        None => {
            let values = values
                .with(Placeholder::PriceFrom, range.from)
                .with(Placeholder::PriceTo, range.to);
            (TemplateKey::DiscoveryItemRange, values)
        }
    }
}

/// A size or a colour without a garment.
pub(super) fn present_no_garment(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    let heights = perceived.heights.clone();
    for height in &heights {
        if let Some(size) = draft.shop.catalog.sizes().range_for(*height) {
            let values = Values::none()
                .with(Placeholder::Height, *height)
                .with(Placeholder::Size, size.size());
            let is_sure = matches!(size, TableSize::Fits(_));
            let key = if is_sure { TemplateKey::SizeForHeight } else { TemplateKey::SizeToConfirm };
            draft.say(key, values);
        }
    }
    if heights.is_empty() && perceived.sizes.is_empty() {
        if perceived.has_any(&[Signal::AskFabric, Signal::AskDetails, Signal::AskPhoto]) {
            draft.ask(TemplateKey::DiscoveryAskModel, Values::none());
            return Event::AskedPolicy;
        }
        if perceived.tells_size() || perceived.has(Signal::AskSize) {
            ask_height(draft);
            return Event::ToldSize;
        }
        if perceived.has_any(&[Signal::AskColors, Signal::OtherColor]) {
            draft.ask(TemplateKey::OrderAskGarment, Values::none());
            return Event::ToldColor;
        }
        if perceived.has(Signal::AskPrice) {
            tell_all_prices(draft);
        }
        draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
        return Event::AskedPolicy;
    }
    draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
    Event::ToldSize
}

/// From where to where the prices of the catalogue go.
fn tell_all_prices(draft: &mut Draft<'_>) {
    let products = draft.shop.catalog.products();
    let cheapest = products.iter().min_by_key(|product| product.price_range().from);
    let dearest = products.iter().max_by_key(|product| product.price_range().to);
    let (Some(cheapest), Some(dearest)) = (cheapest, dearest) else { return };
    let (from, to) = (cheapest.price_range().from, dearest.price_range().to);
    draft.name(cheapest.id, None, Some(from));
    draft.name(dearest.id, None, Some(to));
    let values = Values::none().with(Placeholder::PriceFrom, from).with(Placeholder::PriceTo, to);
    draft.say(TemplateKey::DiscoveryPrices, values);
}

/// Asks for the height, with a guess where an age was told.
pub(super) fn ask_height(draft: &mut Draft<'_>) {
    let perceived = draft.perceived;
    let guess = perceived.ages.first().and_then(|years| {
        let guess = draft.shop.catalog.size_for_age(*years)?;
        Some((*years, guess))
    });
    if let Some((years, guess)) = guess {
        let values = Values::none()
            .with(Placeholder::Years, u32::from(years))
            .with(Placeholder::Height, guess.height)
            .with(Placeholder::Size, guess.size);
        draft.facts_mut().age = Some(years);
        draft.ask(TemplateKey::SizeAskHeightForAge, values);
    } else if perceived.has(Signal::HeightUnknown) {
        draft.ask(TemplateKey::SizeAskHeightOrAge, Values::none());
    } else if perceived.is_infant || !perceived.ages.is_empty() {
        draft.ask(TemplateKey::SizeAskHeightForUnknownAge, Values::none());
    } else if !recall::ask_grown(draft) {
        draft.ask(TemplateKey::SizeAskHeight, Values::none());
    }
}

/// A kind of thing that is not sold, and what is nearest to it.
pub(super) fn present_not_sold(draft: &mut Draft<'_>, kind: &NotSoldKey) -> Event {
    let nearest = draft
        .shop
        .catalog
        .not_sold()
        .iter()
        .find(|known| known.key == *kind)
        .and_then(|known| known.nearest.clone());
    let values = Values::none().with(Placeholder::What, kind.as_str());
    let is_mid_sale = !(draft.facts().choices.is_empty() && draft.facts().cart.is_empty());
    let Some(category) = nearest else {
        let categories = draft.categories();
        draft.say(TemplateKey::DiscoveryNotSold, values.with(Placeholder::Categories, categories));
        if is_mid_sale {
            nudge(draft);
            return Event::AskedPolicy;
        }
        draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
        return Event::Searched;
    };
    let values = values.with(Placeholder::Categories, category.as_str());
    draft.say(TemplateKey::DiscoveryNotSoldNearest, values);
    if is_mid_sale {
        // What is being chosen or bought is not lost for a question.
        nudge(draft);
        return Event::AskedPolicy;
    }
    draft.facts_mut().search = Search { category: Some(category), ..Search::default() };
    let outcome = choosing::search(draft);
    present::present(draft, outcome)
}

/// The size table, on request only.
pub(super) fn present_chart(draft: &mut Draft<'_>) -> Event {
    let mut lines = vec![(TemplateKey::SizeChartHead, Values::none())];
    for row in draft.shop.catalog.sizes().rows() {
        let values = Values::none()
            .with(Placeholder::HeightFrom, row.from)
            .with(Placeholder::HeightTo, row.to)
            .with(Placeholder::Size, row.size);
        lines.push((TemplateKey::SizeChartRow, values));
    }
    draft.says.push(Say::Lines(lines));
    let has_size = draft.facts().choices.iter().any(|choice| choice.size.is_some());
    if has_size || draft.session.state() == State::PaymentDelivery {
        nudge(draft);
        return Event::AskedPolicy;
    }
    ask_height(draft);
    Event::ToldSize
}
