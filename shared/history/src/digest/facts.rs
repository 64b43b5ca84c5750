//! What a day was about, from facts alone: without a model nothing is invented.

use std::collections::{BTreeMap, BTreeSet};

use super::{Digest, Highlight, MadeBy, Numbers, Topic};
use crate::{
    chat::ChatRef,
    day::Day,
    document::Document,
    message::{Message, MessageType},
    sides::Threads,
};

/// How many of each list a digest has.
const TOP: usize = 5;

/// How many open questions it has.
pub(super) const QUESTIONS: usize = 10;

/// How much of a message is quoted, in characters.
const QUOTE: usize = 140;

/// A word is a topic when so many messages have it.
const TOPIC_MESSAGES: usize = 3;

/// Shorter words say little.
const TOPIC_LETTERS: usize = 6;

impl Digest {
    /// The digest of a document with this checksum.
    #[must_use]
    pub fn of_facts(chat: &ChatRef, day: Day, document: &Document, checksum: &str) -> Self {
        let messages = &document.messages;
        let threads = Threads::of(messages);
        let highlight = |message: &Message, replies, reactions| {
            highlight(document, message, replies, reactions)
        };
        let discussed = discussed(messages, &threads)
            .into_iter()
            .take(TOP)
            .map(|(message, replies, reactions)| highlight(message, replies, reactions))
            .collect();
        let is_open = |message: &&Message| {
            message.message_type == Some(MessageType::Question)
                && message.comments.is_empty()
                && !threads.parent_to_children.contains_key(&message.id)
        };
        Self {
            chat: chat.clone(),
            title: document.source_info.title.clone(),
            date: day,
            made_by: MadeBy::Facts,
            checksum_sha256: checksum.to_owned(),
            numbers: numbers(messages),
            summary: None,
            subjects: Vec::new(),
            topics: topics(messages),
            threads: discussed,
            open_questions: messages
                .iter()
                .filter(is_open)
                .take(QUESTIONS)
                .map(|message| highlight(message, 0, reactions(message)))
                .collect(),
            links: top(count(messages, |message| {
                message.normalized_links.iter().cloned().collect()
            })),
        }
    }
}

/// A message as a digest shows it.
pub(super) fn highlight(
    document: &Document,
    message: &Message,
    replies: u64,
    reactions: u64,
) -> Highlight {
    Highlight {
        message_id: message.id,
        url: document.source_info.message_url(message.id),
        text: quote(message.text.as_deref().unwrap_or_default(), QUOTE),
        about: None,
        replies,
        reactions,
    }
}

pub(super) fn reactions(message: &Message) -> u64 {
    u64::try_from(message.reaction_count()).unwrap_or_default()
}

fn numbers(messages: &[Message]) -> Numbers {
    let mut numbers = Numbers::default();
    let mut people = BTreeSet::new();
    for message in messages {
        if message.action.is_some() {
            numbers.service_messages += 1;
        } else {
            numbers.messages += 1 + message.merged_ids.len() as u64;
        }
        numbers.comments += message.comments.len() as u64;
        people.extend(message.sender_id);
        people.extend(message.comments.iter().filter_map(|comment| comment.sender_id));
        numbers.replies += u64::from(message.reply_to_msg_id.is_some());
        numbers.reactions += reactions(message);
        numbers.reactions += message.comments.iter().map(reactions).sum::<u64>();
        numbers.media += u64::from(message.media.is_some());
        numbers.questions += u64::from(message.message_type == Some(MessageType::Question));
    }
    numbers.participants = people.len() as u64;
    numbers
}

/// Messages that began something, with all answers under them and all reactions, most first.
fn discussed<'m>(messages: &'m [Message], threads: &Threads) -> Vec<(&'m Message, u64, u64)> {
    let by_id: BTreeMap<i32, &Message> =
        messages.iter().map(|message| (message.id, message)).collect();
    let mut found = Vec::new();
    for root in messages.iter().filter(|message| threads.depth.get(&message.id) == Some(&0)) {
        let (mut replies, mut total) = (root.comments.len() as u64, reactions(root));
        total += root.comments.iter().map(reactions).sum::<u64>();
        let mut open = vec![root.id];
        let mut seen = BTreeSet::from([root.id]);
        while let Some(id) = open.pop() {
            for child in threads.parent_to_children.get(&id).into_iter().flatten() {
                if seen.insert(*child) {
                    replies += 1;
                    total += by_id.get(child).map_or(0, |message| reactions(message));
                    open.push(*child);
                }
            }
        }
        if replies + total > 0 {
            found.push((root, replies, total));
        }
    }
    found.sort_by_key(|(root, replies, total)| (std::cmp::Reverse((*replies, *total)), root.id));
    found
}

