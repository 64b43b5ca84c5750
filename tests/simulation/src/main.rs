//! `cargo run -p mirt-simulation --release -- --seeds 100000`: many seeds, and a summary;
//! with `--seed N`: one, step by step.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use mirt_simulation::{mutant::Mutant, run, summary::Summary};

/// Runs the engine in a world that kills, fails, delays, duplicates and reorders.
#[derive(Debug, Parser)]
struct Arguments {
    /// Run this seed alone, and show every step.
    #[arg(long)]
    seed: Option<u64>,
    /// Run this many seeds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plant a bug.
    #[arg(long, value_enum)]
    mutant: Option<Mutant>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (is_well, lines) = match arguments.seed {
        Some(seed) => one(seed, arguments.mutant),
        None => many(&arguments),
    };
    let written = writeln!(stdout(), "{}", lines.join("\n"));
    if is_well && written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one(seed: u64, mutant: Option<Mutant>) -> (bool, Vec<String>) {
    let mut outcome = run(seed, mutant, true);
    let is_well = outcome.violations.is_empty();
    let mut lines = outcome.trace;
    lines.push(format!("seed {seed}: {}", if is_well { "all is well" } else { "fails" }));
    lines.append(&mut outcome.violations);
    (is_well, lines)
}

fn many(arguments: &Arguments) -> (bool, Vec<String>) {
    let began = Instant::now();
    let summary = Summary::of(arguments.from, arguments.seeds, arguments.mutant);
    let mut lines = summary.lines();
    lines.push(format!("{} s", began.elapsed().as_secs()));
    (summary.failed.is_empty() && summary.seeds == arguments.seeds, lines)
}
