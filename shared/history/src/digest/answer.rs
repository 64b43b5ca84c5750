//! What a model answers about a day, and what of it stands: it chooses words, code holds them to the
//! messages that they are about.
//!
//! Whoever writes in a chat can write to the model as well. So nothing that it answers is taken
//! without the messages that it names: ids have to be of the day; every number, name and address in
//! its words has to be in those messages; addresses of messages are made by code.

use std::collections::{BTreeMap, BTreeSet};

use mirt_engine::model::AnswerFormat;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Digest, MadeBy, Reference, Subject,
    claims::{claims, said},
    facts::{QUESTIONS, highlight, quote, reactions},
};
use crate::{
    document::Document,
    message::{Message, MessageType},
    sides::Threads,
};

/// The most subjects of a digest.
const SUBJECTS: usize = 7;

/// The most messages that a subject points to.
const REFERENCES: usize = 5;

/// The longest title, and the longest text of anything, in characters.
const TITLE: usize = 80;
const TEXT: usize = 600;

/// Something that was talked about, as a model says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Topic {
    title: String,
    text: String,
    messages: Vec<i32>,
}

/// What a model says of a part of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartAnswer {
    topics: Vec<Topic>,
    questions: Vec<i32>,
}

/// What it says of the day.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DayAnswer {
    summary: String,
    topics: Vec<Topic>,
    threads: Vec<About>,
    questions: Vec<i32>,
}

#[derive(Clone, Debug, Deserialize)]
struct About {
    id: i32,
    about: String,
}

fn object(properties: Value) -> Value {
    let names: Vec<_> =
        properties.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn topics() -> Value {
    let (text, ids) = (json!({ "type": "string" }), list(json!({ "type": "integer" })));
    list(object(json!({ "title": text, "text": text, "messages": ids })))
}

/// What an answer about a part has to look like.
pub(crate) fn part_format() -> AnswerFormat {
    let ids = list(json!({ "type": "integer" }));
    let schema = object(json!({ "topics": topics(), "questions": ids }));
    AnswerFormat { name: "digest_part", schema }
}

/// What the answer about the day has to look like.
pub(crate) fn day_format() -> AnswerFormat {
    let (text, id) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let schema = object(json!({
        "summary": text,
        "topics": topics(),
        "threads": list(object(json!({ "id": id, "about": text }))),
        "questions": list(id),
    }));
    AnswerFormat { name: "digest", schema }
}

/// A day's messages, as claims are held to them.
pub(crate) struct Facts<'d> {
    document: &'d Document,
    messages: BTreeMap<i32, &'d Message>,
    threads: Threads,
}

/// What stands of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    summary: Option<String>,
    subjects: Vec<Subject>,
    about: BTreeMap<i32, String>,
    questions: Vec<i32>,
    /// How many claims no message holds.
    pub(crate) dropped: usize,
}

