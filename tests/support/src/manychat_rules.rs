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
    expect(body["data"]["version"] == "v2", "data.version must be v2");
    let content = &body["data"]["content"];
    let kind = content.get("type").and_then(Value::as_str);
    expect(
        matches!(kind, None | Some("instagram" | "whatsapp" | "telegram")),
        "content.type must be instagram, whatsapp or telegram, or left out",
    );
    let list = |name: &str| content[name].as_array().cloned().unwrap_or_default();
    let messages = list("messages");
    expect((1..=10).contains(&messages.len()), "content.messages must hold 1 to 10");
    expect(list("quick_replies").len() <= 11, "content.quick_replies must hold at most 11");
    expect(list("actions").len() <= 5, "content.actions must hold at most 5");
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
            _ => expect(false, "a message must be a text or an image"),
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
        assert!(!violations(&call(json!([{ "type": "image", "url": "http://a" }]))).is_empty());
    }
}
