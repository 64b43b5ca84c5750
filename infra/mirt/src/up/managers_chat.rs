//! The managers' chat where the page stands in for Telegram: its messages, kept over a restart.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::page::live::Live;

/// The chat's number.
pub(super) const MANAGERS_ON_PAGE: &str = "-1";

/// Who presses the buttons there.
pub(super) const MANAGER_ON_PAGE: &str = "1";

/// How many messages are kept.
const KEPT: usize = 200;

/// The chat; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct ManagersChat {
    messages: Arc<Mutex<BTreeMap<i64, Value>>>,
    file: PathBuf,
    live: Live,
}

impl ManagersChat {
    /// The chat as `file` has it; an empty one if there is none, or none that can be read.
    pub(super) fn open(file: PathBuf, live: Live) -> Self {
        let kept = std::fs::read(&file).ok().and_then(|json| serde_json::from_slice(&json).ok());
        Self { messages: Arc::new(Mutex::new(kept.unwrap_or_default())), file, live }
    }

    /// Takes in a call of the Bot API: a message, or a new text of one.
    pub(super) async fn take(&self, method: &str, id: i64, call: &Value, at: Timestamp) {
        let message = json!({
            "id": id,
            "at": at,
            "text": call["text"],
            "photo": call["photo"],
            "document": call["document"],
            "entities": call["entities"],
            "buttons": call["reply_markup"]["inline_keyboard"],
            "below": call["reply_parameters"]["message_id"],
        });
        let all = {
            let mut messages = self.messages();
            let mut message = message;
            if let Some(earlier) = messages.get(&id).filter(|_| method == "editMessageText") {
                message["at"] = earlier["at"].clone();
            }
            self.live.tell("managers", &message);
            messages.insert(id, message);
            if messages.len() > KEPT {
                messages.pop_first();
            }
            serde_json::to_vec(&*messages).unwrap_or_default()
        };
        if let Err(error) = tokio::fs::write(&self.file, all).await {
            tracing::warn!(event = "managers_chat_not_kept", %error);
        }
    }

    /// The messages, oldest first.
    pub(super) fn all(&self) -> Vec<Value> {
        self.messages().values().cloned().collect()
    }

    fn messages(&self) -> MutexGuard<'_, BTreeMap<i64, Value>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
