//! What stands beside a document: summary, threads, participants. Worked out from it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    chat::ChatRef,
    day::Day,
    document::{Document, SCHEMA_VERSION},
    message::{Message, Senders},
    preprocess,
    record::Published,
};

/// The figures of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The chat.
    pub chat: ChatRef,
    /// The day.
    pub date: Day,
    /// The document's schema.
    pub schema_version: String,
    /// The rules of what was worked out.
    pub preprocessing_version: String,
    /// Always UTC.
    pub timezone: String,
    /// When the first message was sent.
    pub first_message_ts: Option<Timestamp>,
    /// When the last one was.
    pub last_message_ts: Option<Timestamp>,
    /// How many messages Telegram has for the day.
    pub message_count: u64,
    /// How many the document has, short ones taken together.
    pub document_message_count: u64,
    /// How many comments there are.
    pub comment_count: u64,
    /// The estimate of all tokens.
    pub estimated_tokens_total: u64,
    /// The document's checksum.
    pub file_checksum_sha256: String,
    /// Whether the day was over when it was read.
    pub complete: bool,
}

impl Summary {
    /// The figures of a day that was published.
    #[must_use]
    pub fn of(chat: &ChatRef, day: Day, published: &Published) -> Self {
        Self {
            chat: chat.clone(),
            date: day,
            schema_version: SCHEMA_VERSION.to_owned(),
            preprocessing_version: preprocess::VERSION.to_owned(),
            timezone: "UTC".to_owned(),
            first_message_ts: published.first_at,
            last_message_ts: published.last_at,
            message_count: published.messages,
            document_message_count: published.document_messages,
            comment_count: published.comments,
            estimated_tokens_total: published.tokens,
            file_checksum_sha256: published.checksum.clone(),
            complete: published.is_whole,
        }
    }
}

/// Who answers whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threads {
    /// Messages that answer nothing.
    pub roots: Vec<i32>,
    /// The answers to each message.
    pub parent_to_children: BTreeMap<i32, Vec<i32>>,
    /// How many answers each message is away from its root. One that answers a message of another
    /// day is one away from it.
    pub depth: BTreeMap<i32, u32>,
    /// Answers to messages of other days: which message they answer.
    pub outside: BTreeMap<i32, i32>,
}

impl Threads {
    /// The threads of a document.
    #[must_use]
    pub fn of(messages: &[Message]) -> Self {
        // A message that was taken into another is that other one.
        let owner: BTreeMap<i32, i32> = messages
            .iter()
            .flat_map(|message| {
                message.merged_ids.iter().chain([&message.id]).map(|id| (*id, message.id))
            })
            .collect();
        let mut threads = Self::default();
        let mut parents = BTreeMap::new();
        for message in messages {
            match message.reply_to_msg_id.map(|id| (id, owner.get(&id))) {
                Some((_, Some(parent))) if *parent != message.id => {
                    parents.insert(message.id, *parent);
                    threads.parent_to_children.entry(*parent).or_default().push(message.id);
                }
                Some((parent, None)) => {
                    threads.outside.insert(message.id, parent);
                }
                _ => threads.roots.push(message.id),
            }
        }
        for message in messages {
            let mut seen = BTreeSet::from([message.id]);
            let (mut at, mut depth) = (message.id, 0);
            // Stops at a circle, which a broken answer could make.
            while let Some(parent) = parents.get(&at).filter(|parent| seen.insert(**parent)) {
                at = *parent;
                depth += 1;
            }
            depth += u32::from(threads.outside.contains_key(&at));
            threads.depth.insert(message.id, depth);
        }
        threads
    }
}

/// Who took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participants {
    /// The chat.
    pub chat: ChatRef,
    /// The day.
    pub date: Day,
    /// Names by marked id, comments' authors among them.
    pub participants: Senders,
}

impl Participants {
    /// The participants of a document.
    #[must_use]
    pub fn of(chat: &ChatRef, day: Day, document: &Document) -> Self {
        Self { chat: chat.clone(), date: day, participants: document.senders.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(id: i32, to: Option<i32>) -> Message {
        Message { reply_to_msg_id: to, ..Message::blank(id, Timestamp::UNIX_EPOCH) }
    }

    #[test]
    fn answers_are_counted_from_their_root_and_through_merged_messages() {
        let mut root = answer(1, None);
        root.merged_ids = vec![2];

        let threads =
            Threads::of(&[root, answer(3, Some(2)), answer(4, Some(3)), answer(5, Some(900))]);

        assert_eq!(threads.roots, [1]);
        assert_eq!(threads.parent_to_children, BTreeMap::from([(1, vec![3]), (3, vec![4])]));
        assert_eq!(threads.depth, BTreeMap::from([(1, 0), (3, 1), (4, 2), (5, 1)]));
        assert_eq!(threads.outside, BTreeMap::from([(5, 900)]));
    }

    #[test]
    fn a_circle_of_answers_ends() {
        let threads = Threads::of(&[answer(1, Some(2)), answer(2, Some(1)), answer(3, Some(3))]);

        assert_eq!(threads.depth, BTreeMap::from([(1, 1), (2, 1), (3, 0)]));
    }
}
