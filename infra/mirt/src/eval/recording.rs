//! What a model said to the questions of an evaluation, kept in a file: with it, the same cases give
//! the same results offline.
//!
//! A question is known by a hash of its content. The file holds neither the questions nor a key, and
//! says where the answers came from, so that a stub's cannot pass for a model's.

use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mirt_domain::{model::Usage, photo::Photo};
use mirt_engine::{
    model::{AskModel, Asked, ModelError, ModelRequest, Moderate, Moderation},
    photos::{LookAtPhotos, Looked, PhotoError},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The layout of the file.
const VERSION: u32 = 1;

/// Why there is no recording.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordingError {
    #[error("the recording cannot be read or written")]
    File(#[from] io::Error),
    #[error("the recording cannot be understood; make it anew with --record")]
    Json(#[from] serde_json::Error),
    #[error("the recording has layout {0}; this mirt knows {VERSION}; make it anew with --record")]
    Version(u32),
}

/// The answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recording {
    version: u32,
    /// The address of the API that answered.
    pub(super) api: String,
    /// The model that was asked for.
    pub(super) model: String,
    /// The prompts that it was asked with.
    pub(super) prompts: String,
    answers: BTreeMap<String, Answer>,
    /// The categories for which texts were flagged.
    moderations: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    /// The answer; nothing if the model refused.
    text: Option<String>,
    used: Usage,
}

impl Recording {
    /// An empty one.
    pub(super) const fn new(api: String, model: String, prompts: String) -> Self {
        Self {
            version: VERSION,
            api,
            model,
            prompts,
            answers: BTreeMap::new(),
            moderations: BTreeMap::new(),
        }
    }

    pub(super) fn read(file: &Path) -> Result<Self, RecordingError> {
        let recording: Self = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        if recording.version == VERSION {
            Ok(recording)
        } else {
            Err(RecordingError::Version(recording.version))
        }
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), RecordingError> {
        Ok(std::fs::write(file, serde_json::to_vec_pretty(self)?)?)
    }
}

/// Which question it is, whoever asks it.
fn key_of(request: &ModelRequest) -> String {
    let schema = request.format.schema.to_string();
    hash([request.instructions.as_str(), &request.input, &schema])
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A photo of a case: its address is a sample's, and nothing is there.
fn no_photo() -> PhotoError {
    PhotoError::Unavailable("an evaluation fetches no photos".into())
}

/// A model whose answers are kept.
pub(super) struct Recorder<M> {
    model: M,
    recording: Mutex<Recording>,
    failures: Mutex<BTreeMap<&'static str, usize>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<M> Recorder<M> {
    pub(super) fn new(model: M, recording: Recording) -> Self {
        let (recording, failures) = (Mutex::new(recording), Mutex::default());
        Self { model, recording, failures }
    }

    /// What was recorded, and which failures there were, which are none of the model's answers.
    pub(super) fn into_parts(self) -> (Recording, BTreeMap<&'static str, usize>) {
        let inner = |mutex: Mutex<_>| mutex.into_inner().unwrap_or_else(PoisonError::into_inner);
        (self.recording.into_inner().unwrap_or_else(PoisonError::into_inner), inner(self.failures))
    }

    fn note(&self, error: &ModelError) {
        *lock(&self.failures).entry(error.as_str()).or_default() += 1;
    }
}

impl<M: AskModel> AskModel for Recorder<M> {
    async fn ask(&self, request: &ModelRequest, within: Duration) -> Asked {
        let asked = self.model.ask(request, within).await;
        let text = match &asked.answer {
            Ok(text) => Some(text.clone()),
            Err(ModelError::Refused) => None,
            Err(error) => {
                self.note(error);
                return asked;
            }
        };
        let answer = Answer { text, used: asked.usage.clone() };
        lock(&self.recording).answers.insert(key_of(request), answer);
        asked
    }
}

impl<M: Moderate> Moderate for Recorder<M> {
    async fn moderate(&self, text: &str, within: Duration) -> Result<Moderation, ModelError> {
        let verdict = self.model.moderate(text, within).await;
        match &verdict {
            Ok(verdict) => {
                let categories = verdict.categories.clone();
                lock(&self.recording).moderations.insert(hash([text]), categories);
            }
            Err(error) => self.note(error),
        }
        verdict
    }
}

impl<M: Send + Sync> LookAtPhotos for Recorder<M> {
    async fn look(&self, _: &Photo, _: Duration) -> Result<Looked, PhotoError> {
        Err(no_photo())
    }
}

/// A recording in place of a model.
pub(super) struct Replay {
    recording: Recording,
    missing: Mutex<usize>,
}

impl Replay {
    pub(super) const fn new(recording: Recording) -> Self {
        Self { recording, missing: Mutex::new(0) }
    }

    /// How many questions were asked that the recording does not hold.
    pub(super) fn missing(&self) -> usize {
        *lock(&self.missing)
    }

    fn miss(&self) -> ModelError {
        *lock(&self.missing) += 1;
        ModelError::Unavailable("the recording does not hold it".into())
    }
}

impl AskModel for Replay {
    async fn ask(&self, request: &ModelRequest, _: Duration) -> Asked {
        match self.recording.answers.get(&key_of(request)) {
            Some(answer) => Asked {
                answer: answer.text.clone().ok_or(ModelError::Refused),
                usage: answer.used.clone(),
            },
            None => Asked::refused(self.miss()),
        }
    }
}

impl Moderate for Replay {
    async fn moderate(&self, text: &str, _: Duration) -> Result<Moderation, ModelError> {
        let categories = self.recording.moderations.get(&hash([text]));
        categories.map(|it| Moderation { categories: it.clone() }).ok_or_else(|| self.miss())
    }
}

impl LookAtPhotos for Replay {
    async fn look(&self, _: &Photo, _: Duration) -> Result<Looked, PhotoError> {
        Err(no_photo())
    }
}
