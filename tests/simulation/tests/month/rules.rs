//! The rules, worked out from what was written alone and without the code that they are about.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    customers::Then,
    world::{DAYS, Happened, World},
};

/// How late a job may be: it runs every five minutes, and one run may be left out or fail, or two.
const LATE: SignedDuration = SignedDuration::from_mins(31);

/// For how long after an outage of the store the messages of a sale that it held up may come at once,
/// and mean something else together than one by one.
const HELD_UP: SignedDuration = SignedDuration::from_hours(2);

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// What the clock in Kyiv shows, in seconds since its midnight.
fn clock_in_kyiv(at: Timestamp) -> i64 {
    let back: Timestamp = "2026-10-25T01:00:00Z".parse().unwrap();
    let east = if at < back { 3 } else { 2 };
    (at.as_second() + east * 3_600).rem_euclid(86_400)
}

fn is_quiet(at: Timestamp) -> bool {
    !(9 * 3_600..21 * 3_600).contains(&clock_in_kyiv(at))
}

/// The end of the quiet hours around a moment, minute by minute.
fn allowed(mut at: Timestamp) -> Timestamp {
    while is_quiet(at) {
        let to_the_minute = 60 - at.as_second().rem_euclid(60);
        at = Timestamp::from_second(at.as_second() + to_the_minute).unwrap();
    }
    at
}

/// What was heard of a customer from one of their messages to the next.
struct Silence {
    from: Timestamp,
    to: Timestamp,
    may_be_followed: Option<bool>,
    follow_ups: Vec<(Timestamp, String)>,
    left_to_manager: Vec<Timestamp>,
    unsent: usize,
    summed_up: Vec<Timestamp>,
}

fn silences(world: &World, log: &[(Timestamp, Happened)], ends: Timestamp) -> Vec<Silence> {
    let mut log = log.to_vec();
    log.sort_by_key(|(at, _)| *at);
    let mut silences: Vec<Silence> = Vec::new();
    let mut is_answered = true;
    let (mut opted_out, mut human_until) = (false, Timestamp::MIN);
    for (at, what) in &log {
        if let Happened::Wrote(then) = what {
            if let Some(last) = silences.last_mut() {
                last.to = *at;
            }
            // At its very end a hand-over may be over or not.
            let is_borderline =
                at.duration_since(human_until).abs() < SignedDuration::from_mins(20);
            let has_human = *at < human_until;
            match then {
                Then::OptedOut if !has_human => opted_out = true,
                Then::Human if !has_human => human_until = *at + hours(12),
                _ => {}
            }
            let may_be_followed = if opted_out {
                Some(false)
            } else if is_borderline {
                None
            } else if has_human {
                Some(false)
            } else if !is_answered || was_held_up(world, *at) {
                // Two messages of one turn are read as one, and either may be what counts.
                None
            } else {
                Some(*then == Then::Open)
            };
            silences.push(Silence {
                from: *at,
                to: ends,
                may_be_followed,
                follow_ups: Vec::new(),
                left_to_manager: Vec::new(),
                unsent: 0,
                summed_up: Vec::new(),
            });
            is_answered = false;
        }
        let Some(silence) = silences.last_mut() else { continue };
        match what {
            Happened::FollowedUp(text) => silence.follow_ups.push((*at, text.clone())),
            Happened::LeftToManager => silence.left_to_manager.push(*at),
            Happened::Unsent => silence.unsent += 1,
            Happened::SummedUp => silence.summed_up.push(*at),
            Happened::Heard => is_answered = true,
            Happened::Wrote(_) | Happened::Paid => {}
        }
    }
    silences
}

/// Whether what came at `at`, or something shortly before it, was held up by an outage of the store.
fn was_held_up(world: &World, at: Timestamp) -> bool {
    world.store_outages.iter().any(|(from, to)| (*from..*to + HELD_UP).contains(&at))
}

/// What breaks a rule, a line each.
pub(crate) fn broken(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    let ends = world.begins + hours(24 * (DAYS + 2));
    let state = world.state();
    for (id, log) in &state.log {
        for silence in silences(world, log, ends) {
            let begins = silence.from;
            let mut fault = |what: &str| {
                let seen = log.iter().filter(|(at, _)| *at >= begins).take(12);
                let seen: Vec<String> = seen.map(|(at, what)| format!("{at} {what:?}")).collect();
                faults.push(format!("{id} {what}: {}", seen.join("; ")));
            };
            check(world, &silence, &mut fault);
        }
    }
    if state.dead_letters > 0 && state.sessions.values().any(|it| !it.loaded.inbox.is_empty()) {
        faults.push("a dead letter was never made good".to_owned());
    }
    faults
}

