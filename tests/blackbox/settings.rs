//! Settings that cannot be used are named, and nothing starts with them.

use std::process::{Command, Output};

fn start(env: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    Command::new(env!("CARGO_BIN_EXE_mirt"))
        .args(["up", "--port", "0"])
        .current_dir(folder.path())
        .env_clear()
        .envs(env.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_unknown_setting_of_ours_is_an_error_that_names_it() {
    let output = start(&[("MIRT_COLOUR", "blue")]);

    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("MIRT_COLOUR"), "{output:?}");
}

#[test]
fn an_unreadable_value_is_an_error_that_names_its_setting() {
    let output = start(&[("MANYCHAT_API_URL", "not an address")]);

    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("MANYCHAT_API_URL"), "{output:?}");
}
