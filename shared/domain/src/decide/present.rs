//! Saying what choosing came to: lists, sizes, colours, prices, offers.

use super::{
    choosing::{Obstacle, Outcome},
    draft::{Draft, label_of, labels},
    edges::Event,
    gallery,
    listing::{ask_height, present_found, present_no_garment},
    sold_out,
};
use crate::{
    catalog::{ColorKey, ColorVariant, Product},
    language::rules::Signal,
    money::Money,
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::Choice,
    size::Size,
    state::{Intent, State},
};

/// Says what choosing came to, and tells what the turn amounts to.
pub(super) fn present(draft: &mut Draft<'_>, outcome: Outcome<'_>) -> Event {
    match outcome {
        Outcome::Chosen(obstacles) => present_choices(draft, &obstacles),
        Outcome::Searched(found) => {
            present_found(draft, &found);
            match draft.perceived.intent {
                _ if draft.perceived.has(Signal::AskRange) => Event::Searched,
                Intent::SizeHelp => Event::ToldSize,
                Intent::ColorHelp => Event::ToldColor,
                _ => Event::Searched,
            }
        }
        Outcome::NoGarment => present_no_garment(draft),
    }
}

fn present_choices(draft: &mut Draft<'_>, obstacles: &[Obstacle]) -> Event {
    sold_out::leave_out_garments(draft);
    sold_out::keep_to_stock(draft);
    if draft.facts().choices.is_empty() {
        draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
        return Event::Searched;
    }
    let choices = draft.facts().choices.clone();
    let recent = &mut draft.facts_mut().recent;
    for choice in &choices {
        recent.retain(|id| *id != choice.product_id);
        recent.push(choice.product_id);
    }
    recent.drain(..recent.len().saturating_sub(2));
    draft.facts_mut().shown = choices.iter().map(|choice| choice.product_id).collect();
    draft.facts_mut().shown.dedup();
    for obstacle in obstacles {
        tell_obstacle(draft, obstacle);
    }
    for choice in &choices {
        if let Some(product) = draft.product(choice.product_id) {
            answer_questions(draft, product, choice);
            present_choice(draft, product, choice, obstacles);
        }
    }
    finish_choices(draft, &choices, obstacles)
}

/// One closing question for all choices: what is missing first, or whether to order.
fn finish_choices(draft: &mut Draft<'_>, choices: &[Choice], obstacles: &[Obstacle]) -> Event {
    if choices.iter().any(|choice| choice.size.is_none()) {
        let has_no_size =
            obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::NoSuchSize { .. }));
        if has_no_size && !draft.facts().heights.is_empty() {
            draft.ask(TemplateKey::SizeAskOthers, Values::none());
        } else if has_no_size {
            draft.ask(TemplateKey::DiscoveryAskWhat, Values::none());
        } else {
            ask_height(draft);
        }
        return Event::ChoseGarment;
    }
    let without_color = choices.iter().find(|choice| choice.color.is_none());
    if let Some(choice) = without_color {
        if let (Some(product), Some(size)) = (draft.product(choice.product_id), choice.size) {
            let unwanted = &draft.perceived.unwanted_colors;
            let wanted = |variant: &&ColorVariant| !unwanted.contains(&variant.color);
            let colors = labels(colors_in(product, size).filter(wanted));
            let is_told = obstacles.iter().any(|obstacle| {
                matches!(obstacle, Obstacle::NoSuchColor { .. } | Obstacle::NotInColor { .. })
            }) || draft.perceived.has_any(&[Signal::AskColors, Signal::OtherColor]);
            let is_one_of_several =
                choices.iter().any(|other| other.product_id != choice.product_id);
            let values = Values::none().with(Placeholder::Colors, colors);
            if is_one_of_several {
                let values = values.with(Placeholder::Name, product.name.as_str());
                draft.ask(TemplateKey::ColorAskFor, values);
            } else if is_told {
                draft.ask(TemplateKey::ColorAskWhich, Values::none());
            } else {
                draft.ask(TemplateKey::ColorAsk, values);
            }
        }
        return Event::ChoseSize;
    }
    if choices.len() > 1 || choices.iter().any(|choice| choice.quantity > 1) {
        let prices = choices.iter().filter_map(|choice| {
            let price = draft.product(choice.product_id)?.price(choice.size?)?;
            Some(price.times(choice.quantity))
        });
        let total = prices.sum::<Money>();
        draft.say(TemplateKey::OfferTotal, Values::none().with(Placeholder::Total, total));
    }
    let key = if draft.perceived.has(Signal::OtherColor) && draft.perceived.colors.is_empty() {
        TemplateKey::ColorAskWhich
    } else {
        TemplateKey::OfferAsk
    };
    draft.ask(key, Values::none());
    Event::ChoseAll
}

