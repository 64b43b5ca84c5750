//! `mirt prompt`: what the model would get.

use std::process::{Command, Output};

fn prompt(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mirt"))
        .arg("prompt")
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn it_holds_the_states_prompt_the_catalogue_and_the_draft() {
    let output = prompt(&["offer", "--message", "скільки коштує лагуна на зріст 98?", "--schema"]);

    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    for piece in [
        "=== instructions, of prompts ",
        "You are the virtual assistant of MIRT",
        "A concrete offer with its price is on the table",
        "11698818 Костюм Лагуна",
        "# Draft",
        "{price} is 1790 грн",
        "<message>\nскільки коштує лагуна на зріст 98?\n</message>",
        "\"additionalProperties\": false",
    ] {
        assert!(text.contains(piece), "{piece} is missing in {text}");
    }
}

#[test]
fn a_state_is_found_by_its_number_and_an_unknown_one_is_told() {
    let by_number = String::from_utf8_lossy(&prompt(&["4"]).stdout).into_owned();
    let unknown = prompt(&["nowhere"]);

    assert!(by_number.contains("A concrete offer"), "{by_number}");
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("nowhere"));
}
