//! Which system an operator's command works on: the local run, or a deployment by its name.
#![expect(clippy::expect_used, reason = "a test whose files cannot be written must fail")]

use std::{io::Write as _, process::Output};

use mirt_test_support::mirt::Mirt;

use crate::world;

/// A folder with what AWS's own files have of an operator, whose profile leads to this machine.
pub(crate) fn profile(mirt: &Mirt, name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |file: &str, text: String| {
        let mut file = std::fs::File::create(folder.path().join(file)).expect("a file");
        file.write_all(text.as_bytes()).expect("written");
    };
    let endpoint = mirt.aws_endpoint();
    write(
        "config",
        format!("[profile {name}]\nregion = eu-central-1\nendpoint_url = {}\n", endpoint.trim()),
    );
    write("credentials", format!("[{name}]\naws_access_key_id = a\naws_secret_access_key = b\n"));
    folder
}

pub(crate) async fn run(mirt: &Mirt, arguments: &[&str], aws: &tempfile::TempDir) -> Output {
    run_with(mirt, arguments, aws, &[]).await
}

/// The same with more of the environment.
pub(crate) async fn run_with(
    mirt: &Mirt,
    arguments: &[&str],
    aws: &tempfile::TempDir,
    more: &[(&str, &str)],
) -> Output {
    let path = |file: &str| aws.path().join(file).display().to_string();
    let (config, credentials) = (path("config"), path("credentials"));
    let mut env = vec![
        ("AWS_CONFIG_FILE", config.as_str()),
        ("AWS_SHARED_CREDENTIALS_FILE", &credentials),
        // Nobody asks a machine's own service for credentials.
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    env.extend(more);
    mirt.try_command(arguments, &env, "").await
}

#[tokio::test]
async fn a_deployment_is_named_by_its_stack_and_its_account_by_a_profile() {
    let world = world().await;
    let aws = profile(&world.mirt, "shop");

    let here = run(
        &world.mirt,
        &["dlq", "list", "--stack", "mirt-dev", "--profile", "shop", "--json"],
        &aws,
    )
    .await;
    let other =
        run(&world.mirt, &["dlq", "list", "--stack", "mirt-production", "--profile", "shop"], &aws)
            .await;

    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(text(&here.stdout).contains(r#""queue":"inbound""#), "{here:?}");
    assert_eq!(here.status.code(), Some(0));
    // This machine has no stack of that name: what was asked was asked of that one.
    assert_eq!(other.status.code(), Some(2), "{other:?}");
}

#[tokio::test]
async fn what_names_no_deployment_is_refused_with_a_word_on_what_would() {
    let world = world().await;
    let aws = profile(&world.mirt, "shop");

    for (arguments, said) in [
        (vec!["costs", "--stack", "production"], "mirt-production"),
        (vec!["costs", "--profile", "shop"], "--stack"),
        (vec!["orders", "list", "--aws"], "--aws"),
    ] {
        let refused = run(&world.mirt, &arguments, &aws).await;

        let error = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {refused:?}");
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}
