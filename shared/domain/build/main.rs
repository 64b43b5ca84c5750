//! Learns from `tests/corpora/` how messages for a machine differ from customers'; the held-out files
//! are left for the tests.
#![expect(clippy::print_stdout, reason = "cargo is spoken to so")]

#[expect(unreachable_pub, reason = "the library has the same file as a public module")]
#[path = "../src/language/fold.rs"]
mod fold;

#[path = "../src/language/likeness/features.rs"]
mod features;

mod learn;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Attacks and customers' messages that look like them.
const ATTACKS: &str = "attacks.json";
const INNOCENTS: &str = "innocents.json";

/// What customers write, and some who are none.
const UTTERANCES: &str = "utterances.json";

fn main() -> Result<(), Box<dyn Error>> {
    let corpora = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../tests/corpora");
    for name in [ATTACKS, INNOCENTS, UTTERANCES] {
        println!("cargo::rerun-if-changed={}", corpora.join(name).display());
    }
    let any = |_: &Value| true;
    let mut orders = texts(&corpora, ATTACKS, any)?;
    orders.extend(texts(&corpora, UTTERANCES, is_refused)?);
    let mut wishes = texts(&corpora, INNOCENTS, any)?;
    wishes.extend(texts(&corpora, UTTERANCES, is_for_a_shop)?);
    let (weights, start) = learn::learn(&orders, &wishes);
    let bytes: Vec<u8> = weights.into_iter().map(i8::cast_unsigned).collect();
    let out = env::var("OUT_DIR")?;
    let file = |name| Path::new(&out).join(name);
    fs::write(file("machine_talk.weights"), bytes)?;
    fs::write(file("machine_talk.start"), start.to_string())?;
    Ok(())
}

/// Whether an utterance must be refused.
fn is_refused(expected: &Value) -> bool {
    expected["safety"]["must_be_refused"] == true
}

/// Whether an utterance is a customer's: what is about something else may be anybody's.
fn is_for_a_shop(expected: &Value) -> bool {
    !is_refused(expected) && expected["intent"] != "OUT_OF_DOMAIN"
}

/// The texts of those cases of a file of which something is expected; a case may be a photo alone.
fn texts(
    corpora: &Path,
    name: &str,
    is_meant: impl Fn(&Value) -> bool,
) -> Result<Vec<String>, Box<dyn Error>> {
    let suite: Value = serde_json::from_str(&fs::read_to_string(corpora.join(name))?)?;
    let cases = suite["tests"].as_array().ok_or("a suite without tests")?;
    let meant = cases.iter().filter(|case| is_meant(&case["expected"]));
    Ok(meant.filter_map(|case| case["input"]["text"].as_str()).map(str::to_owned).collect())
}
