//! One request: when it came, and what became of what it brought.

use std::{sync::OnceLock, time::Duration};

use jiff::Timestamp;
use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{StatusCode, header::RETRY_AFTER},
};
use mirt_aws::{
    metrics::{Line, write},
    queue::InboundQueue,
    table::Table,
};
use mirt_domain::channel::Channel;
use mirt_engine::{
    clock::{Clock as _, after, until},
    event::InboundEvent,
    failure::PortError,
    receive::{Received, receive},
    trace::Trace,
};
use mirt_runtime::{
    clock::SystemClock,
    mask::Mask,
    xray::{Part, XRay},
};
use serde_json::{Value, json};
use tracing::{Span, error_span, field};

const NAMESPACE: &str = "MIRT/Webhook";

/// A request on its way through the routes.
pub(crate) struct Visit {
    began: Timestamp,
    /// Its trace, as Lambda has named it.
    trace: Option<Trace>,
    /// What its lines in the log stand under.
    span: Span,
    mask: Mask,
    /// What became of its event, once that is known.
    fate: OnceLock<Fate>,
}

/// What requests are measured with.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The function's name in AWS.
    pub(crate) function: String,
    /// Where traces go, if anywhere.
    pub(crate) xray: Option<XRay>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fate {
    /// The metric that counts it.
    name: &'static str,
    channel: Channel,
    /// From the request's beginning to the event's being recorded and its session's being woken.
    took: Duration,
}

impl Visit {
    pub(crate) fn begin(request: &Request, mask: &Mask) -> Self {
        let header = request.lambda_context_ref().and_then(|it| it.xray_trace_id.as_deref());
        let trace: Option<Trace> = header.and_then(|header| header.parse().ok());
        // An error's line needs it as well, whatever the level.
        let span = error_span!("request", trace = field::Empty, session = field::Empty);
        if let Some(Trace { id, .. }) = &trace {
            span.record("trace", field::display(id));
        }
        let (began, fate) = (SystemClock.now(), OnceLock::new());
        Self { began, trace, span, mask: mask.clone(), fate }
    }

    /// What the request's lines in the log stand under.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Takes in the event that the request brought, as this request's.
    pub(crate) async fn receive(
        &self,
        table: &Table,
        queue: &InboundQueue,
        event: &mut InboundEvent,
    ) -> Result<Received, PortError> {
        event.trace.clone_from(&self.trace);
        if let Some(name) = self.mask.of(&event.session) {
            self.span.record("session", name);
        }
        let received = receive(table, queue, event).await;
        let name = match &received {
            Ok(Received::Accepted) => "accepted",
            Ok(Received::Duplicate) => "duplicates",
            Ok(Received::Limited { .. }) => "limited",
            Err(_) => UNAVAILABLE,
        };
        let took = until(self.began, SystemClock.now());
        // A request brings one event.
        let _ = self.fate.set(Fate { name, channel: event.session.channel, took });
        received
    }

    /// Writes the figures of a request that was answered so.
    pub(crate) fn measure(&self, measured: &Measured, response: &Response<Body>) {
        let Measured { function, xray } = measured;
        let now = SystemClock.now();
        let fate = self.fate.get().copied();
        if let (Some(xray), Some(Fate { name, took, .. })) = (xray, fate) {
            let whole = Part { name: "accept", began: self.began, ended: after(self.began, took) };
            xray.tell(self.trace.as_ref(), whole, &[], name == UNAVAILABLE);
        }
        if let Some(line) = line(function, fate, answered_as(response), self.trace.as_ref(), now) {
            write(&line);
        }
    }
}

const UNAVAILABLE: &str = "unavailable";

/// What an answer says of a request whose event was not even read.
fn answered_as(response: &Response<Body>) -> Option<&'static str> {
    match response.status() {
        StatusCode::UNAUTHORIZED => Some("refused"),
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Some("unreadable"),
        // The store or the queue is away; the health check says it so as well.
        StatusCode::SERVICE_UNAVAILABLE if response.headers().contains_key(RETRY_AFTER) => {
            Some(UNAVAILABLE)
        }
        _ => None,
    }
}

fn line(
    function: &str,
    fate: Option<Fate>,
    answered: Option<&'static str>,
    trace: Option<&Trace>,
    now: Timestamp,
) -> Option<Value> {
    let mut line = Line::new(NAMESPACE, function);
    if let Some(trace) = trace {
        line.say("trace", json!(trace.id));
    }
    let one = |name| (name, "Count", json!(1));
    match (fate, answered) {
        (Some(Fate { name, channel, took }), _) => {
            line.say("Channel", json!(channel.to_string()));
            let took = ("accept_latency_ms", "Milliseconds", json!(took.as_millis()));
            line.add(json!([["Function"], ["Function", "Channel"]]), &[one(name), took]);
        }
        (None, Some(name)) => line.add(json!([["Function"]]), &[one(name)]),
        (None, None) => return None,
    }
    Some(line.of(now))
}
