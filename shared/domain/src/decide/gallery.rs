//! Photos of a garment's colours, a page at a time.

use super::{
    draft::{Draft, MAX_PHOTOS},
    edges::Event,
    service::nudge,
};
use crate::{
    catalog::{ColorVariant, Product},
    language::rules::Signal,
    prompts::{TemplateKey, Values},
    session::facts::{Choice, Gallery},
};

/// Shows the first page of the colours beside the chosen one. Says whether there are more.
pub(super) fn open(draft: &mut Draft<'_>, product: &Product, choice: &Choice) {
    draft.facts_mut().gallery = None;
    show_page(draft, product, choice, 0);
}

/// Shows the next page, if one was promised and is wanted.
pub(super) fn go_on(draft: &mut Draft<'_>) -> Option<Event> {
    let perceived = draft.perceived;
    if perceived.has_any(&[Signal::Buy, Signal::Refusal, Signal::Doubt]) {
        return None;
    }
    let gallery = draft.facts().gallery?;
    let is_wanted =
        perceived.has_any(&[Signal::Consent, Signal::ShowMore, Signal::ShowMe]) || perceived.is_nod;
    let choice = draft.facts().choices.iter().find(|it| it.product_id == gallery.product_id);
    let choice = choice.cloned().filter(|_| is_wanted && !perceived.names_something())?;
    let product = draft.product(gallery.product_id)?;
    draft.name(product.id, None, None);
    draft.facts_mut().gallery = None;
    show_page(draft, product, &choice, gallery.seen);
    nudge(draft);
    Some(Event::AskedPolicy)
}

fn show_page(draft: &mut Draft<'_>, product: &Product, choice: &Choice, seen: usize) {
    let page: Vec<&ColorVariant> = others(product, choice).skip(seen).take(MAX_PHOTOS).collect();
    let unwanted = &draft.perceived.unwanted_colors;
    for variant in page.iter().filter(|variant| !unwanted.contains(&variant.color)) {
        draft.show(product, variant);
    }
    let seen = seen + page.len();
    if others(product, choice).count() > seen && !page.is_empty() {
        draft.facts_mut().gallery = Some(Gallery { product_id: product.id, seen });
        draft.ask(TemplateKey::ColorPhotosMore, Values::none());
    }
}

/// The colours that can be had beside the chosen one, in the order in which they are shown.
fn others<'p>(product: &'p Product, choice: &'p Choice) -> impl Iterator<Item = &'p ColorVariant> {
    product.colors.iter().filter(|variant| {
        choice.color.as_ref() != Some(&variant.color)
            && choice.size.is_none_or(|size| variant.comes_in(size))
    })
}
