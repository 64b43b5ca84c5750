//! The engine keeps its promises in a bad world.

use mirt_simulation::{run, summary::Summary};

/// Few enough for every build; `--release -- --seeds 100000` on the command line runs more.
const SEEDS: u64 = 2_000;

#[test]
fn nothing_is_lost_or_said_twice_or_out_of_order_whatever_dies() {
    let summary = Summary::of(0, SEEDS, None);

    assert!(summary.failed.is_empty(), "{}", summary.lines().join("\n"));
    assert_eq!(summary.seeds, SEEDS);
    // A world in which nothing went wrong would prove nothing.
    assert!(summary.total.faults > SEEDS && summary.total.sent_again > 0, "{summary:?}");
}

#[test]
fn a_seed_is_the_same_run_again() {
    for seed in 0..20 {
        assert_eq!(run(seed, None, true).trace, run(seed, None, true).trace, "seed {seed}");
    }
}
