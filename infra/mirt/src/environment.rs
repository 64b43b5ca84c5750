//! Settings of the local run: the environment, and `.env` beside it.

use std::{collections::BTreeMap, path::Path};

use mirt_domain::shop;
use mirt_engine::eval;
use mirt_runtime::settings::{PREFIX, SettingError, Settings};
use serde_json::{Value, json};

/// The settings that are not ours by name but that we read, beside those with `MIRT_`.
const READ: [&str; 13] = [
    "MANYCHAT_WEBHOOK_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET",
    "MANYCHAT_API_KEY",
    "MANYCHAT_API_URL",
    "TELEGRAM_BOT_TOKEN",
    "TELEGRAM_MANAGERS_BOT_TOKEN",
    "TELEGRAM_MANAGERS_WEBHOOK_SECRET",
    "TELEGRAM_API_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "SITNIKS_API_KEY",
    "SITNIKS_API_URL",
    "SITNIKS_WEBHOOK_SECRET",
];

/// What the local run does when nothing else is set. None of these opens anything outside of it.
const SAMPLE_MANYCHAT_TOKEN: &str = "sample-manychat-token";
const SAMPLE_TELEGRAM_SECRET: &str = "sample-telegram-secret";
const SAMPLE_CRM_SECRET: &str = "sample-sitniks-secret";
const SAMPLE_MEDIA_KEY: &str = "sample-media-key";
const SAMPLE_LOG_KEY: &str = "sample-log-key";
const SAMPLE_MANYCHAT_KEY: &str = "sample-manychat-key";
const SAMPLE_TELEGRAM_TOKEN: &str = "0:sample-telegram-token";
const SAMPLE_OPENAI_KEY: &str = "sample-openai-key";

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// `.env` is there and is no list of settings.
    #[error("the file .env cannot be read")]
    File(#[from] dotenvy::Error),
    /// A setting is unknown or unreadable.
    #[error(transparent)]
    Setting(#[from] SettingError),
}

/// A channel's side of the settings.
#[derive(Clone, Debug)]
pub(crate) struct ChannelApi {
    /// Where its API is; `None` is this machine's page.
    pub(crate) url: Option<String>,
    /// What our webhook wants to be presented.
    pub(crate) webhook_secret: String,
    /// Whether that is the sample, which may be shown.
    pub(crate) webhook_secret_is_sample: bool,
    key: String,
}

/// The CRM's side of the settings.
#[derive(Clone, Debug)]
pub(crate) struct CrmApi {
    /// Where it is.
    pub(crate) url: String,
    key: String,
}

/// All settings of the local run.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) settings: Settings,
    pub(crate) manychat: ChannelApi,
    pub(crate) telegram: ChannelApi,
    /// Without a key for the model the assistant works from its rules and templates alone.
    pub(crate) is_degraded: bool,
    /// Where the model's API is, if not where it usually is.
    pub(crate) openai_url: Option<String>,
    pub(crate) openai_key: Option<String>,
    /// Without one, orders go to the managers' cards and into `mirt orders export`.
    pub(crate) crm: Option<CrmApi>,
    crm_webhook_secret: String,
    managers_bot: Option<ManagersBot>,
}

/// A bot that the managers have for themselves.
#[derive(Clone, Debug)]
struct ManagersBot {
    token: String,
    webhook_secret: String,
}

impl Environment {
    /// Reads `.env` in `folder`, if there is one, and the process's own environment, which wins.
    pub(crate) fn read(folder: &Path) -> Result<Self, EnvironmentError> {
        let file = folder.join(".env");
        let mut variables = BTreeMap::new();
        if file.exists() {
            for variable in dotenvy::from_path_iter(&file)? {
                let (name, value) = variable?;
                variables.insert(name, value);
            }
        }
        variables.extend(std::env::vars());
        Self::from_variables(variables)
    }

