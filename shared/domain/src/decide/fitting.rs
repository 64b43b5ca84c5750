//! Giving what is chosen the sizes and colours that are known, by the one size table and the
//! garment's own sizes and colours.

use super::{
    advice,
    choosing::{MAX_CHOICES, Obstacle},
    draft::Draft,
};
use crate::{
    catalog::{ColorKey, ColorVariant, Product, SizeAdvice},
    language::rules::Signal,
    session::facts::Choice,
    size::{Height, Size},
};

/// Gives the choices the sizes and colours that are known, and says what stands in the way.
pub(super) fn refine(draft: &mut Draft<'_>) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    let mut choices = std::mem::take(&mut draft.facts_mut().choices);
    spread_over_children(draft, &mut choices);
    let told_size = !draft.perceived.heights.is_empty() || !draft.perceived.sizes.is_empty();
    // Beside finished garments a colour or a size is meant for the one that lacks it.
    let names_none = draft.perceived.products.is_empty();
    let is_unfinished = choices.iter().any(|choice| !choice.is_complete());
    let is_meant = |choice: &Choice| !(names_none && is_unfinished && choice.is_complete());
    let count = choices.iter().filter(|choice| is_meant(choice)).count();
    for (at, choice) in choices.iter_mut().filter(|choice| is_meant(choice)).enumerate() {
        let Some(product) = draft.product(choice.product_id) else { continue };
        if let Some(pieces) = draft.perceived.quantity.filter(|pieces| *pieces > 0 && count == 1) {
            choice.quantity = pieces;
        }
        let colors = &draft.perceived.colors;
        let color = colors.get(at).filter(|_| colors.len() == count).or_else(|| colors.first());
        let color = color.or_else(|| color_by_print(draft, product));
        let is_new = color.is_some();
        if is_new {
            choice.wished_color = None;
        }
        let wished = choice.wished_color.take_if(|_| told_size);
        // "Рожевий не хочу": another one is asked for.
        choice.color.take_if(|color| draft.perceived.unwanted_colors.contains(color));
        let wanted = color.cloned().or_else(|| choice.color.take()).or(wished);
        set_color(product, choice, wanted, &mut obstacles);
        if choice.size.is_none() || told_size || (is_new && !fits(product, choice)) {
            set_size(draft, product, choice, at, &mut obstacles);
            step_on(draft, product, choice);
        }
    }
    draft.facts_mut().choices = merged(choices);
    obstacles
}

/// "На 140, але на розмір більшу": the size beside the one for the height.
fn step_on(draft: &Draft<'_>, product: &Product, choice: &mut Choice) {
    let perceived = draft.perceived;
    let (larger, smaller) = (perceived.has(Signal::LargerSize), perceived.has(Signal::SmallerSize));
    if larger != smaller
        && perceived.sizes.is_empty()
        && !perceived.is_question
        && let Some(next) = advice::next_size(product, choice, larger)
    {
        choice.size = Some(next);
    }
}

/// Complete choices that are the same made one of several pieces.
fn merged(choices: Vec<Choice>) -> Vec<Choice> {
    let mut merged: Vec<Choice> = Vec::with_capacity(choices.len());
    for choice in choices {
        let same = merged.iter_mut().find(|own| {
            own.is_complete()
                && (own.product_id, own.size, &own.color)
                    == (choice.product_id, choice.size, &choice.color)
        });
        match same {
            Some(same) => same.quantity = same.quantity.saturating_add(choice.quantity),
            None => merged.push(choice),
        }
    }
    merged
}

/// The colour that a named feature means, where one colour alone has it: "лео", "у клітинку".
fn color_by_print<'p>(draft: &Draft<'_>, product: &'p Product) -> Option<&'p ColorKey> {
    let has_it = |variant: &&ColorVariant| {
        draft.perceived.features.iter().any(|feature| variant.features.contains(feature))
    };
    let mut printed = product.colors.iter().filter(has_it);
    printed.next().filter(|_| printed.next().is_none()).map(|variant| &variant.color)
}

