//! Calls of Telegram: spaced, bounded by the time left, tried again, and their waits slept out.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::{
    clock::{Clock, after, until},
    failure::{PortError, SendError, chain},
};

use super::Hold;
use crate::{
    event::Category,
    store::{Lease, ReadError},
};

/// How often a call that found no answer is tried, the first time included.
const TRIES: u32 = 4;

/// The wait before the second try; doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest sleep between two looks at the lease.
const NAP: Duration = Duration::from_secs(20);

/// What has to be left of the time for one more call and what follows it: the adapter's timeout, a
/// page's writing, the handing on.
pub(super) const CALL_NEEDS: Duration = Duration::from_secs(25);

/// Why a process stops working on a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Its time is nearly up.
    #[error("the time is nearly up")]
    Time,
    /// Telegram is not to be asked before.
    #[error("Telegram is not to be asked before {0}")]
    Flood(Timestamp),
    /// Another has the lease by now.
    #[error("another process has the lease")]
    Overtaken,
    /// Telegram did not give it.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The name stands for another chat than it did.
    #[error("the name stands for another chat than before")]
    ChatChanged,
    /// The store or a queue failed.
    #[error(transparent)]
    Store(#[from] PortError),
    /// A digest was not taken by the chat that it is sent to.
    #[error("the digest is not sent")]
    Unsent(#[source] SendError),
    /// A document could not be written as JSON.
    #[error("the document cannot be written")]
    Json(#[from] serde_json::Error),
}

impl Stop {
    /// What kind of failure it is; none if the work only goes on elsewhere.
    pub(super) fn category(&self) -> Option<Category> {
        Some(match self {
            Self::Time | Self::Overtaken => return None,
            Self::Flood(_) => Category::RateLimit,
            Self::Read(error) => error.category(),
            Self::ChatChanged => Category::ChatChanged,
            Self::Store(_) => Category::StoreError,
            Self::Unsent(_) => Category::DigestNotSent,
            Self::Json(_) => Category::UnknownError,
        })
    }
}

/// What a process did at Telegram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls, repeated ones included.
    pub calls: u64,
    /// How long Telegram asked it to wait, here or in the queue.
    pub flood: Duration,
    /// Calls that found no answer.
    pub unanswered: u64,
}

/// The calls of one process.
pub(crate) struct Calls<'a, L, C> {
    pub(super) clock: &'a C,
    pub(super) hold: &'a Hold<'a, L, C>,
    /// When the process has to be done.
    pub(super) deadline: Timestamp,
    /// From one call to the next, at least.
    pub(super) spacing: Duration,
    pub(super) last_call: Option<Timestamp>,
    pub(super) usage: Usage,
}

impl<L: Lease, C: Clock> Calls<'_, L, C> {
    /// Makes one call.
    pub(super) async fn make<T>(
        &mut self,
        call: impl AsyncFn() -> Result<T, ReadError>,
    ) -> Result<T, Stop> {
        let mut failed = 0;
        loop {
            if let Some(last) = self.last_call {
                let next = after(last, self.spacing);
                self.clock.sleep(until(self.clock.now(), next)).await;
            }
            self.check().await?;
            self.last_call = Some(self.clock.now());
            self.usage.calls += 1;
            match call().await {
                Ok(value) => return Ok(value),
                Err(ReadError::Flood(wait)) => {
                    tracing::warn!(event = "flood_wait", seconds = wait.as_secs());
                    self.usage.flood += wait;
                    self.wait(wait).await?;
                }
                Err(ReadError::Unavailable(source)) => {
                    failed += 1;
                    self.usage.unanswered += 1;
                    let error = ReadError::Unavailable(source);
                    if failed >= TRIES {
                        return Err(error.into());
                    }
                    tracing::warn!(event = "call_failed", failed, error = chain(&error));
                    self.clock.sleep(FIRST_WAIT * 2_u32.pow(failed - 1)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether there is time for one more step, and the right to it.
    pub(super) async fn check(&self) -> Result<(), Stop> {
        if until(self.clock.now(), self.deadline) < CALL_NEEDS {
            return Err(Stop::Time);
        }
        if self.hold.keep().await? { Ok(()) } else { Err(Stop::Overtaken) }
    }

    /// Sleeps if the time left allows for it.
    async fn wait(&self, wait: Duration) -> Result<(), Stop> {
        let end = after(self.clock.now(), wait);
        if end > self.deadline || until(end, self.deadline) < CALL_NEEDS {
            return Err(Stop::Flood(end));
        }
        loop {
            let left = until(self.clock.now(), end);
            if left.is_zero() {
                return Ok(());
            }
            self.clock.sleep(left.min(NAP)).await;
            if !self.hold.keep().await? {
                return Err(Stop::Overtaken);
            }
        }
    }
}
