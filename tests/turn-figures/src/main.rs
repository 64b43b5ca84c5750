//! Prints what a turn costs without a network: reading, deciding, wording, and searching a
//! catalogue of ten thousand garments; times at the median, with the heap allocations of one call.
//!
//! `cargo run --release -p mirt-turn-figures`. Nothing here passes or fails.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints or stops")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use mirt_domain::{
    catalog::{Catalog, CategoryKey, ColorKey, FeatureKey, Query, SizeWish},
    decide, perceive,
    session::Session,
    shop::{Settings, Shop, Words},
    size::Height,
    turn::{self, Message, TurnInput},
};

/// Calls per measurement.
const CALLS: usize = 2_000;

/// How many garments the large catalogue has.
const GARMENTS: usize = 10_000;

/// A conversation as customers have it: short and long messages, typos, an address, a question.
const CONVERSATION: [&str; 12] = [
    "Добрий день",
    "покажіть сукні на зріст 134",
    "а в чорному є?",
    "слухайте ну гарно але я ще подумаю бо чоловік каже дорогувато як на мене",
    "скільки коштує лагунна на 98 і на 128?",
    "рожеві, обидві",
    "доставка скільки йде до Львова?",
    "беремо, оформлюйте",
    "Коваль Ольга Петрівна, 067 123 45 67, м. Львів, відділення № 5",
    "передплата 200 а решту при отриманні",
    "ввечері оплачу",
    "все оплатила, ось квитанція",
];

fn main() {
    let catalog = mirt_content::catalog();
    let words = Words::of(catalog);
    let settings = Settings::default();
    let shop =
        Shop { catalog, words: &words, prompts: mirt_content::prompts(), settings: &settings };
    println!("| figure | median | p99 | allocations |\n|---|---|---|---|");
    turns(&shop);
    search(catalog);
}

/// Every message of the conversation, from the session in which it is said.
fn turns(shop: &Shop<'_>) {
    let mut session = Session::default();
    let mut said = Vec::new();
    for text in CONVERSATION {
        let message = Message { text: Some(text.to_owned()), ..Message::default() };
        let input = TurnInput { messages: vec![message], now: Timestamp::UNIX_EPOCH };
        let next = turn::take(shop, &session, &input).session;
        said.push((session, input));
        session = next;
    }
    let each = |n: usize| &said[n % said.len()];
    measured("reading a message", |n| {
        let (session, input) = each(n);
        black_box(perceive::read(shop, session, input));
    });
    let read: Vec<_> =
        said.iter().map(|(session, input)| perceive::read(shop, session, input)).collect();
    measured("deciding", |n| {
        let (session, input) = each(n);
        let perceived = &read[n % read.len()];
        black_box(decide::decide(shop, session.clone(), perceived, input.now));
    });
    measured("a whole turn: reading, deciding, wording, checking", |n| {
        let (session, input) = each(n);
        black_box(turn::take(shop, session, input));
    });
}

/// Searches of all kinds in a large catalogue.
fn search(catalog: &Catalog) {
    let large = catalog.grown_to(GARMENTS);
    let (suits, pink) = (CategoryKey::new("костюми"), [ColorKey::new("рожевий")]);
    let (green, plush) = ([ColorKey::new("зелений")], [FeatureKey::new("плюш")]);
    let height = SizeWish::Height(Height::from_cm(128).expect("a height"));
    let queries = [
        Query { category: Some(&suits), ..Query::default() },
        Query { size: Some(height), colors: &pink, ..Query::default() },
        Query {
            category: Some(&suits),
            size: Some(height),
            colors: &pink,
            features: &plush,
            ..Query::default()
        },
        Query { category: Some(&suits), colors: &green, ..Query::default() },
        Query { skip: 9_000, ..Query::default() },
    ];
    measured("search in 10 000 garments", |n| {
        black_box(large.search(&queries[n % queries.len()]));
    });
}

/// Prints the median, the 99th percentile and the allocations of a call.
fn measured(figure: &str, mut call: impl FnMut(usize)) {
    let mut times: Vec<Duration> = (0..CALLS)
        .map(|n| {
            let begun = Instant::now();
            call(n);
            begun.elapsed()
        })
        .collect();
    let allocations = allocation_counter::measure(|| (0..CALLS).for_each(&mut call)).count_total;
    times.sort();
    let at = |percent: usize| times[(CALLS - 1) * percent / 100];
    let calls = u64::try_from(CALLS).unwrap_or(u64::MAX);
    println!("| {figure} | {} | {} | {} |", shown(at(50)), shown(at(99)), allocations / calls);
}

fn shown(time: Duration) -> String {
    let nanos = time.as_nanos();
    format!("{}.{} µs", nanos / 1_000, nanos % 1_000 / 100)
}
