//! Checks a call of OpenAI's API against its published schema.
//!
//! `tests/schemas/openai-api.json` holds what `POST /responses` and `POST /moderations` take and the
//! types that they need, taken from OpenAI's OpenAPI document; descriptions are left out, `oneOf`
//! reads `anyOf` (the API tells the cases apart by a field), and what we never send is `false`.

use std::{collections::BTreeSet, sync::LazyLock};

use jsonschema::Validator;
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/openai-api.json"))
        .expect("the schema is part of this crate and is read by every test that uses the stub")
});

static RESPONSE: LazyLock<Request> = LazyLock::new(|| Request::new("CreateResponse"));
static MODERATION: LazyLock<Request> = LazyLock::new(|| Request::new("CreateModerationRequest"));

struct Request {
    validator: Validator,
    fields: BTreeSet<String>,
}

impl Request {
    fn new(name: &str) -> Self {
        let mut schema = DOCUMENT.clone();
        schema["$ref"] = json!(format!("#/components/schemas/{name}"));
        let mut fields = BTreeSet::new();
        collect_fields(&DOCUMENT["components"]["schemas"][name], &mut fields);
        let validator = jsonschema::validator_for(&schema).expect("the document is a schema");
        Self { validator, fields }
    }

    fn violations(&self, body: &Value) -> Vec<String> {
        let mut found: Vec<String> = self
            .validator
            .iter_errors(body)
            .map(|error| format!("{}: {}", error.instance_path(), error.masked()))
            .collect();
        let names = body.as_object().into_iter().flat_map(|body| body.keys());
        found.extend(
            names
                .filter(|name| !self.fields.contains(*name))
                .map(|name| format!("{name} does not exist")),
        );
        found
    }
}

/// The fields of an object, those of the types that it is made of included.
fn collect_fields(schema: &Value, fields: &mut BTreeSet<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        fields.extend(properties.keys().cloned());
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let name = part["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let part = name.map_or(part, |name| &DOCUMENT["components"]["schemas"][name]);
        collect_fields(part, fields);
    }
}

/// What is wrong with a body of `POST /responses`; nothing when all is well.
pub(crate) fn response_violations(body: &Value) -> Vec<String> {
    let mut found = RESPONSE.violations(body);
    let format = &body["text"]["format"];
    if format["strict"] == true {
        strict_violations("schema", &format["schema"], &mut found);
    }
    if body["store"] != false {
        found.push("the provider must not store what customers write".to_owned());
    }
    found
}

/// What is wrong with a body of `POST /moderations`.
pub(crate) fn moderation_violations(body: &Value) -> Vec<String> {
    MODERATION.violations(body)
}

/// What a strict schema may hold: every field required, none beside them, no other keywords.
/// Source: OpenAI's guide to structured outputs.
fn strict_violations(place: &str, schema: &Value, found: &mut Vec<String>) {
    const KEYWORDS: [&str; 11] = [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "anyOf",
        "description",
        "minimum",
        "maximum",
        "maxItems",
    ];
    let Some(object) = schema.as_object() else {
        return found.push(format!("{place} is no schema"));
    };
    found.extend(
        object
            .keys()
            .filter(|keyword| !KEYWORDS.contains(&keyword.as_str()))
            .map(|keyword| format!("{place}: {keyword} is not supported")),
    );
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != false {
            found.push(format!("{place} must forbid other fields"));
        }
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, field) in properties {
            if !required.contains(name.as_str()) {
                found.push(format!("{place}.{name} must be required"));
            }
            strict_violations(&format!("{place}.{name}"), field, found);
        }
    }
    if schema.get("items").is_some() {
        strict_violations(&format!("{place}[]"), &schema["items"], found);
    }
    for (n, case) in schema["anyOf"].as_array().into_iter().flatten().enumerate() {
        strict_violations(&format!("{place}|{n}"), case, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right() -> Value {
        json!({
            "model": "gpt-5.1",
            "instructions": "a",
            "input": [{ "type": "message", "role": "user", "content": [
                { "type": "input_text", "text": "b" },
                { "type": "input_image", "image_url": "data:image/jpeg;base64,AA==", "detail": "high" },
            ]}],
            "text": { "format": { "type": "json_schema", "name": "x", "strict": true, "schema": {
                "type": "object",
                "properties": { "a": { "type": "string" } },
                "required": ["a"],
                "additionalProperties": false,
            }}},
            "reasoning": { "effort": "low" },
            "store": false,
        })
    }

    #[test]
    fn a_right_call_has_no_violations() {
        assert_eq!(response_violations(&right()), [""; 0]);
        assert_eq!(moderation_violations(&json!({ "input": "a" })), [""; 0]);
    }

    #[test]
    fn a_wrong_call_is_told_what_is_wrong() {
        let with = |path: &str, value: Value| {
            let mut body = right();
            *body.pointer_mut(path).expect("a field") = value;
            response_violations(&body).join("; ")
        };

        assert!(!with("/reasoning/effort", json!("lowest")).is_empty());
        assert!(!with("/input/0/content/0", json!({ "type": "input_text" })).is_empty());
        assert!(!with("/text/format/schema/required", json!([])).is_empty());
        assert!(!with("/store", json!(true)).is_empty());
        let mut body = right();
        body["temprature"] = json!(1);
        assert!(response_violations(&body).join("; ").contains("temprature does not exist"));
        assert!(!moderation_violations(&json!({})).is_empty());
    }
}
