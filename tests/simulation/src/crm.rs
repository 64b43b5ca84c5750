//! The CRM: it takes orders, refuses them, is not there, or takes one long after who sent it has
//! stopped waiting. What becomes of them it tells by itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use fastrand::Rng;
use jiff::Timestamp;
use mirt_domain::order::{OrderId, OrderState};
use mirt_engine::{
    look_after_order::{Crm, CrmError, InCrm},
    order_book::{CrmOrderId, OrderRecord},
};

use crate::{
    crm_webhook,
    mutant::Mutant,
    process::{Process, Trouble},
    weather::Site,
    world::World,
};

/// How the CRM is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CrmPlan {
    /// Of a thousand calls, how many it does not take now.
    pub(crate) failing: u32,
    /// Of a thousand orders, how many it never takes.
    pub(crate) refusing: u32,
    /// Of a thousand orders, how many take up to [`LATEST`].
    pub(crate) slow: u32,
    /// When it takes nothing.
    pub(crate) outage: Option<(Timestamp, Timestamp)>,
}

impl CrmPlan {
    /// One that is well.
    pub(crate) const WELL: Self = Self { failing: 0, refusing: 0, slow: 0, outage: None };
}

/// How long an answer is waited for. As in `shared/crm`.
const TIMEOUT: Duration = Duration::from_secs(8);

/// How long it works on an order at most. Nobody who asks sooner than half a minute after he stopped
/// waiting can know whether it was made.
const LATEST: Duration = Duration::from_secs(35);

/// The longest that an answer takes as a rule.
const QUICK: Duration = Duration::from_secs(2);

/// What the CRM holds.
#[derive(Debug, Default)]
pub(crate) struct CrmSystem {
    orders: BTreeMap<OrderId, InCrm>,
    refused: BTreeSet<OrderId>,
    made: u32,
}

impl CrmSystem {
    /// An order comes to a state there.
    pub(crate) fn move_to(&mut self, id: OrderId, state: OrderState) {
        if let Some(order) = self.orders.get_mut(&id) {
            order.state = Some(state);
        }
    }
}

/// The CRM, as one process asks it.
pub(crate) struct CrmApi(pub(crate) Process);

fn retry() -> CrmError {
    CrmError::Retry { after: None, source: "the weather".into() }
}

impl From<Trouble> for CrmError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unavailable => retry(),
            Trouble::Refused => Self::Refused { reason: "the weather" },
        }
    }
}

impl Crm for CrmApi {
    async fn find(&self, order: OrderId) -> Result<Option<InCrm>, CrmError> {
        let Self(process) = self;
        if process.world.has(Mutant::CreateWithoutAsking) {
            return Ok(None);
        }
        let forecast = process.begin(Site::Find).await?;
        process.be_asked().await?;
        let found = process.world.with(|state| state.crm.orders.get(&order).cloned());
        process.note(format_args!("asks the CRM for order {order}: {found:?}"));
        process.end(Site::Find, forecast).await?;
        Ok(found)
    }

    /// Once it is on its way nothing calls it back, whatever becomes of its sender.
    async fn create(&self, record: &OrderRecord) -> Result<CrmOrderId, CrmError> {
        let Self(process) = self;
        let id = record.order.id;
        let forecast = process.begin(Site::Create).await?;
        process.be_asked().await?;
        let plan = process.world.scenario.crm;
        let (is_refused, takes) = process.world.time.chance(|rng| {
            let is_slow = rng.u32(..1000) < plan.slow;
            (rng.u32(..1000) < plan.refusing, within(rng, if is_slow { LATEST } else { QUICK }))
        });
        let is_refused = process.world.with(|state| {
            if is_refused {
                state.crm.refused.insert(id);
            }
            state.crm.refused.contains(&id)
        });
        if is_refused {
            process.note(format_args!("the CRM refuses order {id}"));
            return Err(CrmError::Refused { reason: "order_refused" });
        }
        process.note(format_args!("sends order {id} to the CRM"));
        let made = Arc::new(Mutex::new(None));
        let (world, answer) = (process.world.clone(), Arc::clone(&made));
        process.world.time.spawn(|_| async move {
            world.time.sleep(takes).await;
            let id = make(&world, id);
            *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
        });
        // A moment more than it takes, so that the answer is there.
        let waits = TIMEOUT.min(takes + Duration::from_millis(1));
        process.world.time.sleep(waits).await;
        process.end(Site::Create, forecast).await?;
        made.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(retry)
    }
}

impl Process {
    /// A call of the CRM that may be for nothing.
    async fn be_asked(&self) -> Result<(), CrmError> {
        let CrmPlan { failing, outage, .. } = self.world.scenario.crm;
        let now = self.world.time.now();
        let is_out = outage.is_some_and(|(from, to)| (from..to).contains(&now));
        let (fails, waits, asks_for) = self.world.time.chance(|rng| {
            let asks_for = (rng.u8(..4) == 0).then(|| Duration::from_secs(rng.u64(..90)));
            (rng.u32(..1000) < failing, within(rng, TIMEOUT), asks_for)
        });
        if !fails && !is_out {
            return Ok(());
        }
        self.world.time.sleep(waits).await;
        self.note(format_args!("the CRM does not answer"));
        Err(CrmError::Retry { after: asks_for, source: "the CRM's trouble".into() })
    }
}

fn within(rng: &mut Rng, most: Duration) -> Duration {
    Duration::from_micros(rng.u64(..u64::try_from(most.as_micros()).unwrap_or(u64::MAX)))
}

/// Makes an order there: each that is sent, whatever it is called. Its users see to it from then on.
fn make(world: &World, id: OrderId) -> CrmOrderId {
    let name = world.with(|state| {
        state.crm.made += 1;
        let name = CrmOrderId(format!("{}", 5_000 + state.crm.made));
        let order = InCrm { id: name.clone(), state: Some(OrderState::Accepted) };
        state.crm.orders.entry(id).or_insert(order);
        state.ledger.made(id);
        name
    });
    crm_webhook::see_to(world, id, &name);
    name
}
