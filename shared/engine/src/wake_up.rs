//! What stands on the inbound queue: not the event, only that there is something to do.

use std::future::Future;

use jiff::Timestamp;
use mirt_domain::session_id::SessionId;
use serde::{Deserialize, Serialize};

use crate::{failure::PortError, trace::Trace};

/// All that can ever be on the inbound queue, versioned by variant name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueTask {
    /// The session has something in its inbox.
    Wake(WakeUp),
}

/// The session has something in its inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeUp {
    /// The session; the queue's message group.
    pub session: SessionId,
    /// Names the event behind it; within the session, the queue's deduplication id.
    pub event: String,
    /// When the event came: the quiet window can be waited for before anything is read.
    pub received_at: Timestamp,
    /// The request behind it, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
}

/// Puts a wake-up on the inbound queue, in its session's group. The same wake-up twice within the
/// queue's deduplication interval is one.
pub trait SendWakeUp: Send + Sync {
    /// Sends it.
    ///
    /// # Errors
    /// When the queue did not take it.
    fn send_wake_up(&self, wake_up: &WakeUp) -> impl Future<Output = Result<(), PortError>> + Send;
}