fn fits(product: &Product, choice: &Choice) -> bool {
    choice.size.is_some_and(|size| product.comes_in(size, choice.color.as_ref()))
}

/// Two heights of one garment are two children.
fn spread_over_children(draft: &Draft<'_>, choices: &mut Vec<Choice>) {
    let told = draft.perceived.heights.len().max(draft.perceived.sizes.len());
    let is_new = choices.first().is_some_and(|choice| choice.size.is_none());
    let children = if told == 0 && is_new { draft.facts().heights.len() } else { told };
    // "Сукня старшій 137 і костюм малому 98": each height is of a garment of its own.
    let names_several = draft.perceived.categories.len() > 1;
    if children > 1 && choices.len() == 1 && !names_several {
        // Each gets a size of its own, the first as well.
        let one = Choice { size: None, quantity: 1, ..choices[0].clone() };
        *choices = vec![one; children.min(MAX_CHOICES)];
    }
}

fn set_color(
    product: &Product,
    choice: &mut Choice,
    wanted: Option<ColorKey>,
    obstacles: &mut Vec<Obstacle>,
) {
    if let [only] = product.colors.as_slice()
        && wanted.as_ref().is_none_or(|color| *color == only.color)
    {
        choice.color = Some(only.color.clone());
        return;
    }
    let Some(color) = wanted else { return };
    if product.variant(&color).is_some() {
        choice.color = Some(color);
    } else {
        choice.color = None;
        obstacles.push(Obstacle::NoSuchColor { id: product.id, color });
    }
}

fn set_size(
    draft: &Draft<'_>,
    product: &Product,
    choice: &mut Choice,
    at: usize,
    obstacles: &mut Vec<Obstacle>,
) {
    let named = &draft.perceived.sizes;
    let heights = &draft.facts().heights;
    let size = named.get(at).or_else(|| named.first()).copied();
    let height = heights.get(at).or_else(|| heights.first()).copied();
    let old = choice.size.take();
    if let Some(size) = size {
        set_named_size(draft, product, choice, size, obstacles);
    } else if let Some(height) = height {
        set_size_for(draft, product, choice, height, obstacles);
    } else if let Some(old) = old {
        set_named_size(draft, product, choice, old, obstacles);
    }
}

fn set_named_size(
    draft: &Draft<'_>,
    product: &Product,
    choice: &mut Choice,
    size: Size,
    obstacles: &mut Vec<Obstacle>,
) {
    // In a model with the other kind of sizes, the largest like one: nothing is too small then.
    let alike =
        draft.shop.catalog.sizes().alike(size).filter(|like| product.price(*like).is_some());
    let own = product.price(size).map(|_| size).or_else(|| alike.last());
    match own {
        Some(own) => keep_size(product, choice, own, obstacles),
        None => obstacles.push(Obstacle::NoSuchSize { id: product.id, wanted: size }),
    }
}

fn set_size_for(
    draft: &Draft<'_>,
    product: &Product,
    choice: &mut Choice,
    height: Height,
    obstacles: &mut Vec<Obstacle>,
) {
    let advice = draft.shop.catalog.size_for(product.id, None, height);
    match advice {
        Some(SizeAdvice::Fits(size)) => keep_size(product, choice, size, obstacles),
        Some(SizeAdvice::ToConfirm(size)) => {
            obstacles.push(Obstacle::ToConfirm { height, size });
            keep_size(product, choice, size, obstacles);
        }
        Some(SizeAdvice::Unavailable { wanted, .. }) => {
            obstacles.push(Obstacle::NoSuchSize { id: product.id, wanted });
        }
        None => {}
    }
}

/// A size that the garment comes in stays; a colour that lacks it goes, and that is told.
fn keep_size(product: &Product, choice: &mut Choice, size: Size, obstacles: &mut Vec<Obstacle>) {
    choice.size = Some(size);
    if !product.comes_in(size, choice.color.as_ref())
        && let Some(color) = choice.color.take()
    {
        choice.wished_color = Some(color.clone());
        obstacles.push(Obstacle::NotInColor { id: product.id, color, size });
    }
}
