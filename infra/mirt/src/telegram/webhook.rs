//! Where the bot's updates are delivered to.

use jiff::Timestamp;
use mirt_aws::secrets;
use mirt_channels::telegram::{Sender, WebhookInfo};
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::TelegramError;
use crate::{cli::WebhookCommand, environment::Environment, output, place::Place};

/// The webhook's own path, see `template.yaml`.
const PATH: &str = "/webhooks/telegram";

/// What is needed of the channels' secret.
#[derive(Deserialize)]
struct ChannelSecret {
    telegram_bot_token: String,
    telegram_managers_bot_token: Option<String>,
}

/// What is needed of the webhooks' secret.
#[derive(Deserialize)]
struct WebhookSecret {
    telegram_webhook_secret: Presented,
    telegram_managers_webhook_secret: Option<Presented>,
}

/// What Telegram presents: one secret, or while it is changed the new one and, behind it, the old one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Presented {
    One(String),
    NewAndOld([String; 2]),
}

impl Presented {
    /// What Telegram is told to present from now on.
    fn newest(self) -> String {
        match self {
            Self::One(one) => one,
            Self::NewAndOld([new, _]) => new,
        }
    }
}

/// Does what was asked for, as the bot whose token the stack's secret holds.
pub(super) async fn run(
    place: &Place,
    (command, is_managers): (&WebhookCommand, bool),
    as_json: bool,
) -> Result<(), TelegramError> {
    let environment = Environment::read(std::path::Path::new("."))?;
    let channels: ChannelSecret =
        secrets::read(&place.config, &place.stack.secret("channels")).await?;
    let api = environment.telegram.url.as_deref().unwrap_or(mirt_dialogue::TELEGRAM_API);
    let no_bot = TelegramError::NoManagersBot;
    let token = match is_managers {
        true => channels.telegram_managers_bot_token.ok_or(no_bot)?,
        false => channels.telegram_bot_token,
    };
    let bot = Sender::new(mirt_http::client()?, api, &token);
    match command {
        WebhookCommand::Set { url, drop_pending } => {
            let webhooks: WebhookSecret =
                secrets::read(&place.config, &place.stack.secret("webhooks")).await?;
            let url = address(url);
            let secret = match is_managers {
                true => {
                    webhooks.telegram_managers_webhook_secret.ok_or(TelegramError::NoManagersBot)?
                }
                false => webhooks.telegram_webhook_secret,
            };
            bot.set_webhook(url.as_str(), &secret.newest(), *drop_pending).await?;
            let words = format_args!("updates are delivered to {url}");
            output::told(as_json, json!({ "url": url.as_str() }), words);
        }
        WebhookCommand::Show => show(&bot.webhook().await?, as_json),
        WebhookCommand::Delete { drop_pending } => {
            bot.delete_webhook(*drop_pending).await?;
            output::told(as_json, json!({ "url": "" }), "updates are delivered nowhere");
        }
    }
    Ok(())
}

/// The origin of a deployment is enough: the rest of the address is ours.
fn address(url: &Url) -> Url {
    let mut url = url.clone();
    if url.path() == "/" {
        url.set_path(PATH);
    }
    url
}

fn show(info: &WebhookInfo, as_json: bool) {
    let WebhookInfo { url, pending_update_count, last_error_date, last_error_message, .. } = info;
    let failed_at = last_error_date.and_then(|at| Timestamp::from_second(at).ok());
    if as_json {
        output::line(json!({
            "url": url,
            "pending": pending_update_count,
            "updates": info.allowed_updates,
            "last_error_at": failed_at,
            "last_error": last_error_message,
        }));
        return;
    }
    let place = if url.is_empty() { "nowhere" } else { url.as_str() };
    output::line(format_args!("updates are delivered to {place}"));
    output::line(format_args!("waiting: {pending_update_count}"));
    output::line(format_args!("kinds: {}", info.allowed_updates.join(", ")));
    if let (Some(at), Some(why)) = (failed_at, last_error_message) {
        output::line(format_args!("last failure: {at}, {why}"));
    }
}
