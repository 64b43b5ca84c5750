//! Which chat: the ways in which people write it, as one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A chat as commands, keys and folders name it: `@username` in small letters, or Telegram's marked
/// id (users positive, groups negative, channels below -1000000000000).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChatRef(String);

/// What is no chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chat is @username, a t.me address or a numeric id")]
pub struct NoChat;

/// The two kinds of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatName<'a> {
    /// A public name, without `@`.
    Username(&'a str),
    /// A marked id.
    Id(i64),
}

/// What precedes a channel's own id in its marked id. Source: Telegram, "API peers".
const CHANNEL_MARK: i64 = -1_000_000_000_000;

impl ChatRef {
    /// What kind of name it is.
    #[must_use]
    pub fn name(&self) -> ChatName<'_> {
        match self.0.strip_prefix('@') {
            Some(name) => ChatName::Username(name),
            // Only digits were let in.
            None => ChatName::Id(self.0.parse().unwrap_or_default()),
        }
    }

    /// The name of the folder of its files: without `@`, as the predecessor had it.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.0.trim_start_matches('@')
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ChatRef {
    type Err = NoChat;

    fn from_str(text: &str) -> Result<Self, NoChat> {
        let text = text.trim();
        let path = ["https://t.me/", "http://t.me/", "t.me/"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .map(|path| path.trim_end_matches('/'));
        if let Some(bare) = path.and_then(|path| path.strip_prefix("c/")) {
            let bare = bare.split('/').next().unwrap_or_default();
            let bare: i64 = bare.parse().ok().filter(|id| *id > 0).ok_or(NoChat)?;
            return CHANNEL_MARK.checked_sub(bare).map(|id| Self(id.to_string())).ok_or(NoChat);
        }
        let name = path.unwrap_or(text);
        if path.is_none() && name.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
        {
            let id: i64 = name.parse().map_err(|_| NoChat)?;
            return if id == 0 { Err(NoChat) } else { Ok(Self(id.to_string())) };
        }
        let name = name.strip_prefix('@').unwrap_or(name);
        let is_name = (4..=32).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_name { Ok(Self(format!("@{}", name.to_ascii_lowercase()))) } else { Err(NoChat) }
    }
}

impl TryFrom<String> for ChatRef {
    type Error = NoChat;

    fn try_from(text: String) -> Result<Self, NoChat> {
        text.parse()
    }
}

impl From<ChatRef> for String {
    fn from(chat: ChatRef) -> Self {
        chat.0
    }
}

impl fmt::Display for ChatRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        text.parse::<ChatRef>().ok().map(|chat| chat.to_string())
    }

    #[test]
    fn the_ways_to_write_a_chat_are_one() {
        for text in ["@Ru_Python", "ru_python", "https://t.me/ru_python", " t.me/RU_python/ "] {
            assert_eq!(parsed(text).as_deref(), Some("@ru_python"), "{text}");
        }
        for text in ["-1001234567890", "https://t.me/c/1234567890", "t.me/c/1234567890/55"] {
            assert_eq!(parsed(text).as_deref(), Some("-1001234567890"), "{text}");
        }
        assert_eq!(parsed("42").as_deref(), Some("42"));
    }

    #[test]
    fn what_is_no_chat_is_refused() {
        for text in ["", "@", "a", "0", "-", "12ab", "@name with space", "t.me/c/x", "@../../etc"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
