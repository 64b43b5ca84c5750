//! The routes of the HTTP API that channels call.

use std::sync::Arc;

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{HeaderMap, Method, StatusCode, header::AUTHORIZATION},
};
use mirt_aws::{queue::InboundQueue, table::Table};
use mirt_channels::{ParseError, manychat, media, telegram};
use mirt_engine::{
    answer::wait,
    clock::{Clock as _, after},
    event::InboundEvent,
    failure::chain,
    receive::Received,
};
use mirt_runtime::{clock::SystemClock, mask::Mask};
use serde_json::json;
use tracing::Instrument as _;

use crate::{
    answer,
    block::Blocks,
    crm::{self, CrmWebhooks},
    flow::Flow,
    follow_up, health, limited,
    managers::{Managed, Managers},
    media::Media,
    order_form,
    secrets::WebhookSecrets,
    visit::{Measured, Visit},
};

/// The largest body that is read. A message of any channel is a hundredth of it.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Where ManyChat's flows put the token; `Authorization` is the other place.
const MANYCHAT_TOKEN: &str = "x-manychat-token";

/// Where the predecessor's flows put the same token.
const API_KEY: &str = "x-api-key";

/// Where Telegram puts the secret of `setWebhook`.
const TELEGRAM_SECRET: &str = "x-telegram-bot-api-secret-token";

/// What a request is answered with that goes no further.
type Refusal = Box<Response<Body>>;

/// What the routes need.
#[derive(Clone)]
pub(crate) struct Webhooks {
    pub(crate) table: Table,
    pub(crate) queue: InboundQueue,
    pub(crate) secrets: WebhookSecrets,
    pub(crate) managers: Managers,
    pub(crate) blocks: Blocks,
    pub(crate) crm: CrmWebhooks,
    /// Without it managers' files are not given out.
    pub(crate) media: Option<Media>,
    /// Names sessions in the log.
    pub(crate) mask: Mask,
    /// Where what came of requests is told.
    pub(crate) measured: Arc<Measured>,
}

impl Webhooks {
    /// Answers one request.
    pub(crate) async fn answer(&self, request: Request) -> Response<Body> {
        let visit = Visit::begin(&request, &self.mask);
        let response = Box::pin(self.answer_visit(request, &visit)).instrument(visit.span()).await;
        visit.measure(&self.measured, &response);
        response
    }

    /// The API's routes let nothing else through.
    async fn answer_visit(&self, request: Request, visit: &Visit) -> Response<Body> {
        let path = request.raw_http_path().to_owned();
        let query = request.query_string_parameters();
        let (parts, body) = request.into_parts();
        match (parts.method, path.as_str()) {
            (Method::GET, "/health") => health::check(&self.table, &self.queue).await,
            (Method::GET, media::PATH) => match &self.media {
                Some(media) => media.answer(|name| query.first(name)).await,
                None => no_such_route(),
            },
            (Method::POST, "/webhooks/manychat") if !self.blocks.are_usual => {
                self.manychat(visit, &parts.headers, &body).await
            }
            (Method::POST, "/webhooks/manychat" | "/webhooks/manychat/block") => {
                self.manychat_block(visit, &parts.headers, &body).await
            }
            (Method::POST, "/webhooks/manychat/followup") => {
                self.follow_up(visit, &parts.headers, &body).await
            }
            (Method::POST, "/webhooks/manychat/create-order") => {
                self.order_form(visit, &parts.headers, &body).await
            }
            (Method::POST, "/api/v1/messages") => self.manychat(visit, &parts.headers, &body).await,
            (Method::POST, "/webhooks/telegram") => {
                self.telegram(visit, &parts.headers, &body).await
            }
            (Method::POST, path) => self.crm(path, &parts.headers, &body).await,
            _ => no_such_route(),
        }
    }

    async fn crm(&self, path: &str, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        match crm::Route::of(path) {
            Some(_) if body.len() > MAX_BODY_BYTES => too_large(),
            Some(route) => self.crm.answer(&self.table, route, headers, body).await,
            None => no_such_route(),
        }
    }

    async fn manychat(&self, visit: &Visit, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        match self.manychat_event(headers, body) {
            Ok(mut event) => {
                let (taken, limited) = (StatusCode::ACCEPTED, StatusCode::TOO_MANY_REQUESTS);
                self.take(visit, &mut event, taken, limited).await
            }
            Err(refusal) => *refusal,
        }
    }

