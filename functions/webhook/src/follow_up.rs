//! Flows of ManyChat that ask after a while whether a silent customer is written to, and send the
//! words themselves (`spec/integrations.md` 1.4).

use lambda_http::{Body, Response, http::StatusCode};
use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_domain::{reply::Bubble, session_id::SessionId, state::State};
use mirt_engine::{
    answer::{Answer, wait},
    clock::{Clock as _, after},
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    failure::{PortError, chain},
    receive::receive,
    session_store::LoadSession as _,
};
use mirt_runtime::clock::SystemClock;
use serde_json::{Value, json};

use crate::{answer, block::Blocks};

/// The flow's field and tag.
const SENT: &str = "followup_sent";

/// Who is not known is not written to.
pub(crate) fn unknown_customer() -> Response<Body> {
    answer::json(StatusCode::OK, &json!({ "needs_followup": false, "reason": "unknown_user" }))
}

/// Asks the session, like everything that may change it, and gives what it says to the flow.
pub(crate) async fn ask(
    table: &Table,
    queue: &InboundQueue,
    blocks: &Blocks,
    session: SessionId,
) -> Response<Body> {
    match words(table, queue, blocks, session).await {
        Ok((words, state)) => answer::json(StatusCode::OK, &body(words.as_deref(), state)),
        Err(error) => {
            tracing::error!(event = "follow_up_not_asked", error = chain(&error));
            answer::try_again()
        }
    }
}

/// What is said to the customer now, if anything, and where the conversation stands.
async fn words(
    table: &Table,
    queue: &InboundQueue,
    blocks: &Blocks,
    session: SessionId,
) -> Result<(Option<String>, State), PortError> {
    let received_at = SystemClock.now();
    let event = InboundEvent {
        session,
        // Each request is asked anew: who was just written to is not written to again.
        key: EventKey::from_id(&format!("followup-{}", received_at.as_microsecond())),
        body: EventBody::FollowUp,
        received_at,
        order: EventOrder { at: received_at, sequence: 0 },
        answer_until: Some(after(received_at, blocks.within)),
    };
    receive(table, queue, &event).await?;
    let words = match wait(&SystemClock, table, queue, &event).await {
        Answer::Reply(reply) => {
            let texts = reply.bubbles.into_iter().filter_map(|bubble| match bubble {
                Bubble::Text(text) => Some(text),
                Bubble::Photo { .. } => None,
            });
            Some(texts.collect::<Vec<_>>().join("\n\n")).filter(|words| !words.is_empty())
        }
        // What is said later is sent, so the flow has nothing to do.
        Answer::Silence | Answer::NotYet => None,
    };
    let state = table.load_session(&event.session).await?.session.state();
    Ok((words, state))
}

fn body(words: Option<&str>, state: State) -> Value {
    let is_needed = words.is_some();
    json!({
        "needs_followup": is_needed,
        "followup_text": words.unwrap_or_default(),
        "current_state": state,
        "set_field_values": [{ "field_name": SENT, "field_value": is_needed.to_string() }],
        "add_tag": if is_needed { vec![SENT] } else { Vec::new() },
    })
}
