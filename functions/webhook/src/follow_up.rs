//! Flows of ManyChat that ask after a while whether a silent customer is written to, and send the
//! words themselves (`spec/integrations.md` 1.4).

use lambda_http::{Body, Response, http::StatusCode};
use mirt_domain::{session_id::SessionId, state::State};
use mirt_engine::event::{EventBody, EventKey};
use serde_json::{Value, json};

use crate::{
    answer,
    flow::{Flow, now},
};

/// The flow's field and tag.
const SENT: &str = "followup_sent";

/// Who is not known is not written to.
pub(crate) fn unknown_customer() -> Response<Body> {
    answer::json(StatusCode::OK, &json!({ "needs_followup": false, "reason": "unknown_user" }))
}

/// Asks the session whether anything is due, and gives what it says to the flow. What is said too
/// late for that is sent, so the flow has nothing to do.
pub(crate) async fn ask(flow: &Flow<'_>, session: SessionId) -> Response<Body> {
    // Each request is asked anew: who was just written to is not written to again.
    let key = EventKey::from_id(&format!("followup-{}", now().as_microsecond()));
    match flow.ask(session, key, EventBody::Due).await {
        Ok((words, session)) => {
            answer::json(StatusCode::OK, &body(words.as_deref(), session.state()))
        }
        Err(refusal) => *refusal,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_branches_on_whether_there_are_words() {
        let said = body(Some("Ще думаєте?"), State::Offer);
        let silent = body(None, State::End);

        assert_eq!(said["needs_followup"], true);
        assert_eq!(said["add_tag"], json!(["followup_sent"]));
        assert_eq!(said["current_state"], "STATE_4_OFFER");
        assert_eq!(silent["followup_text"], "");
        assert_eq!(silent["set_field_values"][0]["field_value"], "false");
    }
}
