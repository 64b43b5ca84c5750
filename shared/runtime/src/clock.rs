//! The machine's clock.

use std::{sync::OnceLock, time::Duration};

use jiff::Timestamp;
use mirt_engine::clock::{Clock, after};

use crate::settings::{SettingError, Settings};

/// The setting by which the local run moves its functions' clock forward.
pub const AHEAD: &str = "MIRT_CLOCK_AHEAD_MS";

/// Where the services of the local run are.
const LOCAL: &str = "http://127.0.0.1:";

/// How far the local run has moved the clock, if it has.
///
/// # Errors
/// When the setting cannot be read, or the services are not this machine's own: in AWS a clock that
/// is wrong would be found out by customers.
pub fn ahead(settings: &Settings) -> Result<Option<Duration>, SettingError> {
    let ahead = settings.millis(AHEAD)?;
    let is_local = settings.get("AWS_ENDPOINT_URL").is_some_and(|url| url.starts_with(LOCAL));
    if ahead.is_some() && !is_local {
        return Err(SettingError::LocalOnly(AHEAD));
    }
    Ok(ahead)
}

/// How far this process's clock is ahead of the machine's; set once, at its start.
static AHEAD_BY: OnceLock<Duration> = OnceLock::new();

/// Time as it is, or as far ahead of it as the local run says.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// Moves the clock of this process; only its first call counts.
    pub(crate) fn run_ahead(by: Duration) {
        let _ = AHEAD_BY.set(by);
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        after(Timestamp::now(), AHEAD_BY.get().copied().unwrap_or_default())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(endpoint: Option<&str>) -> Result<Option<Duration>, SettingError> {
        let endpoint = endpoint.map(|url| ("AWS_ENDPOINT_URL".to_owned(), url.to_owned()));
        let settings = [(AHEAD.to_owned(), "3600000".to_owned())].into_iter().chain(endpoint);
        ahead(&Settings::from_variables(settings)?)
    }

    #[test]
    fn only_the_local_run_may_move_the_clock() {
        let refused = Err(SettingError::LocalOnly(AHEAD));

        assert_eq!(moved(Some("http://127.0.0.1:4566")), Ok(Some(Duration::from_hours(1))));
        assert_eq!(moved(None), refused);
        assert_eq!(moved(Some("https://dynamodb.eu-central-1.amazonaws.com")), refused);
    }
}