    /// A flow that takes a reply only as the answer to its request.
    async fn manychat_block(
        &self,
        visit: &Visit,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response<Body> {
        let mut event = match self.manychat_event(headers, body) {
            Ok(event) => event,
            Err(refusal) => return *refusal,
        };
        event.answer_until = Some(after(event.received_at, self.blocks.within));
        match self.receive(visit, &mut event).await {
            Err(refusal) => *refusal,
            Ok(Received::Limited { .. }) => self.blocks.slow_down(&event),
            Ok(Received::Accepted | Received::Duplicate) => {
                let given = wait(&SystemClock, &self.table, &self.queue, &event).await;
                self.blocks.of(&event, &given)
            }
        }
    }

    /// A flow that asks whether a silent customer is written to.
    async fn follow_up(&self, visit: &Visit, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        if let Err(refusal) = self.admit(headers, body) {
            return *refusal;
        }
        match manychat::subscriber(body) {
            Ok(session) => follow_up::ask(&self.flow(visit), session).await,
            Err(ParseError::NoUser | ParseError::BadUser(_)) => follow_up::unknown_customer(),
            Err(error) => bad_request("manychat", error),
        }
    }

    /// A flow that has asked for the delivery data.
    async fn order_form(&self, visit: &Visit, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        if let Err(refusal) = self.admit(headers, body) {
            return *refusal;
        }
        match manychat::order_form(body) {
            Ok((session, form)) => order_form::take(&self.flow(visit), session, &form).await,
            Err(error) => bad_request("manychat", error),
        }
    }

    const fn flow<'a>(&'a self, visit: &'a Visit) -> Flow<'a> {
        Flow { table: &self.table, queue: &self.queue, blocks: &self.blocks, visit }
    }

    fn manychat_event(&self, headers: &HeaderMap, body: &[u8]) -> Result<InboundEvent, Refusal> {
        self.admit(headers, body)?;
        let parsed = manychat::parse(body, SystemClock.now());
        parsed.map_err(|error| bad_request("manychat", error).into())
    }

    /// Lets a flow of ManyChat in.
    fn admit(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
        if !self.secrets.manychat_webhook_token.is(manychat_token(headers)) {
            return Err(unauthorized("X-ManyChat-Token, X-API-Key or Authorization").into());
        }
        if body.len() > MAX_BODY_BYTES {
            return Err(too_large().into());
        }
        Ok(())
    }

    async fn telegram(&self, visit: &Visit, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let secret = header(headers, TELEGRAM_SECRET);
        let Some(bot) = self.secrets.bot(secret) else {
            return unauthorized("X-Telegram-Bot-Api-Secret-Token");
        };
        if body.len() > MAX_BODY_BYTES {
            return too_large();
        }
        let managers = self.managers.chat.filter(|_| bot.tells_managers);
        match telegram::parse(body, SystemClock.now(), managers) {
            // The managers' own bot has no customers.
            Ok(telegram::Update::Message(_) | telegram::Update::Tap { .. })
                if !bot.has_customers =>
            {
                answer::json(StatusCode::OK, &json!({ "status": "ignored" }))
            }
            Ok(telegram::Update::Message(mut event)) => {
                // It would deliver anything else again, and hold up other customers' messages.
                self.take(visit, &mut event, StatusCode::OK, StatusCode::OK).await
            }
            Ok(telegram::Update::Tap { mut event, callback }) => {
                let response = self.take(visit, &mut event, StatusCode::OK, StatusCode::OK).await;
                if response.status() == StatusCode::OK {
                    return answer::callback(&callback, None);
                }
                response
            }
            Ok(telegram::Update::Managed { subject, managed, update, callback }) => {
                let pressed = Managed { managed, update, callback };
                self.managers.take((&self.table, &self.queue), visit, &subject, pressed).await
            }
            Ok(telegram::Update::Ignored) => {
                answer::json(StatusCode::OK, &json!({ "status": "ignored" }))
            }
            Err(error) => bad_request("telegram", error),
        }
    }

    /// `taken` is the channel's word for an event that it need not deliver again, `limited` the one
    /// for an event that is over the customer's limit.
    async fn take(
        &self,
        visit: &Visit,
        event: &mut InboundEvent,
        taken: StatusCode,
        limited: StatusCode,
    ) -> Response<Body> {
        let received = match self.receive(visit, event).await {
            Ok(received) => received,
            Err(refusal) => return *refusal,
        };
        let status = match received {
            Received::Accepted | Received::Duplicate => taken,
            Received::Limited { is_told } => {
                if !is_told {
                    limited::tell(&self.table, &self.queue, event).await;
                }
                limited
            }
        };
        answer::json(status, &json!({ "status": word(received) }))
    }

    async fn receive(&self, visit: &Visit, event: &mut InboundEvent) -> Result<Received, Refusal> {
        let channel = event.session.channel;
        match visit.receive(&self.table, &self.queue, event).await {
            Ok(received) => {
                tracing::info!(event = "event_received", %channel, outcome = word(received));
                Ok(received)
            }
            Err(error) => {
                tracing::error!(event = "event_not_received", %channel, error = chain(&error));
                Err(answer::try_again().into())
            }
        }
    }
}

/// What became of an event, for its channel and for the log.
const fn word(received: Received) -> &'static str {
    match received {
        Received::Accepted => "accepted",
        Received::Duplicate => "duplicate",
        Received::Limited { .. } => "limited",
    }
}

fn manychat_token(headers: &HeaderMap) -> &str {
    for name in [MANYCHAT_TOKEN, API_KEY] {
        let own = header(headers, name);
        if !own.is_empty() {
            return own;
        }
    }
    let authorization = header(headers, AUTHORIZATION.as_str());
    match authorization.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => authorization,
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).map_or("", str::trim)
}

fn unauthorized(place: &str) -> Response<Body> {
    tracing::warn!(event = "unauthorized", place);
    answer::error(StatusCode::UNAUTHORIZED, format!("wrong or missing secret in {place}"))
}

fn no_such_route() -> Response<Body> {
    answer::error(StatusCode::NOT_FOUND, "no such route")
}

fn too_large() -> Response<Body> {
    let sentence = format!("the body is larger than {} KB", MAX_BODY_BYTES / 1024);
    answer::error(StatusCode::PAYLOAD_TOO_LARGE, sentence)
}

fn bad_request(channel: &'static str, error: mirt_channels::ParseError) -> Response<Body> {
    tracing::warn!(event = "unreadable_payload", channel, error = %error);
    answer::error(StatusCode::BAD_REQUEST, error)
}
