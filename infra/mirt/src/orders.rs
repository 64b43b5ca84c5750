//! `mirt orders`: what was sold, here or in AWS: a table, one order, a file for the shop's books; and
//! another try for one that the CRM did not take.
//!
//! This is the one place where operators see who buys: an order is of no use without.

use std::process::ExitCode;

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use mirt_aws::{orders::OrdersQueue, table::Table};
use mirt_content::catalog;
use mirt_domain::{
    catalog::{ColorVariant, Product},
    money::Money,
    order::{OrderId, OrderState},
    session::{
        cart::CartLine,
        customer::{Branch, BranchKind},
        facts::PaymentMethod,
    },
};
use mirt_engine::{
    failure::PortError,
    order_book::{KeepOrder as _, LoadOrder as _, OrderRecord, OrderWakeUp, WakeOrder as _},
};
use serde_json::{Value, json};

use crate::{
    cli::{Month, OrdersArguments, OrdersCommand},
    outcome::{OperatorError, Outcome, operate},
    output,
    place::Place,
};

/// How often an order is read again that changed while it was to be written.
const MAX_CONFLICTS: u32 = 5;

/// Why nothing was shown or done.
#[derive(Debug, thiserror::Error)]
enum OrdersError {
    #[error(transparent)]
    Operator(#[from] OperatorError),
    #[error("the store or a queue did not do it; mirt doctor says what is wrong there")]
    Store(#[from] PortError),
    #[error("there is no order {0}; mirt orders list prints the ids")]
    NoSuchOrder(OrderId),
    #[error("the order is {0}: only one that is not in the CRM can be tried again")]
    NotToBeTried(OrderState),
    #[error("the order was changed meanwhile; look at it and try again")]
    Changed,
}

/// Does what was asked for.
pub(crate) fn main(arguments: &OrdersArguments) -> ExitCode {
    operate(&arguments.place, async |place| run(place, arguments).await)
}

async fn run(place: Place, arguments: &OrdersArguments) -> Result<Outcome, OrdersError> {
    let Place { config, stack, table, .. } = place;
    let is_json = arguments.json;
    match &arguments.command {
        OrdersCommand::List { month } => {
            let orders = of_month(&table, *month).await?;
            if is_json {
                orders.iter().map(whole).for_each(output::line);
            } else if orders.is_empty() {
                output::line("none; another month is shown with --month");
            } else {
                output::table(COLUMNS, &orders.iter().map(row).collect::<Vec<_>>());
            }
        }
        OrdersCommand::Show { id } => {
            let record = table.load_order(*id).await?.ok_or(OrdersError::NoSuchOrder(*id))?;
            if is_json {
                output::line(whole(&record));
            } else {
                show(&record);
            }
        }
        OrdersCommand::Export { month } => {
            let orders = of_month(&table, *month).await?;
            if is_json {
                orders.iter().map(whole).for_each(output::line);
                return Ok(Outcome::Well);
            }
            output::line(HEAD.join(","));
            for record in orders {
                for line in &record.order.lines {
                    output::line(csv(&record, line));
                }
            }
        }
        OrdersCommand::Retry { id } => {
            let queue = OrdersQueue::open(&config, &stack.resource("orders.fifo")).await?;
            retry(&table, &queue, *id, is_json).await?;
        }
    }
    Ok(Outcome::Well)
}

/// The orders that were confirmed in a month; in this one and the last where none is named.
pub(crate) async fn of_month(
    table: &Table,
    month: Option<Month>,
) -> Result<Vec<OrderRecord>, PortError> {
    let months = match month {
        Some(month) => vec![month.0],
        None => {
            let this = Zoned::now().with_time_zone(TimeZone::UTC).date().first_of_month();
            // A date of this calendar has a day before it.
            vec![this.yesterday().map_or(this, Date::first_of_month), this]
        }
    };
    let mut orders = Vec::new();
    for first in months {
        let at = first.to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
        orders.extend(table.orders_of_month(at).await?);
    }
    Ok(orders)
}

/// Gives an order that rests without being in the CRM another day of tries.
async fn retry(
    table: &Table,
    queue: &OrdersQueue,
    id: OrderId,
    as_json: bool,
) -> Result<(), OrdersError> {
    for _ in 0..MAX_CONFLICTS {
        let known = table.load_order(id).await?.ok_or(OrdersError::NoSuchOrder(id))?;
        let state = known.order.state;
        let Some(record) = known.tried_again(Timestamp::now()) else {
            return Err(OrdersError::NotToBeTried(state));
        };
        if table.keep_order(&record).await? {
            queue.wake_order(&OrderWakeUp::for_version(&record)).await?;
            output::told(
                as_json,
                json!({ "retried": id }),
                format_args!("order {id} is on its way"),
            );
            return Ok(());
        }
    }
    Err(OrdersError::Changed)
}

/// The columns of a list.
const COLUMNS: [&str; 7] =
    ["id", "number", "confirmed (UTC)", "state", "pieces", "UAH", "in the CRM"];

fn row(record: &OrderRecord) -> [String; 7] {
    let order = &record.order;
    let pieces: u32 = order.lines.iter().map(|line| line.quantity).sum();
    [
        order.id.to_string(),
        order.id.number(),
        confirmed(record),
        order.state.to_string(),
        pieces.to_string(),
        uah(order.total()),
        record.crm.as_ref().map_or_else(|| "-".to_owned(), |crm| crm.0.clone()),
    ]
}

fn show(record: &OrderRecord) {
    let order = &record.order;
    let customer = &order.customer;
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    output::table(COLUMNS, &[row(record)]);
    output::line(format_args!("  {}, {}", known(&customer.name), known(&customer.phone)));
    let branch = customer.branch.map_or_else(|| "-".to_owned(), branch);
    output::line(format_args!("  {}, {branch}", known(&customer.city)));
    for line in &order.lines {
        let (product, variant) = named(line);
        output::line(format_args!(
            "  {}, {}, {}, {} шт. по {}",
            product.map_or("-", |product| product.name.as_str()),
            variant.map_or(line.color.as_str(), |variant| variant.label.as_str()),
            line.size,
            line.quantity,
            uah(line.price),
        ));
    }
    if let Some(trouble) = &record.trouble {
        output::line(format_args!("  {} failures: {trouble}", record.failures));
    }
}

pub(crate) fn whole(record: &OrderRecord) -> Value {
    let order = &record.order;
    json!({
        "id": order.id,
        "number": order.id.number(),
        "state": order.state,
        "session": record.session.to_string(),
        "confirmed_at": record.confirmed_at,
        "changed_at": record.changed_at,
        "customer": order.customer,
        "method": order.method,
        "lines": order.lines.iter().map(line).collect::<Vec<_>>(),
        "total": uah(order.total()),
        "crm": record.crm,
        "failures": record.failures,
        "trouble": record.trouble,
        "due_at": record.due_at,
    })
}

fn line(line: &CartLine) -> Value {
    let (product, variant) = named(line);
    json!({
        "product_id": line.product_id,
        "name": product.map(|product| &product.name),
        "sku": variant.map(|variant| &variant.sku),
        "size": line.size,
        "color": line.color,
        "quantity": line.quantity,
        "price": uah(line.price),
    })
}

/// A line's garment and colour, as the catalogue of today has them.
fn named(line: &CartLine) -> (Option<&'static Product>, Option<&'static ColorVariant>) {
    let product = catalog().product(line.product_id);
    (product, product.and_then(|product| product.variant(&line.color)))
}

/// The columns of an export, one row a line of an order.
const HEAD: [&str; 18] = [
    "order_id",
    "number",
    "confirmed_at",
    "state",
    "crm_id",
    "name",
    "phone",
    "city",
    "branch",
    "payment",
    "total",
    "product_id",
    "sku",
    "product",
    "size",
    "color",
    "quantity",
    "price",
];

fn csv(record: &OrderRecord, line: &CartLine) -> String {
    let order = &record.order;
    let customer = &order.customer;
    let (product, variant) = named(line);
    let cells = [
        order.id.to_string(),
        order.id.number(),
        confirmed(record),
        order.state.to_string(),
        record.crm.as_ref().map(|crm| crm.0.clone()).unwrap_or_default(),
        customer.name.clone().unwrap_or_default(),
        customer.phone.clone().unwrap_or_default(),
        customer.city.clone().unwrap_or_default(),
        customer.branch.map(branch).unwrap_or_default(),
        match order.method {
            Some(PaymentMethod::Full) => "full".to_owned(),
            Some(PaymentMethod::Prepayment) => "prepayment".to_owned(),
            None => String::new(),
        },
        uah(order.total()),
        line.product_id.to_string(),
        variant.map(|variant| variant.sku.clone()).unwrap_or_default(),
        product.map(|product| product.name.clone()).unwrap_or_default(),
        line.size.to_string(),
        variant.map_or_else(|| line.color.to_string(), |variant| variant.label.clone()),
        line.quantity.to_string(),
        uah(line.price),
    ];
    cells.map(|cell| cell_of(&cell)).join(",")
}

/// A cell of RFC 4180. What a spreadsheet would take for a formula is told to be words.
fn cell_of(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn confirmed(record: &OrderRecord) -> String {
    record.confirmed_at.map_or_else(|| "-".to_owned(), |at| at.strftime("%F %R").to_string())
}

fn branch(branch: Branch) -> String {
    match branch.kind {
        BranchKind::Branch => format!("відділення {}", branch.number),
        BranchKind::Locker => format!("поштомат {}", branch.number),
    }
}

/// Hryvnias with kopecks after a point, where there are any.
pub(crate) fn uah(money: Money) -> String {
    let (uah, kopecks) = (money.kopecks() / 100, money.kopecks() % 100);
    if kopecks == 0 { uah.to_string() } else { format!("{uah}.{kopecks:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_has_to_be_and_is_never_a_formula() {
        assert_eq!(cell_of("Коваль Ольга"), "Коваль Ольга");
        assert_eq!(cell_of("Львів, \"центр\""), "\"Львів, \"\"центр\"\"\"");
        assert_eq!(cell_of("=1+1"), "'=1+1");
        assert_eq!(cell_of("+380671234567"), "'+380671234567");
    }
}
