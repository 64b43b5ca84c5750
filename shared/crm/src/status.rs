//! The CRM's words for how far an order has come.

use mirt_domain::order::OrderState;

/// What an order is made as: a manager has seen the money.
pub(crate) const PAID: &str = "paid";

/// The state behind a status, by its name or by its title in the CRM; `None` for a word that is not
/// known. Source: specification of integrations, sections 1.7 and 5.6.
pub(crate) fn state(status: &str) -> Option<OrderState> {
    let word = status.trim().to_lowercase();
    Some(match word.as_str() {
        "new"
        | "pending"
        | "queued"
        | "created"
        | "нові заявки"
        | "pending_payment"
        | "виставлено рахунок"
        | PAID
        | "оплачено" => OrderState::Accepted,
        "processing" | "оформлено замовлення" => OrderState::Processing,
        "shipped" => OrderState::Shipped,
        "delivered" => OrderState::Delivered,
        // What comes back is as if it had never been sent.
        "cancelled" | "canceled" | "returned" => OrderState::Cancelled,
        "failed" => OrderState::Failed,
        _ => return None,
    })
}

/// The state behind a status of a payment; `None` where it says nothing new of an order that a
/// manager has confirmed, or is not known. Source: the same, section 1.7.
pub(crate) fn state_of_payment(status: &str) -> Option<OrderState> {
    match status.trim().to_lowercase().as_str() {
        "confirmed" => Some(OrderState::Processing),
        "failed" => Some(OrderState::Failed),
        "refunded" => Some(OrderState::Cancelled),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_titles_mean_the_same() {
        for (name, title) in [
            ("new", "Нові заявки"),
            ("pending_payment", "Виставлено рахунок"),
            ("paid", "ОПЛАЧЕНО"),
            ("processing", "Оформлено замовлення"),
        ] {
            assert!(state(name).is_some(), "{name}");
            assert_eq!(state(name), state(title), "{title}");
        }
        assert_eq!(state("розглядається"), None);
    }
}
