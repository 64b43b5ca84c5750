//! ManyChat: Instagram, Facebook, WhatsApp and its Telegram bots.

mod block;
mod options;
mod parse;
mod photo_links;
mod send;

use mirt_domain::{reply::Reply, session_id::SessionId};
use serde_json::Value;

pub use options::{InvalidOption, Options, Taps};
pub use parse::{OrderForm, order_form, parse, subscriber};
pub use send::Sender;

/// A reply as what a flow's request is answered with: at most one call's worth, see [`crate::split`].
#[must_use]
pub fn answer(to: &SessionId, reply: &Reply, options: &Options) -> Value {
    // What managers send comes of no flow's request, so that none waits for it.
    block::of(to, reply, &reply.marks, options, |_| None)
}
