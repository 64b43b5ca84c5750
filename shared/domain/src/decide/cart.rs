//! The cart: lines go in, change and go out.

use super::{
    choosing,
    draft::{Draft, Say, label_of},
    edges::Event,
    present,
    sale::go_on,
};
use crate::{
    catalog::{ColorKey, ProductId},
    language::rules::Signal,
    prompts::{Placeholder, TemplateKey, Values},
    session::{cart::CartLine, facts::Choice},
    state::State,
};

/// Takes out what a message names, of the order and of what is on offer; the last line where it
/// names nothing. What is not in the order is said not to be in it.
pub(super) fn remove(draft: &mut Draft<'_>) {
    let perceived = draft.perceived;
    let catalog = draft.shop.catalog;
    let names_none = perceived.products.is_empty()
        && perceived.categories.is_empty()
        && perceived.not_sold.is_empty()
        && perceived.colors.is_empty();
    let is_named = |id: ProductId, color: Option<&ColorKey>| {
        let is_kind = catalog
            .product(id)
            .is_some_and(|product| perceived.categories.contains(&product.category));
        let is_any = perceived.products.is_empty() && perceived.categories.is_empty();
        let is_color =
            perceived.colors.is_empty() || color.is_some_and(|it| perceived.colors.contains(it));
        is_color
            && perceived.not_sold.is_empty()
            && (is_any || is_kind || perceived.products.contains(&id))
    };
    let last = draft.facts().cart.lines().len().saturating_sub(1);
    let place = perceived.picks.first().copied().unwrap_or(last);
    let mut at = 0;
    let mut removed = Vec::new();
    let facts = draft.facts_mut();
    facts.cart.remove(|line| {
        let is_unwanted =
            if names_none { at == place } else { is_named(line.product_id, Some(&line.color)) };
        at += 1;
        if is_unwanted {
            removed.push(line.product_id);
        }
        is_unwanted
    });
    if !names_none {
        facts.choices.retain(|choice| {
            let is_unwanted = is_named(choice.product_id, choice.color.as_ref());
            if is_unwanted {
                removed.push(choice.product_id);
            }
            !is_unwanted
        });
    }
    if removed.is_empty() {
        draft.tell(TemplateKey::OrderNotInIt);
        if !draft.facts().cart.is_empty() {
            list_cart(draft);
        }
        return;
    }
    draft.facts_mut().payment.requisites_shown = false;
    for product in removed.into_iter().filter_map(|id| catalog.product(id)) {
        let values = Values::none().with(Placeholder::Name, product.name.as_str());
        draft.name(product.id, None, None);
        draft.say(TemplateKey::OrderRemoved, values);
    }
}

/// Whether a message gives a line of the cart another size or colour.
pub(super) fn changes_line(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    let lines = draft.facts().cart.lines();
    let is_in_cart = |id| lines.iter().any(|line| line.product_id == id);
    let gives_other = !(perceived.heights.is_empty()
        && perceived.sizes.is_empty()
        && perceived.colors.is_empty())
        || perceived.asks_next_size().is_some();
    // "Скільки коштує лагуна на 122?" asks, and changes nothing.
    let only_asks = perceived.has(Signal::AskPrice) && !perceived.has(Signal::Change);
    draft.session.state() == State::PaymentDelivery
        && !only_asks
        && !lines.is_empty()
        && gives_other
        && perceived.categories.is_empty()
        && !perceived.has(Signal::AddMore)
        && perceived.products.iter().all(|id| is_in_cart(*id))
}

/// Takes the line out of the cart and chooses it anew; what is complete goes back at once.
pub(super) fn change_line(draft: &mut Draft<'_>) -> Event {
    let named = draft.perceived.products.first().copied();
    let lines = draft.facts().cart.lines();
    let line =
        lines.iter().rev().find(|line| named.is_none_or(|id| line.product_id == id)).cloned();
    let Some(line) = line else { return go_on(draft) };
    let facts = draft.facts_mut();
    facts.cart.remove(|other| *other == line);
    let mut choice = Choice {
        wished_color: None,
        product_id: line.product_id,
        size: Some(line.size),
        color: Some(line.color),
        quantity: line.quantity,
    };
    let product = draft.product(line.product_id);
    if let (Some(larger), Some(product)) = (draft.perceived.asks_next_size(), product) {
        choice.size = present::next_size(product, &choice, larger).or(choice.size);
    }
    draft.facts_mut().choices = vec![choice];
    let outcome = choosing::choose(draft);
    let is_complete = draft.facts().choices.iter().all(Choice::is_complete);
    if !is_complete {
        return present::present(draft, outcome);
    }
    // What the cart just held fits into it again.
    move_to_cart(draft);
    list_cart(draft);
    go_on(draft)
}

/// Moves what is chosen in full into the cart; false when the cart is too small for it.
pub(super) fn move_to_cart(draft: &mut Draft<'_>) -> bool {
    let choices = std::mem::take(&mut draft.facts_mut().choices);
    if choices.iter().any(Choice::is_complete) {
        // Another sum is to be paid: it is told again.
        draft.facts_mut().payment.requisites_shown = false;
    }
    for choice in choices {
        let price = choice.size.and_then(|size| draft.shop.catalog.price(choice.product_id, size));
        let (Some(size), Some(price), Some(color)) = (choice.size, price, choice.color.clone())
        else {
            draft.facts_mut().choices.push(choice);
            continue;
        };
        let line = CartLine {
            product_id: choice.product_id,
            size,
            color,
            quantity: choice.quantity,
            price,
        };
        if !draft.facts_mut().cart.add(line) {
            return false;
        }
    }
    true
}

/// The lines of the cart and their total.
pub(super) fn list_cart(draft: &mut Draft<'_>) {
    let mut lines = vec![(TemplateKey::OrderHead, Values::none())];
    let cart = draft.facts().cart.clone();
    for (at, line) in cart.lines().iter().enumerate() {
        let Some(product) = draft.product(line.product_id) else { continue };
        let values = Values::none()
            .with(Placeholder::N, u32::try_from(at + 1).unwrap_or(u32::MAX))
            .with(Placeholder::Name, product.name.as_str())
            .with(Placeholder::Color, label_of(draft.shop, product, &line.color))
            .with(Placeholder::Size, line.size)
            .with(Placeholder::Quantity, line.quantity)
            .with(Placeholder::Price, line.price.times(line.quantity));
        lines.push((TemplateKey::OrderLine, values));
    }
    lines.push((TemplateKey::OrderTotal, Values::none().with(Placeholder::Total, cart.total())));
    draft.says.push(Say::Lines(lines));
}

pub(super) fn name_cart(draft: &mut Draft<'_>) {
    for line in draft.facts().cart.lines().to_vec() {
        draft.name(line.product_id, Some(line.size), Some(line.price));
    }
}
