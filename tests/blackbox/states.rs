//! `mirt states`: the transition function as a table, as Mermaid, as a picture.

use std::process::{Command, Output};

const STATES: [&str; 10] = [
    "INIT",
    "DISCOVERY",
    "VISION",
    "SIZE_COLOR",
    "OFFER",
    "PAYMENT_DELIVERY",
    "UPSELL",
    "END",
    "COMPLAINT",
    "OOD",
];

fn states(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mirt"))
        .arg("states")
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{error}"))
}

fn assert_names_every_state(text: &str) {
    for state in STATES {
        assert!(text.contains(state), "{state} is missing in {text}");
    }
}

#[test]
fn the_table_names_every_state() {
    let output = states(&[]);

    assert!(output.status.success());
    assert_names_every_state(&String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_mermaid_diagram_names_every_state() {
    let output = states(&["--mermaid"]);

    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("stateDiagram-v2"), "{text}");
    assert_names_every_state(&text);
}

#[test]
fn the_picture_names_every_state() {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let file = folder.path().join("states.svg");

    let output = states(&["--svg", &file.to_string_lossy()]);

    assert!(output.status.success());
    let picture = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}"));
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"), "{picture}");
    assert_names_every_state(&picture);
}
