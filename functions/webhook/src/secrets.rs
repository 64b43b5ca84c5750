//! What callers of the webhooks must present.

use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// A secret of our own choice that a caller presents.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Token(String);

impl Token {
    /// The token itself, to check signatures with.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `presented` is this token. Takes the same time wherever they differ; a token that
    /// is empty is never presented rightly.
    pub(crate) fn is(&self, presented: &str) -> bool {
        !self.0.is_empty() && bool::from(self.0.as_bytes().ct_eq(presented.as_bytes()))
    }

    /// The token itself, for a flow that calls back.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The secret of the webhooks.
#[derive(Clone, Deserialize)]
pub(crate) struct WebhookSecrets {
    /// What ManyChat's flows send in `X-ManyChat-Token` or `Authorization`.
    pub(crate) manychat_webhook_token: Token,
    /// What Telegram sends in `X-Telegram-Bot-Api-Secret-Token`.
    pub(crate) telegram_webhook_secret: Token,
    /// What the CRM signs its deliveries with; without it none is taken.
    #[serde(default)]
    pub(crate) crm_webhook_secret: Option<Token>,
}

/// A token is not set: the function must not start, or anyone could write as any customer.
#[derive(Debug, thiserror::Error)]
#[error("the member {0} of the webhooks' secret is empty")]
pub(crate) struct UnsetToken(&'static str);

impl WebhookSecrets {
    /// Refuses secrets that would let everyone in.
    pub(crate) fn checked(self) -> Result<Self, UnsetToken> {
        let is_unset = |token: &Token| token.0.trim().is_empty();
        if is_unset(&self.manychat_webhook_token) {
            return Err(UnsetToken("manychat_webhook_token"));
        }
        if is_unset(&self.telegram_webhook_secret) {
            return Err(UnsetToken("telegram_webhook_secret"));
        }
        if self.crm_webhook_secret.as_ref().is_some_and(is_unset) {
            return Err(UnsetToken("crm_webhook_secret"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(manychat: &str, telegram: &str) -> WebhookSecrets {
        WebhookSecrets {
            manychat_webhook_token: Token(manychat.to_owned()),
            telegram_webhook_secret: Token(telegram.to_owned()),
            crm_webhook_secret: None,
        }
    }

    #[test]
    fn an_unset_token_lets_nobody_in() {
        assert!(secrets("", "b").checked().is_err());
        assert!(secrets("a", " ").checked().is_err());
        assert!(secrets("a", "b").checked().is_ok());
        let unset_crm = Some(Token(String::new()));
        let secrets = WebhookSecrets { crm_webhook_secret: unset_crm, ..secrets("a", "b") };
        assert!(secrets.checked().is_err());
        assert!(!Token(String::new()).is(""));
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = Token("abc".to_owned());

        assert!(token.is("abc"));
        assert!(!token.is("ab") && !token.is("abcd") && !token.is("abd"));
    }
}
