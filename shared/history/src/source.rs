//! Where messages come from: the chat as documents describe it.

use serde::{Deserialize, Serialize};

/// What kind of chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Posts of its owners, maybe with comments.
    Channel,
    /// A large group.
    Supergroup,
    /// A conversation with one user.
    Chat,
    /// A small group.
    Group,
}

/// The chat of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `@username`, or `channel_<id>`, `chat_<id>`, `user_<id>`.
    pub id: String,
    /// Its title, never empty.
    pub title: String,
    /// Where people open it; empty for users without a name.
    pub url: String,
    /// What kind of chat.
    #[serde(rename = "type")]
    pub kind: SourceKind,
    /// Its marked id. Since 1.1.
    pub peer_id: i64,
}

impl Source {
    /// Describes a chat by what Telegram says about it.
    #[must_use]
    pub fn describe(kind: SourceKind, bare_id: i64, username: Option<&str>, title: &str) -> Self {
        let (prefix, peer_id) = match kind {
            SourceKind::Channel | SourceKind::Supergroup => {
                ("channel", (-1_000_000_000_000_i64).saturating_sub(bare_id))
            }
            SourceKind::Group => ("chat", -bare_id),
            SourceKind::Chat => ("user", bare_id),
        };
        let (id, url) = match username {
            Some(name) => (format!("@{name}"), format!("https://t.me/{name}")),
            None => {
                let url = match kind {
                    SourceKind::Chat => String::new(),
                    _ => format!("https://t.me/c/{bare_id}"),
                };
                (format!("{prefix}_{bare_id}"), url)
            }
        };
        let title = if title.trim().is_empty() { id.clone() } else { title.to_owned() };
        Self { id, title, url, kind, peer_id }
    }

    /// Where people open one of its messages, if it has an address.
    #[must_use]
    pub fn message_url(&self, message: i32) -> Option<String> {
        (!self.url.is_empty()).then(|| format!("{}/{message}", self.url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_without_a_name_is_known_by_its_id() {
        let named = Source::describe(SourceKind::Channel, 77, Some("News"), "The news");
        let nameless = Source::describe(SourceKind::Supergroup, 77, None, " ");
        let group = Source::describe(SourceKind::Group, 5, None, "Small");

        assert_eq!((named.id.as_str(), named.url.as_str()), ("@News", "https://t.me/News"));
        assert_eq!((nameless.id.as_str(), nameless.title.as_str()), ("channel_77", "channel_77"));
        assert_eq!(nameless.message_url(3).as_deref(), Some("https://t.me/c/77/3"));
        assert_eq!((nameless.peer_id, group.peer_id), (-1_000_000_000_077, -5));
    }
}
