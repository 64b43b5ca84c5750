//! Lambda behind the topic of alarms: tells the managers' chat what is wrong and when it is over.
//!
//! It keeps nothing, so an event that comes twice is told twice: better than not at all. Lambda tries
//! a run that failed once more.

mod notice;

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mirt_aws::{rotation::Rotating, sdk, secrets};
use mirt_channels::{Managers, ManagersKeys};
use mirt_dialogue::TELEGRAM_API;
use mirt_engine::{alarm::tell, clock::Clock as _};
use mirt_runtime::{
    clock::SystemClock,
    process,
    settings::{SettingError, Settings},
};
use serde_json::{Value, json};

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error(transparent)]
    Secret(#[from] secrets::SecretError),
    #[error("the function's runtime failed")]
    Lambda(#[source] lambda_runtime::Error),
}

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    process::run("alarms", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let api = settings.get("TELEGRAM_API_URL").unwrap_or(TELEGRAM_API);
    let managers = match settings.integer("MIRT_MANAGERS_CHAT")? {
        Some(chat) => {
            let make = move |keys: ManagersKeys| Ok(Managers::new(http.clone(), api, &keys, chat));
            let (name, now) = (settings.required("MIRT_CHANNEL_SECRET")?, SystemClock.now());
            Some(Rotating::<_, StartError>::start(&config, name, now, make).await?)
        }
        // Nobody is there to be told; whoever subscribed to the topic is.
        None => None,
    };
    let (managers, prompts) = (&managers, mirt_content::prompts());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let alarms = notice::read(event.payload)?;
        let mut told = 0;
        if let Some(managers) = managers {
            let managers = managers.current(SystemClock.now()).await;
            for alarm in &alarms {
                tell(&*managers, prompts, alarm).await?;
                told += 1;
            }
        }
        Ok::<Value, lambda_runtime::Error>(json!({ "told": told }))
    }))
    .await
    .map_err(StartError::Lambda)
}
