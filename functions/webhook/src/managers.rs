//! What managers do in their chat goes into the session's inbox, like all that changes a session.

use lambda_http::{Body, Response, http::StatusCode};
use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_domain::{
    prompts::{TemplateKey, Values},
    session_id::SessionId,
};
use mirt_engine::{
    card::{FindSubject as _, ManagersMessage},
    clock::Clock as _,
    event::{self, EventBody, EventKey, EventOrder, InboundEvent},
    failure::{PortError, chain},
};
use mirt_runtime::clock::SystemClock;
use serde_json::json;

use crate::{answer, visit::Visit};

/// Who the managers are, and where.
#[derive(Clone, Debug)]
pub(crate) struct Managers {
    /// Their chat.
    pub(crate) chat: Option<i64>,
    /// Those whose deeds count.
    pub(crate) ids: Vec<i64>,
}

/// A deed as it came in.
pub(crate) struct Managed {
    pub(crate) managed: event::Managed,
    /// The update's number, by which it is known again.
    pub(crate) update: u64,
    /// What is answered, where it was a button.
    pub(crate) callback: Option<String>,
}

impl Managers {
    /// Takes a deed in, if it is a manager's and its session is known.
    pub(crate) async fn take(
        &self,
        (table, queue): (&Table, &InboundQueue),
        visit: &Visit,
        subject: &ManagersMessage,
        deed: Managed,
    ) -> Response<Body> {
        let Managed { managed, update, callback } = deed;
        if !self.ids.contains(&managed.by.id) {
            tracing::warn!(event = "not_a_manager");
            return answered(callback.as_deref(), TemplateKey::CardNotAllowed);
        }
        let session = match table.find_subject(subject).await {
            Ok(Some(session)) => session,
            Ok(None) => return answered(callback.as_deref(), TemplateKey::CardGone),
            Err(error) => return failed(&error),
        };
        match visit.receive(table, queue, &mut event(session, managed, update)).await {
            Ok(_) => {
                tracing::info!(event = "managed");
                answered(callback.as_deref(), TemplateKey::CardTaken)
            }
            Err(error) => failed(&error),
        }
    }
}

fn event(session: SessionId, managed: event::Managed, update: u64) -> InboundEvent {
    let now = SystemClock.now();
    InboundEvent {
        session,
        key: EventKey::from_id(&format!("manager-{update}")),
        body: EventBody::Managed(managed),
        received_at: now,
        order: EventOrder { at: now, sequence: update },
        answer_until: None,
        trace: None,
    }
}

/// A button is answered in words; a message needs none.
fn answered(callback: Option<&str>, key: TemplateKey) -> Response<Body> {
    match callback {
        Some(id) => {
            // The text has no placeholder, and the build checks that it is there.
            let words = mirt_content::prompts().render(key, &Values::none(), 0).unwrap_or_default();
            answer::callback(id, Some(&words.join("\n")))
        }
        None => answer::json(StatusCode::OK, &json!({ "status": "taken" })),
    }
}

fn failed(error: &PortError) -> Response<Body> {
    tracing::error!(event = "managers_deed_not_received", error = chain(error));
    answer::try_again()
}
