//! An order: what is bought, by whom, and how far it has come.
//!
//! Until it is confirmed it is what the session says, and only the session's turns change it. From
//! then on it is fixed, and only the shop's CRM and its people move it on.

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    money::Money,
    session::{Session, cart::CartLine, customer::Customer, facts::PaymentMethod},
};

/// Names an order everywhere: in the store, on the queue, in the CRM. The same for every retry of
/// one checkout, another one for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderId(u64);

/// How many orders can be told apart by their number alone.
const NUMBERS: u64 = 100_000_000;

/// How many hexadecimal digits an id has.
const DIGITS: usize = 16;

/// Text that is no order's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order's id is {DIGITS} hexadecimal digits in small letters")]
pub struct InvalidOrderId;

impl OrderId {
    /// The id with these bits: of a digest over what makes the checkout this one.
    #[must_use]
    pub const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// What customers and managers call it: eight digits. Two orders of many thousands may share
    /// one; machines go by the id.
    #[must_use]
    pub fn number(self) -> String {
        format!("{:08}", self.0 % NUMBERS)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for OrderId {
    type Err = InvalidOrderId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != DIGITS || !text.bytes().all(is_digit) {
            return Err(InvalidOrderId);
        }
        u64::from_str_radix(text, 16).map(Self).map_err(|_| InvalidOrderId)
    }
}

impl TryFrom<String> for OrderId {
    type Error = InvalidOrderId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> Self {
        id.to_string()
    }
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Something is in the cart.
    Draft,
    /// The customer has seen where to pay.
    AwaitingPayment,
    /// A receipt is in; a manager checks it (decision 7).
    AwaitingConfirmation,
    /// The money is there; the CRM does not know of the order yet.
    Confirmed,
    /// It was sent to the CRM, and no answer is in.
    Submitted,
    /// The CRM has it.
    Accepted,
    /// The shop packs it.
    Processing,
    /// The carrier has it.
    Shipped,
    /// The customer has it.
    Delivered,
    /// Nothing comes of it.
    Cancelled,
    /// The CRM does not take it: a human has to.
    Failed,
}

impl OrderState {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::AwaitingPayment,
        Self::AwaitingConfirmation,
        Self::Confirmed,
        Self::Submitted,
        Self::Accepted,
        Self::Processing,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
        Self::Failed,
    ];

    /// Its name, as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingPayment => "awaiting_payment",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::Confirmed => "confirmed",
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Whether the customer still decides about it: only the session's turns change it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::AwaitingPayment | Self::AwaitingConfirmation)
    }

    /// Whether it waits for its way into the CRM.
    #[must_use]
    pub const fn is_to_submit(self) -> bool {
        matches!(self, Self::Confirmed | Self::Submitted)
    }

    /// Whether the CRM may have moved it on since.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Accepted | Self::Processing | Self::Shipped)
    }

    /// The states that may follow.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::AwaitingPayment, Self::Cancelled],
            Self::AwaitingPayment => &[Self::Draft, Self::AwaitingConfirmation, Self::Cancelled],
            Self::AwaitingConfirmation => &[
                // The managers did not find the money.
                Self::AwaitingPayment,
                Self::Confirmed,
                Self::Cancelled,
            ],
            // Somebody may have put it into the CRM by hand.
            Self::Confirmed | Self::Submitted => &[
                Self::Submitted,
                Self::Accepted,
                Self::Processing,
                Self::Shipped,
                Self::Delivered,
                Self::Cancelled,
                Self::Failed,
            ],
            Self::Accepted => {
                &[Self::Processing, Self::Shipped, Self::Delivered, Self::Cancelled, Self::Failed]
            }
            Self::Processing => &[Self::Shipped, Self::Delivered, Self::Cancelled, Self::Failed],
            // A parcel that nobody fetches comes back, and one that does not please.
            Self::Shipped => &[Self::Delivered, Self::Cancelled],
            Self::Delivered => &[Self::Cancelled],
            Self::Cancelled => &[],
            // A human tries again, or has put it into the CRM.
            Self::Failed => &[
                Self::Confirmed,
                Self::Accepted,
                Self::Processing,
                Self::Shipped,
                Self::Delivered,
                Self::Cancelled,
            ],
        }
    }

    /// Whether `state` may follow. An order that has come further does not go back for news that
    /// is late.
    #[must_use]
    pub fn may_become(self, state: Self) -> bool {
        self != state && self.next().contains(&state)
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is bought, by whom, and how far it has come. Personal data: never for logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// How far it has come.
    pub state: OrderState,
    /// What is bought, at the price of the moment in which it was taken.
    pub lines: Vec<CartLine>,
    /// Who buys, and where the parcel goes.
    pub customer: Customer,
    /// How it is paid.
    pub method: Option<PaymentMethod>,
}

impl Order {
    /// The order that a session is about; nothing while its cart is empty.
    #[must_use]
    pub fn of(session: &Session) -> Option<Self> {
        let facts = session.facts();
        let id = facts.order.filter(|_| !facts.cart.is_empty())?;
        let payment = &facts.payment;
        let state = if payment.is_approved {
            OrderState::Confirmed
        } else if payment.proof {
            OrderState::AwaitingConfirmation
        } else if payment.requisites_shown {
            OrderState::AwaitingPayment
        } else {
            OrderState::Draft
        };
        Some(Self {
            id,
            state,
            lines: facts.cart.lines().to_vec(),
            customer: facts.customer.clone(),
            method: payment.method,
        })
    }

    /// What all of it costs, without the carrier's fees.
    #[must_use]
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.price.times(line.quantity)).sum()
    }
}

/// The orders that a turn changed: at most the one that it ended and the one that it began. A
/// confirmed one is no turn's any more.
#[must_use]
pub fn changed(before: &Session, after: &Session) -> Vec<Order> {
    let (before, after) = (Order::of(before), Order::of(after));
    let is_same = |a: &Option<Order>, b: &Order| a.as_ref().is_some_and(|a| a.id == b.id);
    let mut changed = Vec::new();
    if let Some(left) = &before
        && left.state.is_open()
        && !is_same(&after, left)
    {
        changed.push(Order { state: OrderState::Cancelled, ..left.clone() });
    }
    if let Some(order) = after {
        let is_fixed = is_same(&before, &order)
            && before.as_ref().is_some_and(|before| !before.state.is_open() || *before == order);
        if !is_fixed {
            changed.push(order);
        }
    }
    changed
}

/// An order that was confirmed, as its customer's conversation knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// Its name.
    pub id: OrderId,
    /// How far it has come, as far as the conversation has heard.
    pub state: OrderState,
    /// When the customer is told of that, where the hour forbade it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell_at: Option<Timestamp>,
}

/// Something became of an order outside of its conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderNews {
    /// Which order.
    pub order: OrderId,
    /// How far it has come.
    pub state: OrderState,
}
