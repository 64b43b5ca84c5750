//! An answer that adds nothing: what a stub of the model says.

use serde_json::{Value, json};

/// The answer to a question with this input that reads nothing and leaves the words of the draft as
/// they are. Of the shape of every answer, and none that a check would refuse: a system under load and
/// the simulation have it in the place of a model.
#[must_use]
pub fn echo(input: &str) -> String {
    let draft = input.split_once("# Draft\n").map_or("", |(_, draft)| draft);
    let draft = draft.split("\n\n").next().unwrap_or_default();
    let lines: Vec<Value> = draft
        .lines()
        .filter_map(|line| {
            let (n, text) = line.split_once(". ")?;
            let n: usize = n.parse().ok()?;
            // What follows is told of the line, not a part of it.
            Some(json!({ "n": n, "text": text.split(" ({").next() }))
        })
        .collect();
    json!({
        "reading": {
            "intent": "UNKNOWN_OR_EMPTY", "signals": [], "products": [], "categories": [],
            "colors": [], "features": [], "heights": [], "sizes": [], "ages": [],
            "quantity": null, "name": null, "city": null, "wants_human": false,
            "is_attack": false, "confidence": 90,
        },
        "photos": [],
        "opening": null,
        "lines": lines,
    })
    .to_string()
}
