//! Processes that die, run out of time, or think that they are alone.

use std::time::Duration;

use mirt_engine::clock::{Clock as _, after};
use mirt_history::{
    fetch::{Ending, Hold},
    store::{Days as _, Pages as _, Written},
};
use mirt_telegram_peer::{Fault, World, sample};

use crate::stage::{DAY, Stage, day, of_day};

/// Longer than a dead process keeps the lease.
const LEASE: Duration = Duration::from_secs(91);

fn talkative() -> World {
    sample::busy(1, DAY, 2, 430)
}

/// Starts a process, and kills it when its `nth` call of a method has no answer.
async fn killed_at(stage: &Stage, method: &str, nth: u32, chat: &str) {
    stage.peer.fault(method, nth, Fault::Silence);
    let command = of_day(chat, DAY);
    tokio::select! {
        report = stage.run(&command) => {
            assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
        }
        () = stage.peer.until_silent() => {}
    }
    stage.clock.advance(LEASE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_cut_at_any_page_ends_as_the_same_document_byte_for_byte() {
    let whole = Stage::start(talkative()).await;
    whole.run(&of_day("@busy_0", DAY)).await;
    let expected = whole.file("@busy_0", DAY).await.unwrap();
    let pages = whole.peer.calls("messages.getHistory");
    assert_eq!(pages, 5);

    for cut in 1..=pages {
        let stage = Stage::start(talkative()).await;
        killed_at(&stage, "messages.getHistory", cut, "@busy_0").await;
        assert!(stage.stored("@busy_0", DAY).await.is_none(), "cut at page {cut}");

        let report = stage.run(&of_day("@busy_0", DAY)).await;

        assert!(matches!(report.ending, Ending::Done), "cut at page {cut}: {:?}", report.ending);
        assert!(stage.file("@busy_0", DAY).await.unwrap() == expected, "cut at page {cut}");
        // What was kept is not asked for again: only the page that the cut lost.
        assert_eq!(stage.peer.calls("messages.getHistory"), pages + 1, "cut at page {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_cut_at_every_page_in_turn_ends_as_the_same_document_too() {
    let whole = Stage::start(talkative()).await;
    whole.run(&of_day("@busy_0", DAY)).await;
    let stage = Stage::start(talkative()).await;

    for _ in 1..=5 {
        // Each process gets one page further than the last.
        killed_at(&stage, "messages.getHistory", 2, "@busy_0").await;
    }
    stage.run(&of_day("@busy_0", DAY)).await;

    assert!(stage.file("@busy_0", DAY).await == whole.file("@busy_0", DAY).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cut_among_its_comments_ends_as_the_same_document() {
    let whole = Stage::start(sample::everything(DAY)).await;
    whole.run(&of_day("@shop_news", DAY)).await;
    let stage = Stage::start(sample::everything(DAY)).await;

    killed_at(&stage, "messages.getReplies", 1, "@shop_news").await;
    stage.run(&of_day("@shop_news", DAY)).await;

    assert!(stage.file("@shop_news", DAY).await.is_some());
    assert!(stage.file("@shop_news", DAY).await == whole.file("@shop_news", DAY).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_whose_time_is_up_hands_on_what_is_left() {
    let mut stage = Stage::start(sample::busy(1, DAY, 3, 250)).await;
    stage.clock.set("2026-11-21T02:00:00Z");
    stage.settings.call_spacing = Duration::from_secs(10);
    let mut command = of_day("@busy_0", DAY);
    command.mode = Some(mirt_history::command::Mode::Range);
    command.date = None;
    (command.from, command.to) = (Some(day(DAY)), Some(day("2026-11-20")));

    let mut steps = 0;
    let mut next = command;
    loop {
        // Time for a handful of calls.
        let deadline = after(stage.clock.now(), Duration::from_secs(70));
        match stage.run_until(&next, deadline).await.ending {
            Ending::HandOn(handed_on) => next = *handed_on,
            ending => {
                assert!(matches!(ending, Ending::Done), "{ending:?}");
                break;
            }
        }
        steps += 1;
    }

    assert_eq!(next.step(), steps);
    assert!(steps >= 2, "{steps}");
    for day in [DAY, "2026-11-19", "2026-11-20"] {
        let stored = stage.stored("@busy_0", day).await.unwrap();
        assert_eq!((stored.published.messages, stored.published.is_whole), (250, true), "{day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_are_never_at_it_and_one_that_was_thought_dead_changes_nothing() {
    let stage = Stage::start(talkative()).await;
    let dead = Hold::take(&stage.table, &stage.clock).await.unwrap().unwrap();
    let refused = Hold::take(&stage.table, &stage.clock).await.unwrap().err();
    stage.clock.advance(LEASE);
    stage.run(&of_day("@busy_0", DAY)).await;
    let chat = "@busy_0".parse().unwrap();
    let record = stage.table.days(&chat, day(DAY), day(DAY)).await.unwrap().remove(0);
    let digest = stage.table.stored_digest(&chat, day(DAY)).await.unwrap().unwrap();

    // It wakes up, and wants to write what it had.
    let published = stage.table.publish(&chat, &record, &digest, dead.fence()).await.unwrap();
    let noted = stage.table.note(&chat, &record, dead.fence()).await.unwrap();

    assert!(refused.is_some_and(|until| until > stage.clock.now() - LEASE));
    assert_eq!((published, noted), (Written::Overtaken, Written::Overtaken));
    assert!(!dead.keep().await.unwrap());
}