fn check(world: &World, silence: &Silence, fault: &mut impl FnMut(&str)) {
    let Silence { from, to, follow_ups, left_to_manager, .. } = silence;
    let closes = *from + hours(24);
    if follow_ups.iter().any(|(at, _)| is_quiet(*at)) {
        fault("written to in quiet hours");
    }
    if follow_ups.iter().any(|(at, _)| *at > closes) {
        fault("written to outside the window");
    }
    if follow_ups.len() > 2 {
        fault("more than two follow-ups");
    }
    if follow_ups.first().is_some_and(|(at, _)| *at < *from + hours(4)) {
        fault("written to too soon");
    }
    if let [(first, a), (second, b)] = follow_ups.as_slice() {
        if *second < *first + hours(3) {
            fault("two follow-ups close together");
        }
        if a == b {
            fault("the same words twice");
        }
    }
    if left_to_manager.len() > 1 {
        fault("more than one card");
    }
    if left_to_manager.iter().any(|card| follow_ups.iter().any(|(at, _)| at > card)) {
        fault("written to after a manager was told");
    }
    if silence.may_be_followed == Some(false) && !follow_ups.is_empty() {
        fault("written to who must not be");
    }
    if silence.may_be_followed == Some(false) && !left_to_manager.is_empty() {
        fault("a card about who was not to be written to");
    }
    if silence.summed_up.len() > 1 {
        fault("summed up twice");
    }
    if silence.summed_up.iter().any(|at| *at < *from + hours(72)) {
        fault("summed up too soon");
    }
    let outages = world.store_outages.iter().chain(&world.channel_outages);
    let is_disturbed = outages.clone().any(|(a, b)| *a < *from + hours(27) && *b > *from);
    let is_summary_late =
        outages.clone().any(|(a, b)| *a < *from + hours(84) && *b > *from + hours(70));
    if to.duration_since(*from) > hours(78) && !is_summary_late && silence.summed_up.is_empty() {
        fault("never summed up");
    }
    if silence.may_be_followed != Some(true) {
        return;
    }
    if is_disturbed {
        let is_heard_of =
            !follow_ups.is_empty() || !left_to_manager.is_empty() || silence.unsent > 0;
        if *to > *from + hours(60) && !is_heard_of {
            fault("forgotten in an outage");
        }
        return;
    }
    let first = allowed(*from + hours(4));
    // What is due just before the evening may be taken up just after its beginning, and waits.
    if is_quiet(first + LATE) {
        return;
    }
    let mut expect = |planned: Timestamp, seen: Option<Timestamp>, what: &str| {
        if *to < planned {
            if seen.is_some() {
                fault(&format!("{what} after they wrote"));
            }
        } else if *to > planned + LATE
            && !seen.is_some_and(|at| at >= planned && at <= planned + LATE)
        {
            fault(&format!("no {what} at {planned}"));
        }
    };
    let second = allowed((*from + hours(23)).max(first + hours(3)));
    let seen = |n: usize| follow_ups.get(n).map(|(at, _)| *at);
    expect(first, seen(0), "first follow-up");
    let told = left_to_manager.first().copied();
    if second < closes && !is_quiet(second + LATE) {
        // Where the window closes before the next run of the job, a manager has them in its place.
        if second + LATE < closes {
            expect(second, seen(1), "second follow-up");
        }
        expect(closes, told, "card after the second");
    } else if second >= closes {
        expect(*from + hours(23), told, "card in the place of the second");
    }
}

/// How often each thing was seen.
pub(crate) fn seen(world: &World) -> BTreeMap<&'static str, usize> {
    let mut seen = BTreeMap::from([
        ("follow-ups", 0),
        ("cards", 0),
        ("summaries", 0),
        ("payments", 0),
        ("opt-outs", 0),
        ("escalations", 0),
    ]);
    for (_, what) in world.state().log.values().flatten() {
        let what = match what {
            Happened::FollowedUp(_) => "follow-ups",
            Happened::LeftToManager => "cards",
            Happened::SummedUp => "summaries",
            Happened::Paid => "payments",
            Happened::Wrote(Then::OptedOut) => "opt-outs",
            Happened::Wrote(Then::Human) => "escalations",
            Happened::Wrote(_) | Happened::Heard | Happened::Unsent => continue,
        };
        *seen.entry(what).or_default() += 1;
    }
    seen
}
