//! The orders as they are kept, and the ports that read and change them.
//!
//! A record is written by its session's turns, in their commits, until the order is confirmed. From
//! then on it belongs to [`crate::look_after_order`], each write conditional on the version read.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::{
    order::{Order, OrderId, OrderState},
    session::customer::Customer,
    session_id::{SessionId, UserId},
};
use serde::{Deserialize, Serialize};

use crate::{clock::after, event::digest, failure::PortError, label_chat::LabelTask};

/// How long after an order's confirmation it is looked for by the sweeper: its message on the queue
/// may never have been sent.
const OVERDUE_AFTER: Duration = Duration::from_mins(2);

/// The name of the order that a session's next turn may begin.
#[must_use]
pub fn next_id(session: &SessionId, turn: u64, now: Timestamp) -> OrderId {
    let digits = digest(&[
        "order",
        &session.to_string(),
        &turn.to_string(),
        &now.as_microsecond().to_string(),
    ]);
    // The digest is 32 hexadecimal digits, of which these are 16.
    OrderId::new(u64::from_str_radix(&digits[..16], 16).unwrap_or_default())
}

/// An order with what is known of its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// The order.
    pub order: Order,
    /// Whose conversation it comes from.
    pub session: SessionId,
    /// Grows with each write. The session's turns write their own numbers, the first write after
    /// them one more.
    pub version: u64,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// When it was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// What the CRM calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm: Option<CrmOrderId>,
    /// How often in a row the CRM could not be asked.
    #[serde(default)]
    pub failures: u32,
    /// Why it could not, in a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether its session has to hear of its state.
    #[serde(default)]
    pub is_news: bool,
    /// When something is to be done about it; nothing where it rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When its customer was erased: it is kept without them, and nobody hears of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
}

impl OrderRecord {
    /// An order as a turn of its session leaves it.
    pub(crate) fn of_turn(order: Order, session: &SessionId, turn: u64, now: Timestamp) -> Self {
        let is_confirmed = order.state == OrderState::Confirmed;
        Self {
            order,
            session: session.clone(),
            version: turn,
            changed_at: now,
            confirmed_at: is_confirmed.then_some(now),
            crm: None,
            failures: 0,
            trouble: None,
            is_news: false,
            due_at: is_confirmed.then(|| after(now, OVERDUE_AFTER)),
            erased_at: None,
        }
    }

    /// Whether it is on its way into the CRM, which needs to know whose it is.
    #[must_use]
    pub const fn is_being_submitted(&self) -> bool {
        self.order.state.is_to_submit() && self.due_at.is_some() && self.erased_at.is_none()
    }

    /// The order's next version without its customer: what was bought, for how much, when, and how far
    /// it came, which the law wants kept.
    #[must_use]
    pub fn without_customer(mut self, now: Timestamp) -> Self {
        self.version += 1;
        self.order.customer = Customer::default();
        self.session.user = UserId::erased();
        self.is_news = false;
        self.due_at = self.due_at.filter(|_| self.order.state.is_under_way());
        self.erased_at = Some(now);
        self
    }

    /// Whether it is the shop's: before that it may still change with any turn.
    #[must_use]
    pub const fn is_placed(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// The order as it gets another day of tries, the first of them now, or when the CRM's answer to the
    /// one that is under way is overdue: what is asked for meanwhile is not there yet, and would be made
    /// twice. Nothing where the order is in the CRM, was never placed, or has lost its customer.
    #[must_use]
    pub fn tried_again(mut self, now: Timestamp) -> Option<Self> {
        let is_known = self.erased_at.is_none();
        let is_to_submit = self.order.state.is_to_submit();
        // One whose last try came to nothing has its trouble noted.
        let is_asking = self.order.state == OrderState::Submitted && self.trouble.is_none();
        let answered_by = self.due_at.filter(|_| is_asking);
        if !is_known || !is_to_submit && !self.move_to(OrderState::Confirmed, now) {
            return None;
        }
        self.version += 1;
        self.confirmed_at = Some(now);
        self.failures = 0;
        self.trouble = None;
        self.is_news = false;
        self.due_at = Some(answered_by.map_or(now, |answered_by| answered_by.max(now)));
        Some(self)
    }

    /// The order has come to `state`. False where it may not: news that are late, or none.
    pub fn move_to(&mut self, state: OrderState, now: Timestamp) -> bool {
        let may = self.is_placed() && self.order.state.may_become(state);
        if may {
            self.order.state = state;
            self.changed_at = now;
        }
        may
    }
}

/// What the CRM calls an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CrmOrderId(pub String);

/// Reads an order.
pub trait LoadOrder: Send + Sync {
    /// The order as it is now; `None` where there is none of this name.
    ///
    /// # Errors
    /// When the store did not answer.
    fn load_order(
        &self,
        id: OrderId,
    ) -> impl Future<Output = Result<Option<OrderRecord>, PortError>> + Send;
}

/// Writes an order that is no turn's any more.
pub trait KeepOrder: Send + Sync {
    /// Writes `record` over the version before its own. False where another version is there: it
    /// was changed meanwhile, and has to be read again.
    ///
    /// # Errors
    /// When it is not known whether it is written.
    fn keep_order(
        &self,
        record: &OrderRecord,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

/// Finds orders by the phone that they were confirmed under. For managers' eyes alone: who has the
/// phone may be two customers, and is two conversations.
pub trait FindByPhone: Send + Sync {
    /// The orders, and whose conversations they come from.
    ///
    /// # Errors
    /// When the store did not answer.
    fn orders_of_phone(
        &self,
        phone: &str,
    ) -> impl Future<Output = Result<Vec<OrderOfPhone>, PortError>> + Send;
}

/// An order that was confirmed under a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderOfPhone {
    /// The order.
    pub order: OrderId,
    /// Whose conversation it comes from, as [`SessionId`] is shown.
    pub session: String,
}

/// All that can ever be on the orders' queue, versioned by variant name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderTask {
    /// There may be something to do about an order.
    LookAfter(OrderWakeUp),
    /// A conversation's chat has to be labelled in the CRM.
    Label(LabelTask),
}

/// There may be something to do about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWakeUp {
    /// The order; the queue's message group.
    pub order: OrderId,
    /// What names this wake-up among those of the order: the queue takes the same one once within
    /// its deduplication interval.
    pub reason: String,
}

impl OrderWakeUp {
    /// For a write that left something to do.
    #[must_use]
    pub fn for_version(record: &OrderRecord) -> Self {
        Self { order: record.order.id, reason: format!("v{}", record.version) }
    }
}

/// Puts a wake-up on the orders' queue.
pub trait WakeOrder: Send + Sync {
    /// Sends it.
    ///
    /// # Errors
    /// When the queue did not take it. The sweeper finds the order when it is overdue.
    fn wake_order(
        &self,
        wake_up: &OrderWakeUp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
