//! Where Telegram delivers its updates: `setWebhook`, `getWebhookInfo`, `deleteWebhook`.

use mirt_engine::failure::SendError;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Sender, send::judge};
use crate::http::{Answer, Verdict};

/// The kinds of updates that [`super::parse`] reads: Telegram need not deliver any other.
const ALLOWED_UPDATES: [&str; 3] = ["message", "edited_message", "callback_query"];

/// Telegram's own words for what it delivers and where.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// The address; empty where there is none.
    pub url: String,
    /// How many updates wait.
    pub pending_update_count: u64,
    /// When a delivery last failed, in seconds since 1970.
    pub last_error_date: Option<i64>,
    /// Why.
    pub last_error_message: Option<String>,
    /// Which kinds of updates are delivered; all but a few where nothing is said.
    #[serde(default)]
    pub allowed_updates: Vec<String>,
}

/// Telegram did not do it.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It was not reached, or does not know the bot.
    #[error("Telegram's API did not do it")]
    Call(#[from] SendError),
    /// It refused, and says why.
    #[error("Telegram refused: {0}")]
    Refused(String),
    /// Its answer is none that is documented.
    #[error("Telegram's answer cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

impl Sender {
    /// Has updates delivered to `url` with `secret` in `X-Telegram-Bot-Api-Secret-Token`. What waits
    /// is dropped if `drops_pending`.
    ///
    /// # Errors
    /// [`WebhookError`] says why it was not done.
    pub async fn set_webhook(
        &self,
        url: &str,
        secret: &str,
        drops_pending: bool,
    ) -> Result<(), WebhookError> {
        let body = json!({
            "url": url,
            "secret_token": secret,
            "allowed_updates": ALLOWED_UPDATES,
            "drop_pending_updates": drops_pending,
        });
        self.ask("setWebhook", &body).await.map(drop)
    }

    /// Has no updates delivered any more.
    ///
    /// # Errors
    /// [`WebhookError`] says why it was not done.
    pub async fn delete_webhook(&self, drops_pending: bool) -> Result<(), WebhookError> {
        let body = json!({ "drop_pending_updates": drops_pending });
        self.ask("deleteWebhook", &body).await.map(drop)
    }

    /// What is delivered, and where.
    ///
    /// # Errors
    /// [`WebhookError`] says why that is not known.
    pub async fn webhook(&self) -> Result<WebhookInfo, WebhookError> {
        Ok(serde_json::from_value(self.ask("getWebhookInfo", &json!({})).await?)?)
    }

    async fn ask(&self, method: &str, body: &Value) -> Result<Value, WebhookError> {
        let mut answer = self.call(method, body, heard).await?;
        if answer.body["ok"] == true {
            return Ok(answer.body["result"].take());
        }
        let words = answer.body["description"].as_str().unwrap_or("no reason given");
        Err(WebhookError::Refused(words.to_owned()))
    }
}

/// A refusal is an answer too: an operator reads it.
fn heard(answer: &Answer) -> Verdict {
    if answer.status == StatusCode::BAD_REQUEST { Verdict::Done } else { judge(answer) }
}
