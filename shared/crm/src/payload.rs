//! An order as the CRM takes it (specification of integrations, section 5.6).

use mirt_domain::{
    catalog::Catalog,
    channel::Channel,
    money::Money,
    session::{
        cart::CartLine,
        customer::{Branch, BranchKind, Customer},
        facts::PaymentMethod,
    },
};
use mirt_engine::order_book::OrderRecord;
use serde::Serialize;
use serde_json::Value;

use crate::status::PAID;

/// The one carrier that the shop sends with, as the CRM calls it.
const DELIVERY: &str = "nova_poshta";

#[derive(Serialize)]
pub(crate) struct NewOrder<'a> {
    external_id: String,
    source: &'a str,
    source_id: &'a str,
    customer: Person<'a>,
    delivery: Delivery<'a>,
    items: Vec<Item<'a>>,
    subtotal: Value,
    discount: Value,
    delivery_cost: Value,
    total: Value,
    payment_method: &'a str,
    status: &'a str,
    notes: &'a str,
    internal_notes: String,
}

#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    phone: &'a str,
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct Delivery<'a> {
    method: &'a str,
    city: &'a str,
    address: String,
}

#[derive(Serialize)]
struct Item<'a> {
    product_id: u64,
    sku: &'a str,
    name: &'a str,
    size: String,
    color: &'a str,
    quantity: u32,
    price: Value,
}

impl<'a> NewOrder<'a> {
    /// The order `record`, with the names of `catalog`.
    pub(crate) fn of(record: &'a OrderRecord, catalog: &'a Catalog) -> Self {
        let order = &record.order;
        let total = order.total();
        Self {
            external_id: order.id.to_string(),
            source: source(record.session.channel),
            source_id: record.session.user.as_str(),
            customer: person(&order.customer),
            delivery: Delivery {
                method: DELIVERY,
                city: order.customer.city.as_deref().unwrap_or_default(),
                address: order.customer.branch.map(address).unwrap_or_default(),
            },
            items: order.lines.iter().map(|line| item(line, catalog)).collect(),
            subtotal: amount(total),
            discount: amount(Money::default()),
            delivery_cost: amount(Money::default()),
            total: amount(total),
            payment_method: match order.method {
                Some(PaymentMethod::Prepayment) => "partial_prepay",
                Some(PaymentMethod::Full) | None => "full_prepay",
            },
            status: PAID,
            notes: "",
            internal_notes: notes(record),
        }
    }
}

/// Where an order comes from, in a word of the CRM's users.
fn source(channel: Channel) -> &'static str {
    channel.as_str()
}

fn person(customer: &Customer) -> Person<'_> {
    Person {
        name: customer.name.as_deref().unwrap_or_default(),
        phone: customer.phone.as_deref().unwrap_or_default(),
        email: None,
    }
}

/// What the CRM's users know an order by: the number that the customer has, and what the customer
/// calls themselves where they wrote.
fn notes(record: &OrderRecord) -> String {
    let number = format!("№ {}", record.order.id.number());
    match &record.order.customer.nickname {
        Some(nickname) => format!("{number}, @{}", nickname.as_str()),
        None => number,
    }
}

fn address(branch: Branch) -> String {
    match branch.kind {
        BranchKind::Branch => format!("Відділення {}", branch.number),
        BranchKind::Locker => format!("Поштомат {}", branch.number),
    }
}

fn item<'a>(line: &'a CartLine, catalog: &'a Catalog) -> Item<'a> {
    let product = catalog.product(line.product_id);
    let variant = product.and_then(|product| product.variant(&line.color));
    Item {
        product_id: line.product_id.0,
        sku: variant.map_or("", |variant| variant.sku.as_str()),
        // A garment that left the catalogue since is known by its number.
        name: product.map_or("", |product| product.name.as_str()),
        size: line.size.to_string(),
        color: variant.map_or(line.color.as_str(), |variant| variant.label.as_str()),
        quantity: line.quantity,
        price: amount(line.price),
    }
}

/// Hryvnias: a whole number, or text with kopecks after a point. Never a float.
fn amount(money: Money) -> Value {
    let (uah, kopecks) = (money.kopecks() / 100, money.kopecks() % 100);
    if kopecks == 0 { uah.into() } else { format!("{uah}.{kopecks:02}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_whole_number_or_text_with_kopecks() {
        assert_eq!(amount(Money::from_uah(1790)), 1790);
        assert_eq!(amount(Money::from_kopecks(179_005)), "1790.05");
    }
}
