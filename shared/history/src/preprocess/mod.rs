//! What is worked out from the messages, each step on its own: links, an estimate of tokens, what a
//! message seems to be, its language, short messages of one sender in a row as one.
//!
//! Nothing of it is stored with the pages: it is done anew from what was read whenever a document is
//! made, with the settings that the day's record names, and so comes out the same.

mod classify;
mod language;
mod links;
mod merge;

use serde::{Deserialize, Serialize};

use crate::message::Message;

/// What these rules are called in records and events; another number when they change.
pub const VERSION: &str = "2";

/// Which steps are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preprocessing {
    /// Finds links.
    pub links: bool,
    /// Estimates tokens.
    pub tokens: bool,
    /// Says what a message seems to be.
    pub classify: bool,
    /// Says in which language it seems to be.
    pub language: bool,
    /// Takes short messages of one sender in a row as one; `None` leaves them.
    pub merge: Option<Merge>,
}

/// Which messages are taken as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Merge {
    /// The longest text that counts as short, in characters.
    pub max_length: usize,
    /// The longest time between one and the next, in seconds.
    pub max_gap_seconds: u32,
}

impl Default for Merge {
    fn default() -> Self {
        Self { max_length: 120, max_gap_seconds: 90 }
    }
}

impl Default for Preprocessing {
    fn default() -> Self {
        Self {
            links: true,
            tokens: true,
            classify: true,
            language: true,
            merge: Some(Merge::default()),
        }
    }
}

impl Preprocessing {
    /// No step at all.
    #[must_use]
    pub fn none() -> Self {
        Self { links: false, tokens: false, classify: false, language: false, merge: None }
    }

    /// Does the steps on messages in ascending order.
    #[must_use]
    pub fn run(&self, messages: Vec<Message>) -> Vec<Message> {
        let mut messages = match self.merge {
            Some(merge) => merge::run(merge, messages),
            None => messages,
        };
        for message in &mut messages {
            self.enrich(message);
            message.comments.iter_mut().for_each(|comment| self.enrich(comment));
        }
        messages
    }

    fn enrich(&self, message: &mut Message) {
        let text = message.text.as_deref().unwrap_or_default();
        if self.tokens {
            message.token_count = Some(tokens(text));
        }
        if self.language {
            message.lang = Some(language::of(text));
        }
        let links = links::of(text, &message.entities);
        if self.classify {
            let is_service = message.action.is_some();
            message.message_type = Some(classify::of(text, is_service, links.len()));
        }
        if self.links {
            message.normalized_links = links;
        }
    }
}

/// 1.3 tokens a word, rounded to the nearest.
fn tokens(text: &str) -> u32 {
    let words = text.split_whitespace().count();
    u32::try_from((words * 13 + 5) / 10).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Lang, MessageType};

    fn message(text: &str) -> Message {
        let date = jiff::Timestamp::UNIX_EPOCH;
        Message { text: Some(text.to_owned()), ..Message::blank(1, date) }
    }

    #[test]
    fn every_step_is_on_its_own_switch() {
        let text = "Як оновити сертифікат? https://example.com/";
        let all = Preprocessing::default().run(vec![message(text)]);

        assert_eq!(all[0].normalized_links, ["https://example.com/"]);
        assert_eq!(all[0].message_type, Some(MessageType::Question));
        assert_eq!(all[0].lang, Some(Lang::Uk));
        assert_eq!(all[0].token_count, Some(5));
        assert_eq!(Preprocessing::none().run(vec![message(text)]), [message(text)]);
    }

    #[test]
    fn comments_are_worked_on_like_messages() {
        let mut post = message("пост");
        post.comments.push(message("Hello there, my friends"));

        let done = Preprocessing::default().run(vec![post]);

        assert_eq!(done[0].comments[0].lang, Some(Lang::En));
        assert_eq!(done[0].comments[0].token_count, Some(5));
    }

    #[test]
    fn an_empty_text_has_no_tokens() {
        assert_eq!([tokens(""), tokens("a"), tokens("a b"), tokens("a b c d e")], [0, 1, 3, 7]);
    }
}
