//! What callers of the webhooks must present.

use mirt_aws::secrets::{self, SecretError};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// A secret of our own choice that a caller presents: one, or while it is changed the new one and,
/// behind it, the old one.
#[derive(Clone, Deserialize)]
#[serde(from = "OneOrMore")]
pub(crate) struct Token(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Token {
    fn from(token: OneOrMore) -> Self {
        Self(match token {
            OneOrMore::One(one) => vec![one],
            OneOrMore::More(all) => all,
        })
    }
}

impl Token {
    /// All that are taken, to check signatures with; the one to sign with is the first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `presented` is one of them. Takes the same time wherever they differ; a token that
    /// is empty is never presented rightly.
    pub(crate) fn is(&self, presented: &str) -> bool {
        let is_it = |one: &String| {
            !one.is_empty() && bool::from(one.as_bytes().ct_eq(presented.as_bytes()))
        };
        // All are looked at, so that the time says nothing of which it was.
        self.0.iter().fold(false, |is, one| is | is_it(one))
    }

    /// The newest, for a flow that calls back.
    pub(crate) fn newest(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Whether there is none, or an empty one among them.
    fn is_unset(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(|one| one.trim().is_empty())
    }
}

/// The members of the webhooks' secret without which nobody is let in.
pub const NEEDED_OF_SECRET: &[&str] = &["manychat_webhook_token", "telegram_webhook_secret"];

/// Why the function does not start with a secret.
#[derive(Debug, thiserror::Error)]
pub enum UnusableSecret {
    /// It is of another form.
    #[error(transparent)]
    Form(#[from] SecretError),
    /// It would let everybody in.
    #[error(transparent)]
    Unset(#[from] UnsetToken),
}

/// Whether the function starts with `text` as its secret `name`.
///
/// # Errors
/// When it does not, and so says why.
pub fn check_secret(name: &str, text: &str) -> Result<(), UnusableSecret> {
    secrets::parse::<WebhookSecrets>(name, text)?.checked()?;
    Ok(())
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
pub struct UnsetToken(&'static str);

impl WebhookSecrets {
    /// Refuses secrets that would let everyone in.
    pub(crate) fn checked(self) -> Result<Self, UnsetToken> {
        if self.manychat_webhook_token.is_unset() {
            return Err(UnsetToken("manychat_webhook_token"));
        }
        if self.telegram_webhook_secret.is_unset() {
            return Err(UnsetToken("telegram_webhook_secret"));
        }
        for (name, token) in [
            ("crm_webhook_secret", &self.crm_webhook_secret),
            ("telegram_managers_webhook_secret", &self.telegram_managers_webhook_secret),
            ("media_key", &self.media_key),
        ] {
            if token.as_ref().is_some_and(Token::is_unset) {
                return Err(UnsetToken(name));
            }
        }
        // One secret for both would make one bot of them.
        let own = self.telegram_managers_webhook_secret.as_ref();
        if own.is_some_and(|own| self.telegram_webhook_secret.all().any(|other| own.is(other))) {
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

    fn token(one: &str) -> Token {
        Token(vec![one.to_owned()])
    }

    fn secrets(manychat: &str, telegram: &str) -> WebhookSecrets {
        WebhookSecrets {
            manychat_webhook_token: token(manychat),
            telegram_webhook_secret: token(telegram),
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
        let own = Some(token("c"));
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
        let unset_crm = Some(token(""));
        let secrets = WebhookSecrets { crm_webhook_secret: unset_crm, ..secrets("a", "b") };
        assert!(secrets.checked().is_err());
        assert!(!token("").is(""));
    }

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = token("abc");

        assert!(token.is("abc"));
        assert!(!token.is("ab") && !token.is("abcd") && !token.is("abd"));
    }

    #[test]
    fn while_it_is_changed_the_new_and_the_old_one_are_taken() {
        let read = |json| serde_json::from_str::<Token>(json).map_err(|error| error.to_string());
        let both = read(r#"["new", "old"]"#);

        let takes = |presented| both.as_ref().is_ok_and(|both| both.is(presented));
        assert!(takes("new") && takes("old") && !takes("older"));
        assert_eq!(both.as_ref().map(Token::newest), Ok("new"));
        assert!(read(r#"["new", ""]"#).is_ok_and(|token| token.is_unset()));
        assert!(read("[]").is_ok_and(|token| token.is_unset()));
    }
}
