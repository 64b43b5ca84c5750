//! What a day was about: from its facts, and in the words of a model, of which code checks each claim.

mod answer;
mod claims;
mod facts;
mod material;
mod text;
mod wording;

use serde::{Deserialize, Serialize};

pub(crate) use self::{
    answer::{DayAnswer, Facts, PartAnswer, day_format, part_format},
    material::Material,
};
pub use self::{
    text::DigestWords,
    wording::{AskAboutDay, Digests, NoDigests, Question, SendDigest, Told},
};
use crate::{chat::ChatRef, day::Day};

/// How a digest was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MadeBy {
    /// From facts alone.
    Facts,
    /// A model chose the words; the facts are the same.
    Model,
}

/// A day's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The chat.
    pub chat: ChatRef,
    /// The chat's title.
    pub title: String,
    /// The day.
    pub date: Day,
    /// How it was made.
    pub made_by: MadeBy,
    /// The checksum of the document that it is about.
    pub checksum_sha256: String,
    /// The figures.
    pub numbers: Numbers,
    /// The day in a few sentences, of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What was talked about, of the model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    /// Hashtags, then words that many messages have.
    pub topics: Vec<Topic>,
    /// The most discussed messages.
    pub threads: Vec<Highlight>,
    /// Questions that were left open: that nobody answered, or, of the model, not really.
    pub open_questions: Vec<Highlight>,
    /// The most shared addresses.
    pub links: Vec<Topic>,
}

/// The figures of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// Messages of people.
    pub messages: u64,
    /// Telegram's own messages.
    pub service_messages: u64,
    /// Comments under posts.
    pub comments: u64,
    /// Who wrote, comments included.
    pub participants: u64,
    /// Answers to messages.
    pub replies: u64,
    /// Reactions.
    pub reactions: u64,
    /// Messages with media.
    pub media: u64,
    /// Questions.
    pub questions: u64,
}

/// Something that was talked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What it is called.
    pub title: String,
    /// What was said about it.
    pub text: String,
    /// Where: at least one message.
    pub messages: Vec<Reference>,
}

/// A message of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Its id.
    pub message_id: i32,
    /// Where people open it.
    pub url: Option<String>,
}

/// A name and in how many messages it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// The hashtag, the word, the address.
    pub name: String,
    /// In how many messages.
    pub count: u64,
}

/// A message worth looking at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlight {
    /// Its id.
    pub message_id: i32,
    /// Where people open it.
    pub url: Option<String>,
    /// How it begins.
    pub text: String,
    /// What is said under it, of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Answers and comments, those to answers included.
    pub replies: u64,
    /// Reactions to it and to its answers.
    pub reactions: u64,
}
