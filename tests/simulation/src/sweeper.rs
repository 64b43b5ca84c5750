//! The sweeper function: once a minute, sometimes twice.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::{
    failure::PortError,
    sweep::{FindOverdue, OverduePage, Round, sweep},
};

use crate::{
    process::{self, Process},
    weather::Site,
    world::World,
};

/// How often it runs. As in `template.yaml`.
pub(crate) const EVERY: Duration = Duration::from_mins(1);

/// How long an instance may take. As in `template.yaml`.
const TIMEOUT: Duration = Duration::from_secs(50);

/// How many entries a page has. Few, so that there are several pages.
const PAGE: usize = 7;

/// Starts a run. A schedule may fire twice.
pub(crate) fn start(world: &World) {
    let runs = if world.time.chance(|rng| rng.u8(..8)) == 0 { 2 } else { 1 };
    for _ in 0..runs {
        process::start(
            world,
            TIMEOUT,
            |process| async move {
                match sweep(Round::Repairs, &process, &process, &process, &process).await {
                    Ok(swept) if swept.overdue == 0 => {}
                    Ok(swept) => process.note(format_args!("sweeps: {swept:?}")),
                    Err(error) => process.note(format_args!("does not sweep: {error}")),
                }
            },
            |_| {},
        );
    }
}

impl FindOverdue for Process {
    type Cursor = usize;

    fn partitions(&self, _: Round) -> u32 {
        1
    }

    /// An index follows its table after a while, so what is new may be missing.
    async fn find_overdue(
        &self,
        _: Round,
        _: u32,
        from: Timestamp,
        to: Timestamp,
        page: Option<usize>,
    ) -> Result<OverduePage<usize>, PortError> {
        let first = page.unwrap_or(0);
        let mutant = self.world.mutant;
        let overdue = self.call(Site::Sweep, |state| state.store.overdue(from, to, mutant));
        let mut entries = overdue.await?;
        let next = (entries.len() > first + PAGE).then_some(first + PAGE);
        let entries = entries.drain(first.min(entries.len())..).take(PAGE).collect();
        Ok(OverduePage { entries, next })
    }
}
