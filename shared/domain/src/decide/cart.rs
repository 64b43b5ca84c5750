//! The cart: lines go in, change and go out.

use super::{
    advice, choosing,
    draft::{Draft, Say, label_of, labels},
    edges::Event,
    fitting::refine,
    listing, paid, present,
    sale::go_on,
    service::escalate,
    sold_out,
};
use crate::{
    catalog::{ColorKey, ColorVariant, ProductId, SizeAdvice},
    language::rules::Signal,
    perceive::Perceived,
    prompts::{Placeholder, TemplateKey, Values},
    session::{
        cart::CartLine,
        facts::{Choice, EscalationReason},
    },
    shop::Shop,
    size::{Height, Size},
    state::State,
};

/// Takes out what a message names, of the order and of what is on offer; the last line where it
/// names nothing. What is not in the order is said not to be in it.
pub(super) fn remove(draft: &mut Draft<'_>) {
    let perceived = draft.perceived;
    let shop = draft.shop;
    let catalog = shop.catalog;
    let names_none = perceived.products.is_empty()
        && perceived.categories.is_empty()
        && perceived.not_sold.is_empty()
        && perceived.colors.is_empty();
    let is_named = |id: ProductId, color: Option<&ColorKey>| is_named(shop, perceived, id, color);
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

/// Whether a message names a garment or a colour, and this is it.
fn is_named(
    shop: &Shop<'_>,
    perceived: &Perceived,
    id: ProductId,
    color: Option<&ColorKey>,
) -> bool {
    let is_kind = shop
        .catalog
        .product(id)
        .is_some_and(|product| perceived.categories.contains(&product.category));
    let is_any = perceived.products.is_empty() && perceived.categories.is_empty();
    let is_color =
        perceived.colors.is_empty() || color.is_some_and(|it| perceived.colors.contains(it));
    is_color
        && perceived.not_sold.is_empty()
        && (is_any || is_kind || perceived.products.contains(&id))
}

/// Of several garments on offer or in the cart those that a message names, where it wants these
/// alone; nothing where it does not.
pub(super) fn keep_only(draft: &mut Draft<'_>) -> Option<Event> {
    let (shop, perceived) = (draft.shop, draft.perceived);
    let names_what = !(perceived.products.is_empty()
        && perceived.categories.is_empty()
        && perceived.colors.is_empty()
        && perceived.sizes.is_empty()
        && perceived.heights.is_empty());
    if !perceived.has(Signal::OnlyThis) || perceived.has(Signal::AddMore) || !names_what {
        return None;
    }
    let is_size = |id: ProductId, size: Size| {
        (perceived.sizes.is_empty() && perceived.heights.is_empty())
            || perceived.sizes.contains(&size)
            || perceived.heights.iter().any(|height| fits(shop, id, size, *height))
    };
    let is_choice_meant = |choice: &Choice| {
        is_named(shop, perceived, choice.product_id, choice.color.as_ref())
            && choice.size.is_none_or(|size| is_size(choice.product_id, size))
    };
    let is_line_meant = |line: &CartLine| {
        is_named(shop, perceived, line.product_id, Some(&line.color))
            && is_size(line.product_id, line.size)
    };
    let facts = draft.facts_mut();
    if facts.choices.len() > 1 && facts.choices.iter().any(is_choice_meant) {
        facts.choices.retain(is_choice_meant);
        return Some(present::present(draft, choosing::Outcome::Chosen(Vec::new())));
    }
    let lines = facts.cart.lines();
    if lines.len() > 1 && lines.iter().any(is_line_meant) {
        facts.cart.remove(|line| !is_line_meant(line));
        facts.payment.requisites_shown = false;
        list_cart(draft);
        return Some(go_on(draft));
    }
    None
}

/// Whether a size of a garment is the one for a height.
fn fits(shop: &Shop<'_>, id: ProductId, size: Size, height: Height) -> bool {
    let advice = shop.catalog.size_for(id, None, height);
    matches!(advice, Some(SizeAdvice::Fits(own) | SizeAdvice::ToConfirm(own)) if own == size)
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

/// Whether a message wants another garment instead of a line of the cart.
pub(super) fn swaps_line(draft: &Draft<'_>) -> bool {
    let perceived = draft.perceived;
    draft.session.state() == State::PaymentDelivery
        && !draft.facts().cart.is_empty()
        && perceived.has(Signal::Change)
        && !perceived.has_any(&[Signal::AddMore, Signal::AskPrice])
        && newcomer(draft).is_some()
}

/// The garment that a message names and the cart does not hold.
fn newcomer(draft: &Draft<'_>) -> Option<ProductId> {
    let lines = draft.facts().cart.lines();
    let is_in_cart = |id: &ProductId| lines.iter().any(|line| line.product_id == *id);
    draft.perceived.products.iter().copied().find(|id| !is_in_cart(id))
}

/// Puts the named garment in the place of a line: of the one that is named too, or has the named
/// colour, or came last.
pub(super) fn swap_line(draft: &mut Draft<'_>) -> Event {
    let perceived = draft.perceived;
    let lines = draft.facts().cart.lines();
    let line = lines
        .iter()
        .find(|line| perceived.products.contains(&line.product_id))
        .or_else(|| lines.iter().find(|line| perceived.colors.contains(&line.color)))
        .or_else(|| lines.last())
        .cloned();
    let product = newcomer(draft).and_then(|id| draft.product(id));
    let (Some(line), Some(product)) = (line, product) else { return go_on(draft) };
    let sizes = draft.shop.catalog.sizes();
    let comes_in = |size: &Size| product.price(*size).is_some();
    let size =
        Some(line.size).filter(comes_in).or_else(|| sizes.alike(line.size).filter(comes_in).last());
    let color = Some(line.color.clone()).filter(|color| product.variant(color).is_some());
    let choice = Choice { size, color, quantity: line.quantity, ..Choice::of(product.id) };
    let facts = draft.facts_mut();
    facts.cart.remove(|other| *other == line);
    facts.choices = vec![choice];
    let obstacles = refine(draft);
    if !draft.facts().choices.iter().all(Choice::is_complete) {
        return present::present(draft, choosing::Outcome::Chosen(obstacles));
    }
    move_to_cart(draft);
    list_cart(draft);
    go_on(draft)
}

/// Gives a line of the cart, the last one if none is named, the number of pieces that a message names
/// and nothing beside it.
pub(super) fn set_pieces(draft: &mut Draft<'_>) -> Option<Event> {
    let perceived = draft.perceived;
    let pieces = perceived.quantity?;
    let is_told_of_it = draft.session.state() == State::PaymentDelivery
        && !perceived.names_something()
        && !perceived.has_any(&[Signal::AddMore, Signal::OneMoreAlike, Signal::Remove])
        && draft.facts().choices.is_empty()
        && !draft.facts().payment.proof;
    if !is_told_of_it || !draft.facts_mut().cart.set_pieces(perceived.line, pieces) {
        return None;
    }
    draft.facts_mut().payment.requisites_shown = false;
    sold_out::keep_cart_to_stock(draft);
    list_cart(draft);
    Some(go_on(draft))
}

/// One more of what is on offer, or of the last line; or as many more as the message says.
pub(super) fn add_alike(draft: &mut Draft<'_>) -> Event {
    let quantity = draft.perceived.quantity.unwrap_or(1);
    if let Some(choice) = draft.facts_mut().choices.last_mut() {
        choice.quantity = choice.quantity.saturating_add(quantity);
        return present::present(draft, choosing::Outcome::Chosen(Vec::new()));
    }
    if let Some(line) = draft.facts().cart.lines().last().cloned() {
        let choice = Choice {
            size: Some(line.size),
            color: Some(line.color),
            quantity,
            ..Choice::of(line.product_id)
        };
        draft.facts_mut().choices = vec![choice];
        if !move_to_cart(draft) {
            return escalate(draft, EscalationReason::Wholesale, TemplateKey::OrderTooMany);
        }
        list_cart(draft);
    }
    go_on(draft)
}

/// "А можна інший колір?", and not said which, of what is ordered: what the last line comes in is
/// told. Once a receipt is in, a human changes the order.
pub(super) fn reopen_line(draft: &mut Draft<'_>) -> Option<Event> {
    let perceived = draft.perceived;
    let asks_color = perceived.has_any(&[Signal::OtherColor, Signal::AskColors]);
    let wants_other = perceived.has_any(&[Signal::OtherColor, Signal::OtherSize]);
    let is_open = draft.session.state() == State::PaymentDelivery
        && draft.facts().choices.is_empty()
        && (wants_other || asks_color)
        && perceived.asks_next_size().is_none()
        && !perceived.names_something()
        && !perceived.tells_size();
    let line = draft.facts().cart.lines().last().cloned().filter(|_| is_open)?;
    let product = draft.product(line.product_id)?;
    if draft.facts().payment.proof && wants_other {
        return Some(paid::hand_over(draft));
    }
    draft.name(product.id, Some(line.size), Some(line.price));
    let name = Values::none().with(Placeholder::Name, product.name.as_str());
    if asks_color {
        let is_wanted =
            |variant: &&ColorVariant| !perceived.unwanted_colors.contains(&variant.color);
        let colors = labels(present::colors_in(product, line.size).filter(is_wanted));
        draft.say(TemplateKey::ColorList, name.with(Placeholder::Colors, colors));
        draft.ask(TemplateKey::ColorAskWhich, Values::none());
    } else {
        let sizes: Vec<Size> = product.sizes().collect();
        draft.say(TemplateKey::SizeSizes, name.with(Placeholder::Sizes, sizes));
        listing::ask_height(draft);
    }
    Some(Event::AskedPolicy)
}

/// The line that a message changes: of those with the named garment the one with the colour or the
/// size that is not wanted any more, or with the colour that is to have another size; else the last.
fn line_to_change(draft: &Draft<'_>) -> Option<CartLine> {
    let perceived = draft.perceived;
    let named = perceived.products.first().copied();
    let is_left = |line: &&CartLine| {
        perceived.unwanted_colors.contains(&line.color)
            || perceived
                .left_heights
                .iter()
                .any(|height| fits(draft.shop, line.product_id, line.size, *height))
    };
    let is_told = |line: &&CartLine| {
        (perceived.tells_size() || perceived.asks_next_size().is_some())
            && perceived.colors.contains(&line.color)
    };
    let lines = draft.facts().cart.lines().iter().rev();
    let mut lines = lines.filter(|line| named.is_none_or(|id| line.product_id == id));
    let found = lines.clone().find(is_left).or_else(|| lines.clone().find(is_told));
    found.or_else(|| lines.next()).cloned()
}

/// Takes the line out of the cart and chooses it anew; what is complete goes back at once.
pub(super) fn change_line(draft: &mut Draft<'_>) -> Event {
    let Some(line) = line_to_change(draft) else { return go_on(draft) };
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
        choice.size = advice::next_size(product, &choice, larger).or(choice.size);
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
    sold_out::keep_to_stock(draft);
    let choices = std::mem::take(&mut draft.facts_mut().choices);
    if choices.iter().any(Choice::is_complete) {
        draft.facts_mut().left.clear();
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
