//! What was there when it was chosen, and is not any more.

use super::{
    choosing::Outcome,
    draft::{Draft, label_of},
    edges::Event,
    present::{self, colors_in},
};
use crate::{
    catalog::{ColorKey, Product, ProductId},
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
    keep_cart_to_stock(draft);
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

/// Takes out of the cart what is more than there is, and says so.
pub(super) fn keep_cart_to_stock(draft: &mut Draft<'_>) {
    for line in draft.facts().cart.lines().to_vec() {
        let left = draft.shop.catalog.left(line.product_id, &line.color, line.size);
        let Some(left) = left.filter(|left| *left < line.quantity) else { continue };
        tell_left(draft, line.product_id, line.size, &line.color, left);
        draft.facts_mut().cart.reduce(&line, left);
        draft.facts_mut().payment.requisites_shown = false;
    }
}

fn tell(draft: &mut Draft<'_>, product: &Product, size: Size, color: &ColorKey) {
    let values = Values::none()
        .with(Placeholder::Name, product.name.as_str())
        .with(Placeholder::Color, label_of(draft.shop, product, color))
        .with(Placeholder::Size, size);
    draft.name(product.id, None, None);
    draft.say(TemplateKey::OrderSoldOut, values);
}

/// Takes no more of what is about to be ordered than there is beside what is ordered, and says so
/// where that is less than was asked for. What is not there at all is left out.
pub(super) fn keep_to_stock(draft: &mut Draft<'_>) {
    for choice in std::mem::take(&mut draft.facts_mut().choices) {
        let known = choice.size.zip(choice.color.as_ref()).and_then(|(size, color)| {
            let left = draft.shop.catalog.left(choice.product_id, color, size)?;
            let ordered = draft.facts().cart.pieces(choice.product_id, color, size);
            Some((size, color, left, left.saturating_sub(ordered)))
        });
        let quantity = match known {
            Some((size, color, left, free)) if free < choice.quantity => {
                tell_left(draft, choice.product_id, size, color, left);
                free
            }
            _ => choice.quantity,
        };
        if quantity > 0 {
            draft.facts_mut().choices.push(Choice { quantity, ..choice });
        }
    }
}

fn tell_left(draft: &mut Draft<'_>, id: ProductId, size: Size, color: &ColorKey, left: u32) {
    let Some(product) = draft.product(id) else { return };
    let values = Values::none()
        .with(Placeholder::Name, product.name.as_str())
        .with(Placeholder::Color, label_of(draft.shop, product, color))
        .with(Placeholder::Size, size)
        .with(Placeholder::Quantity, left);
    draft.name(id, None, None);
    draft.say(TemplateKey::OrderOnlyLeft, values);
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