/// The sizes of a garment in a colour.
fn sizes_in(product: &Product, color: &ColorKey) -> Vec<Size> {
    product.sizes().filter(|size| product.comes_in(*size, Some(color))).collect()
}

/// The colours of a garment in a size, in the order in which they are shown.
pub(super) fn colors_in(product: &Product, size: Size) -> impl Iterator<Item = &ColorVariant> {
    product.colors.iter().filter(move |variant| variant.comes_in(size))
}

fn present_choice(
    draft: &mut Draft<'_>,
    product: &Product,
    choice: &Choice,
    obstacles: &[Obstacle],
) {
    let name = || Values::none().with(Placeholder::Name, product.name.as_str());
    let perceived = draft.perceived;
    let price = choice.size.and_then(|size| product.price(size));
    draft.name(product.id, choice.size, price);
    let (Some(size), Some(price)) = (choice.size, price) else {
        if perceived.has(Signal::AskPrice) {
            tell_price_range(draft, product);
        } else if let Some(color) = choice.color.as_ref().filter(|it| perceived.colors.contains(it))
        {
            let label = label_of(draft.shop, product, color);
            draft.say(TemplateKey::ColorYes, name().with(Placeholder::Color, label));
        } else if obstacles.is_empty()
            && !perceived.tells_size()
            && !perceived.has_any(&[
                Signal::AskFabric,
                Signal::AskDetails,
                Signal::AskColors,
                Signal::OtherColor,
            ])
        {
            draft.say(TemplateKey::DiscoveryFound, name());
        }
        show_variant(draft, product, choice);
        return;
    };
    let told_height = perceived.heights.len() == 1
        && !perceived.has_any(&[Signal::LargerSize, Signal::SmallerSize])
        && !obstacles.iter().any(|it| matches!(it, Obstacle::ToConfirm { .. }));
    let is_added = !perceived.has(Signal::AddMore)
        || perceived.products.is_empty()
        || perceived.products.contains(&choice.product_id);
    if let (true, Some(height)) = (told_height && is_added, perceived.heights.first()) {
        let values =
            Values::none().with(Placeholder::Height, *height).with(Placeholder::Size, size);
        draft.say(TemplateKey::SizeForHeight, values);
    }
    let values = name().with(Placeholder::Size, size).with(Placeholder::Price, price);
    if let Some(color) = &choice.color {
        let label = label_of(draft.shop, product, color);
        if perceived.colors.contains(color) && perceived.is_question {
            let values = name().with(Placeholder::Color, label.as_str());
            draft.say(TemplateKey::ColorYes, values);
            if perceived.counted_as.is_some() {
                draft.tell(TemplateKey::ColorWhiteIsMilk);
            }
        }
        if is_added {
            show_variant(draft, product, choice);
        }
        let values = values.with(Placeholder::Color, label);
        if choice.quantity > 1 {
            let values = values.with(Placeholder::Quantity, choice.quantity);
            draft.say(TemplateKey::OfferReadyPieces, values);
        } else {
            draft.say(TemplateKey::OfferReady, values);
        }
    } else {
        show_variant(draft, product, choice);
        let only_colors = perceived.has(Signal::AskColors)
            && !(perceived.tells_size() || perceived.has(Signal::AskPrice));
        if !only_colors {
            draft.say(TemplateKey::SizePrice, values);
        }
    }
}

/// One photo of a garment that comes into the conversation or changes its colour; more when they
/// are asked for.
fn show_variant(draft: &mut Draft<'_>, product: &Product, choice: &Choice) {
    let perceived = draft.perceived;
    let asks_colors = perceived.has_any(&[Signal::AskColors, Signal::OtherColor]);
    let wants_all = (asks_colors && perceived.colors.is_empty())
        || (choice.color.is_none() && perceived.has_any(&[Signal::AskPhoto, Signal::ShowMe]));
    let is_new = !perceived.products.is_empty()
        || !perceived.categories.is_empty()
        || !perceived.colors.is_empty()
        || !perceived.picks.is_empty()
        || !perceived.features.is_empty()
        || perceived.has(Signal::AskPhoto);
    if wants_all {
        gallery::open(draft, product, choice);
        return;
    }
    let chosen = choice.color.as_ref().and_then(|color| product.variant(color));
    let first =
        product.colors.iter().find(|variant| choice.size.is_none_or(|size| variant.comes_in(size)));
    if let Some(variant) = chosen.or(first).filter(|_| is_new) {
        draft.show(product, variant);
    }
}

fn tell_price_range(draft: &mut Draft<'_>, product: &Product) {
    let name = Values::none().with(Placeholder::Name, product.name.as_str());
    let range = product.price_range();
    match range.single() {
        Some(price) => {
            draft.say(TemplateKey::SizePriceAllSizes, name.with(Placeholder::Price, price))
        }
        None => {
            let values =
                name.with(Placeholder::PriceFrom, range.from).with(Placeholder::PriceTo, range.to);
            draft.say(TemplateKey::SizePriceRange, values);
        }
    }
}

