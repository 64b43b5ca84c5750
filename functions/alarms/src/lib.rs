//! Lambda behind the topic of alarms: tells the managers' chat what is wrong and when it is over.
//!
//! It keeps nothing, so an event that comes twice is told twice: better than not at all. Lambda tries
//! a run that failed once more.

mod notice;

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mirt_aws::{sdk, secrets};
use mirt_channels::{Managers, telegram};
use mirt_dialogue::TELEGRAM_API;
use mirt_engine::alarm::tell;
use mirt_runtime::{
    process,
    settings::{SettingError, Settings},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What of the channels' secret is needed.
#[derive(Deserialize)]
struct ChannelSecrets {
    telegram_bot_token: String,
    telegram_managers_bot_token: Option<String>,
}

impl ChannelSecrets {
    /// The token of the bot that is in the managers' chat.
    fn bot_of_managers(&self) -> &str {
        self.telegram_managers_bot_token.as_deref().unwrap_or(&self.telegram_bot_token)
    }
}

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
    let managers = match settings.integer("MIRT_MANAGERS_CHAT")? {
        Some(id) => Some(managers(&settings, id).await?),
        // Nobody is there to be told; whoever subscribed to the topic is.
        None => None,
    };
    let (managers, prompts) = (&managers, mirt_content::prompts());
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let alarms = notice::read(event.payload)?;
        let mut told = 0;
        if let Some(managers) = managers {
            for alarm in &alarms {
                tell(managers, prompts, alarm).await?;
                told += 1;
            }
        }
        Ok::<Value, lambda_runtime::Error>(json!({ "told": told }))
    }))
    .await
    .map_err(StartError::Lambda)
}

/// The managers' chat, by the bot that is in it.
async fn managers(settings: &Settings, id: i64) -> Result<Managers, StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let secret: ChannelSecrets =
        secrets::read(&config, settings.required("MIRT_CHANNEL_SECRET")?).await?;
    let api = settings.get("TELEGRAM_API_URL").unwrap_or(TELEGRAM_API);
    Ok(Managers {
        telegram: telegram::Sender::new(http, api, secret.bot_of_managers()),
        chat: telegram::ManagersChat { id, conversation_url: None, bot: None },
    })
}
