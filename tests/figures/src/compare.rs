//! The webhook beside handlers in Python and Node that make the same two kinds of call, and beside
//! the least that Rust can do: `mirt-figures --compare`. CPU time holds on a noisy machine, wall
//! time does not; the ratios are what to look at.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use mirt_test_support::{cost::peak_memory_of_children, lambda::FunctionWorld};
use serde_json::json;

use crate::{http_event, sibling};

/// Starts and, of each, warm calls.
const STARTS: usize = 10;
const CALLS: usize = 300;

/// Pinned, so that a figure can be had again.
const BOTO3: &str = "boto3==1.41.2";
const NODE_PACKAGES: [&str; 2] = ["@aws-sdk/client-dynamodb@3", "@aws-sdk/client-sqs@3"];

/// What was measured of one handler.
struct Cost {
    /// CPU from exec to the first answer.
    first: Duration,
    /// CPU of a warm call.
    warm: Duration,
    /// Peak of resident memory, in kilobytes.
    peak_kb: u64,
}

/// Prints the table.
pub(crate) async fn run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("compare");
    println!(
        "| handler | CPU to the first answer | CPU of a warm call | peak memory |\n|---|---|---|---|"
    );
    let webhook = shown("webhook, whole", measure(sibling("webhook").as_ref()).await);
    let least = shown("the least, in Rust", measure(sibling("mirt-minimal").as_ref()).await);
    let python = shown("the least, in Python", measure(&python(folder.path(), &source)).await);
    let node = shown("the least, in Node", measure(&node(folder.path(), &source)).await);
    println!(
        "| Python to webhook | {} | {} | |",
        times(python.first, webhook.first),
        times(python.warm, webhook.warm)
    );
    println!(
        "| Node to webhook | {} | {} | |",
        times(node.first, webhook.first),
        times(node.warm, webhook.warm)
    );
    println!(
        "| webhook to the least in Rust | {} | {} | |",
        times(webhook.first, least.first),
        times(webhook.warm, least.warm)
    );
}

fn shown(name: &str, cost: Cost) -> Cost {
    let (first, warm) = (cost.first.as_micros(), cost.warm.as_micros());
    println!("| {name} | {first} µs | {warm} µs | {} KB |", cost.peak_kb);
    cost
}

/// How many times, with a digit behind the point.
fn times(of: Duration, to: Duration) -> String {
    let tenths = of.as_nanos() * 10 / to.as_nanos().max(1);
    format!("{}.{} times", tenths / 10, tenths % 10)
}

async fn measure(bootstrap: &Path) -> Cost {
    let path = env::var("PATH").unwrap_or_default();
    let bootstrap = bootstrap.to_str().expect("a path of ASCII");
    let mut firsts = Vec::with_capacity(STARTS);
    let (mut warm, mut peak_kb) = (Duration::ZERO, 0);
    for _ in 0..STARTS {
        let world = FunctionWorld::start_with(bootstrap, "webhook", &[("PATH", &path)]).await;
        call(&world, 0).await;
        let first = cpu_of_child();
        for n in 1..=CALLS {
            call(&world, n).await;
        }
        warm += cpu_of_child().saturating_sub(first);
        firsts.push(first);
        peak_kb = peak_kb.max(peak_memory_of_children().unwrap_or_default());
        world.kill().await;
    }
    firsts.sort_unstable();
    let calls = u32::try_from(STARTS * CALLS).expect("a small number");
    Cost { first: firsts[STARTS / 2], warm: warm / calls, peak_kb }
}

async fn call(world: &FunctionWorld, n: usize) {
    let payload = json!({ "clientId": (n % 50).to_string(), "message": format!("{n}") });
    let answer = world.invoke(&http_event(&payload.to_string())).await.expect("an answer");
    assert_eq!(answer["statusCode"], 202, "{answer}");
}

/// What this process's one child has used, all its threads together. In nanoseconds, as the
/// scheduler counts: the ticks of `stat` are as long as a whole start.
fn cpu_of_child() -> Duration {
    let child = children().next().expect("the function runs");
    let threads = fs::read_dir(child.join("task")).expect("it has threads").flatten();
    let used = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    });
    used.sum()
}

/// The folders of `/proc` of this process's children.
fn children() -> impl Iterator<Item = PathBuf> {
    let parent = format!("PPid:\t{}\n", std::process::id());
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.map(|process| process.path()).filter(move |process| {
        fs::read_to_string(process.join("status")).is_ok_and(|status| status.contains(&parent))
    })
}

/// A `bootstrap` that runs the handler in Python, with its packages beside it.
fn python(folder: &Path, source: &Path) -> PathBuf {
    let environment = folder.join("python");
    done(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    done(Command::new(environment.join("bin/pip")).args(["install", "--quiet", BOTO3]));
    let interpreter = environment.join("bin/python").display().to_string();
    script(folder, "python.sh", &interpreter, &source.join("handler.py"))
}

/// The same in Node.
fn node(folder: &Path, source: &Path) -> PathBuf {
    let packages = folder.join("node");
    fs::create_dir(&packages).expect("a folder");
    let handler = packages.join("handler.mjs");
    fs::copy(source.join("handler.mjs"), &handler).expect("the handler");
    done(
        Command::new("npm")
            .args(["install", "--silent", "--prefix"])
            .arg(&packages)
            .args(NODE_PACKAGES),
    );
    script(folder, "node.sh", "node", &handler)
}

/// One process, not a shell with a child.
fn script(folder: &Path, name: &str, interpreter: &str, handler: &Path) -> PathBuf {
    let file = folder.join(name);
    let text = format!("#!/bin/sh\nexec {interpreter} {}\n", handler.display());
    fs::write(&file, text).expect("a script");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it can run");
    file
}

fn done(command: &mut Command) {
    let status = command.status().expect("Python 3 with venv, Node and npm are installed");
    assert!(status.success(), "{command:?}");
}