    /// The settings of a run that stays on this machine: ours of the process's environment, no
    /// channel's, and as the model's API the one at `model`, asked as often as there are questions.
    pub(crate) fn without_channels(model: Option<&str>) -> Result<Self, EnvironmentError> {
        let own = std::env::vars().filter(|(name, _)| name.starts_with(PREFIX));
        let model = model.into_iter().flat_map(|url| {
            [
                ("OPENAI_API_KEY", SAMPLE_OPENAI_KEY),
                ("OPENAI_BASE_URL", url),
                ("MIRT_MODEL_CALLS_PER_MINUTE", "1000000"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        });
        // What is measured there is the system, not how long it waits on purpose.
        let no_pauses = ("MIRT_BUBBLE_PAUSE_MS".to_owned(), "0".to_owned());
        Self::from_variables([no_pauses].into_iter().chain(own).chain(model))
    }

    fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, EnvironmentError> {
        let settings = Settings::from_variables(variables)?;
        mirt_dialogue::bursts(&settings)?;
        mirt_telegram_fetch::check(&settings)?;
        let [
            manychat_webhook,
            telegram_webhook,
            manychat_key,
            manychat_url,
            telegram_token,
            managers_token,
            managers_webhook,
            telegram_url,
            openai_key,
            openai_url,
            crm_key,
            crm_url,
            crm_webhook,
        ] = READ;
        let openai_url = address(&settings, openai_url)?;
        mirt_dialogue::manychat_options(&settings, settings.get(manychat_webhook))?;
        let crm = match (settings.get(crm_key), address(&settings, crm_url)?) {
            (Some(key), Some(url)) => Some(CrmApi { url, key: key.to_owned() }),
            (None, None) => None,
            // Half of it would be an order that goes nowhere.
            (Some(_), None) => {
                let meaning = "the address of the CRM whose key is set";
                return Err(SettingError::Missing { name: crm_url, meaning }.into());
            }
            (None, Some(_)) => {
                let meaning = "the key of the CRM whose address is set";
                return Err(SettingError::Missing { name: crm_key, meaning }.into());
            }
        };
        let managers_bot = match (settings.get(managers_token), settings.get(managers_webhook)) {
            (Some(token), Some(secret)) => {
                let (token, webhook_secret) = (token.to_owned(), secret.to_owned());
                Some(ManagersBot { token, webhook_secret })
            }
            (None, None) => None,
            (Some(_), None) => {
                let meaning = "what Telegram presents for the managers' bot, whose token is set";
                return Err(SettingError::Missing { name: managers_webhook, meaning }.into());
            }
            (None, Some(_)) => {
                let meaning = "the token of the managers' bot, whose secret is set";
                return Err(SettingError::Missing { name: managers_token, meaning }.into());
            }
        };
        let channel = |webhook, webhook_sample, key, key_sample, url, official: &str| {
            let url = address(&settings, url)?;
            let key = settings.get(key);
            Ok::<_, SettingError>(ChannelApi {
                url: url.or_else(|| key.map(|_| official.to_owned())),
                webhook_secret: settings.get(webhook).unwrap_or(webhook_sample).to_owned(),
                webhook_secret_is_sample: settings.get(webhook).is_none(),
                key: key.unwrap_or(key_sample).to_owned(),
            })
        };
        Ok(Self {
            manychat: channel(
                manychat_webhook,
                SAMPLE_MANYCHAT_TOKEN,
                manychat_key,
                SAMPLE_MANYCHAT_KEY,
                manychat_url,
                mirt_dialogue::MANYCHAT_API,
            )?,
            telegram: channel(
                telegram_webhook,
                SAMPLE_TELEGRAM_SECRET,
                telegram_token,
                SAMPLE_TELEGRAM_TOKEN,
                telegram_url,
                mirt_dialogue::TELEGRAM_API,
            )?,
            is_degraded: settings.get(openai_key).is_none(),
            openai_url,
            openai_key: settings.get(openai_key).map(str::to_owned),
            crm,
            crm_webhook_secret: settings.get(crm_webhook).unwrap_or(SAMPLE_CRM_SECRET).to_owned(),
            managers_bot,
            settings,
        })
    }

    /// How the shop works here: what the page says of what is due follows from it.
    pub(crate) fn shop_settings(&self) -> Result<shop::Settings, EnvironmentError> {
        Ok(shop::Settings {
            has_crm: self.crm.is_some(),
            ..mirt_dialogue::shop_settings::read(&self.settings, eval::settings().requisites)?
        })
    }

    /// The secret of the webhooks, as the operator makes it in AWS.
    pub(crate) fn webhook_secret(&self) -> Value {
        json!({
            "manychat_webhook_token": self.manychat.webhook_secret,
            "telegram_webhook_secret": self.telegram.webhook_secret,
            "telegram_managers_webhook_secret":
                self.managers_bot.as_ref().map(|bot| &bot.webhook_secret),
            "media_key": SAMPLE_MEDIA_KEY,
            "log_key": SAMPLE_LOG_KEY,
            "media_bot_token": self.managers_bot.as_ref().map_or(&self.telegram.key, |bot| &bot.token),
            "crm_webhook_secret": self.crm_webhook_secret,
        })
    }

    /// The secret of the CRM, as the operator makes it in AWS; none where there is no CRM.
    pub(crate) fn crm_secret(&self) -> Option<Value> {
        self.crm.as_ref().map(|crm| json!({ "sitniks_api_key": crm.key }))
    }

    /// The secret of the channels, as the operator makes it in AWS. The requisites are a sample
    /// that nobody can take for real ones (decision 3).
    pub(crate) fn channel_secret(&self) -> Value {
        json!({
            "manychat_api_key": self.manychat.key,
            "manychat_callback_token": self.manychat.webhook_secret,
            "telegram_bot_token": self.telegram.key,
            "telegram_managers_bot_token": self.managers_bot.as_ref().map(|bot| &bot.token),
            "media_key": SAMPLE_MEDIA_KEY,
            "log_key": SAMPLE_LOG_KEY,
            "openai_api_key": self.openai_key,
            "requisites": {
                "recipient": "ЗРАЗОК, НЕ ПЛАТИТИ",
                "iban": "UA000000000000000000000000000",
                "tax_id": "0000000000",
            },
        })
    }
}

/// An address of a service: http or https, with a host.
fn address(settings: &Settings, name: &str) -> Result<Option<String>, SettingError> {
    let Some(value) = settings.get(name) else { return Ok(None) };
    let url = reqwest::Url::parse(value)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match url {
        Some(_) => Ok(Some(value.trim_end_matches('/').to_owned())),
        None => Err(SettingError::Unreadable {
            name: name.to_owned(),
            expected: "an address that begins with http:// or https://",
        }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test whose settings are refused must fail")]

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Environment::from_variables(pairs.iter().map(own))
    }

    #[test]
    fn without_settings_replies_go_to_the_page() {
        let environment = environment(&[]).unwrap();

        assert_eq!(environment.manychat.url, None);
        assert!(environment.manychat.webhook_secret_is_sample && environment.is_degraded);
    }

    #[test]
    fn a_key_alone_sends_replies_to_the_channels_own_api() {
        let environment = environment(&[("MANYCHAT_API_KEY", "k")]).unwrap();

        assert_eq!(environment.manychat.url.as_deref(), Some("https://api.manychat.com"));
        assert_eq!(environment.telegram.url, None);
    }

    #[test]
    fn an_unreadable_address_and_an_unknown_setting_are_named() {
        let error = |pairs| environment(pairs).unwrap_err().to_string();

        assert!(error(&[("TELEGRAM_API_URL", "telegram")]).contains("TELEGRAM_API_URL"));
        assert!(error(&[("OPENAI_BASE_URL", "ftp://a")]).contains("OPENAI_BASE_URL"));
        assert!(error(&[("MIRT_BURST", "1")]).contains("MIRT_BURST"));
        assert!(error(&[("MIRT_BURST_BY_CHANNEL", "icq=1/2")]).contains("MIRT_BURST_BY_CHANNEL"));
        assert!(error(&[("MIRT_BURST_QUIET_MS", "soon")]).contains("MIRT_BURST_QUIET_MS"));
    }

    #[test]
    fn half_a_crm_is_refused() {
        let error = |pairs| environment(pairs).unwrap_err().to_string();

        assert!(error(&[("SITNIKS_API_KEY", "k")]).contains("SITNIKS_API_URL"));
        assert!(error(&[("SITNIKS_API_URL", "https://crm.example")]).contains("SITNIKS_API_KEY"));
        assert!(environment(&[]).unwrap().crm.is_none());
    }
}
