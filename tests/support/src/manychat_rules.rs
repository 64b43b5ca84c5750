//! Checks a call of ManyChat's `sendContent` against its documentation of dynamic content
//! (`spec/integrations.md` 2.4): there is no published schema.

use serde_json::Value;

/// What is wrong with the call; nothing when all is well.
pub(crate) fn violations(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    let id = &body["subscriber_id"];
    expect(id.is_u64() || id.is_string(), "subscriber_id must be a number or text");
    let content = &body["data"]["content"];
    let is_empty = ["messages", "actions"]
        .iter()
        .all(|name| content[*name].as_array().is_none_or(Vec::is_empty));
    expect(!is_empty, "a call must hold messages or actions");
    found.extend(block_violations(&body["data"]));
    found
}

/// What is wrong with a block, pushed or as an answer; an answer may be empty.
#[must_use]
pub fn block_violations(block: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    expect(block["version"] == "v2", "version must be v2");
    let content = &block["content"];
    let kind = content.get("type").and_then(Value::as_str);
    expect(
        matches!(kind, None | Some("instagram" | "whatsapp" | "telegram")),
        "content.type must be instagram, whatsapp or telegram, or left out",
    );
    let list = |name: &str| content[name].as_array().cloned().unwrap_or_default();
    let messages = list("messages");
    let (actions, taps) = (list("actions"), list("quick_replies"));
    expect(messages.len() <= 10, "content.messages must hold at most 10");
    expect(actions.len() <= 5, "content.actions must hold at most 5");
    expect(taps.len() <= 11, "content.quick_replies must hold at most 11");
    let takes_taps = matches!(kind, None | Some("instagram"));
    expect(taps.is_empty() || takes_taps, "no quick replies on WhatsApp and Telegram");
    for tap in &taps {
        let has = |name: &str| tap[name].as_str().is_some_and(|text| !text.is_empty());
        let is_whole = match tap["type"].as_str() {
            Some("node" | "flow") => has("target"),
            Some("dynamic_block_callback") => has("url") && has("method"),
            _ => false,
        };
        expect(is_whole && has("caption"), "a quick reply is not of a documented form");
    }
    for action in &actions {
        let has = |name: &str| action[name].as_str().is_some_and(|text| !text.is_empty());
        let is_whole = match action["action"].as_str() {
            Some("set_field_value") => has("field_name") && action.get("value").is_some(),
            Some("add_tag" | "remove_tag") => has("tag_name"),
            _ => false,
        };
        expect(is_whole, "an action is not of a documented form");
    }
    let longest = if kind == Some("instagram") { 1000 } else { 4096 };
    for message in &messages {
        match message["type"].as_str() {
            Some("text") => {
                let length = message["text"].as_str().unwrap_or_default().chars().count();
                expect((1..=longest).contains(&length), "a text is empty or too long");
            }
            Some("image") => {
                let is_https = message["url"].as_str().is_some_and(|u| u.starts_with("https://"));
                expect(is_https, "an image needs an https url");
                expect(message.get("caption").is_none(), "an image has no caption");
            }
            Some("file") => {
                let is_https = message["url"].as_str().is_some_and(|u| u.starts_with("https://"));
                expect(is_https && kind != Some("instagram"), "a file, where there are files");
            }
            _ => expect(false, "a message must be a text, an image or a file"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::violations;

    fn call(messages: Value) -> Value {
        json!({
            "subscriber_id": 1,
            "data": { "version": "v2", "content": { "type": "instagram", "messages": messages } },
        })
    }

    #[test]
    fn a_right_call_has_no_violations() {
        let messages = json!([
            { "type": "text", "text": "а" },
            { "type": "image", "url": "https://a.example/1.jpg" },
        ]);

        assert_eq!(violations(&call(messages)), [""; 0]);
    }

    #[test]
    fn what_instagram_would_refuse_is_found() {
        let long = "а".repeat(1001);

        assert!(!violations(&call(json!([{ "type": "text", "text": long }]))).is_empty());
        assert!(!violations(&call(json!([]))).is_empty());
        let mut untold = call(json!([{ "type": "text", "text": "а" }]));
        untold["data"]["content"]["quick_replies"] = json!([{ "type": "text", "caption": "а" }]);
        assert!(!violations(&untold).is_empty());
        assert!(!violations(&call(json!([{ "type": "image", "url": "http://a" }]))).is_empty());
    }
}
