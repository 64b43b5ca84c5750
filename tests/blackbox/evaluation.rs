//! `mirt eval`: cases through the assistant's turn.

use std::process::{Command, Output};

use serde_json::{Value, json};

fn eval(cases: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let file = folder.path().join("cases.json");
    std::fs::write(&file, cases).unwrap_or_else(|error| panic!("{error}"));
    Command::new(env!("CARGO_BIN_EXE_mirt"))
        .arg("eval")
        .arg(file)
        .args(more)
        .output()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Two cases: the first holds, the second expects what never happens.
fn cases() -> String {
    let case = |id: &str, text: &str, intent: &str| {
        json!({
            "id": id,
            "description": "",
            "input": {
                "session_id": "s",
                "text": text,
                "image_url": null,
                "metadata": { "current_state": "STATE_0_INIT", "channel": "instagram" },
            },
            "expected": { "intent": intent, "must_not_state": ["STATE_5_PAYMENT_DELIVERY"] },
        })
    };
    let tests = [
        case("priced", "скільки лагуна на 98?", "DISCOVERY_OR_QUESTION"),
        case("wrong", "Добрий день", "COMPLAINT"),
    ];
    json!({ "version": "1", "project": "mirt", "tests": tests }).to_string()
}

#[test]
fn a_failing_case_is_named_and_the_exit_code_says_so() {
    let output = eval(&cases(), &[]);

    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("pass  priced") && text.contains("FAIL  wrong"), "{text}");
    assert!(text.ends_with("1 of 2 passed\n"), "{text}");
}

#[test]
fn of_several_files_each_has_its_figure() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let files = ["written-on.json", "held-out.json"].map(|name| folder.path().join(name));
    for file in &files {
        std::fs::write(file, cases()).unwrap_or_else(|error| panic!("{error}"));
    }
    let output = Command::new(env!("CARGO_BIN_EXE_mirt"))
        .arg("eval")
        .args(&files)
        .output()
        .unwrap_or_else(|error| panic!("{error}"));

    let text = String::from_utf8_lossy(&output.stdout);
    for file in &files {
        assert!(text.contains(&format!("{}: 1 of 2 passed\n", file.display())), "{text}");
    }
    assert!(text.ends_with("2 of 4 passed\n"), "{text}");
}

#[test]
fn each_case_is_one_json_object_a_line() {
    let output = eval(&cases(), &["--json"]);

    let text = String::from_utf8_lossy(&output.stdout);
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["id"], "priced");
    assert_eq!(rows[0]["pass"], true);
    assert_eq!(rows[0]["failed"], json!([]));
    assert_eq!(rows[0]["blocked"], false);
    let laguna = json!({ "id": 11_698_818, "size": "98-104", "price": 1790 });
    assert!(rows[0]["products"].as_array().is_some_and(|all| all.contains(&laguna)), "{text}");
    assert!(rows[0]["reply"].as_str().is_some_and(|reply| reply.contains("1790 грн")), "{text}");
    assert_eq!(rows[1]["pass"], false);
    assert!(rows[1]["failed"].as_array().is_some_and(|why| !why.is_empty()), "{text}");
}

#[test]
fn all_passing_and_unreadable_have_exit_codes_of_their_own() {
    let none = json!({ "version": "1", "project": "mirt", "tests": [] }).to_string();

    assert_eq!(eval(&none, &[]).status.code(), Some(0));
    assert_eq!(eval("{", &[]).status.code(), Some(2));
}