impl<'d> Facts<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        let messages = document.messages.iter().map(|message| (message.id, message)).collect();
        Self { document, messages, threads: Threads::of(&document.messages) }
    }

    /// What a model gets to know of the facts: the figures and the most discussed threads.
    pub(crate) fn known(&self, digest: &Digest) -> Value {
        let threads: Vec<_> = digest
            .threads
            .iter()
            .map(|thread| {
                let answers: Vec<_> = self
                    .thread(thread.message_id)
                    .into_iter()
                    .skip(1)
                    .filter_map(|message| message.text.as_deref())
                    .take(REFERENCES)
                    .map(|text| quote(text, TEXT))
                    .collect();
                json!({ "id": thread.message_id, "text": thread.text, "answers": answers })
            })
            .collect();
        json!({ "numbers": digest.numbers, "threads": threads })
    }

    /// What of a part's answer stands.
    pub(crate) fn part(&self, answer: PartAnswer) -> (PartAnswer, usize) {
        let before = answer.topics.len();
        let topics: Vec<_> =
            answer.topics.into_iter().filter(|topic| self.subject(topic).is_some()).collect();
        let dropped = before - topics.len();
        let questions = answer.questions.into_iter().filter(|id| self.is_question(*id)).collect();
        (PartAnswer { topics, questions }, dropped)
    }

    /// What of a day's answer stands.
    pub(crate) fn day(&self, answer: &DayAnswer, digest: &Digest) -> Checked {
        let mut checked = Checked::default();
        let mut all = claims(&serde_json::to_string(&digest.numbers).unwrap_or_default());
        all.extend(claims(&digest.date.to_string()));
        for message in &self.document.messages {
            all.extend(said(message));
        }
        let summary = quote(&answer.summary, TEXT);
        if !summary.is_empty() && claims(&summary).is_subset(&all) {
            checked.summary = Some(summary);
        } else {
            checked.dropped += 1;
        }
        for topic in answer.topics.iter().take(SUBJECTS) {
            match self.subject(topic) {
                Some(subject) => checked.subjects.push(subject),
                None => checked.dropped += 1,
            }
        }
        for About { id, about } in &answer.threads {
            let is_listed = digest.threads.iter().any(|thread| thread.message_id == *id);
            let held: BTreeSet<_> = self.thread(*id).into_iter().flat_map(said).collect();
            let about = quote(about, TEXT);
            if is_listed && !about.is_empty() && claims(&about).is_subset(&held) {
                checked.about.insert(*id, about);
            } else {
                checked.dropped += 1;
            }
        }
        let mut seen = BTreeSet::new();
        let is_open = |id: &&i32| self.is_question(**id) && seen.insert(**id);
        checked.questions =
            answer.questions.iter().filter(is_open).take(QUESTIONS).copied().collect();
        checked
    }

    /// The digest with the words that stand; none if they say nothing.
    pub(crate) fn worded(&self, digest: &Digest, checked: Checked) -> Option<Digest> {
        if checked.summary.is_none() && checked.subjects.is_empty() {
            return None;
        }
        let mut worded = Digest { made_by: MadeBy::Model, ..digest.clone() };
        worded.summary = checked.summary;
        worded.subjects = checked.subjects;
        for thread in &mut worded.threads {
            thread.about = checked.about.get(&thread.message_id).cloned();
        }
        if !checked.questions.is_empty() {
            let asked = checked.questions.iter().filter_map(|id| self.messages.get(id).copied());
            worded.open_questions = asked
                .map(|message| {
                    let answers = self.threads.parent_to_children.get(&message.id);
                    let replies = answers.map_or(0, Vec::len) + message.comments.len();
                    highlight(self.document, message, replies as u64, reactions(message))
                })
                .collect();
        }
        Some(worded)
    }

    /// A topic whose messages are of this day and hold what its words claim.
    fn subject(&self, topic: &Topic) -> Option<Subject> {
        let cited: BTreeMap<i32, &Message> = topic
            .messages
            .iter()
            .filter_map(|id| self.messages.get_key_value(id))
            .map(|(id, message)| (*id, *message))
            .collect();
        let is_known = topic.messages.iter().all(|id| cited.contains_key(id));
        let (title, text) = (quote(&topic.title, TITLE), quote(&topic.text, TEXT));
        let held: BTreeSet<_> = cited.values().copied().flat_map(said).collect();
        let holds = claims(&title).is_subset(&held) && claims(&text).is_subset(&held);
        if !is_known || cited.is_empty() || title.is_empty() || text.is_empty() || !holds {
            return None;
        }
        let reference = |id: &i32| Reference {
            message_id: *id,
            url: self.document.source_info.message_url(*id),
        };
        let messages = cited.keys().take(REFERENCES).map(reference).collect();
        Some(Subject { title, text, messages })
    }

    /// A message and all answers under it.
    fn thread(&self, root: i32) -> Vec<&'d Message> {
        let mut ids = vec![root];
        let mut at = 0;
        while let Some(id) = ids.get(at).copied() {
            let answers = self.threads.parent_to_children.get(&id).into_iter().flatten();
            let new: Vec<_> = answers.filter(|id| !ids.contains(id)).copied().collect();
            ids.extend(new);
            at += 1;
        }
        ids.iter().filter_map(|id| self.messages.get(id).copied()).collect()
    }

    fn is_question(&self, id: i32) -> bool {
        self.messages.get(&id).is_some_and(|message| {
            message.message_type == Some(MessageType::Question)
                || message.text.as_ref().is_some_and(|text| text.contains('?'))
        })
    }
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

    fn message(id: i32, text: &str, reply_to: Option<i32>) -> Message {
        Message {
            text: Some(text.to_owned()),
            sender_id: Some(id.into()),
            reply_to_msg_id: reply_to,
            ..Message::blank(id, "2026-11-20T10:00:00Z".parse().unwrap())
        }
    }

    fn document() -> Document {
        let messages = vec![
            message(1, "Коли привезуть 150 суконь? Питала @olena на shop.example.com", None),
            message(2, "У вівторок, о 9:30", Some(1)),
            message(3, "А хто забере решту?", None),
        ];
        let source = Source::describe(SourceKind::Supergroup, 5, Some("chat"), "Чат");
        let page = Page { messages, ..Page::default() };
        Document::assemble(source, vec![page], &Preprocessing::default())
    }

    fn digest(document: &Document) -> Digest {
        let chat = "@chat".parse().unwrap();
        Digest::of_facts(&chat, "2026-11-20".parse().unwrap(), document, "c")
    }

    fn topic(text: &str, messages: &[i32]) -> Value {
        json!({ "title": "Доставка", "text": text, "messages": messages })
    }

    fn checked(answer: Value) -> Checked {
        let document = document();
        let answer: DayAnswer = serde_json::from_value(answer).unwrap();
        Facts::of(&document).day(&answer, &digest(&document))
    }

    fn of_topic(text: &str, messages: &[i32]) -> Checked {
        let topics = [topic(text, messages)];
        checked(json!({ "summary": "День", "topics": topics, "threads": [], "questions": [] }))
    }

    #[test]
    fn what_the_named_messages_hold_stands_with_addresses_that_code_makes() {
        let checked = of_topic("Чекають 150 суконь, привезуть о 9:30.", &[2, 1]);

        assert_eq!(checked.dropped, 0);
        let urls: Vec<_> =
            checked.subjects[0].messages.iter().filter_map(|one| one.url.as_deref()).collect();
        assert_eq!(urls, ["https://t.me/chat/1", "https://t.me/chat/2"]);
    }

    #[test]
    fn a_number_an_address_or_a_name_that_is_not_there_drops_the_claim() {
        for (text, messages) in [
            ("Чекають 200 суконь.", &[1, 2][..]),
            ("Чекають 150 суконь.", &[2]),
            ("Пишіть на https://evil.example/pay", &[1]),
            ("Пишіть на evil.example", &[1]),
            ("Пишіть @attacker", &[1]),
            ("Про це говорили.", &[1, 99]),
            ("Про це говорили.", &[]),
            ("", &[1]),
        ] {
            let checked = of_topic(text, messages);
            assert_eq!((checked.subjects.len(), checked.dropped), (0, 1), "{text}");
        }
        assert_eq!(of_topic("Питали @olena на shop.example.com", &[1]).dropped, 0);
    }

    #[test]
    fn a_summary_may_use_the_figures_of_the_day_and_no_others() {
        let of = |summary: &str| {
            checked(json!({ "summary": summary, "topics": [], "threads": [], "questions": [] }))
        };

        assert!(of("20 листопада: 3 повідомлення про 150 суконь.").summary.is_some());
        assert_eq!(of("Аж 4000 повідомлень.").summary, None);
    }

    #[test]
    fn threads_keep_the_codes_choice_and_questions_are_questions_of_the_day() {
        let checked = checked(json!({
            "summary": "День", "topics": [],
            "threads": [
                { "id": 1, "about": "Сукні будуть у вівторок о 9:30" },
                { "id": 3, "about": "Не з переліку" },
                { "id": 1, "about": "Сукні коштують 99" },
            ],
            "questions": [3, 3, 2, 77],
        }));

        assert_eq!(checked.about.keys().copied().collect::<Vec<_>>(), [1]);
        assert_eq!((checked.questions, checked.dropped), (vec![3], 2));
    }

    #[test]
    fn words_that_say_nothing_are_no_digest() {
        let document = document();
        let (facts, digest) = (Facts::of(&document), digest(&document));

        assert_eq!(facts.worded(&digest, Checked::default()), None);
        let said = Checked { summary: Some("День".to_owned()), ..Checked::default() };
        let worded = facts.worded(&digest, said).unwrap();
        assert_eq!((worded.made_by, &worded.numbers), (MadeBy::Model, &digest.numbers));
        assert_eq!(worded.open_questions, digest.open_questions);
    }
}
