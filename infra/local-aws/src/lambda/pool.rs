//! A function's processes: how many run, which are idle, when the next one may start.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until},
};

use super::{
    CommandFactory, FunctionSpec, InvokeError, Used,
    worker::{Killer, Worker},
};
use crate::{clock::Clock, site::Site};

/// How many invocations of a function may wait for a process: the default concurrency of an AWS
/// account, from where on Lambda throttles.
const MAX_WAITING: usize = 1_000;

/// How long the next start waits after a process crashed or did not start; doubled each time.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// The longest such wait.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

pub(super) struct Pool {
    spec: FunctionSpec,
    site: Site,
    clock: Clock,
    command: Arc<CommandFactory>,
    /// The number of the next process.
    numbers: Arc<AtomicU64>,
    /// One for each invocation that runs or waits.
    admitted: Arc<Semaphore>,
    /// One for each invocation that runs.
    running: Arc<Semaphore>,
    idle: Mutex<Vec<Worker>>,
    /// What kills those that are at work.
    busy: Mutex<Vec<Arc<Killer>>>,
    trouble: Mutex<Trouble>,
    used: Meter,
    /// Counts up when all processes are to be replaced.
    generation: AtomicU64,
}

/// What was invoked, and for how long.
#[derive(Default)]
struct Meter {
    requests: AtomicU64,
    millis: AtomicU64,
}

/// Failures in a row, and how long they hold back the next start.
#[derive(Default)]
struct Trouble {
    in_a_row: u32,
    not_before: Option<Instant>,
}

impl Trouble {
    fn again(&mut self) {
        let backoff = FIRST_BACKOFF.saturating_mul(1 << self.in_a_row.min(16)).min(MAX_BACKOFF);
        self.in_a_row += 1;
        self.not_before = Some(Instant::now() + backoff);
    }
}

impl Pool {
    pub(super) fn new(
        spec: FunctionSpec,
        site: Site,
        clock: Clock,
        command: Arc<CommandFactory>,
        numbers: Arc<AtomicU64>,
    ) -> Self {
        let running = spec.max_concurrency.max(1);
        Self {
            spec,
            site,
            clock,
            command,
            numbers,
            admitted: Arc::new(Semaphore::new(running + MAX_WAITING)),
            running: Arc::new(Semaphore::new(running)),
            idle: Mutex::default(),
            busy: Mutex::default(),
            trouble: Mutex::default(),
            used: Meter::default(),
            generation: AtomicU64::default(),
        }
    }

    pub(super) async fn warm(&self) -> Result<(), InvokeError> {
        let worker = self.start().await?;
        self.idle().push(worker);
        Ok(())
    }

    pub(super) async fn invoke(self: Arc<Self>, payload: Bytes) -> Result<Bytes, InvokeError> {
        let admitted =
            Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| InvokeError::Throttled)?;
        // The semaphore is never closed.
        let running =
            Arc::clone(&self.running).acquire_owned().await.map_err(|_| InvokeError::Throttled)?;
        // A task of its own: a caller that goes away must not take the process with it.
        let invocation = tokio::spawn(async move {
            let answer = self.run(payload).await;
            drop((admitted, running));
            answer
        });
        invocation.await.unwrap_or_else(|stopped| {
            Err(InvokeError::Crashed { status: format!("the supervisor stopped: {stopped}") })
        })
    }

    async fn run(&self, payload: Bytes) -> Result<Bytes, InvokeError> {
        let generation = self.generation.load(Ordering::SeqCst);
        let mut worker = match self.take_idle() {
            Some(worker) => worker,
            None => self.start().await?,
        };
        let killer = worker.killer();
        self.busy().push(Arc::clone(&killer));
        let began = Instant::now();
        let answer = worker.invoke(&self.spec, self.clock.now(), payload).await;
        let millis = began.elapsed().as_micros().div_ceil(1_000);
        self.used.requests.fetch_add(1, Ordering::Relaxed);
        self.used.millis.fetch_add(millis.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        self.busy().retain(|other| !Arc::ptr_eq(other, &killer));
        match &answer {
            // Its answer was faster than what was to kill it.
            Ok(_) | Err(InvokeError::Unhandled { .. }) if killer.is_asked() => worker.kill().await,
            Ok(_) | Err(InvokeError::Unhandled { .. }) => {
                *self.trouble() = Trouble::default();
                let mut idle = self.idle();
                // Looked at under the lock, so that no old process slips in behind a replacement.
                if generation == self.generation.load(Ordering::SeqCst) {
                    idle.push(worker);
                }
            }
            Err(error) => {
                tracing::warn!(function = self.spec.name, %error, "the process is replaced");
                self.trouble().again();
                worker.kill().await;
            }
        }
        answer
    }

    /// What Lambda would have billed since the start.
    pub(super) fn used(&self) -> Used {
        let millis = self.used.millis.load(Ordering::Relaxed);
        Used {
            requests: self.used.requests.load(Ordering::Relaxed),
            mb_ms: millis.saturating_mul(self.spec.memory_mb.into()),
        }
    }

    /// Ends the idle processes, and those at work after their event: the next ones are started anew.
    pub(super) fn replace(&self) {
        let mut idle = self.idle();
        self.generation.fetch_add(1, Ordering::SeqCst);
        idle.clear();
    }

    /// Kills one process, at work or idle; `pick` says which. Gives its number once it is gone.
    pub(super) async fn kill_one(&self, pick: usize) -> Option<u64> {
        let picked = {
            let (busy, mut idle) = (self.busy(), self.idle());
            let place = pick.checked_rem(busy.len() + idle.len())?;
            match busy.get(place) {
                Some(killer) => {
                    // With the list still locked: whoever takes it off looks afterwards.
                    killer.ask();
                    Ok(Arc::clone(killer))
                }
                None => Err(idle.remove(place - busy.len())),
            }
        };
        match picked {
            Ok(killer) => {
                killer.until_gone().await;
                Some(killer.number())
            }
            Err(idle) => {
                let number = idle.killer().number();
                idle.kill().await;
                Some(number)
            }
        }
    }

    fn busy(&self) -> MutexGuard<'_, Vec<Arc<Killer>>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process that was used last. Those that died meanwhile are dropped.
    fn take_idle(&self) -> Option<Worker> {
        let mut idle = self.idle();
        while let Some(mut worker) = idle.pop() {
            if worker.is_alive() {
                return Some(worker);
            }
            tracing::warn!(function = self.spec.name, "an idle process had ended");
        }
        None
    }

    async fn start(&self) -> Result<Worker, InvokeError> {
        let not_before = self.trouble().not_before;
        if let Some(instant) = not_before {
            sleep_until(instant).await;
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let command = (self.command)(&self.spec.name, number);
        Worker::start(command, number, &self.spec, &self.site).await.inspect_err(|error| {
            tracing::warn!(function = self.spec.name, %error, "a process did not start");
            self.trouble().again();
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
