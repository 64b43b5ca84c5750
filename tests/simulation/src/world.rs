//! All that lives outside the processes: the store, the queue, the channels, the weather.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mirt_domain::shop::Shop;
use mirt_engine::{order_book::OrderWakeUp, wake_up::WakeUp};

use crate::{
    channel::Channels,
    crm::CrmSystem,
    executor::Handle,
    ledger::Ledger,
    mutant::Mutant,
    queue::Queue,
    scenario::Scenario,
    store::Store,
    weather::{Forecast, Site, Weather},
};

/// The world of one run.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) time: Handle,
    pub(crate) shop: Shop<'static>,
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) mutant: Option<Mutant>,
    state: Arc<Mutex<State>>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) weather: Weather,
    pub(crate) store: Store,
    pub(crate) queue: Queue<WakeUp>,
    pub(crate) orders_queue: Queue<OrderWakeUp>,
    /// Batches that instances of the dialogue work on.
    pub(crate) running: usize,
    /// Batches that instances of the orders' function work on.
    pub(crate) running_orders: usize,
    pub(crate) crm: CrmSystem,
    pub(crate) channels: Channels,
    pub(crate) ledger: Ledger,
}

impl World {
    pub(crate) fn new(
        time: Handle,
        shop: Shop<'static>,
        scenario: Scenario,
        mutant: Option<Mutant>,
        is_traced: bool,
    ) -> Self {
        let state = State {
            weather: scenario.weather.clone(),
            store: Store::default(),
            queue: Queue::default(),
            orders_queue: Queue::default(),
            running: 0,
            running_orders: 0,
            crm: CrmSystem::default(),
            channels: Channels::new(&scenario),
            ledger: Ledger::new(time.clone(), scenario.prompt, is_traced),
        };
        let (scenario, state) = (Arc::new(scenario), Arc::new(Mutex::new(state)));
        Self { time, shop, scenario, mutant, state }
    }

    /// Looks at the state, or changes it, in one moment.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.lock())
    }

    /// How the next call goes.
    pub(crate) fn forecast(&self, site: Site) -> Forecast {
        let now = self.time.now();
        let mut state = self.lock();
        self.time.chance(|rng| state.weather.forecast(site, now, rng))
    }

    /// Whether this bug is planted.
    pub(crate) fn has(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A run is over after a panic anyway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
