//! What a customer calls themselves in a channel.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest nickname, in characters: Telegram's have 32, Instagram's 30, other channels' are not
/// much longer.
const MOST_CHARS: usize = 64;

/// A customer's name in their channel, without an `@`: the CRM knows a chat by it. Personal data:
/// never for logs, traces or metrics.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nickname(String);

/// No nickname: empty, too long, or with white space or control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no nickname")]
pub struct NoNickname;

impl Nickname {
    /// Takes a nickname as a channel gives it.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn parse(raw: &str) -> Result<Self, NoNickname> {
        let name = raw.trim();
        let name = name.strip_prefix('@').unwrap_or(name);
        let is_odd = |one: char| one.is_whitespace() || one.is_control() || "{}<>".contains(one);
        let fits = (1..=MOST_CHARS).contains(&name.chars().count());
        if fits && !name.contains(is_odd) { Ok(Self(name.to_owned())) } else { Err(NoNickname) }
    }

    /// The nickname as text, without an `@`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Nickname {
    /// Says nothing: it has no business in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nickname")
    }
}

impl TryFrom<String> for Nickname {
    type Error = NoNickname;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Nickname> for String {
    fn from(name: Nickname) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nickname_is_one_word_with_or_without_its_sign() {
        let name = |raw| Nickname::parse(raw).map(String::from);

        assert_eq!(name(" @Mama_Olia "), Ok("Mama_Olia".to_owned()));
        assert_eq!(name("mama.olia"), Ok("mama.olia".to_owned()));
        for raw in ["", "@", "Ольга Коваль", "{{username}}", "a\u{0}b", &"a".repeat(65)]
        {
            assert_eq!(name(raw), Err(NoNickname), "{raw}");
        }
    }

    #[test]
    fn a_nickname_does_not_show_itself() {
        assert_eq!(format!("{:?}", Nickname::parse("mama_olia")), "Ok(Nickname)");
    }
}
