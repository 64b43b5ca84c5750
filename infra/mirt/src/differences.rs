//! What differs between two trees of values, by its place.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value, json};

/// One thing that differs, by its place.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    /// Names from the outside in, as in `catalog.products.kostum_ritm.prices.98-104`.
    place: String,
    /// What stood there, if anything.
    before: Option<Value>,
    /// What stands there, if anything.
    after: Option<Value>,
}

impl Change {
    /// Where it differs.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// For scripts.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "place": self.place, "before": self.before, "after": self.after })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.place),
            (Some(before), None) => write!(f, "- {}: {before}", self.place),
            (before, after) => {
                let shown = |value: &Option<Value>| value.as_ref().map(Value::to_string);
                let (before, after) = (shown(before), shown(after));
                write!(
                    f,
                    "~ {}: {} -> {}",
                    self.place,
                    before.unwrap_or_default(),
                    after.unwrap_or_default()
                )
            }
        }
    }
}

/// Every place that differs, in the order of the places. The versions, which name the content, differ
/// whenever anything does and are left out.
pub(crate) fn between(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", Some(before), Some(after), &mut changes);
    changes
}

fn compare(place: &str, before: Option<&Value>, after: Option<&Value>, out: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let members = |value: Option<&Value>| value.and_then(members);
    match (members(before), members(after)) {
        (Some(before), Some(after)) => {
            let names: std::collections::BTreeSet<&String> =
                before.keys().chain(after.keys()).collect();
            for name in names {
                if is_version(name) {
                    continue;
                }
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                compare(&place, before.get(name), after.get(name), out);
            }
        }
        _ => out.push(Change {
            place: place.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

/// `version` and `versions` are hashes of the files.
fn is_version(name: &str) -> bool {
    matches!(name, "version" | "versions" | "file_versions")
}

/// The members of an object, or of a list whose entries have names: a `key`, a `color`, or the first
/// of a pair.
fn members(value: &Value) -> Option<BTreeMap<String, Value>> {
    match value {
        Value::Object(object) => {
            Some(object.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Value::Array(list) => {
            let named: Option<BTreeMap<String, Value>> = list.iter().map(named).collect();
            // Two entries of one name would hide each other.
            named.filter(|named| named.len() == list.len())
        }
        _ => None,
    }
}

fn named(entry: &Value) -> Option<(String, Value)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match entry {
        Value::Object(object) => {
            let name = object.get("key").or_else(|| object.get("color")).and_then(text)?;
            Some((name, entry.clone()))
        }
        Value::Array(pair) => match pair.as_slice() {
            [name, value] => Some((text(name)?, value.clone())),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, between, json};

    fn changes(before: &Value, after: &Value) -> Vec<String> {
        between(before, after).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn entries_are_told_apart_by_their_names_and_not_by_their_places() {
        let before = json!({ "products": [
            { "key": "a", "prices": [["98-104", 100], ["110-116", 200]] },
            { "key": "b", "prices": [] },
        ]});
        let after = json!({ "products": [
            { "key": "c", "prices": [] },
            { "key": "a", "prices": [["98-104", 100], ["110-116", 250]] },
        ]});

        assert_eq!(
            changes(&before, &after),
            [
                "~ products.a.prices.110-116: 200 -> 250",
                r#"- products.b: {"key":"b","prices":[]}"#,
                r#"+ products.c: {"key":"c","prices":[]}"#,
            ]
        );
    }

    #[test]
    fn a_list_without_names_differs_as_a_whole_and_the_version_is_no_difference() {
        let before = json!({ "version": "1", "words": ["x"] });
        let after = json!({ "version": "2", "words": ["x", "y"] });

        assert_eq!(changes(&before, &after), [r#"~ words: ["x"] -> ["x","y"]"#]);
    }
}
