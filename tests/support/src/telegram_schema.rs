//! Checks a call of the Bot API against its published schema.
//!
//! `tests/schemas/telegram-bot-api.json` holds the methods that we may call and the types that they
//! need, taken from the machine-readable Bot API 10.1 (MIT); descriptions are left out.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Schema {
    methods: BTreeMap<String, Fields>,
    types: BTreeMap<String, Fields>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    subtypes: Vec<String>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    types: Vec<String>,
    required: bool,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/telegram-bot-api.json"))
        .expect("the schema is part of this crate and is read by every test that uses the stub")
});

/// What is wrong with the call `method` with `body`; nothing when all is well.
pub(crate) fn violations(method: &str, body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match SCHEMA.methods.get(method) {
        Some(fields) => check_fields(method, fields, body, &mut found),
        None => found.push(format!("unknown method {method}")),
    }
    let length = |name: &str| {
        body.get(name).and_then(Value::as_str).map_or(0, |text| text.encode_utf16().count())
    };
    if method == "sendMessage" && !(1..=4096).contains(&length("text")) {
        found.push("sendMessage.text must have 1 to 4096 characters".to_owned());
    }
    if length("caption") > 1024 {
        found.push(format!("{method}.caption must have at most 1024 characters"));
    }
    found
}

fn check_fields(place: &str, fields: &Fields, value: &Value, found: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        found.push(format!("{place} must be an object"));
        return;
    };
    for field in &fields.fields {
        match object.get(&field.name) {
            None if field.required => found.push(format!("{place}.{} is missing", field.name)),
            Some(value) if !field.types.iter().any(|kind| is_a(kind, value)) => {
                found.push(format!("{place}.{} is no {}", field.name, field.types.join(" or ")));
            }
            _ => {}
        }
    }
    for name in object.keys() {
        if !fields.fields.iter().any(|field| field.name == *name) {
            found.push(format!("{place}.{name} does not exist"));
        }
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    if let Some(kind) = kind.strip_prefix("Array of ") {
        return value.as_array().is_some_and(|list| list.iter().all(|item| is_a(kind, item)));
    }
    match kind {
        "Integer" => value.is_i64() || value.is_u64(),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "True" => value == &Value::Bool(true),
        // A file is given by its id or its address.
        "InputFile" => value.is_string(),
        _ => SCHEMA.types.get(kind).is_some_and(|fields| {
            if fields.subtypes.is_empty() {
                let mut found = Vec::new();
                check_fields(kind, fields, value, &mut found);
                found.is_empty()
            } else {
                fields.subtypes.iter().any(|subtype| is_a(subtype, value))
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::violations;

    #[test]
    fn a_right_call_has_no_violations() {
        assert_eq!(violations("sendMessage", &json!({ "chat_id": 1, "text": "а" })), [""; 0]);
        assert_eq!(
            violations(
                "sendMessage",
                &json!({
                    "chat_id": 1,
                    "text": "а",
                    "reply_markup": { "inline_keyboard": [[{ "text": "б", "callback_data": "c" }]] },
                })
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_wrong_call_is_told_what_is_wrong() {
        let of = |method, body| violations(method, &body).join("; ");

        assert!(of("sendMessage", json!({ "text": "а" })).contains("chat_id is missing"));
        assert!(of("sendMessage", json!({ "chat_id": 1, "text": "" })).contains("1 to 4096"));
        assert!(of("sendMessage", json!({ "chat_id": 1, "text": 5 })).contains("no String"));
        assert!(
            of("sendMessage", json!({ "chat_id": 1, "text": "а", "txt": 1 }))
                .contains("txt does not exist")
        );
        assert!(of("sendFoto", json!({})).contains("unknown method"));
        assert!(
            of("sendMessage", json!({ "chat_id": 1, "text": "а", "reply_markup": { "x": 1 } }))
                .contains("reply_markup is no")
        );
    }
}
