//! Lambda over the functions of this program, and what a test asks of it.

use std::{
    env,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use axum::body::Bytes;
use mirt_local_aws::{
    clock::Clock,
    lambda::{FunctionSpec, Invoke as _, InvokeError, Lambda},
    site::Site,
};
use serde_json::Value;
use tokio::process::Command;

/// Names the part that this program plays when it is started as a child.
pub(crate) const PART: &str = "LOCAL_AWS_TEST_PART";

/// Names the file to which the deaf function writes its process id.
pub(crate) const PID_FILE: &str = "LOCAL_AWS_TEST_PID_FILE";

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn on_a_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn spec(name: &str, max_concurrency: usize) -> FunctionSpec {
    FunctionSpec {
        name: name.to_owned(),
        function_name: format!("mirt-test-{name}"),
        handler: "bootstrap".to_owned(),
        timeout: PATIENCE,
        is_traced: false,
        memory_mb: 128,
        max_concurrency,
    }
}

pub(crate) fn this_program_as(part: &str) -> std::process::Command {
    let mut command = std::process::Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "functions::child_process", "--ignored", "--nocapture"])
        .env(PART, part);
    command
}

pub(crate) fn lambda(functions: impl IntoIterator<Item = FunctionSpec>) -> Lambda {
    Lambda::new(functions, &Site::default(), Clock::System, |name, _| {
        let mut command = Command::from(this_program_as(name));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    })
}

pub(crate) async fn invoke(lambda: &Lambda, event: Value) -> Result<Value, InvokeError> {
    let answer = lambda.invoke("obedient", Bytes::from(event.to_string())).await?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

pub(crate) fn pid_of(answer: &Value) -> u64 {
    answer["pid"].as_u64().unwrap()
}

/// A dead child that nobody has waited for yet is a zombie, once the last of its threads is gone.
pub(crate) fn is_running(pid: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/status"))
        .is_ok_and(|status| !(status.contains("State:\tZ") && status.contains("Threads:\t1\n")))
}

pub(crate) fn wait_until_gone(pid: u64) {
    let give_up = Instant::now() + PATIENCE;
    while is_running(pid) {
        assert!(Instant::now() < give_up, "process {pid} is still there");
        thread::sleep(Duration::from_millis(10));
    }
}
