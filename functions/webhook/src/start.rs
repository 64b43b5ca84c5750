//! Starting: settings, secrets and clients once, before the first request.

use std::{convert::Infallible, process::ExitCode, sync::Arc};

use lambda_http::{Body, Request, Response, http::StatusCode, service_fn};
use mirt_aws::{
    metrics::function_name, orders::OrdersQueue, queue::InboundQueue, rotation::Rotating, sdk,
    secrets, table::Table,
};
use mirt_channels::{manychat, telegram};
use mirt_engine::{answer::ANSWER_WITHIN, clock::Clock as _};
use mirt_runtime::{
    clock::SystemClock,
    mask::Mask,
    process,
    settings::{SettingError, Settings},
    xray::XRay,
};

use crate::{
    block::Blocks,
    crm::CrmWebhooks,
    managers::Managers,
    media::Media,
    routes::Webhooks,
    secrets::{UnsetToken, WebhookSecrets},
    visit::Measured,
};

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error(transparent)]
    Secret(#[from] secrets::SecretError),
    #[error(transparent)]
    Unset(#[from] UnsetToken),
    #[error(transparent)]
    Option(#[from] manychat::InvalidOption),
    #[error("the function's runtime failed")]
    Lambda(#[source] lambda_http::Error),
}

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    process::run("webhook", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let orders = OrdersQueue::new(&config, settings.required("MIRT_ORDERS_QUEUE_URL")?.to_owned());
    let queue = InboundQueue::new(&config, settings.required("MIRT_INBOUND_QUEUE_URL")?.to_owned());
    let table = Table::new(&config, settings.required("MIRT_TABLE")?.to_owned());
    let measured =
        Arc::new(Measured { function: function_name(), xray: XRay::from_settings(&settings)? });
    let managers = Managers {
        chat: settings.integer("MIRT_MANAGERS_CHAT")?,
        ids: settings.integers("MIRT_MANAGERS")?,
    };
    let make = |secrets: WebhookSecrets| {
        let secrets = secrets.checked()?;
        let both = secrets.media_key.clone().zip(secrets.media_bot_token.clone());
        let media = both.map(|(key, token)| {
            let api = settings.get("TELEGRAM_API_URL").unwrap_or(telegram::BOT_API);
            Media { key, bot: telegram::Sender::new(http.clone(), api, &token) }
        });
        Ok(Webhooks {
            media,
            crm: CrmWebhooks { queue: orders.clone(), secret: secrets.crm_webhook_secret.clone() },
            blocks: blocks(&settings, &secrets)?,
            table: table.clone(),
            queue: queue.clone(),
            mask: Mask::new(secrets.log_key.as_deref()),
            secrets,
            measured: Arc::clone(&measured),
            managers: managers.clone(),
        })
    };
    let (name, now) = (settings.required("MIRT_WEBHOOK_SECRET")?, SystemClock.now());
    let webhooks = Rotating::<_, StartError>::start(&config, name, now, make).await?;
    let webhooks = &webhooks;
    lambda_http::run(service_fn(async move |request: Request| {
        Ok::<_, Infallible>(Box::pin(answer(webhooks, request)).await)
    }))
    .await
    .map_err(StartError::Lambda)
}

/// Answers a request; one with a wrong token once more where the secret has changed since it was read:
/// the caller may know the new one already.
async fn answer(webhooks: &Rotating<'_, Webhooks, StartError>, request: Request) -> Response<Body> {
    let known = webhooks.current(SystemClock.now()).await;
    let again = request.clone();
    let answer = known.answer(request).await;
    if answer.status() != StatusCode::UNAUTHORIZED {
        return answer;
    }
    match webhooks.changed(&known, SystemClock.now()).await {
        Some(changed) => changed.answer(again).await,
        None => answer,
    }
}

/// How ManyChat's flows are answered.
fn blocks(settings: &Settings, secrets: &WebhookSecrets) -> Result<Blocks, StartError> {
    let mode = "MIRT_MANYCHAT_MODE";
    let are_usual = match settings.get(mode) {
        None | Some("push") => false,
        Some("response") => true,
        Some(_) => {
            let (name, expected) = (mode.to_owned(), "push or response");
            return Err(SettingError::Unreadable { name, expected }.into());
        }
    };
    // Fields and tags come with the replies. A quick reply that calls back calls this function.
    let taps = settings.get("MIRT_MANYCHAT_QUICK_REPLIES").unwrap_or_default();
    let token = secrets.manychat_webhook_token.newest();
    Ok(Blocks {
        are_usual,
        within: settings.millis("MIRT_MANYCHAT_ANSWER_MS")?.unwrap_or(ANSWER_WITHIN),
        options: manychat::Options::parse("", taps, Some(token))?,
    })
}
