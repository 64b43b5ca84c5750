//! Customers and their habits.

use jiff::{SignedDuration, Timestamp};

/// What a customer's message does to follow-ups, as a person would say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Something is open: who falls silent now is written to.
    Open,
    /// Refused, bought, said goodbye: nobody is written to.
    Closed,
    /// A human has them for twelve hours.
    Human,
    /// Never again.
    OptedOut,
}

/// What a customer does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Write(&'static str, Then),
    SendReceipt,
    /// A manager finds the money.
    Approved,
}

/// A conversation: what is written, in order.
type Script = &'static [Act];

const OFFER: Act = Act::Write("сукня Анна на зріст 128, рожева", Then::Open);

const SCRIPTS: [Script; 9] = [
    &[Act::Write("покажіть костюми", Then::Open)],
    &[Act::Write("сукня Анна", Then::Open)],
    &[Act::Write("Добрий день, є сукні на зріст 122?", Then::Open)],
    &[OFFER],
    &[OFFER, Act::Write("а яка тканина?", Then::Open)],
    &[OFFER, Act::Write("ні, дякую, не треба", Then::Closed)],
    &[
        OFFER,
        Act::Write("беру", Then::Open),
        Act::Write("Коваль Ольга, 0671234567, Львів, відділення 5", Then::Open),
        Act::Write("повна оплата", Then::Open),
        Act::SendReceipt,
        Act::Approved,
    ],
    &[Act::Write("покличте менеджера", Then::Human)],
    &[OFFER, Act::Write("не пишіть мені більше", Then::OptedOut)],
];

/// How many hours lie between two conversations.
const GAPS: [i64; 7] = [6, 15, 26, 84, 130, 200, 290];

/// What one customer does in a month, each at its time.
pub(crate) fn agenda(
    rng: &mut fastrand::Rng,
    begins: Timestamp,
    days: i64,
) -> Vec<(Timestamp, Act)> {
    let ends = begins + SignedDuration::from_hours(24 * days);
    let mut at = begins + SignedDuration::from_secs(rng.i64(0..48 * 3600));
    let mut acts = Vec::new();
    while at < ends {
        // Few want to be left alone for good, or there would be nobody left.
        let many = if rng.u8(..10) == 0 { SCRIPTS.len() } else { SCRIPTS.len() - 1 };
        let script = SCRIPTS[rng.usize(..many)];
        for act in script {
            let pause = if matches!(act, Act::Approved) { 3_600 } else { rng.i64(20..120) };
            at += SignedDuration::from_secs(pause);
            acts.push((at, *act));
        }
        let hours = GAPS[rng.usize(..GAPS.len())];
        at += SignedDuration::from_secs(hours * 3_600 + rng.i64(0..7_200));
    }
    acts
}
