//! Shells complete the command's words, and `--help` says how every command ends.

use std::process::Command;

fn mirt(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mirt"))
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What bash offers for the last of these words.
fn offered(script: &str, words: &[&str]) -> Vec<String> {
    let last = words.len() - 1;
    let before = words.get(last.wrapping_sub(1)).copied().unwrap_or_default();
    let program = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={last}\n_mirt mirt '{}' '{before}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
        words[last],
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &program])
        .output()
        .unwrap_or_else(|error| panic!("{error}"));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_the_operators_words() {
    let script = mirt(&["completions", "bash"]);

    for (words, wanted) in [
        (vec!["mirt", "doc"], "doctor"),
        (vec!["mirt", "sess"], "sessions"),
        (vec!["mirt", "sessions", "rep"], "replay"),
        (vec!["mirt", "sessions", "list", "--wai"], "--waiting"),
        (vec!["mirt", "doctor", "--st"], "--stack"),
        (vec!["mirt", "dlq", "redrive", "--prof"], "--profile"),
        (vec!["mirt", "customer", "erase", "--js"], "--json"),
    ] {
        let offered = offered(&script, &words);
        assert_eq!(offered, [wanted], "{words:?}");
    }
}

#[test]
fn every_shell_gets_the_new_words() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = mirt(&["completions", shell]);
        for word in ["doctor", "sessions", "replay", "stack", "profile"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault_of_the_script() {
    let script = format!("'{}' completions bash | head -n 1", env!("CARGO_BIN_EXE_mirt"));

    let output = Command::new("bash")
        .args(["--norc", "-o", "pipefail", "-c", &script])
        .output()
        .unwrap_or_else(|error| panic!("{error}"));

    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn help_tells_the_exit_codes() {
    let help = mirt(&["--help"]);

    assert!(help.contains("Exit codes of every command:"), "{help}");
    for command in ["doctor", "sessions", "dlq", "orders", "customer", "costs"] {
        assert!(help.contains(command), "{command}: {help}");
    }
}
