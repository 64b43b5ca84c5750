//! A channel in trouble for long: nothing is lost and nothing is said twice. Run with `--nocapture`
//! for the figures.

#![expect(clippy::print_stdout, reason = "the figures are shown with --nocapture")]

use mirt_simulation::{ChannelTrouble, Outcome, run_trouble};

/// Any will do: the scenario has no chance but who writes when.
const SEEDS: std::ops::Range<u64> = 0..3;

/// All that came of it, which is shown.
fn outcome(trouble: ChannelTrouble) -> Outcome {
    let mut total = Outcome::default();
    for seed in SEEDS {
        let outcome = run_trouble(seed, trouble);
        println!(
            "{trouble:?}, seed {seed}: {} messages, {} turns, {} calls of channels; {} tried in vain, \
             {} made twice, {} violations; the last one taken after {} s",
            outcome.events,
            outcome.turns,
            outcome.replies,
            outcome.in_vain,
            outcome.sent_again,
            outcome.violations.len(),
            outcome.last_taken,
        );
        total.violations.extend(outcome.violations);
        total.events += outcome.events;
        total.replies += outcome.replies;
        total.in_vain += outcome.in_vain;
        total.sent_again += outcome.sent_again;
    }
    total
}

#[test]
fn manychat_is_down_for_ten_minutes_and_every_reply_arrives_once() {
    let outcome = outcome(ChannelTrouble::ManychatDown);

    assert_eq!(outcome.violations, [""; 0]);
    assert_eq!((outcome.events, outcome.sent_again), (1_200, 0));
    assert!(outcome.in_vain > 0, "nothing was tried in vain: there was no outage");
}

#[test]
fn telegram_refuses_every_second_call_and_every_reply_arrives_once() {
    let outcome = outcome(ChannelTrouble::TelegramEverySecond);

    assert_eq!(outcome.violations, [""; 0]);
    assert_eq!((outcome.events, outcome.sent_again), (1_200, 0));
    assert!(outcome.in_vain > 0, "nothing was tried in vain: there was no trouble");
}
