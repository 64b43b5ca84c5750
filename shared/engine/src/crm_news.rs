//! Use case: the CRM tells by itself what became of an order. Each delivery counts once; what it
//! says goes into the order's record, and from there to its conversation.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::order::{OrderId, OrderState};

use crate::{
    clock::after,
    failure::{PortError, chain},
    order_book::{CrmOrderId, LoadOrder, OrderRecord, OrderWakeUp, WakeOrder},
};

/// How often an order is read again after a write that was lost to another one.
const MAX_CONFLICTS: u32 = 5;

/// When the order is looked for by the sweeper, if its message on the queue is lost.
const OVERDUE_AFTER: Duration = Duration::from_mins(2);

/// One delivery of the CRM's: what it is known again by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryId(pub String);

/// What became of a delivery in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is written.
    Done,
    /// It was taken before.
    Repeated,
    /// The order has another version than the one before the record's.
    Conflict,
}

/// Notes that a delivery was taken, and writes what it changed, all or nothing.
pub trait RecordDelivery: Send + Sync {
    /// Writes `record` over the version before its own, if there is one, unless `delivery` was
    /// taken before.
    ///
    /// # Errors
    /// When it is not known whether it is written.
    fn record_delivery(
        &self,
        delivery: &DeliveryId,
        record: Option<&OrderRecord>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Recorded, PortError>> + Send;
}

/// Finds an order by the CRM's name for it.
pub trait FindByCrmId: Send + Sync {
    /// Our name for it; `None` where it is not known.
    ///
    /// # Errors
    /// When the store did not answer.
    fn find_by_crm_id(
        &self,
        id: &CrmOrderId,
    ) -> impl Future<Output = Result<Option<OrderId>, PortError>> + Send;
}

/// What the CRM tells of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmNews {
    /// Our name for it, where it is said.
    pub ours: Option<OrderId>,
    /// The CRM's name for it, where it is said.
    pub theirs: Option<CrmOrderId>,
    /// How far it has come; `None` where that is no news.
    pub state: Option<OrderState>,
}

/// What came of the CRM's telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The order has moved on.
    Moved,
    /// Nothing new, or too late.
    Unchanged,
    /// None of our orders, or none that was placed.
    Unknown,
    /// The delivery was taken before.
    Repeated,
}

/// Takes a delivery in.
///
/// # Errors
/// When it is not known to be taken: the CRM has to deliver again.
pub async fn hear<S>(
    store: &S,
    queue: &impl WakeOrder,
    delivery: &DeliveryId,
    news: &CrmNews,
    now: Timestamp,
) -> Result<Heard, PortError>
where
    S: LoadOrder + FindByCrmId + RecordDelivery,
{
    let id = match (news.ours, &news.theirs) {
        (Some(id), _) => Some(id),
        (None, Some(theirs)) => store.find_by_crm_id(theirs).await?,
        (None, None) => None,
    };
    for _ in 0..MAX_CONFLICTS {
        let known = match id {
            Some(id) => store.load_order(id).await?.filter(OrderRecord::is_placed),
            None => None,
        };
        let moved = known.as_ref().and_then(|known| moved(known, news, now));
        match store.record_delivery(delivery, moved.as_ref(), now).await? {
            Recorded::Conflict => {}
            Recorded::Repeated => {
                // The first one may have died before it woke the order.
                if let Some(known) = known.filter(|known| known.is_news) {
                    wake(queue, &known).await;
                }
                return Ok(Heard::Repeated);
            }
            Recorded::Done => {
                let Some(moved) = moved else {
                    return Ok(if known.is_some() { Heard::Unchanged } else { Heard::Unknown });
                };
                wake(queue, &moved).await;
                return Ok(Heard::Moved);
            }
        }
    }
    Err(PortError::Unavailable {
        service: "dynamodb",
        source: "the order was changed by others again and again".into(),
    })
}

/// The order as the news leave it; nothing where they change nothing.
fn moved(known: &OrderRecord, news: &CrmNews, now: Timestamp) -> Option<OrderRecord> {
    let state = news.state?;
    let mut next = known.clone();
    if !next.move_to(state, now) {
        return None;
    }
    next.version += 1;
    next.crm = news.theirs.clone().or(next.crm);
    next.failures = 0;
    next.trouble = None;
    // That the CRM has it is no news to anyone.
    next.is_news = state != OrderState::Accepted;
    next.due_at = Some(after(now, OVERDUE_AFTER));
    Some(next)
}

/// The sweeper wakes an order whose wake-up was not sent.
async fn wake(queue: &impl WakeOrder, record: &OrderRecord) {
    if let Err(error) = queue.wake_order(&OrderWakeUp::for_version(record)).await {
        tracing::error!(event = "degraded", what = "order_not_woken", error = chain(&error));
    }
}
