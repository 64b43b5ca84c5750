//! A digest for people, as plain text.

use super::{Digest, Highlight, Subject, Topic};

/// The words around what a digest holds; they stand in `prompts/digest.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the word for what it is called")]
pub struct DigestWords {
    pub messages: String,
    pub comments: String,
    pub people: String,
    pub replies: String,
    pub reactions: String,
    pub media: String,
    pub topics: String,
    pub threads: String,
    pub questions: String,
    pub links: String,
    /// Said where a model should have chosen the words, and did not.
    pub facts_only: String,
}

impl Digest {
    /// All of it, its lists under their names.
    #[must_use]
    pub fn to_text(&self, words: &DigestWords) -> String {
        let n = self.numbers;
        let figures = [
            (&words.messages, n.messages),
            (&words.comments, n.comments),
            (&words.people, n.participants),
            (&words.replies, n.replies),
            (&words.reactions, n.reactions),
            (&words.media, n.media),
        ];
        let figures: Vec<_> = figures.iter().map(|(name, n)| format!("{name}: {n}")).collect();
        let mut lines =
            vec![format!("{} ({}), {}", self.title, self.chat, self.date), figures.join(", ")];
        lines.extend(self.summary.iter().map(|summary| format!("\n{summary}")));
        let mut section = |name: &str, items: Vec<String>| {
            if !items.is_empty() {
                lines.push(format!("\n{name}:"));
                lines.extend(items);
            }
        };
        let counted = |topic: &Topic| format!("- {} ({})", topic.name, topic.count);
        let topics = if self.subjects.is_empty() {
            self.topics.iter().map(counted).collect()
        } else {
            self.subjects.iter().map(subject).collect()
        };
        section(&words.topics, topics);
        let shown = |one: &Highlight| highlight(one, words);
        section(&words.threads, self.threads.iter().map(shown).collect());
        section(&words.questions, self.open_questions.iter().map(shown).collect());
        section(&words.links, self.links.iter().map(counted).collect());
        lines.join("\n")
    }
}

fn subject(subject: &Subject) -> String {
    let urls: Vec<_> = subject.messages.iter().filter_map(|one| one.url.as_deref()).collect();
    format!("- {}: {} {}", subject.title, subject.text, urls.join(" ")).trim_end().to_owned()
}

fn highlight(one: &Highlight, words: &DigestWords) -> String {
    let text = one.about.as_ref().unwrap_or(&one.text);
    let url = one.url.as_deref().unwrap_or_default();
    let counts =
        format!("[{}: {}, {}: {}]", words.replies, one.replies, words.reactions, one.reactions);
    format!("- {text} {counts} {url}").trim_end().to_owned()
}

#[cfg(test)]
impl DigestWords {
    /// Each word is its name.
    pub(crate) fn named() -> Self {
        let [messages, comments, people, replies, reactions, media] =
            ["messages", "comments", "people", "replies", "reactions", "media"].map(str::to_owned);
        let [topics, threads, questions, links, facts_only] =
            ["topics", "threads", "questions", "links", "facts only"].map(str::to_owned);
        Self {
            messages,
            comments,
            people,
            replies,
            reactions,
            media,
            topics,
            threads,
            questions,
            links,
            facts_only,
        }
    }
}
