//! One more thing, once an order is paid, and only once.

use super::{
    choosing::{self, Outcome},
    draft::{Draft, labels},
    edges::Event,
    gallery, present,
};
use crate::{
    catalog::{ColorKey, ColorVariant, Product, ProductId},
    prompts::{Placeholder, TemplateKey, Values},
    session::{cart::CartLine, facts::Choice},
};

/// Offers one more thing if there is something fitting and nothing was offered yet.
pub(super) fn offer(draft: &mut Draft<'_>) -> bool {
    if draft.facts().flags.upsold {
        return false;
    }
    let lines = draft.facts().cart.lines().to_vec();
    lines.iter().any(|line| offer_beside(draft, line))
}

/// Offers what goes with a line: the only garment of its kind goes with another kind; of a kind with
/// several, another colour.
fn offer_beside(draft: &mut Draft<'_>, line: &CartLine) -> bool {
    let Some(bought) = draft.product(line.product_id) else { return false };
    let in_size = |product: &Product| product.comes_in(line.size, None);
    let is_taken = |id: ProductId, color: Option<&ColorKey>| {
        let lines = draft.facts().cart.lines();
        lines.iter().any(|line| line.product_id == id && color.is_none_or(|it| line.color == *it))
    };
    let products = draft.shop.catalog.products();
    let is_only_one =
        products.iter().filter(|product| product.category == bought.category).count() == 1;
    let other_kind = products.iter().rev().find(|product| {
        product.category != bought.category && in_size(product) && !is_taken(product.id, None)
    });
    let other_colors: Vec<&ColorVariant> = bought
        .colors
        .iter()
        .filter(|variant| variant.comes_in(line.size) && !is_taken(bought.id, Some(&variant.color)))
        .collect();
    let name = |product: &Product| Values::none().with(Placeholder::Name, product.name.as_str());
    let product = match other_kind {
        Some(other) if is_only_one || other_colors.is_empty() => {
            draft.ask(TemplateKey::UpsellOffer, name(other));
            other
        }
        _ if !other_colors.is_empty() => {
            let values = name(bought).with(Placeholder::Colors, labels(other_colors));
            draft.ask(TemplateKey::UpsellOtherColor, values);
            bought
        }
        _ => return false,
    };
    draft.name(product.id, None, None);
    let facts = draft.facts_mut();
    facts.flags.upsold = true;
    facts.shown = vec![product.id];
    true
}

/// The one more thing is wanted: a new order begins with it, in the size of the last one.
pub(super) fn accept(draft: &mut Draft<'_>) -> Event {
    let lines = draft.facts().cart.lines().to_vec();
    let size = lines.first().map(|line| line.size);
    let shown = draft.facts().shown.first().copied();
    begin_new_order(draft);
    let Some(product) = shown.and_then(|id| draft.product(id)) else {
        let outcome = choosing::browse(draft);
        return present::present(draft, outcome);
    };
    let size = size.filter(|size| product.comes_in(*size, None));
    let choice = Choice { size, ..Choice::of(product.id) };
    // It was promised to be shown; what is bought already is left out.
    let bought = lines.iter().find(|line| line.product_id == product.id);
    let color = bought.map(|line| line.color.clone());
    gallery::open(draft, product, &Choice { color, ..choice.clone() });
    draft.facts_mut().choices = vec![choice];
    present::present(draft, Outcome::Chosen(Vec::new()))
}

/// The paid order is a manager's now; the customer stays known.
pub(super) fn begin_new_order(draft: &mut Draft<'_>) {
    let facts = draft.facts_mut();
    facts.cart.clear();
    facts.choices.clear();
    facts.left.clear();
    facts.payment = Default::default();
    facts.order = None;
    facts.flags.upsold = false;
    facts.flags.data_of_earlier_order = facts.customer.is_complete();
}
