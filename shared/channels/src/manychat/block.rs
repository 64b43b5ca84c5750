//! ManyChat's dynamic block, version 2: what is pushed, and what a flow's request is answered with.

use mirt_domain::{
    channel::Channel,
    marks::Mark,
    photo::SentFile,
    reply::{Bubble, Reply},
    session_id::SessionId,
};
use serde_json::{Value, json};

use super::options::{Options, Taps};

/// A block for `to`: what `part` says, and what the account notes. `link` gives the message of a
/// manager's file.
pub(super) fn of(
    to: &SessionId,
    part: &Reply,
    marks: &[Mark],
    options: &Options,
    link: impl Fn(&SentFile) -> Option<Value>,
) -> Value {
    let messages: Vec<Value> =
        part.bubbles.iter().filter_map(|bubble| message(bubble, &link)).collect();
    let actions: Vec<Value> = marks.iter().map(action).collect();
    let taps: Vec<Value> =
        part.quick_replies.iter().filter_map(|caption| tap(to, caption, options)).collect();
    let mut content = json!({ "messages": messages, "actions": actions, "quick_replies": taps });
    if let Some(kind) = content_type(to.channel) {
        content["type"] = kind.into();
    }
    json!({ "version": "v2", "content": content })
}

/// ManyChat's ids are numbers; flows that hand over another id of theirs keep it as it is.
pub(super) fn subscriber(to: &SessionId) -> Value {
    let user = to.user.as_str();
    user.parse().map_or_else(|_| Value::from(user), |id: u64| Value::from(id))
}

/// The channel in ManyChat's words; Messenger is what it means when nothing is said.
const fn content_type(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Instagram => Some("instagram"),
        Channel::Whatsapp => Some("whatsapp"),
        Channel::ManychatTelegram | Channel::Telegram => Some("telegram"),
        Channel::Facebook => None,
    }
}

/// The channel as a flow's request names it.
const fn request_type(channel: Channel) -> &'static str {
    match content_type(channel) {
        Some(kind) => kind,
        None => "facebook",
    }
}

/// The splitter has made a caption a message of its own, because ManyChat's images have none.
fn message(bubble: &Bubble, link: impl Fn(&SentFile) -> Option<Value>) -> Option<Value> {
    match bubble {
        Bubble::Text(text) => Some(json!({ "type": "text", "text": text })),
        Bubble::Photo { url, .. } => Some(json!({ "type": "image", "url": url })),
        Bubble::Sent { file, .. } => link(file),
    }
}

fn tap(to: &SessionId, caption: &str, options: &Options) -> Option<Value> {
    match &options.taps {
        Taps::None => None,
        Taps::Node(target) => Some(json!({ "type": "node", "caption": caption, "target": target })),
        Taps::Flow(target) => Some(json!({ "type": "flow", "caption": caption, "target": target })),
        // What is tapped comes back as a flow's request, and is answered by a block.
        Taps::Callback { url, token } => Some(json!({
            "type": "dynamic_block_callback",
            "caption": caption,
            "url": url,
            "method": "post",
            "headers": { "X-ManyChat-Token": token },
            "payload": {
                "type": request_type(to.channel),
                "clientId": to.user.as_str(),
                "message": caption,
            },
        })),
    }
}

fn action(mark: &Mark) -> Value {
    let name = mark.name();
    let field =
        |value: Value| json!({ "action": "set_field_value", "field_name": name, "value": value });
    let tag = |is_set: bool| {
        let action = if is_set { "add_tag" } else { "remove_tag" };
        json!({ "action": action, "tag_name": name })
    };
    match mark {
        // Their names are those that the shop's flows branch on (`spec/integrations.md` 1.4).
        Mark::AiState(state) => field(json!(state)),
        Mark::AiIntent(intent) => field(json!(intent)),
        Mark::LastProduct(names) => field(names.as_str().into()),
        // Flows compare it with whole hryvnias.
        Mark::OrderSum(sum) => field((sum.kopecks() / 100).into()),
        Mark::AiResponded(is_set)
        | Mark::NeedsHuman(is_set)
        | Mark::OrderStarted(is_set)
        | Mark::OrderPaid(is_set) => tag(*is_set),
    }
}
