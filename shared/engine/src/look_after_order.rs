//! Use case: an order was woken. It is brought into the CRM once, followed there, and its
//! conversation hears what becomes of it.
//!
//! Every step begins with reading the order, and is written down conditionally before the next. The
//! CRM is asked whether it has the order before it is told to make it, because the answer to the
//! last try may have been lost. What cannot be done now is due again later: the sweeper sends the
//! order's next wake-up.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_domain::order::{OrderId, OrderNews, OrderState};

use crate::{
    clock::{Clock, after, until},
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    failure::{Cause, PortError, chain},
    figures::MeasureOrders,
    order_book::{CrmOrderId, KeepOrder, LoadOrder, OrderRecord},
    receive::{RecordEvent, receive},
    wake_up::SendWakeUp,
};

/// How long after its n-th failure in a row the CRM is asked again; the last holds for all that
/// follow.
const TRY_AGAIN_AFTER: [Duration; 6] = [
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_mins(30),
];

/// How long after its confirmation an order is given to a human if the CRM has not taken it.
pub const GIVE_UP_AFTER: Duration = Duration::from_hours(24);

/// When an order is looked at again whose process died while it waited for the CRM's answer: longer
/// than any call takes.
pub const ANSWER_IN: Duration = Duration::from_mins(2);

/// How long after an order was written to be on its way it is still sent. Who is held up for longer
/// may not be the only one who sends it: after [`ANSWER_IN`] another asks, and finds none.
const SENT_WITHIN: Duration = Duration::from_secs(30);

/// How often the CRM is asked how far an order has come, beside what it tells by itself. Source: the
/// predecessor's schedule (specification of integrations, section 5.6).
pub const CHECK_EVERY: Duration = Duration::from_mins(30);

/// How long after its confirmation an order is followed: a parcel is fetched or sent back by then.
const FOLLOW_FOR: Duration = Duration::from_hours(30 * 24);

/// When a session is told again that did not take its news.
const TELL_AGAIN_AFTER: Duration = Duration::from_mins(1);

/// How often an order is read again after a write that was lost to another one.
const MAX_CONFLICTS: u32 = 5;

/// An order as the CRM has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCrm {
    /// What the CRM calls it.
    pub id: CrmOrderId,
    /// How far it has come there; `None` for a word that is not known.
    pub state: Option<OrderState>,
}

/// The CRM did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CrmError {
    /// It may when it is asked again. The adapter's own bounded retries are used up.
    #[error("the CRM is not available")]
    Retry {
        /// How long it asked to be left alone.
        after: Option<Duration>,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// It will never take this order: a human has to.
    #[error("the CRM refused the order: {reason}")]
    Refused {
        /// Why, in a word that statistics can count; no words of the CRM's answer.
        reason: &'static str,
    },
}

/// The shop's CRM.
pub trait Crm: Send + Sync {
    /// The order that was made there under our name for it, if one was.
    ///
    /// # Errors
    /// [`CrmError::Retry`] where it is not known.
    fn find(&self, order: OrderId) -> impl Future<Output = Result<Option<InCrm>, CrmError>> + Send;

    /// Makes the order. After an error it may be there all the same.
    ///
    /// # Errors
    /// [`CrmError`] says what to do.
    fn create(
        &self,
        record: &OrderRecord,
    ) -> impl Future<Output = Result<CrmOrderId, CrmError>> + Send;
}

/// A shop without a CRM: its managers see to the orders.
#[derive(Clone, Copy, Debug)]
pub enum NoCrm {}

impl Crm for NoCrm {
    async fn find(&self, _: OrderId) -> Result<Option<InCrm>, CrmError> {
        match *self {}
    }

    async fn create(&self, _: &OrderRecord) -> Result<CrmOrderId, CrmError> {
        match *self {}
    }
}

/// What orders are looked after with.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a, K, S, Q, C> {
    /// Time.
    pub clock: &'a K,
    /// Orders, and the inboxes of their sessions.
    pub store: &'a S,
    /// The sessions' queue.
    pub queue: &'a Q,
    /// The CRM; without one orders stay confirmed, for the managers' eyes.
    pub crm: Option<&'a C>,
    /// Who measures.
    pub measure: &'a dyn MeasureOrders,
}

/// Why a woken order was not brought to rest. The wake-up has to come again.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The store or the queue did not answer.
    #[error("the order could not be read or written")]
    Store(#[from] PortError),
    /// Others won every race.
    #[error("the order was changed by others {MAX_CONFLICTS} times in a row")]
    Conflicts,
}

