//! What the shop promises about paying, delivery and the rest, from `catalog/policies.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// The shop's policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// How an order is paid.
    pub payment: PaymentPolicy,
    /// How an order is delivered.
    pub delivery: DeliveryPolicy,
    /// Who answers a question about a topic. Every topic is in it.
    pub topics: BTreeMap<PolicyTopic, AnsweredBy>,
}

/// How an order is paid: in full at once, or a prepayment and the rest on delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPolicy {
    /// What is paid at once when the rest is paid on delivery.
    pub prepayment: Money,
    /// The part of the money collected on delivery that the carrier takes on top, in percent.
    pub carrier_fee_percent: u8,
    /// What the carrier takes on top of that part.
    pub carrier_fee_fixed: Money,
}

/// How an order is delivered. What it costs is the carrier's tariff, which nobody promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryPolicy {
    /// The carrier's name as customers read it.
    pub carrier: String,
    /// The usual number of days, at least.
    pub days_from: u8,
    /// The usual number of days, at most.
    pub days_to: u8,
}

/// What customers ask about beside garments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyTopic {
    /// How, how long, by whom.
    Delivery,
    /// Ways of paying.
    Payment,
    /// Under which conditions a garment can be given back.
    Return,
    /// Under which conditions a garment can be exchanged.
    Exchange,
    /// Whether something is in stock.
    Availability,
    /// Washing and ironing.
    Care,
    /// Buying many to sell on.
    Wholesale,
    /// A lower price.
    Discount,
    /// A parcel faster than usual.
    UrgentShipping,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// The assistant, from a template.
    Assistant,
    /// A human, to whom the conversation is handed.
    Manager,
}

impl PolicyTopic {
    /// Every topic.
    pub const ALL: [Self; 9] = [
        Self::Delivery,
        Self::Payment,
        Self::Return,
        Self::Exchange,
        Self::Availability,
        Self::Care,
        Self::Wholesale,
        Self::Discount,
        Self::UrgentShipping,
    ];

    /// Its name in `catalog/policies.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Payment => "payment",
            Self::Return => "return",
            Self::Exchange => "exchange",
            Self::Availability => "availability",
            Self::Care => "care",
            Self::Wholesale => "wholesale",
            Self::Discount => "discount",
            Self::UrgentShipping => "urgent_shipping",
        }
    }
}

/// An order paid partly on delivery, in exact money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentOnDelivery {
    /// Paid at once.
    pub prepayment: Money,
    /// Paid to the carrier for the goods.
    pub rest: Money,
    /// Paid to the carrier for collecting the rest.
    pub fee: Money,
}

impl PaymentPolicy {
    /// What is paid when for an order of `total`. An order that the prepayment covers leaves
    /// nothing to collect, so the carrier takes no fee.
    #[must_use]
    pub fn on_delivery(&self, total: Money) -> PaymentOnDelivery {
        let prepayment = self.prepayment.min(total);
        let rest = total.minus(prepayment);
        let fee = if rest == Money::default() {
            Money::default()
        } else {
            rest.percent(self.carrier_fee_percent) + self.carrier_fee_fixed
        };
        PaymentOnDelivery { prepayment, rest, fee }
    }
}

impl Policies {
    /// Who answers a question about a topic; a human for one that the file forgot, which the
    /// parser does not let through.
    #[must_use]
    pub fn answered_by(&self, topic: PolicyTopic) -> AnsweredBy {
        self.topics.get(&topic).copied().unwrap_or(AnsweredBy::Manager)
    }
}

#[cfg(test)]
mod tests {
    use super::PaymentPolicy;
    use crate::money::Money;

    const POLICY: PaymentPolicy = PaymentPolicy {
        prepayment: Money::from_uah(200),
        carrier_fee_percent: 2,
        carrier_fee_fixed: Money::from_uah(20),
    };

    #[test]
    fn the_carrier_takes_its_part_of_what_it_collects_and_a_fixed_sum() {
        let parts = POLICY.on_delivery(Money::from_uah(2050));

        assert_eq!(parts.prepayment, Money::from_uah(200));
        assert_eq!(parts.rest, Money::from_uah(1850));
        assert_eq!(parts.fee, Money::from_uah(57));
    }

    #[test]
    fn an_order_that_the_prepayment_covers_has_no_fee() {
        let parts = POLICY.on_delivery(Money::from_uah(150));

        assert_eq!(parts.prepayment, Money::from_uah(150));
        assert_eq!(parts.rest, Money::default());
        assert_eq!(parts.fee, Money::default());
    }
}
