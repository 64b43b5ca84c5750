//! The model, its guards' store, and what a turn with it asks besides: it answers, fails in every way,
//! takes its time, hangs, or answers when nobody waits any more.

use std::time::Duration;

use jiff::Timestamp;
use mirt_domain::{
    model::{MicroUsd, Usage, echo},
    photo::Photo,
    session_id::SessionId,
};
use mirt_engine::{
    breaker::BreakerState,
    consult::{LookAgain, Standing},
    failure::PortError,
    guarded::{Entry, GuardModel},
    model::{AskModel, Asked, ModelError, ModelRequest, Moderate, Moderation},
    photos::{LookAtPhotos, Looked, PhotoError},
};

use crate::{
    mutant::Mutant,
    process::{Process, Trouble},
    weather::Site,
    world::State,
};

/// How the model is, in a run that has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModelPlan {
    /// Of a thousand answers, how many are none.
    pub(crate) failing: u32,
    /// Of a thousand, how many take longer than [`QUICK`].
    pub(crate) slow: u32,
    /// The longest of those: longer than a turn has for them, perhaps.
    pub(crate) slowest: Duration,
    /// How many calls all instances make in a minute.
    pub(crate) most_per_minute: u32,
}

/// The longest that an answer takes as a rule.
const QUICK: Duration = Duration::from_millis(2_500);

/// How much later than it was to be done an adapter may be that hangs.
const LATE: Duration = Duration::from_secs(4);

/// The model, as one process asks it.
pub(crate) struct Model(pub(crate) Process);

impl AskModel for Model {
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        let Self(process) = self;
        let world = &process.world;
        let Some(plan) = world.scenario.model else {
            return Asked::refused(ModelError::Broken("there is no model".to_owned()));
        };
        world.with(|state| state.ledger.asked(process.id, &request.session, plan.most_per_minute));
        let asked = |answer| {
            let usage = Usage { requests: 1, cost: MicroUsd(3), ..Usage::default() };
            Asked { answer, usage }
        };
        let Ok(forecast) = process.begin(Site::Ask).await else {
            return asked(Err(ModelError::Unavailable("the weather".into())));
        };
        let (answer, thinks) = world.time.chance(|rng| {
            let longest = if rng.u32(..1000) < plan.slow { plan.slowest } else { QUICK };
            let thinks = Duration::from_micros(rng.u64(..micros(longest)));
            let late = if rng.u8(..4) == 0 {
                Duration::from_micros(rng.u64(..micros(LATE)))
            } else {
                Duration::ZERO
            };
            if thinks > within {
                // Late, it may have an answer all the same.
                let answer = if late.is_zero() { Err(ModelError::Timeout) } else { Ok(()) };
                return (answer, within + late);
            }
            let answer = if rng.u32(..1000) < plan.failing { Err(failure(rng)) } else { Ok(()) };
            (answer, thinks)
        });
        world.time.sleep(thinks).await;
        let answer = answer.map(|()| match world.time.chance(|rng| rng.u8(..16)) {
            0 => "{\"reading\":".to_owned(),
            _ => echo(&request.input),
        });
        match process.end(Site::Ask, forecast).await {
            Ok(()) => asked(answer),
            Err(_) => asked(Err(ModelError::Unavailable("the answer was lost".into()))),
        }
    }
}

/// An error of every kind.
fn failure(rng: &mut fastrand::Rng) -> ModelError {
    match rng.u8(..7) {
        0 => ModelError::Timeout,
        1 => ModelError::Throttled { after: None },
        2 => ModelError::Unavailable("their trouble".into()),
        3 => ModelError::Refused,
        4 => ModelError::Unusable("cut off"),
        5 => ModelError::Quota,
        _ => ModelError::Broken("status 400".to_owned()),
    }
}

impl Moderate for Model {
    async fn moderate(&self, _: &str, _: Duration) -> Result<Moderation, ModelError> {
        let Self(process) = self;
        let passed = process.call(Site::Moderate, |_| ()).await;
        passed.map(|()| Moderation::default()).map_err(|trouble| match trouble {
            Trouble::Unavailable => ModelError::Timeout,
            Trouble::Refused => ModelError::Broken("the weather".to_owned()),
        })
    }
}

/// Nobody sends photos.
impl LookAtPhotos for Model {
    async fn look(&self, _: &Photo, _: Duration) -> Result<Looked, PhotoError> {
        Err(PhotoError::Unfit("there are none".into()))
    }
}

impl GuardModel for Process {
    async fn enter(&self, now: Timestamp, count: u32, most: u32) -> Result<Entry, PortError> {
        let is_unlimited = self.world.has(Mutant::NoCeiling);
        let entry = self
            .call(Site::Enter, |state| state.store.guards.enter(now, count, most, is_unlimited))
            .await?;
        Ok(entry)
    }

    async fn breaker(&self) -> Result<BreakerState, PortError> {
        Ok(self.call(Site::Breaker, |state| state.store.guards.breaker.clone()).await?)
    }

    async fn write_breaker(&self, state: &BreakerState) -> Result<bool, PortError> {
        let written = self.call(Site::Breaker, |world| world.store.guards.write(state)).await?;
        Ok(written)
    }
}

impl LookAgain for Process {
    async fn standing(&self, id: &SessionId) -> Result<Standing, PortError> {
        let look = |state: &mut State| {
            let items = state.store.items(id);
            Standing { recorded: items.recorded, version: items.version }
        };
        let standing = self.call(Site::LookAgain, look).await?;
        self.world.with(|state| state.ledger.looks(self.id, id, standing));
        Ok(standing)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
