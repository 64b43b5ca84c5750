//! `cargo run -p mirt-simulation --release -- --seeds 100000`: many seeds, and a summary.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use clap::Parser;
use mirt_simulation::{Outcome, mutant::Mutant, run};

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

/// What many seeds came to.
#[derive(Default)]
struct Summary {
    seeds: u64,
    total: Outcome,
    failed: Vec<(u64, Vec<String>)>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let lines = match arguments.seed {
        Some(seed) => one(seed, arguments.mutant),
        None => many(&arguments),
    };
    let is_well = lines.is_ok();
    let lines = lines.unwrap_or_else(|lines| lines);
    let written = writeln!(stdout(), "{}", lines.join("\n"));
    if is_well && written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one seed and shows every step of it.
fn one(seed: u64, mutant: Option<Mutant>) -> Result<Vec<String>, Vec<String>> {
    let mut outcome = run(seed, mutant, true);
    let mut lines = outcome.trace;
    if outcome.violations.is_empty() {
        lines.push(format!("seed {seed}: all is well"));
        return Ok(lines);
    }
    lines.push(format!("seed {seed} fails:"));
    lines.append(&mut outcome.violations);
    Err(lines)
}

/// Runs many seeds on all processors.
fn many(arguments: &Arguments) -> Result<Vec<String>, Vec<String>> {
    let began = Instant::now();
    let (next, end) = (AtomicU64::new(arguments.from), arguments.from + arguments.seeds);
    let work = || {
        let mut summary = Summary::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return summary;
            }
            summary.add(seed, run(seed, arguments.mutant, false));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut summary = Summary::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if let Ok(part) = worker.join() {
                summary.merge(part);
            }
        }
    });
    summary.failed.sort();
    let mut lines = summary.lines();
    lines.push(format!("{} s", began.elapsed().as_secs()));
    if summary.failed.is_empty() && summary.seeds == arguments.seeds {
        Ok(lines)
    } else {
        Err(lines)
    }
}

impl Summary {
    fn add(&mut self, seed: u64, outcome: Outcome) {
        self.seeds += 1;
        let total = &mut self.total;
        total.events += outcome.events;
        total.turns += outcome.turns;
        total.replies += outcome.replies;
        total.sent_again += outcome.sent_again;
        total.calls += outcome.calls;
        total.faults += outcome.faults;
        if !outcome.violations.is_empty() {
            self.failed.push((seed, outcome.violations));
        }
    }

    fn merge(&mut self, mut other: Self) {
        let seeds = other.seeds - 1;
        self.add(0, other.total);
        self.seeds += seeds;
        self.failed.append(&mut other.failed);
    }

    fn lines(&self) -> Vec<String> {
        let Outcome { events, turns, replies, sent_again, calls, faults, .. } = self.total;
        let mut lines = vec![format!(
            "{} seeds: {events} events, {turns} turns, {replies} replies of which {sent_again} \
             were sent again; {calls} calls, {faults} of them struck",
            self.seeds
        )];
        for (seed, violations) in self.failed.iter().take(20) {
            lines.push(format!("seed {seed}: {}", violations.first().map_or("", String::as_str)));
        }
        if let Some((seed, _)) = self.failed.first() {
            lines.push(format!(
                "{} seeds fail; see one with: cargo run -p mirt-simulation -- --seed {seed}",
                self.failed.len()
            ));
        }
        lines
    }
}
