//! Thirty days of customers in simulated time: what each of them is sent unasked keeps to the rules,
//! whatever else happens.
#![expect(clippy::unwrap_used, reason = "a simulation whose steps fail has failed")]
#![expect(clippy::print_stdout, reason = "the figures are shown with --nocapture")]

mod customers;
mod ports;
mod rules;
mod world;

use std::sync::LazyLock;

use jiff::SignedDuration;
use mirt_domain::shop::Settings;
use world::{World, settings};

/// A month of so many customers, in which each thing happens `least` times or more.
fn a_month_of(customers: u64, seed: u64, least: usize) {
    static SETTINGS: LazyLock<Settings> = LazyLock::new(settings);
    let world = World::new(seed, &SETTINGS);

    world.run(customers);

    let seen = rules::seen(&world);
    println!("{customers} customers, seed {seed}: {seen:?}");
    let faults = rules::broken(&world);
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults[..faults.len().min(20)].join("\n")
    );
    // A month in which nothing happened would prove nothing.
    for (what, count) in &seen {
        assert!(*count >= least, "{what}: {count} in {seen:?}");
    }
}

#[test]
fn every_customers_messages_keep_to_the_rules_for_thirty_days() {
    a_month_of(100, 2026, 2);
}

/// A shop that works otherwise breaks the rules, and that is seen.
#[test]
fn a_shop_that_writes_at_night_too_soon_too_often_or_sums_up_too_soon_is_found_out() {
    let hours = |hours: &[i64]| hours.iter().map(|it| SignedDuration::from_hours(*it)).collect();
    let at_any_hour = || "0-0".parse().unwrap();
    for (fault, settings) in [
        ("written to in quiet hours", Settings { quiet: at_any_hour(), ..settings() }),
        ("written to too soon", Settings { follow_ups: hours(&[1, 23]), ..settings() }),
        ("more than two follow-ups", Settings { follow_ups: hours(&[4, 8, 12]), ..settings() }),
        ("no first follow-up", Settings { follow_ups: hours(&[8, 23]), ..settings() }),
        (
            "summed up too soon",
            Settings { summary_after: SignedDuration::from_hours(48), ..settings() },
        ),
    ] {
        let world = World::new(2026, Box::leak(Box::new(settings)));

        world.run(10);

        let faults = rules::broken(&world);
        assert!(faults.iter().any(|it| it.contains(fault)), "{fault}: {faults:?}");
    }
}

/// As many as meet every hour of the day with every habit.
#[test]
#[ignore = "five hundred customers for three seeds are half a minute in release, minutes in debug"]
fn five_hundred_customers_messages_keep_to_the_rules_for_thirty_days() {
    for seed in [2026, 2027, 2028] {
        a_month_of(500, seed, 20);
    }
}