/// Hashtags, and words that several messages of several senders have.
fn topics(messages: &[Message]) -> Vec<Topic> {
    let mut tags = top(count(messages, |message| words(message, |word| word.starts_with('#'))));
    let mut senders: BTreeMap<String, BTreeSet<Option<i64>>> = BTreeMap::new();
    let counted = count(messages, |message| {
        let found = words(message, |word| {
            word.chars().filter(|c| c.is_alphabetic()).count() >= TOPIC_LETTERS
                && !word.starts_with('#')
                && !word.contains(['/', '.', '@'])
        });
        for word in &found {
            senders.entry(word.clone()).or_default().insert(message.sender_id);
        }
        found
    });
    let is_shared = |word: &String, count: u64| {
        count >= TOPIC_MESSAGES as u64 && senders.get(word).is_some_and(|of| of.len() > 1)
    };
    let shared = counted.into_iter().filter(|(word, count)| is_shared(word, *count)).collect();
    tags.extend(top(shared));
    tags
}

fn words(message: &Message, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let text = message.text.as_deref().unwrap_or_default();
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '#').to_lowercase())
        .filter(|word| word.len() > 1 && wanted(word))
        .collect()
}

fn count(
    messages: &[Message],
    mut names: impl FnMut(&Message) -> BTreeSet<String>,
) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for message in messages {
        for name in names(message) {
            *counts.entry(name).or_default() += 1;
        }
    }
    counts
}

fn top(counts: BTreeMap<String, u64>) -> Vec<Topic> {
    let mut all: Vec<_> = counts.into_iter().map(|(name, count)| Topic { name, count }).collect();
    all.sort_by_key(|topic| std::cmp::Reverse(topic.count));
    all.truncate(TOP);
    all
}

/// The beginning of a text, in one line of at most so many characters.
pub(super) fn quote(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;
    use crate::{
        digest::DigestWords,
        message::Reaction,
        page::Page,
        preprocess::Preprocessing,
        source::{Source, SourceKind},
    };

    fn message(id: i32, sender: i64, text: &str, reply_to: Option<i32>) -> Message {
        Message {
            text: Some(text.to_owned()),
            sender_id: Some(sender),
            reply_to_msg_id: reply_to,
            ..Message::blank(id, "2026-11-20T10:00:00Z".parse().unwrap())
        }
    }

    fn digest(messages: Vec<Message>) -> Digest {
        let source = Source::describe(SourceKind::Supergroup, 5, Some("chat"), "Чат");
        let page = Page { messages, ..Page::default() };
        let document = Document::assemble(source, vec![page], &Preprocessing::default());
        let day = "2026-11-20".parse().unwrap();
        Digest::of_facts(&"@chat".parse().unwrap(), day, &document, "c")
    }

    #[test]
    fn the_most_discussed_comes_first_and_unanswered_questions_are_named() {
        let mut liked = message(4, 3, "Гарна новина #реліз", None);
        liked.reactions.push(Reaction {
            emoji: "👍".to_owned(),
            count: 2,
            users: None,
            custom_emoji_id: None,
            paid: false,
        });
        let digest = digest(vec![
            message(1, 1, "Хто знає про доставку?", None),
            message(2, 2, "Доставка завтра", Some(1)),
            message(3, 1, "дякую за доставку", Some(2)),
            liked,
            message(5, 2, "А коли доставку оплатять?", None),
        ]);

        let threads: Vec<_> =
            digest.threads.iter().map(|one| (one.message_id, one.replies, one.reactions)).collect();
        assert_eq!(threads, [(1, 2, 0), (4, 0, 2)]);
        assert_eq!(digest.threads[0].url.as_deref(), Some("https://t.me/chat/1"));
        assert_eq!(digest.open_questions.iter().map(|one| one.message_id).collect::<Vec<_>>(), [5]);
        let topics: Vec<_> = digest.topics.iter().map(|topic| topic.name.as_str()).collect();
        assert_eq!(topics, ["#реліз", "доставку"]);
        assert_eq!((digest.numbers.messages, digest.numbers.participants), (5, 3));
        let text = digest.to_text(&DigestWords::named());
        assert!(text.contains("questions:\n- А коли доставку оплатять?"), "{text}");
    }

    #[test]
    fn an_empty_day_has_an_empty_digest() {
        let digest = digest(Vec::new());

        assert_eq!(digest.numbers, Numbers::default());
        assert_eq!(digest.to_text(&DigestWords::named()).lines().count(), 2);
    }
}
