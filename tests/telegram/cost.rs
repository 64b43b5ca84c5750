//! What keeping history costs.

use std::time::Duration;

use mirt_engine::clock::{Clock as _, after};
use mirt_history::{
    command::{Command, Mode},
    fetch::{Ending, FetchSettings},
};
use mirt_telegram_peer::sample;
use mirt_test_support::cost::written_half_units;

use crate::stage::{Stage, day, named, of_mode};

/// So many messages take at most one write unit.
const MESSAGES_A_UNIT: u64 = 4;

/// How long a process has: short, so that commands are handed on.
const TIME: Duration = Duration::from_secs(45);

const FIRST: &str = "2026-10-20";

/// What chains of commands took.
#[derive(Debug)]
struct Took {
    messages: u64,
    /// Halves of write units.
    half_units: u64,
}

/// Fetches days of chats in chains of processes that each have the time of the template's function.
async fn fetched(chats: u32, days: u32, messages_a_day: u32) -> Took {
    let mut stage = Stage::start(sample::busy(chats, FIRST, days, messages_a_day)).await;
    stage.clock.set("2026-11-19T02:00:00Z");
    stage.settings.call_spacing = FetchSettings::default().call_spacing;
    let last = (1..days).fold(day(FIRST), |day, _| day.next());
    let mut messages = 0;
    for number in 0..chats {
        let mut next = named(
            Command {
                from: Some(day(FIRST)),
                to: Some(last),
                ..of_mode(&format!("@busy_{number}"), Mode::Range)
            },
            &format!("chat-{number}"),
        );
        loop {
            let report = stage.run_until(&next, after(stage.clock.now(), TIME)).await;
            messages += report.days.iter().map(|(_, messages, _)| messages).sum::<u64>();
            match report.ending {
                Ending::HandOn(handed_on) => next = *handed_on,
                ending => {
                    assert!(matches!(ending, Ending::Done), "{ending:?}");
                    break;
                }
            }
        }
    }
    Took { messages, half_units: written_half_units(&stage.endpoint) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_takes_at_most_a_quarter_of_a_write_unit() {
    let took = fetched(2, 2, 500).await;

    assert_eq!(took.messages, 2_000);
    assert!(took.half_units * MESSAGES_A_UNIT <= 2 * took.messages, "{took:?}");
}
