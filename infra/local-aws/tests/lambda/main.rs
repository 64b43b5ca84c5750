//! The local Lambda, over real processes.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod functions;
mod stage;

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use axum::body::Bytes;
use mirt_local_aws::{
    clock::Clock,
    lambda::{FunctionSpec, Invoke as _, InvokeError, Lambda},
    site::Site,
};
use serde_json::json;
use stage::{
    PATIENCE, PID_FILE, invoke, is_running, lambda, pid_of, spec, this_program_as, wait_until_gone,
};
use tokio::{process::Command, task::JoinSet};

#[tokio::test]
async fn a_function_gets_its_event_and_lambdas_own_surroundings() {
    let lambda = lambda([spec("obedient", 1)]);

    let answer = invoke(&lambda, json!({ "text": "привіт" })).await.unwrap();

    assert_eq!(answer["echo"], json!({ "text": "привіт" }));
    assert_eq!(answer["name"], "mirt-test-obedient");
    assert_eq!(answer["arn"], "arn:aws:lambda:us-east-1:000000000000:function:mirt-test-obedient");
    assert_eq!(answer["memory"], 128);
    assert_eq!(answer["version"], "$LATEST");
    assert_eq!(answer["handler"], "bootstrap");
    assert_eq!(answer["region"], "us-east-1");
    assert_eq!(answer["request_id"].as_str().unwrap().len(), 36);
    assert!(answer["trace"].as_str().unwrap().starts_with("Root=1-"));
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    assert!(u128::from(answer["deadline"].as_u64().unwrap()) > now);
}

#[tokio::test]
async fn one_process_serves_one_invocation_after_another() {
    let lambda = lambda([spec("obedient", 4)]);

    let first = invoke(&lambda, json!({})).await.unwrap();
    let second = invoke(&lambda, json!({})).await.unwrap();

    assert_eq!(pid_of(&first), pid_of(&second));
    assert_ne!(first["request_id"], second["request_id"]);
}

#[tokio::test]
async fn invocations_at_once_get_processes_of_their_own_up_to_the_limit() {
    let lambda = Arc::new(lambda([spec("obedient", 2)]));
    let mut invocations = JoinSet::new();
    for _ in 0..8 {
        let lambda = Arc::clone(&lambda);
        invocations.spawn(async move { invoke(&lambda, json!({ "do": "nap" })).await.unwrap() });
    }

    let pids: BTreeSet<u64> = invocations.join_all().await.iter().map(pid_of).collect();

    assert_eq!(pids.len(), 2);
}

#[tokio::test]
async fn a_warmed_function_serves_its_first_event_from_the_process_that_waits() {
    let lambda = lambda([spec("obedient", 1)]);

    lambda.warm("obedient").await.unwrap();

    assert!(invoke(&lambda, json!({})).await.is_ok());
}

#[tokio::test]
async fn an_error_of_the_function_names_its_type_and_keeps_the_process() {
    let lambda = lambda([spec("obedient", 1)]);
    let before = invoke(&lambda, json!({})).await.unwrap();

    let error = invoke(&lambda, json!({ "do": "fail" })).await.unwrap_err();

    let InvokeError::Unhandled { kind, message } = error else { unreachable!("{error:?}") };
    assert!(!kind.is_empty());
    assert_eq!(message, "as told");
    assert_eq!(pid_of(&invoke(&lambda, json!({})).await.unwrap()), pid_of(&before));
}

#[tokio::test]
async fn a_crashed_process_is_replaced() {
    let lambda = lambda([spec("obedient", 1)]);
    let before = invoke(&lambda, json!({})).await.unwrap();

    let error = invoke(&lambda, json!({ "do": "crash" })).await.unwrap_err();

    assert_eq!(error, InvokeError::Crashed { status: "exit status: 3".to_owned() });
    assert_ne!(pid_of(&invoke(&lambda, json!({})).await.unwrap()), pid_of(&before));
}

#[tokio::test]
async fn a_process_that_died_while_idle_is_not_given_an_event() {
    let lambda = lambda([spec("obedient", 1)]);
    let before = pid_of(&invoke(&lambda, json!({})).await.unwrap());
    std::process::Command::new("kill").args(["-9", &before.to_string()]).status().unwrap();
    wait_until_gone(before);

    let after = invoke(&lambda, json!({})).await.unwrap();

    assert_ne!(pid_of(&after), before);
}

#[tokio::test]
async fn all_who_kill_the_same_process_hear_that_it_is_gone() {
    let lambda = Arc::new(lambda([spec("obedient", 1)]));
    let before = invoke(&lambda, json!({})).await.unwrap();
    let at_work = Arc::clone(&lambda);
    let hanging = tokio::spawn(async move { invoke(&at_work, json!({ "do": "hang" })).await });
    // Its task hands the event to the idle process in its first step.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }

    let kills = (0..4).map(|_| lambda.kill_one("obedient", 0));
    let killed = tokio::time::timeout(PATIENCE, futures_util::future::join_all(kills)).await;

    let killed: BTreeSet<_> = killed.unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(killed.len(), 1);
    assert!(matches!(hanging.await.unwrap(), Err(InvokeError::Crashed { .. })));
    assert_ne!(pid_of(&invoke(&lambda, json!({})).await.unwrap()), pid_of(&before));
}

