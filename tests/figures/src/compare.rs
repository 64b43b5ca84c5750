//! The webhook beside handlers in Python and Node that make the same two kinds of call, and beside
//! the least that Rust can do: `mirt-figures --compare`. CPU time holds on a noisy machine, wall
//! time does not; the ratios are what to look at.
//!
//! Each is started with the services as they are, and with the services behind TLS, at a host each
//! as in AWS. The webhook opens a third connection, for its secret, which the others do not have.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
    time::Duration,
};

use mirt_test_support::{cost::peak_memory_of_children, lambda::FunctionWorld};
use serde_json::json;

use crate::{
    http_event,
    programs::{Programs, sibling},
    tls::{Tls, done},
};

/// Starts and, of each, warm calls.
const STARTS: usize = 10;
const CALLS: usize = 300;

/// Pinned, so that a figure can be had again.
const BOTO3: &str = "boto3==1.41.2";
const NODE_PACKAGES: [&str; 2] =
    ["@aws-sdk/client-dynamodb@3.1162.0", "@aws-sdk/client-sqs@3.1169.0"];

/// Where the AWS SDK looks for the queues.
const SQS: &str = "AWS_ENDPOINT_URL_SQS";

/// What was measured of one handler.
#[derive(Default)]
struct Cost {
    /// CPU from exec to the first answer, the median.
    first: Duration,
    /// CPU of a warm call.
    warm: Duration,
    /// Peak of resident memory, in kilobytes.
    peak_kb: u64,
}

/// A handler, without TLS and with it.
struct Costs {
    plain: Cost,
    tls: Cost,
}

/// Prints the table.
pub(crate) async fn run(programs: &Programs) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("compare");
    let tls = Tls::new(folder.path(), &source.join("openssl.cnf"));
    println!(
        "| handler | CPU to the first answer | the same over TLS | CPU of a warm call | the same over TLS \
         | peak memory, over TLS |\n|---|---|---|---|---|---|"
    );
    let webhook = programs.function("webhook");
    let least = sibling("mirt-minimal");
    let python = python(folder.path(), &source);
    let node = node(folder.path(), &source);
    let trusting = |program: &Path| tls.trusted_by(program);
    let webhook = shown("webhook, whole", [&webhook, &trusting(&webhook)], &tls).await;
    let least = shown("the least, in Rust", [&least, &trusting(&least)], &tls).await;
    let python = shown("the least, in Python", [&python, &python], &tls).await;
    let node = shown("the least, in Node", [&node, &node], &tls).await;
    for (name, more, less) in [
        ("Python to webhook", &python, &webhook),
        ("Node to webhook", &node, &webhook),
        ("webhook to the least in Rust", &webhook, &least),
    ] {
        println!(
            "| {name} | {} | {} | {} | {} | |",
            times(more.plain.first, less.plain.first),
            times(more.tls.first, less.tls.first),
            times(more.plain.warm, less.plain.warm),
            times(more.tls.warm, less.tls.warm),
        );
    }
}

/// Measures a handler, of which the second copy trusts the certificates of the services, and prints
/// its line.
async fn shown(name: &str, [program, trusting]: [&Path; 2], tls: &Tls) -> Costs {
    let costs =
        Costs { plain: measure(program, None).await, tls: measure(trusting, Some(tls)).await };
    let (plain, over) = (&costs.plain, &costs.tls);
    let micros = [plain.first, over.first, plain.warm, over.warm].map(|time| time.as_micros());
    let [first, first_tls, warm, warm_tls] = micros;
    println!(
        "| {name} | {first} µs | {first_tls} µs | {warm} µs | {warm_tls} µs | {} KB |",
        over.peak_kb
    );
    costs
}

/// How many times, with a digit behind the point.
fn times(of: Duration, to: Duration) -> String {
    let tenths = of.as_nanos() * 10 / to.as_nanos().max(1);
    format!("{}.{} times", tenths / 10, tenths % 10)
}

async fn measure(program: &Path, tls: Option<&Tls>) -> Cost {
    let mut firsts = Vec::with_capacity(STARTS);
    let mut cost = Cost::default();
    for _ in 0..STARTS {
        let world = start(program, tls).await;
        call(&world, 0).await;
        let first = cpu_of_child();
        for n in 1..=CALLS {
            call(&world, n).await;
        }
        cost.warm += cpu_of_child().saturating_sub(first);
        firsts.push(first);
        cost.peak_kb = cost.peak_kb.max(peak_memory_of_children().unwrap_or_default());
        world.kill().await;
    }
    firsts.sort_unstable();
    cost.first = firsts[STARTS / 2];
    cost.warm /= u32::try_from(STARTS * CALLS).expect("a small number");
    cost
}

async fn call(world: &FunctionWorld, n: usize) {
    let payload = json!({ "clientId": (n % 50).to_string(), "message": format!("{n}") });
    let answer = world.invoke(&http_event(&payload.to_string())).await.expect("an answer");
    assert_eq!(answer["statusCode"], 202, "{answer}");
}

/// The services, and the handler as a function that has not started yet.
async fn start(program: &Path, tls: Option<&Tls>) -> FunctionWorld {
    // Node's warnings would stand in the middle of the table.
    let mut settings =
        vec![("PATH", env::var("PATH").unwrap_or_default()), ("NODE_NO_WARNINGS", "1".to_owned())];
    let services = Arc::new(OnceLock::new());
    if let Some(tls) = tls {
        let hosts =
            [(1, "AWS_ENDPOINT_URL_DYNAMODB"), (2, SQS), (3, "AWS_ENDPOINT_URL_SECRETS_MANAGER")];
        for (host, setting) in hosts {
            let url = tls.before(Arc::clone(&services), host).await;
            if setting == SQS {
                settings.push((
                    "MIRT_INBOUND_QUEUE_URL",
                    format!("{url}/000000000000/mirt-dev-inbound.fifo"),
                ));
            }
            settings.push((setting, url));
        }
        // Python and Node are told of the root.
        let root = tls.root().display().to_string();
        settings.extend([("AWS_CA_BUNDLE", root.clone()), ("NODE_EXTRA_CA_CERTS", root)]);
    }
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let program = program.to_str().expect("a path of ASCII");
    let world = FunctionWorld::start_with(program, "webhook", &settings).await;
    let address = world.endpoint.url().trim_start_matches("http://");
    services.set(address.parse().expect("an address of loopback")).expect("set once");
    world
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
