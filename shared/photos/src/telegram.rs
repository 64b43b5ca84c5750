//! Photos that came through Telegram: by the id of a file, from the Bot API alone.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::fetch::{FetchError, LONGEST, MOST_BYTES};

/// The largest answer to a question for a file, in bytes.
const MOST_ANSWER: usize = 64 * 1024;

/// Telegram's files, as our bot may read them.
#[derive(Clone)]
pub struct TelegramFiles {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl std::fmt::Debug for TelegramFiles {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TelegramFiles").finish_non_exhaustive()
    }
}

impl TelegramFiles {
    /// Files of the API at `base`, e.g. `https://api.telegram.org`, as the bot with `token`.
    #[must_use]
    pub fn new(http: reqwest::Client, base: &str, token: &str) -> Self {
        Self { http, base: base.trim_end_matches('/').to_owned(), token: token.to_owned() }
    }

    /// Fetches a file.
    ///
    /// # Errors
    /// When Telegram does not have it any more, or it is too large.
    pub(crate) async fn fetch(&self, id: &str) -> Result<Vec<u8>, FetchError> {
        let Self { base, token, .. } = self;
        let ask = self.http.post(format!("{base}/bot{token}/getFile"));
        let answer = read(ask.json(&json!({ "file_id": id })), MOST_ANSWER).await?;
        let answer: Value = serde_json::from_slice(&answer)
            .map_err(|error| FetchError::Unavailable(Box::new(error)))?;
        let path = answer["result"]["file_path"]
            .as_str()
            .filter(|path| !path.contains(".."))
            .ok_or(FetchError::Refused("no such file"))?;
        read(self.http.get(format!("{base}/file/bot{token}/{path}")), MOST_BYTES).await
    }
}

/// The address holds the bot's token, so no error may name it.
async fn read(request: RequestBuilder, most: usize) -> Result<Vec<u8>, FetchError> {
    let unavailable =
        |error: reqwest::Error| FetchError::Unavailable(Box::new(error.without_url()));
    let mut response = request.timeout(LONGEST).send().await.map_err(unavailable)?;
    if !response.status().is_success() {
        let status = format!("status {}", response.status().as_u16());
        return Err(FetchError::Unavailable(status.into()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > most {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
