//! What was there when it was chosen, and is not any more.

use super::{
    choosing::Outcome,
    draft::{Draft, label_of},
    edges::Event,
    present::{self, colors_in},
};
use crate::{
    catalog::{ColorKey, Product},
    prompts::{Placeholder, TemplateKey, Values},
    session::facts::Choice,
    size::Size,
};

/// Takes out of the cart, and of what is about to be taken, what is sold out, and says so. Gives the
/// event that comes of it where something else has to be chosen now. What is paid for is a manager's.
pub(super) fn leave_out(draft: &mut Draft<'_>) -> Option<Event> {
    if draft.facts().payment.proof {
        return None;
    }
    for line in draft.facts().cart.lines().to_vec() {
        let Some(product) = draft.product(line.product_id) else { continue };
        if !product.comes_in(line.size, Some(&line.color)) {
            tell(draft, product, line.size, &line.color);
            draft.facts_mut().cart.remove(|own| *own == line);
            // Another sum is to be paid: it is told again.
            draft.facts_mut().payment.requisites_shown = false;
            let choice = Choice { quantity: line.quantity, ..Choice::of(product.id) };
            draft.facts_mut().choices.push(Choice {
                size: Some(line.size),
                color: Some(line.color),
                ..choice
            });
        }
    }
    let mut is_open = false;
    for at in 0..draft.facts().choices.len() {
        let choice = draft.facts().choices[at].clone();
        let (Some(product), Some(size), Some(color)) =
            (draft.product(choice.product_id), choice.size, &choice.color)
        else {
            continue;
        };
        if product.comes_in(size, Some(color)) {
            continue;
        }
        tell(draft, product, size, color);
        is_open = true;
        let open = &mut draft.facts_mut().choices[at];
        open.color = None;
        if colors_in(product, size).next().is_none() {
            open.size = None;
        }
    }
    (is_open && draft.facts().cart.is_empty())
        .then(|| present::present(draft, Outcome::Chosen(Vec::new())))
}

fn tell(draft: &mut Draft<'_>, product: &Product, size: Size, color: &ColorKey) {
    let values = Values::none()
        .with(Placeholder::Name, product.name.as_str())
        .with(Placeholder::Color, label_of(draft.shop, product, color))
        .with(Placeholder::Size, size);
    draft.name(product.id, None, None);
    draft.say(TemplateKey::OrderSoldOut, values);
}

/// Leaves garments of which nothing is left out of what is chosen, and says so.
pub(super) fn leave_out_garments(draft: &mut Draft<'_>) {
    for choice in draft.facts().choices.clone() {
        let Some(product) = draft.product(choice.product_id) else { continue };
        if !product.is_sold_out() {
            continue;
        }
        draft.facts_mut().choices.retain(|own| own.product_id != product.id);
        draft.name(product.id, None, None);
        let name = Values::none().with(Placeholder::Name, product.name.as_str());
        draft.say(TemplateKey::OfferSoldOut, name);
    }
}
