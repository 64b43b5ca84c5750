//! The life of a function's process.

use std::{error::Error, process::ExitCode};

use mirt_engine::failure::chain;
use tokio::runtime;

use crate::{
    clock::{self, SystemClock},
    logs,
    settings::{SettingError, Settings},
};

/// Why a function's process did not get as far as its own code.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error("no async runtime")]
    Runtime(#[from] std::io::Error),
}

/// Reads the settings, starts the logs and runs `function` on one thread until it ends, which it
/// does only when it cannot go on. The reason is the last line of its log.
pub fn run<F, E>(name: &'static str, function: F) -> ExitCode
where
    F: AsyncFnOnce(Settings) -> Result<(), E>,
    E: Error,
{
    // As it is called in AWS, where it runs there: figures name it so as well.
    let logged_as = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|_| name.to_owned());
    let prepare = || -> Result<(Settings, runtime::Runtime), StartError> {
        let settings = Settings::from_variables(std::env::vars());
        let level = settings.as_ref().ok().and_then(|settings| settings.get("MIRT_LOG"));
        logs::start(&logged_as, level.unwrap_or(logs::DEFAULT_LEVEL)).map_err(|_| {
            SettingError::Unreadable {
                name: "MIRT_LOG".to_owned(),
                expected: "a level, or filters by module",
            }
        })?;
        let settings = settings?;
        if let Some(ahead) = clock::ahead(&settings)? {
            SystemClock::run_ahead(ahead);
        }
        Ok((settings, runtime::Builder::new_current_thread().enable_all().build()?))
    };
    match prepare() {
        Ok((settings, runtime)) => match runtime.block_on(function(settings)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&error),
        },
        Err(error) => {
            // The level itself may be what cannot be read: the reason must be said all the same.
            let _ = logs::start(&logged_as, logs::DEFAULT_LEVEL);
            failed(&error)
        }
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    tracing::error!(event = "function_stopped", error = chain(error));
    ExitCode::FAILURE
}
