//! Prints the README's figures as a table:
//! `cargo build --release && target/release/mirt-figures [--packages .aws-sam/build] [--compare]`.
//!
//! With `--packages` the functions are those that `sam build` made, which are what is deployed: each
//! is built on its own there, with only the features that it uses.
//!
//! Times on a shared machine are noisy, so what we add is shown beside what the store needs on the
//! same machine in the same run. Nothing here passes or fails.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and a step of it that fails makes its figures worthless"
)]

mod compare;
mod programs;
mod tls;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use mirt_aws::{queue::InboundQueue, sdk, table::Table};
use mirt_domain::{
    channel::Channel,
    session::Session,
    session_id::{SessionId, UserId},
    shop::{Settings, Shop, Words},
    turn::{self, Message, TurnInput},
};
use mirt_engine::{
    event::{EventBody, EventKey, EventOrder, InboundEvent},
    receive::receive,
};
use mirt_test_support::{
    Mirt, cost::peak_memory_of_children, lambda::FunctionWorld, mirt::MANYCHAT_TOKEN,
};
use serde_json::json;

use crate::programs::{Programs, sibling};

/// The functions, as the folders of `functions/` are called.
const FUNCTIONS: [&str; 9] = [
    "webhook",
    "dialogue",
    "orders",
    "sweeper",
    "followups",
    "summaries",
    "dayreport",
    "alarms",
    "telegram-fetch",
];

/// Calls per measurement; the first [`WARM_UP`] are not counted.
const CALLS: usize = 600;
const WARM_UP: usize = 100;

/// Starts per measurement.
const STARTS: usize = 10;

/// What a customer says, over and over, to measure a turn.
const CONVERSATION: [&str; 4] =
    ["Добрий день", "покажіть сукні на зріст 134", "а в чорному є?", "скільки лагуна на 98?"];

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let arguments: Vec<_> = std::env::args().collect();
    let packages = arguments.iter().position(|argument| argument == "--packages");
    let programs = Programs::new(packages.map(|at| arguments[at + 1].clone().into()));
    if arguments.iter().any(|argument| argument == "--compare") {
        runtime.block_on(compare::run(&programs));
        return;
    }
    println!("| figure | value |\n|---|---|");
    runtime.block_on(accept_path(&programs));
    turn_without_network();
    runtime.block_on(start());
    runtime.block_on(functions(&programs));
}

/// The webhook as Lambda runs it, beside the same writes straight to the emulated services.
async fn accept_path(programs: &Programs) {
    let world = FunctionWorld::start(&text(programs.function("webhook")), "webhook").await;
    world.warm().await.expect("the function starts");

    let payload = |n: usize| json!({ "clientId": (n % 50).to_string(), "message": format!("{n}") });
    let mut own = Vec::with_capacity(CALLS);
    let before = calls(&world);
    for n in 0..CALLS {
        let event = http_event(&payload(n).to_string());
        let begun = Instant::now();
        let answer = world.invoke(&event).await.expect("an answer");
        own.push(begun.elapsed());
        assert_eq!(answer["statusCode"], 202, "{answer}");
    }
    let made = calls(&world) - before;
    row("AWS calls per accepted event", format!("{}", made / CALLS as u64));

    let http = mirt_http::client().expect("a client");
    let config = sdk::local_config(http, world.endpoint.url(), "us-east-1".to_owned()).await;
    let table = Table::new(&config, world.table().to_owned());
    let url = world.endpoint.sqs().queue_url("mirt-dev-inbound.fifo");
    let queue = InboundQueue::new(&config, url);
    let mut store = Vec::with_capacity(CALLS);
    for n in 0..CALLS {
        let event = inbound(n);
        let begun = Instant::now();
        receive(&table, &queue, &event).await.expect("recorded");
        store.push(begun.elapsed());
    }
    for (name, part) in [("p50", 50), ("p99", 99)] {
        let (own, store) = (percentile(&own, part), percentile(&store, part));
        let value = format!(
            "{} with the runtime's own hop, {} of it the two services",
            shown(own),
            shown(store)
        );
        row(&format!("accept path, {name}"), value);
    }
    let peak = peak_memory_of_children();
    let shown = |kb| format!("{kb} KB");
    row("webhook, peak memory", peak.map_or_else(|| "not known here".to_owned(), shown));
}

