//! OpenAI: responses with a strict schema, moderation, the price of tokens.
//!
//! One client a process. It retries within the time that it is given, says what went wrong sorted
//! by what to do about it, and never shows a text or a key in an error.

mod about_day;
mod http;
mod moderation;
mod price;
mod responses;

use hmac::{Hmac, KeyInit as _, Mac as _};
use mirt_domain::session_id::SessionId;
use sha2::Sha256;

pub use price::{InvalidPrices, Prices};

/// Where the API is unless a setting says otherwise.
pub const OPENAI_API: &str = "https://api.openai.com/v1";

/// The model unless a setting says otherwise.
pub const MODEL: &str = "gpt-5.1";

/// The client.
#[derive(Clone)]
pub struct OpenAi {
    http: reqwest::Client,
    base: String,
    key: String,
    model: String,
    prices: Prices,
}

impl std::fmt::Debug for OpenAi {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAi").field("model", &self.model).finish_non_exhaustive()
    }
}

impl OpenAi {
    /// Asks `model` at the API at `base`, e.g. [`OPENAI_API`], with `key`.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        base: &str,
        key: String,
        model: String,
        prices: Prices,
    ) -> Self {
        Self { http, base: base.trim_end_matches('/').to_owned(), key, model, prices }
    }

    /// The model that is asked.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Names a customer to the provider without telling who it is: 128 bits of an HMAC of the
    /// session with our key, in hexadecimal.
    fn safety_identifier(&self, session: &SessionId) -> String {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()) else {
            // An HMAC takes a key of any length.
            return String::new();
        };
        let hash = mac.chain_update(session.to_string()).finalize().into_bytes();
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
