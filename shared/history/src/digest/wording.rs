//! Who chooses a digest's words, and whom it is sent to.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use mirt_engine::{
    clock::after,
    failure::SendError,
    model::{AnswerFormat, Asked},
};

use super::DigestWords;
use crate::day::Day;

/// A question about a day. The instructions are ours, the input is strangers' texts as JSON.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the model is told to do.
    pub instructions: String,
    /// What it is told to do it with.
    pub input: String,
    /// What its answer has to look like.
    pub format: AnswerFormat,
}

/// Asks a model about a day.
pub trait AskAboutDay: Send + Sync {
    /// Asks, again where that helps, and is done within the time given.
    fn ask_about_day(
        &self,
        question: &Question,
        within: Duration,
    ) -> impl Future<Output = Asked> + Send;
}

/// Sends digests to a chat.
pub trait SendDigest: Send + Sync {
    /// Cuts a text into what the chat takes as one message.
    fn parts(&self, text: &str) -> Vec<String>;

    /// Sends one message.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    fn send_digest(
        &self,
        chat: i64,
        part: &str,
    ) -> impl Future<Output = Result<(), SendError>> + Send;
}

/// What the model is told, from `prompts/model/`.
#[derive(Clone, Debug)]
pub struct Told {
    /// About a part of a day.
    pub part: String,
    /// About a day.
    pub day: String,
}

/// What becomes of the digests of days.
#[derive(Debug)]
pub struct Digests<M, T> {
    /// Chooses the words; without it digests are of facts alone.
    pub model: Option<M>,
    /// What it is told.
    pub told: Told,
    /// Tokens of a day that it may read, about.
    pub budget: usize,
    /// Tokens that it reads at once, about.
    pub part: usize,
    /// Where digests are sent: who sends, and to which chat.
    pub chat: Option<(T, i64)>,
    /// The words around what a digest holds.
    pub words: DigestWords,
    /// Days that ended longer ago are no news: their digest is of facts, and is not sent.
    pub newest_days: u16,
}

impl<M, T> Digests<M, T> {
    /// Whether anything is done about a day's digest beside keeping its facts.
    #[must_use]
    pub fn concern(&self, day: Day, now: Timestamp) -> bool {
        let news = Duration::from_hours(24) * u32::from(self.newest_days);
        (self.model.is_some() || self.chat.is_some()) && now <= after(day.end(), news)
    }
}

/// Nobody chooses words, nobody sends.
#[derive(Clone, Copy, Debug)]
pub enum NoDigests {}

impl AskAboutDay for NoDigests {
    async fn ask_about_day(&self, _: &Question, _: Duration) -> Asked {
        match *self {}
    }
}

impl SendDigest for NoDigests {
    fn parts(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    async fn send_digest(&self, _: i64, _: &str) -> Result<(), SendError> {
        match *self {}
    }
}