fn inbound(n: usize) -> InboundEvent {
    let received_at = Timestamp::now();
    InboundEvent {
        session: SessionId {
            channel: Channel::Instagram,
            user: UserId::parse(&format!("b{}", n % 50)).expect("an id"),
        },
        key: EventKey::from_id(&format!("bench-{n}")),
        body: EventBody::said(Message { text: Some(format!("{n}")), ..Message::default() }),
        received_at,
        order: EventOrder { at: received_at, sequence: 0 },
        answer_until: None,
        trace: None,
    }
}

/// What API Gateway sends for a POST of ManyChat.
fn http_event(body: &str) -> String {
    json!({
        "version": "2.0",
        "routeKey": "POST /webhooks/manychat",
        "rawPath": "/webhooks/manychat",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "x-manychat-token": MANYCHAT_TOKEN,
            "host": "api.example",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": "api.example",
            "domainPrefix": "api",
            "http": {
                "method": "POST",
                "path": "/webhooks/manychat",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "bench",
            "routeKey": "POST /webhooks/manychat",
            "stage": "$default",
            "time": "21/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1_795_255_200_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
    .to_string()
}

fn calls(world: &FunctionWorld) -> u64 {
    world.endpoint.calls().snapshot().values().sum()
}

/// Reading the customer, deciding, wording, checking: all of a turn that is ours.
fn turn_without_network() {
    let begun = Instant::now();
    let (catalog, prompts) = (mirt_content::catalog(), mirt_content::prompts());
    let words = Words::of(catalog);
    row("dialogue, catalogue and prompts read at start", shown(begun.elapsed()));
    let settings = Settings::default();
    let shop = Shop { catalog, words: &words, prompts, settings: &settings };
    let mut times = Vec::with_capacity(CALLS * CONVERSATION.len());
    for _ in 0..CALLS {
        let mut session = Session::default();
        for text in CONVERSATION {
            let input = TurnInput {
                messages: vec![Message { text: Some(text.to_owned()), ..Message::default() }],
                now: Timestamp::UNIX_EPOCH,
            };
            let begun = Instant::now();
            let turn = turn::take(&shop, &session, &input);
            times.push(begun.elapsed());
            session = turn.session;
        }
    }
    for (name, part) in [("p50", 50), ("p99", 99)] {
        row(&format!("a turn without network, {name}"), shown(percentile(&times, part)));
    }
}

/// From the command to the line that says that it serves.
async fn start() {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let begun = Instant::now();
        let mut mirt = Mirt::start(&text(sibling("mirt")), &[]).await;
        times.push(begun.elapsed());
        mirt.kill().await;
    }
    row("mirt up, exec to ready, both functions warm (median)", shown(percentile(&times, 50)));
}

/// Each function: from exec to the first poll for an event, its settings and secrets read, and the
/// memory that it takes until then.
async fn functions(programs: &Programs) {
    for name in FUNCTIONS {
        let program = text(programs.function(name));
        let mut times = Vec::with_capacity(STARTS);
        let mut peak = 0;
        for _ in 0..STARTS {
            let world = FunctionWorld::start(&program, name).await;
            let begun = Instant::now();
            world.warm().await.expect("the function starts");
            times.push(begun.elapsed());
            peak = peak.max(peak_memory_of_children().unwrap_or_default());
            world.kill().await;
        }
        let size = std::fs::metadata(&program).expect("built before: see the README").len();
        let (time, least) =
            (percentile(&times, 50), times.iter().min().copied().unwrap_or_default());
        let value = format!(
            "{} KB; exec to first poll {}, at least {}; {peak} KB of memory",
            size / 1024,
            shown(time),
            shown(least),
        );
        row(&format!("{name}, bootstrap"), value);
    }
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("a path of ASCII")
}

fn row(figure: &str, value: String) {
    println!("| {figure} | {value} |");
}

fn percentile(times: &[Duration], part: usize) -> Duration {
    let mut counted = times.get(WARM_UP..).unwrap_or_default().to_vec();
    if counted.is_empty() {
        counted = times.to_vec();
    }
    counted.sort();
    counted[(counted.len() - 1) * part / 100]
}

fn shown(time: Duration) -> String {
    match time.as_micros() {
        micros if micros < 1_000 => format!("{micros} µs"),
        micros if micros < 100_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        micros => format!("{} ms", micros / 1_000),
    }
}
