//! What a model gets to read of a day: so much of it as the budget allows, in parts that it can hold.
//!
//! Messages are strangers' texts. They go as JSON, out of which nothing in them can break, under
//! numbers instead of names.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use super::facts::{quote, reactions};
use crate::{document::Document, message::Message, sides::Threads};

/// The longest piece of one message, in characters: what is behind it is a text of its own.
const LONGEST: usize = 700;

/// What a line needs beside its text, in tokens.
const LINE_TOKENS: usize = 12;

/// Bytes of a token, at least: English has four, Cyrillic five or six in the vocabulary that models
/// of 2025 have (o200k), code and emoji less.
const TOKEN_BYTES: usize = 3;

/// A message as a model reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    /// Its id. A comment has none: its own is of another chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i32>,
    /// Who wrote it, by a number that holds for the day.
    from: usize,
    /// What it answers, or the post that it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    re: Option<i32>,
    text: String,
}

impl Line {
    fn tokens(&self) -> usize {
        LINE_TOKENS + self.text.len().div_ceil(TOKEN_BYTES)
    }
}

/// A day as a model reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Material {
    /// The parts, in the order of the day.
    pub(crate) parts: Vec<Vec<Line>>,
    /// Messages and comments for which the budget had no room.
    pub(crate) left_out: usize,
}

impl Material {
    /// What of a document fits into `budget` tokens, in parts of `part` tokens. What was answered
    /// and reacted to most comes first; the rest is taken evenly from the day.
    pub(crate) fn of(document: &Document, budget: usize, part: usize) -> Self {
        let mut lines = lines(document);
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|at| (Reverse(lines[*at].0), scattered(*at), *at));
        let mut left = budget;
        let mut kept = vec![false; lines.len()];
        for at in order {
            if let Some(rest) = left.checked_sub(lines[at].1.tokens()) {
                left = rest;
                kept[at] = true;
            }
        }
        let left_out = kept.iter().filter(|is_kept| !**is_kept).count();
        let mut kept = kept.into_iter();
        lines.retain(|_| kept.next().unwrap_or_default());
        let mut parts: Vec<Vec<Line>> = Vec::new();
        let mut room = 0;
        for (_, line) in lines {
            let tokens = line.tokens();
            if tokens > room || parts.is_empty() {
                parts.push(Vec::new());
                room = part;
            }
            room = room.saturating_sub(tokens);
            if let Some(last) = parts.last_mut() {
                last.push(line);
            }
        }
        Self { parts, left_out }
    }
}

/// Every message and comment with a text, and how much others made of it.
fn lines(document: &Document) -> Vec<(u64, Line)> {
    let threads = Threads::of(&document.messages);
    let mut people = BTreeMap::new();
    let mut lines = Vec::new();
    let mut add = |weight: u64, id: Option<i32>, re: Option<i32>, message: &Message| {
        let text = quote(message.text.as_deref().unwrap_or_default(), LONGEST);
        if !text.is_empty() {
            let next = people.len() + 1;
            let from = *people.entry(message.sender_id).or_insert(next);
            lines.push((weight, Line { id, from, re, text }));
        }
    };
    for message in &document.messages {
        let answers = threads.parent_to_children.get(&message.id).map_or(0, Vec::len);
        let weight = (answers + message.comments.len()) as u64 + reactions(message);
        add(weight, Some(message.id), message.reply_to_msg_id, message);
        for comment in &message.comments {
            add(reactions(comment), None, Some(message.id), comment);
        }
    }
    lines
}

/// Numbers in an order without a pattern, the same each time: neighbours come far apart.
/// Source: Knuth, "The Art of Computer Programming", vol. 3, 6.4, multiplicative hashing.
fn scattered(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX).wrapping_mul(2_654_435_761)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use super::*;
    use crate::{
        page::Page,
        preprocess::Preprocessing,
        source::{Source, SourceKind},
    };

    fn document(messages: Vec<Message>) -> Document {
        let source = Source::describe(SourceKind::Supergroup, 5, Some("chat"), "Чат");
        let page = Page { messages, ..Page::default() };
        Document::assemble(source, vec![page], &Preprocessing::none())
    }

    fn message(id: i32, sender: i64, text: &str) -> Message {
        Message {
            text: Some(text.to_owned()),
            sender_id: Some(sender),
            ..Message::blank(id, "2026-11-20T10:00:00Z".parse().unwrap())
        }
    }

    #[test]
    fn people_are_numbers_and_comments_stand_under_their_post() {
        let mut post = message(1, 777, "Допис");
        post.comments = vec![message(1, 888, "Коментар")];
        let document = document(vec![post, message(2, 777, "Ще"), message(3, 888, "")]);

        let material = Material::of(&document, 10_000, 10_000);

        assert_eq!(
            serde_json::to_string(&material.parts).unwrap(),
            r#"[[{"id":1,"from":1,"text":"Допис"},{"from":2,"re":1,"text":"Коментар"},{"id":2,"from":1,"text":"Ще"}]]"#
        );
    }

    #[test]
    fn a_day_over_the_budget_keeps_what_was_answered_and_no_part_is_larger_than_it_may_be() {
        let mut messages: Vec<_> =
            (1..=200).map(|id| message(id, 1, &"слово ".repeat(10))).collect();
        messages[150].reply_to_msg_id = Some(77);

        let material = Material::of(&document(messages), 2_000, 300);

        let ids: Vec<_> = material.parts.iter().flatten().map(|line| line.id.unwrap()).collect();
        assert!(ids.contains(&77) && ids.is_sorted(), "{ids:?}");
        assert_eq!(material.left_out + ids.len(), 200);
        assert!(ids.iter().any(|id| *id < 50) && ids.iter().any(|id| *id > 150), "{ids:?}");
        let size = |part: &Vec<Line>| part.iter().map(Line::tokens).sum::<usize>();
        assert!(material.parts.iter().all(|part| size(part) <= 300));
        assert!(material.parts.iter().map(size).sum::<usize>() <= 2_000);
    }
}
