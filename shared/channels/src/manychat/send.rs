//! `POST /fb/sending/sendContent`: replies to ManyChat.

use mirt_domain::{
    channel::Channel,
    marks::Mark,
    photo::{SentFile, SentKind},
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use mirt_engine::{alert::FILE_NOT_SENT, failure::SendError};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{block, options::Options};
use crate::{
    http::{Answer, Verdict, call, is_transient},
    media::{Links, MOST_BYTES},
};

/// Sends through ManyChat's API.
#[derive(Clone)]
pub struct Sender {
    http: reqwest::Client,
    address: String,
    key: String,
    options: Options,
    links: Option<Links>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("manychat::Sender").finish_non_exhaustive()
    }
}

impl Sender {
    /// Sends to the API at `base`, e.g. `https://api.manychat.com`, with the account's key.
    #[must_use]
    pub fn new(http: reqwest::Client, base: &str, key: String, options: Options) -> Self {
        let address = format!("{}/fb/sending/sendContent", base.trim_end_matches('/'));
        Self { http, address, key, options, links: None }
    }

    /// The same, with addresses for what managers send.
    #[must_use]
    pub fn with_links(self, links: Option<Links>) -> Self {
        Self { links, ..self }
    }

    /// What the account is set up for.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Sends at most one call's messages, in order, with its fields and tags.
    ///
    /// A call that is refused because of a field or tag that the account lacks goes out once more
    /// without any: the customer must not wait for the shop's bookkeeping.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying later.
    pub async fn send(&self, to: &SessionId, part: &Reply) -> Result<(), SendError> {
        let sent = self.send_with(to, part, &part.marks).await;
        let Err(SendError::Refused { reason: reason @ MARK_MISSING }) = sent else { return sent };
        tracing::warn!(event = "degraded", what = "marks_dropped", reason, channel = %to.channel);
        if part.bubbles.is_empty() {
            return Ok(());
        }
        self.send_with(to, part, &[]).await
    }

    async fn send_with(
        &self,
        to: &SessionId,
        part: &Reply,
        marks: &[Mark],
    ) -> Result<(), SendError> {
        let link = |file: &SentFile| self.linked(to.channel, file);
        let is_sent =
            |bubble: &Bubble| matches!(bubble, Bubble::Sent { file, .. } if link(file).is_none());
        if part.bubbles.iter().any(is_sent) {
            return Err(SendError::Refused { reason: FILE_NOT_SENT });
        }
        let body = json!({
            "subscriber_id": block::subscriber(to),
            "data": block::of(to, part, marks, &self.options, link),
        });
        let request = self.http.post(&self.address).bearer_auth(&self.key).json(&body);
        call("manychat", request, |answer| judge(answer, !marks.is_empty())).await?;
        Ok(())
    }
}

impl Sender {
    /// A manager's file as a message; none where the channel has no form for it, it is too large to
    /// be given out, or nothing of ours can be reached from outside.
    fn linked(&self, channel: Channel, file: &SentFile) -> Option<Value> {
        let kind = match (file.kind, channel) {
            (SentKind::Photo | SentKind::PhotoAsFile, _) => "image",
            // Its documentation of dynamic content has files for all channels but this.
            (SentKind::File, Channel::Instagram) => return None,
            (SentKind::File, _) => "file",
        };
        let fits = file.bytes.is_none_or(|bytes| bytes <= MOST_BYTES as u64);
        let links = self.links.as_ref().filter(|_| fits)?;
        Some(json!({ "type": kind, "url": links.to(&file.id) }))
    }
}

/// A field or tag that is not in the account.
const MARK_MISSING: &str = "mark_missing";

/// ManyChat documents no list of errors: they are told apart by the words that the predecessor and
/// Meta's own messages, which ManyChat passes on, are known to have.
fn judge(answer: &Answer, has_marks: bool) -> Verdict {
    let failed = answer.body.get("status").and_then(Value::as_str) == Some("error");
    match answer.status {
        status if status.is_success() && !failed => Verdict::Done,
        status if is_transient(status) => Verdict::Again(answer.retry_after),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Verdict::Broken("key_refused"),
        _ => {
            let words = answer.body.to_string().to_lowercase();
            let says = |any: &[&str]| any.iter().any(|marker| words.contains(marker));
            if says(&["24 hour", "24-hour", "24h", "outside of allowed window", "last interaction"])
            {
                Verdict::Closed("window_closed")
            } else if has_marks && says(&["field", "tag", "action", "wrong dynamic message format"])
            {
                Verdict::Refused(MARK_MISSING)
            } else if says(&["subscriber", "contact"]) && says(&["not exist", "not found"]) {
                Verdict::Closed("unknown_customer")
            } else if answer.status == StatusCode::NOT_FOUND {
                Verdict::Broken("no_such_endpoint")
            } else {
                Verdict::Refused("content_refused")
            }
        }
    }
}
