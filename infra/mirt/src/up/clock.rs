//! The local run's clock: the machine's, or as far ahead of it as somebody has moved it. It never
//! goes back, not even by a restart: what was stored would lie in the future.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use mirt_engine::clock::after;
use mirt_local_aws::clock::{Ahead, Clock};
use mirt_runtime::clock::AHEAD;

use super::wiring::Overrides;

/// The clock; clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct LocalClock {
    ahead: Ahead,
    overrides: Overrides,
    file: Arc<PathBuf>,
}

impl LocalClock {
    /// The clock as the last run left it.
    pub(super) fn open(file: PathBuf, overrides: Overrides) -> Self {
        let kept = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
        let clock = Self { ahead: Ahead::default(), overrides, file: Arc::new(file) };
        if let Some(millis) = kept {
            clock.ahead.advance(Duration::from_millis(millis));
            clock.tell_functions();
        }
        clock
    }

    /// The clock for the services.
    pub(super) fn of_services(&self) -> Clock {
        Clock::Ahead(self.ahead.clone())
    }

    /// Moves it forward. Functions that run already do not see it: they have to be replaced.
    pub(super) async fn forward(&self, by: Duration) -> io::Result<()> {
        self.ahead.advance(by);
        self.tell_functions();
        tokio::fs::write(&*self.file, self.ahead.millis().to_string()).await
    }

    fn tell_functions(&self) {
        self.overrides.set(AHEAD, self.ahead.millis().to_string());
    }

    /// How far it is ahead of the machine's, in milliseconds.
    pub(super) fn ahead_ms(&self) -> i64 {
        self.ahead.millis()
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        let ahead = u64::try_from(self.ahead.millis()).unwrap_or_default();
        after(Timestamp::now(), Duration::from_millis(ahead))
    }
}