/// Answers what was asked about the garments of the order.
pub(super) fn answer_about_cart(draft: &mut Draft<'_>) {
    for line in draft.facts().cart.lines().to_vec() {
        let Some(product) = draft.product(line.product_id) else { continue };
        draft.name(product.id, Some(line.size), Some(line.price));
        answer_questions(draft, product, &Choice::of(product.id));
    }
}

/// Answers what was asked about a garment beside its price.
fn answer_questions(draft: &mut Draft<'_>, product: &Product, choice: &Choice) {
    let perceived = draft.perceived;
    let name = || Values::none().with(Placeholder::Name, product.name.as_str());
    let is_chosen =
        matches!(draft.session.state(), State::SizeColor | State::Offer | State::PaymentDelivery);
    // "Лео" says which colour and asks nothing.
    let is_print = product
        .colors
        .iter()
        .any(|variant| perceived.features.iter().any(|feature| variant.features.contains(feature)));
    let asks_of_feature = is_chosen
        && !is_print
        && !perceived.features.is_empty()
        && perceived.products.is_empty()
        && !perceived.is_browsing()
        && perceived.colors.is_empty()
        && !perceived.tells_size();
    if perceived.has(Signal::AskFabric) || asks_of_feature {
        let values = name().with(Placeholder::Fabric, product.fabric.as_str());
        draft.say(TemplateKey::OfferFabric, values);
    }
    if perceived.has(Signal::AskDetails) || asks_of_feature {
        let details: Vec<&str> = product.details.iter().map(String::as_str).collect();
        let values = name().with(Placeholder::Details, details.join(", "));
        draft.say(TemplateKey::OfferDetails, values);
    }
    if perceived.has_any(&[Signal::AskColors, Signal::OtherColor]) && perceived.colors.is_empty() {
        match product.colors.as_slice() {
            [only] => {
                let values = name().with(Placeholder::Color, only.label.as_str());
                draft.say(TemplateKey::ColorOnly, values);
            }
            all => {
                let fitting = all
                    .iter()
                    .filter(|variant| choice.size.is_none_or(|size| variant.comes_in(size)))
                    .filter(|variant| !perceived.unwanted_colors.contains(&variant.color));
                let values = name().with(Placeholder::Colors, labels(fitting));
                draft.say(TemplateKey::ColorList, values);
            }
        }
    }
    let asks_of_color = !perceived.colors.is_empty() && !perceived.tells_size();
    if perceived.has(Signal::AskSize) && (choice.size.is_none() || asks_of_color) {
        let color = choice.color.as_ref().or_else(|| perceived.colors.first());
        let in_color = color.filter(|color| product.variant(color).is_some());
        let sizes: Vec<_> = match in_color {
            Some(color) => sizes_in(product, color),
            None => product.sizes().collect(),
        };
        draft.say(TemplateKey::SizeSizes, name().with(Placeholder::Sizes, sizes));
    }
}

fn tell_obstacle(draft: &mut Draft<'_>, obstacle: &Obstacle) {
    match obstacle {
        Obstacle::ToConfirm { height, size } => {
            let values =
                Values::none().with(Placeholder::Height, *height).with(Placeholder::Size, *size);
            draft.say(TemplateKey::SizeToConfirm, values);
        }
        Obstacle::NoSuchSize { id, wanted } => {
            let Some(product) = draft.product(*id) else { return };
            let sizes: Vec<_> = product.sizes().collect();
            let values = Values::none()
                .with(Placeholder::Name, product.name.as_str())
                .with(Placeholder::Size, *wanted)
                .with(Placeholder::Sizes, sizes);
            draft.say(TemplateKey::SizeUnavailable, values);
        }
        Obstacle::NotInColor { id, color, size } => {
            let Some(product) = draft.product(*id) else { return };
            let values = Values::none()
                .with(Placeholder::Name, product.name.as_str())
                .with(Placeholder::Color, label_of(draft.shop, product, color))
                .with(Placeholder::Size, *size)
                .with(Placeholder::Colors, labels(colors_in(product, *size)))
                .with(Placeholder::Sizes, sizes_in(product, color));
            draft.say(TemplateKey::SizeUnavailableInColor, values);
        }
        Obstacle::NoSuchColor { id, color } => {
            let Some(product) = draft.product(*id) else { return };
            let values = Values::none()
                .with(Placeholder::Name, product.name.as_str())
                .with(Placeholder::Color, label_of(draft.shop, product, color))
                .with(Placeholder::Colors, labels(&product.colors));
            draft.say(TemplateKey::ColorNo, values);
        }
    }
}
