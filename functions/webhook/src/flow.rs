//! Flows of ManyChat that ask a session for something, and go on with what it says.

use jiff::Timestamp;
use lambda_http::{Body, Response};
use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_domain::{
    reply::{Bubble, Reply},
    session::Session,
    session_id::SessionId,
};
use mirt_engine::{
    answer::{Answer, wait},
    clock::{Clock as _, after},
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    failure::{PortError, chain},
    session_store::LoadSession as _,
};
use mirt_runtime::clock::SystemClock;

use crate::{answer, block::Blocks, visit::Visit};

/// What a flow's request is answered with.
pub(crate) struct Flow<'a> {
    pub(crate) table: &'a Table,
    pub(crate) queue: &'a InboundQueue,
    pub(crate) blocks: &'a Blocks,
    pub(crate) visit: &'a Visit,
}

/// The time now.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

impl Flow<'_> {
    /// Puts an event into the session's inbox, like everything that may change it. Gives the words
    /// that come of it, if there are any in time, and the session as it stands then.
    pub(crate) async fn ask(
        &self,
        session: SessionId,
        key: EventKey,
        body: EventBody,
    ) -> Result<(Option<String>, Session), Box<Response<Body>>> {
        let received_at = now();
        let mut event = InboundEvent {
            session,
            key,
            body,
            received_at,
            order: EventOrder { at: received_at, sequence: 0 },
            answer_until: Some(after(received_at, self.blocks.within)),
            trace: None,
        };
        let received = self.visit.receive(self.table, self.queue, &mut event).await;
        received.map_err(|error| failed(&error))?;
        let words = match wait(&SystemClock, self.table, self.queue, &event).await {
            Answer::Reply(reply) => words(reply),
            Answer::Silence | Answer::NotYet => None,
        };
        Ok((words, self.session(&event.session).await?))
    }

    /// The session as it stands.
    pub(crate) async fn session(&self, id: &SessionId) -> Result<Session, Box<Response<Body>>> {
        let loaded = self.table.load_session(id, 0).await.map_err(|error| failed(&error))?;
        Ok(loaded.session)
    }
}

/// A flow shows words: photos have come before.
fn words(reply: Reply) -> Option<String> {
    let texts = reply.bubbles.into_iter().filter_map(|bubble| match bubble {
        Bubble::Text(text) => Some(text),
        Bubble::Photo { .. } | Bubble::Sent { .. } => None,
    });
    Some(texts.collect::<Vec<_>>().join("\n\n")).filter(|words| !words.is_empty())
}

fn failed(error: &PortError) -> Box<Response<Body>> {
    tracing::error!(event = "flow_not_answered", error = chain(error));
    answer::try_again().into()
}
