//! The summary of a conversation without a model: what the checkpoint says.

use crate::{
    prompts::{Placeholder, TemplateKey, Values},
    session::Session,
    shop::Shop,
    state::{Phase, State},
};

/// How many garments it names.
const MOST_NAMED: usize = 4;

/// What a conversation was about, as far as the checkpoint shows it.
pub(crate) fn digest(shop: &Shop<'_>, session: &Session) -> String {
    let facts = session.facts();
    let text = |key, values: &Values| {
        // The build checks that the texts are there, and a text is given all that it names.
        shop.prompts.render(key, values, 0).unwrap_or_default().join(" ")
    };
    let name = |id| shop.catalog.product(id).map(|product| product.name.clone());
    let mut lines = Vec::new();
    for line in facts.cart.lines().iter().take(MOST_NAMED) {
        let Some(name) = name(line.product_id) else { continue };
        let values = Values::none()
            .with(Placeholder::Name, name)
            .with(Placeholder::Size, line.size)
            .with(Placeholder::Color, line.color.as_str());
        let is_paid = facts.payment.is_approved;
        let key = if is_paid { TemplateKey::MemoryBought } else { TemplateKey::MemoryOrdered };
        lines.push(text(key, &values));
    }
    if facts.cart.is_empty() {
        let chosen = facts.choices.iter().map(|choice| choice.product_id);
        let looked_at: Vec<String> =
            chosen.chain(facts.shown.iter().copied()).filter_map(name).collect();
        let mut names: Vec<String> = Vec::new();
        for name in looked_at {
            if !names.contains(&name) && names.len() < MOST_NAMED {
                names.push(name);
            }
        }
        if !names.is_empty() {
            let values = Values::none().with(Placeholder::Name, names.join(", "));
            lines.push(text(TemplateKey::MemoryLookedAt, &values));
        }
    }
    for height in &facts.heights {
        let values = Values::none().with(Placeholder::Height, *height);
        lines.push(text(TemplateKey::MemoryHeight, &values));
    }
    let stopped = match (session.state(), session.phase()) {
        _ if facts.payment.is_approved => None,
        (State::PaymentDelivery, Phase::AwaitingConfirmation) => {
            Some(TemplateKey::MemoryStoppedAtProof)
        }
        (State::PaymentDelivery, _) => Some(TemplateKey::MemoryStoppedAtOrder),
        (State::Offer, _) => Some(TemplateKey::MemoryStoppedAtOffer),
        (State::SizeColor | State::Discovery | State::Vision, _) => {
            Some(TemplateKey::MemoryStoppedAtChoice)
        }
        _ => None,
    };
    lines.extend(stopped.map(|key| text(key, &Values::none())));
    lines.join(" ")
}
