//! Settings from the environment: each is known, and an unreadable one is an error that names it.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

/// Every setting of ours that any part of the system reads, with its meaning. What begins with
/// `MIRT_` and is not here is refused, so that a misspelt setting is never silently ignored.
pub const KNOWN: &[(&str, &str)] = &[
    ("MIRT_TABLE", "name of the DynamoDB table"),
    ("MIRT_INBOUND_QUEUE_URL", "address of the inbound FIFO queue"),
    ("MIRT_ORDERS_QUEUE_URL", "address of the FIFO queue of orders with something to do"),
    ("MIRT_CRM_SECRET", "name of the secret with the CRM's key; without it there is no CRM"),
    (
        "MIRT_STOCK_FRESH_S",
        "for how long a function goes by what it has read of the stock, in seconds",
    ),
    ("MIRT_QUIET_HOURS", "when nobody is written to who has not just written: 21-9, in Kyiv"),
    ("MIRT_WEBHOOK_SECRET", "name of the secret with the webhooks' tokens"),
    ("MIRT_CHANNEL_SECRET", "name of the secret with the channels' keys and the requisites"),
    ("MIRT_MANAGERS_CHAT", "number of the Telegram chat in which the bot tells the managers"),
    ("MIRT_MANAGERS", "Telegram ids of the managers whose buttons count, between commas"),
    ("MIRT_HAND_OVER_REMINDER_S", "time without a human's answer before a reminder, in seconds"),
    ("MIRT_HAND_OVER_TIMEOUT_S", "time after which the assistant answers again, in seconds"),
    ("MIRT_FOLLOW_UPS_S", "when silent customers are written to, in seconds between commas; none"),
    ("MIRT_SUMMARY_AFTER_S", "silence after which a conversation is summed up, in seconds"),
    ("MIRT_TRANSCRIPT_DAYS", "days for which the records of turns are kept"),
    ("MIRT_CONVERSATION_URL", "where a ManyChat conversation is looked at, with {user} in it"),
    ("MIRT_PUBLIC_URL", "origin of our HTTP API, where ManyChat gets what managers send"),
    ("MIRT_BUBBLE_PAUSE_MS", "pause between two messages of a reply, in milliseconds"),
    ("MIRT_LOG", "level of logs: error, warn, info, debug, or filters by module"),
    ("MIRT_TRACES", "where parts of traces are told: off or xray"),
    ("MIRT_CLOCK_AHEAD_MS", "how far the local run has moved its functions' clock forward"),
    ("MIRT_BURST_QUIET_MS", "quiet after the last message that ends a burst, in milliseconds"),
    ("MIRT_BURST_LONGEST_MS", "longest wait after a burst's first message, in milliseconds"),
    ("MIRT_BURST_BY_CHANNEL", "both for single channels: telegram=1000/4000,whatsapp=2000/8000"),
    ("MIRT_MODEL", "which model reads what rules cannot, and words replies"),
    ("MIRT_MODEL_PRICES", "dollars for a million tokens in, cached and out, by model"),
    ("MIRT_MODEL_TEXT_MS", "longest time of a turn with the model, in milliseconds"),
    ("MIRT_MODEL_PHOTO_MS", "longest time of a turn with photos, in milliseconds"),
    ("MIRT_MODEL_INTERIM_MS", "wait after which a customer is told that it takes a while"),
    ("MIRT_MODEL_CALLS_PER_MINUTE", "how many model calls all instances make in a minute"),
    ("MIRT_MODEL_SESSION_CEILING_MICRO_USD", "what the model may cost a session a day"),
    ("MIRT_MANYCHAT_MARKS", "fields and tags that exist in the ManyChat account, between commas"),
    (
        "MIRT_MANYCHAT_QUICK_REPLIES",
        "what takes a tap in ManyChat: none, node:NAME, flow:NAMESPACE or callback:URL",
    ),
    (
        "MIRT_MANYCHAT_MODE",
        "what ManyChat's flows get at /webhooks/manychat: push (sent later) or response",
    ),
    ("MIRT_MANYCHAT_ANSWER_MS", "how long a flow that waits for its answer waits for it"),
    ("MIRT_TELEGRAM_SECRET", "name of the secret with the Telegram session"),
    ("MIRT_TELEGRAM_COMMANDS_URL", "address of the FIFO queue of history commands"),
    ("MIRT_TELEGRAM_DEAD_LETTERS_URL", "address of the queue of commands that cannot be done"),
    ("MIRT_TELEGRAM_EVENTS_URL", "address of the FIFO queue of history events"),
    ("MIRT_TELEGRAM_CHATS", "chats that are fetched by the clock, with commas between"),
    ("MIRT_TELEGRAM_MODE", "what is fetched by the clock: incremental or continuous"),
    ("MIRT_TELEGRAM_COMMENTS", "the most comments under a post, 0 to 100"),
    ("MIRT_TELEGRAM_CALL_SPACING_MS", "least time between two calls of Telegram, in milliseconds"),
    ("MIRT_TELEGRAM_DIGEST_CHAT", "number of the chat to which the bot sends digests of days"),
    ("MIRT_TELEGRAM_DIGEST_TOKENS", "tokens of a day that the model may read for its digest"),
    ("MIRT_TELEGRAM_DIGEST_DAYS", "days after their end for which digests are worded and sent"),
    ("MIRT_TELEGRAM_PREPROCESSING", "steps: links, tokens, classify, language, merge, or none"),
];

