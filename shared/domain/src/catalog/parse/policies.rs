//! `catalog/policies.toml`

use super::{
    super::{DeliveryPolicy, PaymentPolicy, Policies, PolicyTopic},
    faults::{Faults, File},
    raw,
};
use crate::money::Money;

pub(super) fn check(file: &File<'_>, raw: &raw::Policies, faults: &mut Faults) -> Policies {
    let percent = &raw.payment.carrier_fee_percent;
    if *percent.get_ref() > 100 {
        faults.add(file, percent.span().start, "carrier_fee_percent is more than 100");
    }
    let days_from = &raw.delivery.days_from;
    if *days_from.get_ref() > raw.delivery.days_to {
        faults.add(file, days_from.span().start, "days_from is more than days_to");
    }
    if raw.delivery.carrier.get_ref().trim().is_empty() {
        faults.add(file, raw.delivery.carrier.span().start, "the carrier has no name");
    }
    let topics = raw.answered_by.get_ref();
    for topic in PolicyTopic::ALL {
        if !topics.contains_key(&topic) {
            let at = raw.answered_by.span().start;
            faults.add(file, at, format!("nobody answers questions about {}", topic.as_str()));
        }
    }
    Policies {
        payment: PaymentPolicy {
            prepayment: Money::from_uah(raw.payment.prepayment_uah),
            carrier_fee_percent: *percent.get_ref(),
            carrier_fee_fixed: Money::from_uah(raw.payment.carrier_fee_fixed_uah),
        },
        delivery: DeliveryPolicy {
            carrier: raw.delivery.carrier.get_ref().clone(),
            days_from: *days_from.get_ref(),
            days_to: raw.delivery.days_to,
        },
        topics: topics.clone(),
    }
}
