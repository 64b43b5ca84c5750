//! `/local/faults`: what goes wrong on a switch.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use mirt_local_aws::service::{Fault, Lasting, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Page, model::Manner};

/// Where the functions look for the model.
const MODEL_URL: &str = "OPENAI_BASE_URL";

/// How a channel takes what is sent to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChannelManner {
    /// It takes all of it.
    #[default]
    Takes,
    /// It refuses for good.
    Refuses,
    /// It is not there.
    Down,
}

const MANNERS: [ChannelManner; 3] =
    [ChannelManner::Takes, ChannelManner::Refuses, ChannelManner::Down];

/// How the two stand-ins take what is sent to them; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusing(Arc<[AtomicU8; 2]>);

impl Refusing {
    fn manner(&self, channel: usize) -> ChannelManner {
        MANNERS
            .get(usize::from(self.0[channel].load(Ordering::SeqCst)))
            .copied()
            .unwrap_or_default()
    }

    fn behave(&self, channel: usize, manner: ChannelManner) {
        self.0[channel].store(manner as u8, Ordering::SeqCst);
    }

    /// What ManyChat answers, if it does not take what is sent.
    pub(crate) fn manychat(&self) -> Option<Response> {
        match self.manner(0) {
            ChannelManner::Takes => None,
            ChannelManner::Refuses => {
                let answer = json!({ "status": "error", "message": "Validation error" });
                Some((StatusCode::BAD_REQUEST, Json(answer)).into_response())
            }
            ChannelManner::Down => Some(StatusCode::BAD_GATEWAY.into_response()),
        }
    }

    /// What the Bot API answers, if it does not take what is sent.
    pub(crate) fn telegram(&self) -> Option<Response> {
        let answer = |status: StatusCode, description: &str| {
            let code = status.as_u16();
            let body = json!({ "ok": false, "error_code": code, "description": description });
            Some((status, Json(body)).into_response())
        };
        match self.manner(1) {
            ChannelManner::Takes => None,
            ChannelManner::Refuses => {
                answer(StatusCode::FORBIDDEN, "Forbidden: bot was blocked by the user")
            }
            ChannelManner::Down => answer(StatusCode::BAD_GATEWAY, "Bad Gateway"),
        }
    }
}

/// What is to go wrong from now on; what is not named stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    model: Option<Manner>,
    instagram: Option<ChannelManner>,
    telegram: Option<ChannelManner>,
    store: Option<bool>,
    queue: Option<bool>,
}

pub(super) async fn show(State(page): State<Arc<Page>>) -> Json<Value> {
    Json(standing(&page))
}

pub(super) async fn change(State(page): State<Arc<Page>>, Json(wanted): Json<Wanted>) -> Response {
    if let Some(manner) = wanted.instagram {
        page.refusing.behave(0, manner);
    }
    if let Some(manner) = wanted.telegram {
        page.refusing.behave(1, manner);
    }
    for (service, is_down) in [(Service::DynamoDb, wanted.store), (Service::Sqs, wanted.queue)] {
        match is_down {
            Some(true) => {
                page.endpoint.faults().set(service, Fault::Unavailable, Lasting::UntilCleared);
            }
            Some(false) => page.endpoint.faults().clear(service),
            None => {}
        }
    }
    if let Some(manner) = wanted.model
        && let Err(error) = switch_model(&page, manner).await
    {
        tracing::error!(event = "model_not_switched", %error);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    tell(&page);
    Json(standing(&page)).into_response()
}

/// Between the model of the settings and our own the functions need another address and a key: they
/// read both when they start.
async fn switch_model(
    page: &Page,
    manner: Manner,
) -> Result<(), mirt_local_aws::secrets::SecretsError> {
    let before = page.model.manner();
    page.model.behave(manner);
    let is_own = manner != Manner::AsSet;
    if (before != Manner::AsSet) == is_own {
        return Ok(());
    }
    let mut secret = page.environment.channel_secret();
    if is_own {
        secret["openai_api_key"] = "local-model".into();
        let address = format!("{}/local/model/v1", page.origin);
        page.overrides.set(MODEL_URL, address);
    } else {
        page.overrides.clear(MODEL_URL);
    }
    page.endpoint.secrets().ensure_secret(&page.channel_secret, &secret.to_string()).await?;
    page.functions.replace_all();
    Ok(())
}

/// Kills a process of the function, as `kill -9` does.
pub(super) async fn crash(State(page): State<Arc<Page>>, Path(function): Path<String>) -> Response {
    match page.functions.kill_one(&function, fastrand::usize(..)).await {
        Ok(killed) => {
            let there_was = killed.is_some();
            page.live.tell("crash", &json!({ "function": function, "killed": there_was }));
            Json(json!({ "killed": there_was })).into_response()
        }
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

pub(super) fn tell(page: &Page) {
    page.live.tell("faults", &standing(page));
}

/// What goes wrong now, and what time it is.
pub(super) fn standing(page: &Page) -> Value {
    let faults = page.endpoint.faults();
    json!({
        "model": page.model.manner(),
        "instagram": page.refusing.manner(0),
        "telegram": page.refusing.manner(1),
        "store": faults.is_set(Service::DynamoDb),
        "queue": faults.is_set(Service::Sqs),
        "ahead_ms": page.clock.ahead_ms(),
    })
}
