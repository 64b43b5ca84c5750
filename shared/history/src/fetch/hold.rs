//! The lease as long as it is held.

use std::{cell::Cell, time::Duration};

use jiff::Timestamp;
use mirt_engine::{
    clock::{Clock, after, until},
    failure::{PortError, chain},
};

use crate::store::{Fence, Lease};

/// How long a holder that died keeps others away.
pub const HELD_FOR: Duration = Duration::from_secs(90);

/// Renewed when less than this is left.
const RENEW_BELOW: Duration = Duration::from_secs(60);

/// The right to use the session.
pub struct Hold<'a, L, C> {
    lease: &'a L,
    clock: &'a C,
    fence: Fence,
    until: Cell<Timestamp>,
}

impl<'a, L: Lease, C: Clock> Hold<'a, L, C> {
    /// Takes the lease, or says until when another has it.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn take(lease: &'a L, clock: &'a C) -> Result<Result<Self, Timestamp>, PortError> {
        let until = after(clock.now(), HELD_FOR);
        let taken = lease.acquire(clock.now(), until).await?;
        Ok(taken.map(|fence| Self { lease, clock, fence, until: Cell::new(until) }))
    }

    /// What this holder's writes carry.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// Makes sure that it is held for long enough for one more step; false if another has it.
    ///
    /// # Errors
    /// When the store did not answer.
    pub async fn keep(&self) -> Result<bool, PortError> {
        let now = self.clock.now();
        if until(now, self.until.get()) > RENEW_BELOW {
            return Ok(true);
        }
        let next = after(now, HELD_FOR);
        let is_kept = self.lease.renew(self.fence, next).await?;
        if is_kept {
            self.until.set(next);
        }
        Ok(is_kept)
    }

    /// Gives it back. If that fails it runs out by itself.
    pub async fn release(self) {
        if let Err(error) = self.lease.release(self.fence).await {
            tracing::warn!(event = "degraded", what = "lease_not_released", error = chain(&error));
        }
    }
}