/// What begins every setting of ours.
pub const PREFIX: &str = "MIRT_";

/// A setting that cannot be used. Values are not shown: one in the wrong place may be a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// It begins like ours and is none of ours.
    #[error("unknown setting {0}")]
    Unknown(String),
    /// It has to be there.
    #[error("the setting {name} is not set ({meaning})")]
    Missing {
        /// Its name.
        name: &'static str,
        /// What it is for.
        meaning: &'static str,
    },
    /// It is for the local run alone.
    #[error("the setting {0} is for the local run alone, and the services are elsewhere")]
    LocalOnly(&'static str),
    /// It is there and cannot be read.
    #[error("the setting {name} cannot be read: expected {expected}")]
    Unreadable {
        /// Its name.
        name: String,
        /// What would be readable.
        expected: &'static str,
    },
}

/// The settings of one process.
#[derive(Clone, Debug)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Takes the settings out of `variables`, usually [`std::env::vars`].
    ///
    /// # Errors
    /// When a name begins with `MIRT_` and is none of [`KNOWN`].
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingError> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let is_known = |name: &String| KNOWN.iter().any(|(known, _)| known == name);
        match variables.keys().find(|name| name.starts_with(PREFIX) && !is_known(name)) {
            Some(unknown) => Err(SettingError::Unknown(unknown.clone())),
            None => Ok(Self(variables)),
        }
    }

    /// All of them, those of others included, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A setting that may be missing; an empty one counts as missing.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A setting that must be there.
    ///
    /// # Errors
    /// When it is missing or empty.
    pub fn required(&self, name: &'static str) -> Result<&str, SettingError> {
        let meaning = KNOWN.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
        self.get(name).ok_or(SettingError::Missing { name, meaning })
    }

    /// A duration in milliseconds.
    ///
    /// # Errors
    /// When it is there and no whole number.
    pub fn millis(&self, name: &str) -> Result<Option<Duration>, SettingError> {
        self.parsed(name, "a whole number of milliseconds").map(|ms| ms.map(Duration::from_millis))
    }

    /// A duration in seconds.
    ///
    /// # Errors
    /// When it is there and no whole number.
    pub fn seconds(&self, name: &str) -> Result<Option<Duration>, SettingError> {
        self.parsed(name, "a whole number of seconds").map(|s| s.map(Duration::from_secs))
    }

    /// A whole number: an id of Telegram's.
    ///
    /// # Errors
    /// When it is there and no whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, SettingError> {
        self.parsed(name, "a whole number")
    }

    /// Whole numbers between commas; none when it is missing.
    ///
    /// # Errors
    /// When one of them is no whole number.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, SettingError> {
        let numbers = self.get(name).unwrap_or_default().split(',').map(str::trim);
        numbers
            .filter(|number| !number.is_empty())
            .map(|number| {
                number.parse().map_err(|_| SettingError::Unreadable {
                    name: name.to_owned(),
                    expected: "whole numbers between commas",
                })
            })
            .collect()
    }

    /// A whole number.
    ///
    /// # Errors
    /// When it is there and none.
    pub fn number(&self, name: &str) -> Result<Option<u64>, SettingError> {
        self.parsed(name, "a whole number")
    }

    /// A value of any kind that is read from text; `expected` says what would be readable.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn parsed<T: FromStr>(
        &self,
        name: &str,
        expected: &'static str,
    ) -> Result<Option<T>, SettingError> {
        self.get(name)
            .map(|value| {
                value
                    .parse()
                    .map_err(|_| SettingError::Unreadable { name: name.to_owned(), expected })
            })
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &str, value: &str) -> Result<Settings, SettingError> {
        Settings::from_variables([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn an_unknown_setting_of_ours_is_named() {
        assert_eq!(
            settings("MIRT_TABEL", "x").err(),
            Some(SettingError::Unknown("MIRT_TABEL".to_owned()))
        );
        assert!(settings("PATH", "x").is_ok());
    }

    #[test]
    fn an_unreadable_value_is_named_and_not_shown() {
        let error = settings("MIRT_BURST_QUIET_MS", "s3cret")
            .and_then(|settings| settings.millis("MIRT_BURST_QUIET_MS"))
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();

        assert!(error.contains("MIRT_BURST_QUIET_MS") && !error.contains("s3cret"), "{error}");
    }

    #[test]
    fn an_empty_setting_is_a_missing_one() {
        let error = settings("MIRT_TABLE", " ")
            .and_then(|settings| settings.required("MIRT_TABLE").map(str::to_owned));

        assert!(matches!(error, Err(SettingError::Missing { name: "MIRT_TABLE", .. })));
    }
}
