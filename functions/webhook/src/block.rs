//! Flows of ManyChat that take a reply only as the answer to their request.

use std::time::Duration;

use lambda_http::{Body, Response, http::StatusCode};
use mirt_channels::manychat::{self, Options};
use mirt_domain::{
    prompts::{TemplateKey, Values},
    reply::{Bubble, Reply},
};
use mirt_engine::{answer::Answer, event::InboundEvent};

use crate::answer;

/// How flows are answered.
#[derive(Clone)]
pub(crate) struct Blocks {
    /// Whether a request at the common address waits for its answer as well.
    pub(crate) are_usual: bool,
    /// How long one waits.
    pub(crate) within: Duration,
    /// What the account is set up for.
    pub(crate) options: Options,
}

impl Blocks {
    /// What a request is answered with.
    pub(crate) fn of(&self, event: &InboundEvent, given: &Answer) -> Response<Body> {
        let reply = match given {
            Answer::Reply(reply) => reply,
            Answer::Silence => &Reply::default(),
            Answer::NotYet => &text(TemplateKey::InterimWait),
        };
        self.reply(event, reply)
    }

    /// The customer writes too much.
    pub(crate) fn slow_down(&self, event: &InboundEvent) -> Response<Body> {
        self.reply(event, &text(TemplateKey::LimitsSlowDown))
    }

    fn reply(&self, event: &InboundEvent, reply: &Reply) -> Response<Body> {
        answer::json(StatusCode::OK, &manychat::answer(&event.session, reply, &self.options))
    }
}

/// A text of the shop as a reply.
pub(crate) fn text(key: TemplateKey) -> Reply {
    // The texts have no placeholder, and the build checks that they are there.
    let texts = mirt_content::prompts().render(key, &Values::none(), 0).unwrap_or_default();
    Reply { bubbles: texts.into_iter().map(Bubble::Text).collect(), ..Reply::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_something_to_say() {
        for key in [TemplateKey::InterimWait, TemplateKey::LimitsSlowDown] {
            assert_eq!(text(key).bubbles.len(), 1);
        }
    }
}
