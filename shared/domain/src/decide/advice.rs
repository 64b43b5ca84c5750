//! Helping to choose: how garments differ, which to take, the size beside the chosen one.

use super::{
    choosing::{Obstacle, Outcome},
    draft::Draft,
    edges::Event,
    fitting::refine,
    listing::ask_height,
    present::present,
};
use crate::{
    catalog::{Product, ProductId},
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::Choice,
    size::Size,
};

/// How many of the garments shown are told apart when advice is asked for.
const MAX_ADVISED: usize = 3;

/// What tells the garments of the last list from each other.
pub(super) fn advise(draft: &mut Draft<'_>) -> Event {
    let shown = draft.facts().shown.clone();
    for id in shown.iter().take(MAX_ADVISED) {
        tell_special(draft, *id);
    }
    draft.ask(TemplateKey::DiscoveryAskWhich, Values::none());
    Event::Searched
}

fn tell_special(draft: &mut Draft<'_>, id: ProductId) {
    let Some(product) = draft.product(id) else { return };
    let values = Values::none()
        .with(Placeholder::Name, product.name.as_str())
        .with(Placeholder::Special, product.special.as_str());
    draft.name(product.id, None, None);
    draft.say(TemplateKey::OfferSpecial, values);
}

/// The garments that a question for the difference means: those that it names, or the last two.
pub(super) fn compared(draft: &Draft<'_>) -> Vec<ProductId> {
    let named = &draft.perceived.products;
    let mut pair: Vec<ProductId> = named.clone();
    let shown = &draft.facts().shown;
    let before = if shown.len() == 2 { shown } else { &draft.facts().recent };
    if named.len() < 2 {
        pair.extend(before.iter().rev().filter(|id| !named.contains(id)));
    }
    pair.truncate(2);
    if named.is_empty() {
        pair.reverse();
    }
    pair
}

/// What tells two garments from each other, and which one it is to be.
pub(super) fn compare(draft: &mut Draft<'_>, pair: &[ProductId]) -> Event {
    for id in pair {
        tell_special(draft, *id);
    }
    draft.facts_mut().shown = pair.to_vec();
    draft.ask(TemplateKey::DiscoveryAskWhich, Values::none());
    if draft.facts().cart.is_empty() {
        draft.facts_mut().choices = pair.iter().copied().map(Choice::of).collect();
        return Event::ChoseGarment;
    }
    Event::AskedPolicy
}

/// The size of what is chosen by the age that was told, for a customer who does not know the height:
/// a manager confirms it.
pub(super) fn size_by_age(draft: &mut Draft<'_>) -> Option<Event> {
    let is_told_now = !draft.perceived.ages.is_empty();
    let lacks_size = draft.facts().choices.iter().any(|choice| choice.size.is_none());
    let years = draft.facts().age.filter(|_| lacks_size && !is_told_now)?;
    let guess = draft.shop.catalog.size_for_age(years)?;
    draft.facts_mut().heights = vec![guess.height];
    let mut obstacles = refine(draft);
    obstacles.push(Obstacle::ToConfirm { height: guess.height, size: guess.size });
    Some(present(draft, Outcome::Chosen(obstacles)))
}

/// The next size of what is chosen; where there is none, the sizes that there are.
pub(super) fn step_size(draft: &mut Draft<'_>, larger: bool) -> Event {
    let mut choices = draft.facts().choices.clone();
    for choice in &mut choices {
        let Some(product) = draft.product(choice.product_id) else { continue };
        match next_size(product, choice, larger) {
            Some(size) => choice.size = Some(size),
            None => {
                let values = Values::none()
                    .with(Placeholder::Name, product.name.as_str())
                    .with(Placeholder::Sizes, product.sizes().collect::<Vec<_>>());
                draft.say(TemplateKey::SizeSizes, values);
            }
        }
    }
    draft.facts_mut().choices = choices;
    present(draft, Outcome::Chosen(Vec::new()))
}

/// The next size of a garment in the colour that is chosen.
pub(super) fn next_size(product: &Product, choice: &Choice, larger: bool) -> Option<Size> {
    let fits = |size: &Size| product.comes_in(*size, choice.color.as_ref());
    let mut sizes = product.sizes().filter(fits);
    if larger {
        sizes.find(|size| Some(*size) > choice.size)
    } else {
        sizes.take_while(|size| Some(*size) < choice.size).last()
    }
}

/// Another size is wanted, and not said which.
pub(super) fn reopen_size(draft: &mut Draft<'_>) -> Event {
    let facts = draft.facts_mut();
    facts.heights.clear();
    for choice in &mut facts.choices {
        choice.size = None;
    }
    for choice in draft.facts().choices.clone() {
        let Some(product) = draft.product(choice.product_id) else { continue };
        let sizes: Vec<_> = product.sizes().collect();
        let name = Values::none().with(Placeholder::Name, product.name.as_str());
        draft.name(product.id, None, None);
        draft.say(TemplateKey::SizeSizes, name.with(Placeholder::Sizes, sizes));
    }
    ask_height(draft);
    Event::ChoseGarment
}
