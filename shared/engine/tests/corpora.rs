//! The corpora of `tests/corpora/`, run as `mirt eval` runs them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use mirt_domain::shop::{Shop, Words};
use mirt_engine::eval::{self, CaseResult, Suite};

/// The part of the utterances that has to be read right, in percent.
const READ_RIGHT_PERCENT: usize = 98;

fn suite(file: &str) -> Suite {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpora").join(file);
    eval::parse(&fs::read_to_string(path).unwrap()).unwrap()
}

fn run(suite: &Suite) -> Vec<CaseResult> {
    let (settings, words) = (eval::settings(), Words::of(mirt_content::catalog()));
    let shop = Shop {
        catalog: mirt_content::catalog(),
        words: &words,
        prompts: mirt_content::prompts(),
        settings: &settings,
    };
    let cases = suite.tests.iter().map(|case| eval::run_case(&shop, case));
    let dialogues = suite.dialogues.iter().map(|dialogue| eval::run_dialogue(&shop, dialogue));
    cases.chain(dialogues).collect()
}

fn failures(results: &[CaseResult]) -> Vec<String> {
    let failed = results.iter().filter(|result| !result.pass);
    failed.map(|result| format!("{}: {}", result.id, result.failed.join("; "))).collect()
}

#[test]
fn nearly_every_utterance_is_read_right() {
    for file in ["utterances.json", "utterances-held-out.json"] {
        let results = run(&suite(file));
        let failures = failures(&results);

        let right = results.len() - failures.len();
        assert!(right * 100 >= results.len() * READ_RIGHT_PERCENT, "{file}: {failures:#?}");
    }
}

#[test]
fn every_dialogue_goes_as_expected() {
    for file in ["dialogues.json", "dialogues-held-out.json"] {
        assert_eq!(failures(&run(&suite(file))), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn the_corpora_are_as_large_as_they_have_to_be() {
    let count = |files: [&str; 2]| {
        files
            .map(suite)
            .iter()
            .map(|suite| suite.tests.len() + suite.dialogues.len())
            .sum::<usize>()
    };

    assert!(count(["utterances.json", "utterances-held-out.json"]) >= 300);
    assert!(count(["dialogues.json", "dialogues-held-out.json"]) >= 40);
}

#[test]
fn what_is_not_expected_fails_a_case() {
    let json = r#"{"tests": [
        {"id": "intent", "input": {"text": "Привіт"}, "expected": {"intent": "COMPLAINT"}},
        {"id": "state", "input": {"text": "Привіт"}, "expected": {"must_not_state": ["STATE_1_DISCOVERY"]}},
        {"id": "products", "input": {"text": "Привіт"}, "expected": {"rules": {"must_have_products": true}}},
        {"id": "unknown fields", "input": {"text": "Привіт", "more": 1}, "expected": {"more": 1}}
    ]}"#;

    let passed: Vec<bool> =
        run(&eval::parse(json).unwrap()).iter().map(|result| result.pass).collect();

    assert_eq!(passed, [false, false, false, true]);
}