/// What came of a step.
enum Step {
    /// The order as it was written: there may be more to do.
    Written,
    /// Nothing is to be done now.
    Rest,
}

impl<K, S, Q, C> Orders<'_, K, S, Q, C>
where
    K: Clock,
    S: LoadOrder + KeepOrder + RecordEvent,
    Q: SendWakeUp,
    C: Crm,
{
    /// Does what is due about an order, up to where it has to wait.
    ///
    /// # Errors
    /// [`OrderError`]: the wake-up must be delivered again. Doing it again does nothing twice.
    pub async fn look_after(&self, id: OrderId) -> Result<(), OrderError> {
        let mut conflicts = 0;
        // News, the mark that they are told, submission, its answer, and news of that.
        for _ in 0..8 {
            let Some(record) = self.store.load_order(id).await? else {
                tracing::warn!(event = "order_unknown", order = %id);
                return Ok(());
            };
            if !record.is_placed() {
                // A turn may still change it; its confirmation wakes it.
                return Ok(());
            }
            match self.step(record).await {
                Ok(Step::Written) => {}
                Ok(Step::Rest) => return Ok(()),
                Err(OrderError::Conflicts) if conflicts < MAX_CONFLICTS => conflicts += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn step(&self, record: OrderRecord) -> Result<Step, OrderError> {
        let now = self.clock.now();
        if record.is_news && record.erased_at.is_none() {
            return self.tell_session(record).await;
        }
        let Some(crm) = self.crm else {
            return self.rest(record).await;
        };
        // What was only just confirmed is in the index for the case that its message was lost.
        let is_waiting = record.failures > 0 || record.order.state != OrderState::Confirmed;
        if is_waiting && record.due_at.is_some_and(|due| until(now, due) > Duration::ZERO) {
            return Ok(Step::Rest);
        }
        if record.order.state.is_to_submit() {
            self.submit(crm, record).await
        } else if record.order.state.is_under_way() && self.is_followed(&record) {
            self.check(crm, record).await
        } else {
            self.rest(record).await
        }
    }

    /// Whether the CRM is still asked about an order.
    fn is_followed(&self, record: &OrderRecord) -> bool {
        let until_when = record.confirmed_at.map(|at| after(at, FOLLOW_FOR));
        until_when.is_some_and(|end| self.clock.now() < end)
    }

    /// Writes the next version. News are told next; if this process dies before that, soon.
    async fn keep(&self, mut record: OrderRecord) -> Result<Step, OrderError> {
        record.version += 1;
        // An erased customer hears of nothing.
        record.is_news &= record.erased_at.is_none();
        if record.is_news {
            record.due_at = Some(after(self.clock.now(), TELL_AGAIN_AFTER));
        }
        match self.store.keep_order(&record).await? {
            true => Ok(Step::Written),
            false => Err(OrderError::Conflicts),
        }
    }

    /// Nothing more is to be done about an order until somebody else changes it.
    async fn rest(&self, record: OrderRecord) -> Result<Step, OrderError> {
        if record.due_at.is_some() {
            self.keep(OrderRecord { due_at: None, ..record }).await?;
        }
        Ok(Step::Rest)
    }

    /// Brings an order into the CRM, unless it is there.
    async fn submit(&self, crm: &C, record: OrderRecord) -> Result<Step, OrderError> {
        match crm.find(record.order.id).await {
            Ok(Some(known)) => self.accepted(record, known).await,
            Ok(None) => self.create(crm, record).await,
            Err(error) => self.failed(record, &error).await,
        }
    }

    async fn create(&self, crm: &C, mut record: OrderRecord) -> Result<Step, OrderError> {
        let now = self.clock.now();
        // Written before it is sent: who dies now leaves a trace, and who comes too late learns it.
        record.move_to(OrderState::Submitted, now);
        record.trouble = None;
        record.due_at = Some(after(now, ANSWER_IN));
        record.version += 1;
        if !self.store.keep_order(&record).await? {
            return Err(OrderError::Conflicts);
        }
        if until(now, self.clock.now()) > SENT_WITHIN {
            tracing::warn!(event = "order_sent_too_late", order = %record.order.id);
            return Ok(Step::Rest);
        }
        match crm.create(&record).await {
            Ok(id) => self.accepted(record, InCrm { id, state: Some(OrderState::Accepted) }).await,
            Err(error) => self.failed(record, &error).await,
        }
    }

    /// The CRM has the order.
    async fn accepted(&self, mut record: OrderRecord, known: InCrm) -> Result<Step, OrderError> {
        let now = self.clock.now();
        tracing::info!(event = "order_in_crm", order = %record.order.id);
        record.crm = Some(known.id);
        record.failures = 0;
        record.trouble = None;
        let state = known.state.unwrap_or(OrderState::Accepted);
        // News of a state that customers hear of; that the CRM has it is none.
        record.is_news = record.move_to(state, now) && state != OrderState::Accepted;
        record.due_at = Some(after(now, CHECK_EVERY));
        let kept = self.keep(record).await?;
        self.measure.placed();
        Ok(kept)
    }

    /// The CRM was not reached, or does not take the order.
    async fn failed(&self, mut record: OrderRecord, error: &CrmError) -> Result<Step, OrderError> {
        let now = self.clock.now();
        record.failures = record.failures.saturating_add(1);
        record.trouble = Some(chain(error));
        tracing::error!(
            event = "degraded",
            what = "order_not_in_crm",
            order = %record.order.id,
            state = %record.order.state,
            failures = record.failures,
            error = chain(error),
        );
        let pause = match error {
            CrmError::Retry { after, .. } => pause(record.failures).max(after.unwrap_or_default()),
            CrmError::Refused { .. } => Duration::ZERO,
        };
        let is_refused = matches!(error, CrmError::Refused { .. });
        let gives_up_at = record.confirmed_at.map(|at| after(at, GIVE_UP_AFTER));
        let is_late = gives_up_at.is_some_and(|end| after(now, pause) > end);
        let is_given_up = record.order.state.is_to_submit() && (is_refused || is_late);
        if is_given_up {
            record.is_news = record.move_to(OrderState::Failed, now);
            record.due_at = None;
        } else {
            record.due_at = Some(after(now, pause.max(TRY_AGAIN_AFTER[0])));
        }
        let kept = self.keep(record).await?;
        if is_given_up {
            self.measure.failed();
        }
        Ok(kept)
    }

    /// Asks the CRM how far an order has come, for what it did not tell by itself.
    async fn check(&self, crm: &C, mut record: OrderRecord) -> Result<Step, OrderError> {
        match crm.find(record.order.id).await {
            Ok(known) => {
                let now = self.clock.now();
                if known.is_none() {
                    // It was there: somebody has taken it out, or the CRM hides it.
                    tracing::warn!(event = "order_gone_from_crm", order = %record.order.id);
                }
                record.failures = 0;
                record.trouble = None;
                record.due_at = Some(after(now, CHECK_EVERY));
                let state = known.as_ref().and_then(|known| known.state);
                record.crm = known.map(|known| known.id).or(record.crm);
                record.is_news = state.is_some_and(|state| record.move_to(state, now));
                self.keep(record).await
            }
            Err(error) => self.failed(record, &error).await,
        }
    }

    /// Puts the news into the inbox of the order's session, and notes that it was done.
    async fn tell_session(&self, mut record: OrderRecord) -> Result<Step, OrderError> {
        let now = self.clock.now();
        if let Err(error) = receive(self.store, self.queue, &news(&record, now)).await {
            tracing::error!(
                event = "degraded",
                what = "order_news_not_told",
                order = %record.order.id,
                error = chain(&error),
            );
            self.keep(record).await?;
            return Ok(Step::Rest);
        }
        record.is_news = false;
        record.due_at = record.order.state.is_under_way().then(|| after(now, CHECK_EVERY));
        self.keep(record).await
    }
}

/// How long after its n-th failure in a row the CRM is left alone.
fn pause(failures: u32) -> Duration {
    let step = usize::try_from(failures).unwrap_or(usize::MAX);
    TRY_AGAIN_AFTER[step.clamp(1, TRY_AGAIN_AFTER.len()) - 1]
}

/// News for a session: once for each time that an order came to a state.
fn news(record: &OrderRecord, now: Timestamp) -> InboundEvent {
    let (order, state) = (record.order.id, record.order.state);
    InboundEvent {
        session: record.session.clone(),
        key: EventKey::from_id(&format!(
            "order-{order}-{state}-{}",
            record.changed_at.as_microsecond()
        )),
        body: EventBody::Order(OrderNews { order, state }),
        received_at: now,
        order: EventOrder { at: now, sequence: 0 },
        answer_until: None,
        trace: None,
    }
}