#[tokio::test]
async fn a_replaced_process_finishes_its_event_and_gets_no_other() {
    let lambda = Arc::new(lambda([spec("obedient", 2)]));
    let idle = pid_of(&invoke(&lambda, json!({})).await.unwrap());
    let at_work = Arc::clone(&lambda);
    let napping = tokio::spawn(async move { invoke(&at_work, json!({ "do": "nap" })).await });
    tokio::task::yield_now().await;

    lambda.replace_all();
    let napped = napping.await.unwrap().unwrap();

    let after = pid_of(&invoke(&lambda, json!({})).await.unwrap());
    assert_ne!(after, idle);
    assert!(napped["pid"].is_u64());
}

#[tokio::test]
async fn a_function_over_its_timeout_is_killed() {
    let timeout = Duration::from_secs(2);
    let lambda = lambda([FunctionSpec { timeout, ..spec("obedient", 1) }]);
    let before = pid_of(&invoke(&lambda, json!({})).await.unwrap());

    let error = invoke(&lambda, json!({ "do": "hang" })).await.unwrap_err();

    assert_eq!(error, InvokeError::TimedOut { after: timeout });
    assert!(!is_running(before));
    assert!(invoke(&lambda, json!({})).await.is_ok());
}

#[tokio::test]
async fn an_invocation_goes_on_when_its_caller_goes_away() {
    let lambda = lambda([spec("obedient", 1)]);
    let before = pid_of(&invoke(&lambda, json!({})).await.unwrap());

    let nap = invoke(&lambda, json!({ "do": "nap" }));
    assert!(tokio::time::timeout(Duration::from_millis(5), nap).await.is_err());

    assert_eq!(pid_of(&invoke(&lambda, json!({})).await.unwrap()), before);
}

#[tokio::test]
async fn an_answer_over_six_megabytes_is_an_error_of_the_function() {
    let lambda = lambda([spec("obedient", 1)]);

    let error = invoke(&lambda, json!({ "do": "overflow" })).await.unwrap_err();

    let InvokeError::Unhandled { kind, .. } = error else { unreachable!("{error:?}") };
    assert_eq!(kind, "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn an_event_over_six_megabytes_is_refused() {
    let lambda = lambda([spec("obedient", 1)]);

    let error = invoke(&lambda, json!("x".repeat(6 << 20))).await.unwrap_err();

    assert_eq!(error, InvokeError::PayloadTooLarge);
}

#[tokio::test]
async fn a_function_that_gives_up_at_its_start_says_why() {
    let lambda = lambda([spec("gives_up", 1)]);

    let error = lambda.warm("gives_up").await.unwrap_err();

    assert_eq!(
        error,
        InvokeError::InitFailed {
            kind: "Setting.Missing".to_owned(),
            message: "MIRT_TABLE is not set".to_owned()
        }
    );
}

#[tokio::test]
async fn a_function_that_ends_before_it_asks_for_an_event_has_not_started() {
    let lambda = Lambda::new([spec("false", 1)], &Site::default(), Clock::System, |name, _| {
        Command::new(name)
    });

    let error = lambda.invoke("false", Bytes::from("{}")).await.unwrap_err();

    assert_eq!(
        error,
        InvokeError::InitFailed {
            kind: "Runtime.ExitError".to_owned(),
            message: "exit status: 1".to_owned()
        }
    );
}

#[tokio::test]
async fn a_command_that_does_not_exist_has_not_started() {
    let lambda = Lambda::new([spec("absent", 1)], &Site::default(), Clock::System, |_, _| {
        Command::new("/there/is/no/such/bootstrap")
    });

    let error = lambda.warm("absent").await.unwrap_err();

    assert!(matches!(error, InvokeError::InitFailed { kind, .. } if kind == "Local.Spawn"));
}

#[tokio::test(start_paused = true)]
async fn a_function_that_never_asks_for_an_event_is_given_up() {
    let timeout = Duration::from_secs(1);
    let lambda = lambda([FunctionSpec { timeout, ..spec("never_asks", 1) }]);

    let error = lambda.warm("never_asks").await.unwrap_err();

    assert!(matches!(error, InvokeError::InitFailed { kind, .. } if kind == "Runtime.InitTimeout"));
}

#[tokio::test]
async fn an_unknown_function_is_named() {
    let lambda = lambda([]);

    let error = invoke(&lambda, json!({})).await.unwrap_err();

    assert_eq!(error, InvokeError::UnknownFunction("obedient".to_owned()));
}

#[tokio::test]
async fn dropping_lambda_ends_its_processes_even_those_that_would_stay() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let told = pid_file.clone();
    let lambda = Lambda::new([spec("deaf", 1)], &Site::default(), Clock::System, move |name, _| {
        let mut command = Command::from(this_program_as(name));
        command.env(PID_FILE, &told).stdout(Stdio::null()).stderr(Stdio::null());
        command
    });
    lambda.warm("deaf").await.unwrap();
    let pid = std::fs::read_to_string(pid_file).unwrap().parse().unwrap();
    assert!(is_running(pid));

    drop(lambda);

    wait_until_gone(pid);
}

#[test]
fn the_processes_end_with_their_supervisor_even_when_it_is_killed() {
    let mut supervisor = this_program_as("supervisor").stdout(Stdio::piped()).spawn().unwrap();
    let pid = BufReader::new(supervisor.stdout.take().unwrap())
        .lines()
        .find_map(|line| line.unwrap().strip_prefix("child ").map(str::to_owned))
        .unwrap()
        .parse()
        .unwrap();
    assert!(is_running(pid));

    supervisor.kill().unwrap();
    supervisor.wait().unwrap();

    wait_until_gone(pid);
}
