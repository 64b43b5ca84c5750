//! A process: what it does outside goes through one gate, at which it may die.

use std::{
    future::{Future, pending},
    time::Duration,
};

use jiff::Timestamp;
use mirt_engine::{
    clock::{Clock, after},
    failure::PortError,
};

use crate::{
    executor::TaskId,
    weather::{Fate, Forecast, Site},
    world::{State, World},
};

/// A Lambda instance at work on one request or batch.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) world: World,
    pub(crate) id: TaskId,
    /// When it will be killed, or should have been.
    pub(crate) deadline: Timestamp,
}

/// A call did not do what it should, as far as the process knows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    Unavailable,
    Refused,
}

impl Process {
    pub(crate) fn new(world: &World, id: TaskId, timeout: Duration) -> Self {
        Self { world: world.clone(), id, deadline: after(world.time.now(), timeout) }
    }

    /// Makes one call with one effect.
    pub(crate) async fn call<T>(
        &self,
        site: Site,
        mut effect: impl FnMut(&mut State) -> T + Send,
    ) -> Result<T, Trouble> {
        let forecast = self.begin(site).await?;
        let answer = self.world.with(|state| {
            if forecast.fate == Fate::Twice {
                effect(state);
            }
            effect(state)
        });
        self.end(site, forecast).await?;
        Ok(answer)
    }

    /// The way to the other side.
    pub(crate) async fn begin(&self, site: Site) -> Result<Forecast, Trouble> {
        let forecast = self.world.forecast(site);
        self.world.time.sleep(forecast.before).await;
        match forecast.fate {
            Fate::KillBefore => self.die(site, "before").await,
            Fate::Unavailable => self.fail(site, Trouble::Unavailable),
            Fate::Refused => self.fail(site, Trouble::Refused),
            Fate::Fine | Fate::KillAfter | Fate::AnswerLost | Fate::Twice => Ok(forecast),
        }
    }

    /// The way back.
    pub(crate) async fn end(&self, site: Site, forecast: Forecast) -> Result<(), Trouble> {
        self.world.time.sleep(forecast.after).await;
        match forecast.fate {
            Fate::KillAfter => self.die(site, "after").await,
            Fate::AnswerLost => {
                self.note(format_args!("{site:?}: done, and the answer is lost"));
                Err(Trouble::Unavailable)
            }
            _ => Ok(()),
        }
    }

    fn fail<T>(&self, site: Site, trouble: Trouble) -> Result<T, Trouble> {
        self.note(format_args!("{site:?}: {trouble:?}"));
        Err(trouble)
    }

    /// Ends this process here and now.
    async fn die<T>(&self, site: Site, when: &str) -> T {
        self.note(format_args!("{site:?}: dies {when} it"));
        self.world.time.kill(self.id);
        pending().await
    }

    /// Writes a line about what happens.
    pub(crate) fn note(&self, what: std::fmt::Arguments<'_>) {
        self.world.with(|state| state.ledger.note(self.id, what));
    }
}

impl Clock for Process {
    fn now(&self) -> Timestamp {
        self.world.time.now()
    }

    async fn sleep(&self, duration: Duration) {
        // A wait cannot fail, it can only be too long or the last.
        let Ok(forecast) = self.begin(Site::Wait).await else { return };
        self.world.time.sleep(duration).await;
        let _ = self.end(Site::Wait, forecast).await;
    }
}

impl From<Trouble> for PortError {
    fn from(trouble: Trouble) -> Self {
        let source = "the weather".into();
        match trouble {
            Trouble::Unavailable => Self::Unavailable { service: "a service", source },
            Trouble::Refused => Self::Refused { service: "a service", what: "a request", source },
        }
    }
}

/// Starts a process that is killed after `timeout`, if timeouts hold in this world. When it is over,
/// done or dead, `at_end` is called.
pub(crate) fn start<W, F>(
    world: &World,
    timeout: Duration,
    work: W,
    at_end: impl FnOnce(&World) + Send + 'static,
) where
    W: FnOnce(Process) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let id = world.time.spawn(|id| {
        let ending = Ending { world: world.clone(), id, is_done: false, at_end: Some(at_end) };
        let work = work(Process::new(world, id, timeout));
        async move {
            let mut ending = ending;
            work.await;
            ending.is_done = true;
        }
    });
    if world.scenario.timeouts_hold {
        let time = world.time.clone();
        world.time.spawn(|_| async move {
            time.sleep(timeout).await;
            time.kill(id);
        });
    }
}

/// Knows of the end of a process, however it ends.
struct Ending<E: FnOnce(&World)> {
    world: World,
    id: TaskId,
    is_done: bool,
    at_end: Option<E>,
}

impl<E: FnOnce(&World)> Drop for Ending<E> {
    fn drop(&mut self) {
        if !self.is_done {
            self.world.with(|state| state.ledger.died(self.id));
        }
        if let Some(at_end) = self.at_end.take() {
            at_end(&self.world);
        }
    }
}
