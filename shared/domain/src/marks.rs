//! What a channel's account notes about a customer beside a reply: ManyChat's fields and tags, on
//! which the shop's own flows branch (`spec/integrations.md` 2.3).
//!
//! Names, phones and addresses are none of them: they live in the order and the profile only
//! (decision 18).

use serde::{Deserialize, Serialize};

use crate::{
    money::Money,
    session::Session,
    shop::Shop,
    state::{Intent, State},
    turn::NamedProduct,
};

/// One thing to note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Where the conversation stands.
    AiState(State),
    /// What the customer wanted last.
    AiIntent(Intent),
    /// The garments that were named last.
    LastProduct(String),
    /// The cart's total.
    OrderSum(Money),
    /// The assistant has answered at least once.
    AiResponded(bool),
    /// A human is waited for, or has the conversation.
    NeedsHuman(bool),
    /// An order was begun and is not done.
    OrderStarted(bool),
    /// A manager found the money.
    OrderPaid(bool),
}

impl Mark {
    /// The names of all marks, as [`name`](Self::name) gives them.
    pub const NAMES: [&'static str; 8] = [
        "ai_state",
        "ai_intent",
        "last_product",
        "order_sum",
        "ai_responded",
        "needs_human",
        "order_started",
        "order_paid",
    ];

    /// The name of the field or tag in the channel's account.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AiState(_) => "ai_state",
            Self::AiIntent(_) => "ai_intent",
            Self::LastProduct(_) => "last_product",
            Self::OrderSum(_) => "order_sum",
            Self::AiResponded(_) => "ai_responded",
            Self::NeedsHuman(_) => "needs_human",
            Self::OrderStarted(_) => "order_started",
            Self::OrderPaid(_) => "order_paid",
        }
    }
}

/// What a turn changed of what is noted, the most important first: a call takes only a few.
pub(crate) fn changed(
    shop: &Shop<'_>,
    before: &Session,
    after: &Session,
    intent: Intent,
    products: &[NamedProduct],
) -> Vec<Mark> {
    let old = standing(before);
    let mut marks: Vec<Mark> =
        standing(after).into_iter().filter(|mark| !old.contains(mark)).collect();
    marks.push(Mark::AiIntent(intent));
    let names: Vec<&str> = products
        .iter()
        .filter_map(|named| shop.catalog.product(named.id))
        .map(|product| product.name.as_str())
        .collect();
    if !names.is_empty() {
        marks.push(Mark::LastProduct(names.join(", ")));
    }
    marks
}

/// What a session amounts to.
fn standing(session: &Session) -> Vec<Mark> {
    let is_ordering = matches!(session.state(), State::PaymentDelivery | State::Upsell);
    vec![
        Mark::NeedsHuman(session.is_handed_over()),
        Mark::OrderPaid(session.facts().payment.is_approved),
        Mark::OrderStarted(is_ordering),
        Mark::AiState(session.state()),
        Mark::OrderSum(session.cart_total()),
        Mark::AiResponded(session.turns() > 0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shop;

    #[test]
    fn only_what_a_turn_changed_is_noted() {
        let before = Session::at(State::Offer);
        let after = Session::at(State::PaymentDelivery);

        let marks = changed(&shop(), &before, &after, Intent::PaymentDelivery, &[]);

        assert_eq!(
            marks,
            [
                Mark::OrderStarted(true),
                Mark::AiState(State::PaymentDelivery),
                Mark::AiIntent(Intent::PaymentDelivery),
            ]
        );
    }

    #[test]
    fn every_mark_has_its_name_in_the_list() {
        let all = [
            standing(&Session::default()),
            vec![Mark::AiIntent(Intent::default()), Mark::LastProduct(String::new())],
        ]
        .concat();

        assert_eq!(all.len(), Mark::NAMES.len());
        assert!(all.iter().all(|mark| Mark::NAMES.contains(&mark.name())));
    }
}
