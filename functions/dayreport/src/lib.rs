//! Lambda on a schedule: tells the managers what the day before came to.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use mirt_aws::{rotation::Rotating, sdk, secrets, table::Table};
use mirt_channels::{Managers, ManagersKeys};
use mirt_dialogue::{TELEGRAM_API, shop_settings};
use mirt_domain::shop::{Shop, Words};
use mirt_engine::{clock::Clock as _, day_report::report_yesterday};
use mirt_runtime::{
    clock::SystemClock,
    process,
    settings::{SettingError, Settings},
};
use serde::de::IgnoredAny;
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
    process::run("dayreport", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let table = Table::new(&config, settings.required("MIRT_TABLE")?.to_owned());
    let api = settings.get("TELEGRAM_API_URL").unwrap_or(TELEGRAM_API);
    let chat = settings.integer("MIRT_MANAGERS_CHAT")?;
    let make = |keys: ManagersKeys| Ok(chat.map(|id| Managers::new(http.clone(), api, &keys, id)));
    let (name, now) = (settings.required("MIRT_CHANNEL_SECRET")?, SystemClock.now());
    let managers = Rotating::<_, StartError>::start(&config, name, now, make).await?;
    let shop_settings = shop_settings::read(&settings, None)?;
    let words = Words::of(mirt_content::catalog());
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &words,
        prompts: mirt_content::prompts(),
        settings: &shop_settings,
    };
    let (table, managers, shop) = (&table, &managers, &shop);
    // Whatever the schedule says, there is one thing to do.
    lambda_runtime::run(service_fn(async move |_: LambdaEvent<IgnoredAny>| {
        let sent = match &*managers.current(SystemClock.now()).await {
            Some(managers) => report_yesterday(&SystemClock, table, managers, shop).await?,
            // Nobody is there to be told.
            None => false,
        };
        Ok::<Value, lambda_runtime::Error>(json!({ "sent": sent }))
    }))
    .await
    .map_err(StartError::Lambda)
}
