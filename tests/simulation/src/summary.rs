//! Many seeds on all processors, and what they came to.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use crate::{Outcome, mutant::Mutant, run};

/// How many failing seeds are shown.
const SHOWN: usize = 20;

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many seeds were run.
    pub seeds: u64,
    /// All that they did.
    pub total: Outcome,
    /// The seeds that failed, and what each of them broke first.
    pub failed: Vec<(u64, String)>,
}

impl Summary {
    /// Runs `count` seeds from `from` on.
    #[must_use]
    pub fn of(from: u64, count: u64, mutant: Option<Mutant>) -> Self {
        Self::run(from, count, mutant, false)
    }

    /// Runs seeds from 0 on until one fails, or `most` have been run.
    #[must_use]
    pub fn until_one_fails(most: u64, mutant: Mutant) -> Self {
        Self::run(0, most, Some(mutant), true)
    }

    fn run(from: u64, count: u64, mutant: Option<Mutant>, stops: bool) -> Self {
        let (next, is_over) = (AtomicU64::new(from), AtomicBool::new(false));
        let work = || {
            let mut summary = Self::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= from + count || is_over.load(Ordering::Relaxed) {
                    return summary;
                }
                summary.add(seed, run(seed, mutant, false));
                if stops && !summary.failed.is_empty() {
                    is_over.store(true, Ordering::Relaxed);
                }
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut summary = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            // A worker that panicked counts as seeds that were not run.
            workers.into_iter().filter_map(|worker| worker.join().ok()).fold(
                Self::default(),
                |mut all, part| {
                    all.merge(part);
                    all
                },
            )
        });
        summary.failed.sort();
        summary
    }

    /// For people: the figures, the first failing seeds, and how to see one of them.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Outcome {
            events,
            turns,
            replies,
            alerts,
            sent_again,
            orders,
            questions,
            most_foreign,
            calls,
            faults,
            ..
        } = self.total;
        let mut lines = vec![format!(
            "{} seeds: {events} events, {turns} turns, {replies} channel calls of which \
             {sent_again} were made again, {alerts} alerts, {orders} orders in the CRM, {questions} questions to the model; \
             {most_foreign} turns of others at most while an event waited and nothing failed; \
             {calls} outside calls, {faults} of them struck",
            self.seeds
        )];
        let shown = self.failed.iter().take(SHOWN);
        lines.extend(shown.map(|(seed, violation)| format!("seed {seed}: {violation}")));
        if let Some((seed, _)) = self.failed.first() {
            lines.push(format!(
                "{} seeds fail; see one: cargo run -q -p mirt-simulation -- --seed {seed}",
                self.failed.len()
            ));
        }
        lines
    }

    fn add(&mut self, seed: u64, mut outcome: Outcome) {
        self.seeds += 1;
        if !outcome.violations.is_empty() {
            self.failed.push((seed, outcome.violations.swap_remove(0)));
        }
        self.total.add(&outcome);
    }

    fn merge(&mut self, mut other: Self) {
        self.seeds += other.seeds;
        self.failed.append(&mut other.failed);
        self.total.add(&other.total);
    }
}
