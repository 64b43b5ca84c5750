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
    /// What Telegram sends there for the managers' own bot; without one they are told by the
    /// customers' bot.
    #[serde(default)]
    pub(crate) telegram_managers_webhook_secret: Option<Token>,
    /// What addresses of managers' files are signed with; without it none is given out.
    #[serde(default)]
    pub(crate) media_key: Option<Token>,
    /// The token of the bot of the managers' chat, which can read those files.
    #[serde(default)]
    pub(crate) media_bot_token: Option<String>,
    /// What sessions are hashed with in the log; without it none is named.
    #[serde(default)]
    pub(crate) log_key: Option<String>,
    /// What the CRM signs its deliveries with; without it none is taken.
    #[serde(default)]
    pub(crate) crm_webhook_secret: Option<Token>,
}

/// What a bot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bot {
    /// Customers write to it.
    pub(crate) has_customers: bool,
    /// It is in the managers' chat.
    pub(crate) tells_managers: bool,
}

/// A token is not set: the function must not start, or anyone could write as any customer.
#[derive(Debug, thiserror::Error)]
#[error("the member {0} of the webhooks' secret is empty, or another one's")]
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
        for (name, token) in [
            ("crm_webhook_secret", &self.crm_webhook_secret),
            ("telegram_managers_webhook_secret", &self.telegram_managers_webhook_secret),
            ("media_key", &self.media_key),
        ] {
            if token.as_ref().is_some_and(is_unset) {
                return Err(UnsetToken(name));
            }
        }
        // One secret for both would make one bot of them.
        let own = self.telegram_managers_webhook_secret.as_ref();
        if own.is_some_and(|own| own.is(&self.telegram_webhook_secret.0)) {
            return Err(UnsetToken("telegram_managers_webhook_secret"));
        }
        Ok(self)
    }

    /// Which bot's updates come with a secret.
    pub(crate) fn bot(&self, presented: &str) -> Option<Bot> {
        let own = self.telegram_managers_webhook_secret.as_ref();
        if self.telegram_webhook_secret.is(presented) {
            return Some(Bot { has_customers: true, tells_managers: own.is_none() });
        }
        let is_managers = own.is_some_and(|own| own.is(presented));
        is_managers.then_some(Bot { has_customers: false, tells_managers: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(manychat: &str, telegram: &str) -> WebhookSecrets {
        WebhookSecrets {
            manychat_webhook_token: Token(manychat.to_owned()),
            telegram_webhook_secret: Token(telegram.to_owned()),
            telegram_managers_webhook_secret: None,
            media_key: None,
            media_bot_token: None,
            log_key: None,
            crm_webhook_secret: None,
        }
    }

    #[test]
    fn each_bot_is_known_by_its_secret() {
        let one = secrets("a", "b");
        let own = Some(Token("c".to_owned()));
        let two = WebhookSecrets { telegram_managers_webhook_secret: own, ..secrets("a", "b") };

        let bot = |has_customers, tells_managers| Some(Bot { has_customers, tells_managers });
        assert_eq!((one.bot("b"), one.bot("c")), (bot(true, true), None));
        assert_eq!((two.bot("b"), two.bot("c")), (bot(true, false), bot(false, true)));
        assert_eq!(two.bot(""), None);
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
