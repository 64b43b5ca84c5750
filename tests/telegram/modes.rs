//! Which days a command reads, and which it reads again.

use mirt_history::{
    command::Mode,
    event::Category,
    fetch::{Ending, Report},
    record::{DayRecord, DayStatus},
    store::Days as _,
};
use mirt_telegram_peer::{make, sample};

use crate::stage::{DAY, Stage, day, named, of_day, of_mode};

const CHAT: &str = "@busy_0";

fn days(report: &Report) -> Vec<String> {
    report.days.iter().map(|(day, ..)| day.to_string()).collect()
}

async fn records(stage: &Stage) -> Vec<DayRecord> {
    let chat = CHAT.parse().unwrap();
    stage.table.days(&chat, day("2026-11-01"), day("2026-11-30")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn incremental_reads_every_day_since_the_last_complete_one() {
    let stage = Stage::start(sample::busy(1, "2026-11-14", 5, 3)).await;
    stage.run(&of_day(CHAT, "2026-11-14")).await;

    let first = stage.run(&named(of_mode(CHAT, Mode::Incremental), "b")).await;
    let second = stage.run(&named(of_mode(CHAT, Mode::Incremental), "c")).await;

    assert_eq!(days(&first), ["2026-11-15", "2026-11-16", "2026-11-17", "2026-11-18"]);
    assert_eq!((days(&second).len(), second.skipped), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn full_reads_from_the_first_message_on_and_fills_what_came_before_a_complete_day() {
    let stage = Stage::start(sample::busy(1, "2026-11-15", 4, 3)).await;
    stage.run(&named(of_day(CHAT, "2026-11-17"), "a")).await;

    let report = stage.run(&named(of_mode(CHAT, Mode::Full), "b")).await;

    assert_eq!(days(&report), ["2026-11-15", "2026-11-16", "2026-11-18"]);
    assert_eq!(report.skipped, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_goes_on_is_read_as_far_as_it_is_and_again_when_it_is_over() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 240)).await;
    stage.run(&named(of_day(CHAT, "2026-11-17"), "a")).await;
    stage.clock.set("2026-11-18T12:00:00Z");
    let mut evening = Vec::new();
    stage.peer.change(|world| evening = world.chats[0].messages.split_off(120));

    let noon = stage.run(&named(of_mode(CHAT, Mode::Continuous), "b")).await;
    let at_noon = stage.stored(CHAT, DAY).await.unwrap();
    stage.clock.set("2026-11-18T18:00:00Z");
    stage.peer.change(|world| world.chats[0].messages.extend(evening));
    stage.run(&named(of_mode(CHAT, Mode::Continuous), "c")).await;
    let at_six = stage.stored(CHAT, DAY).await.unwrap();
    stage.clock.set("2026-11-19T01:00:00Z");
    stage.peer.change(|world| make::edit(&mut world.chats[0].messages[0], "виправлено"));
    let night = stage.run(&named(of_mode(CHAT, Mode::Incremental), "d")).await;
    let whole = stage.stored(CHAT, DAY).await.unwrap();

    assert_eq!((days(&noon), days(&night)), (vec![DAY.to_owned()], vec![DAY.to_owned()]));
    assert_eq!((at_noon.published.messages, at_noon.published.is_whole), (120, false));
    assert_eq!((at_six.published.messages, at_six.published.is_whole), (240, false));
    // At six, only what came since noon was asked for.
    assert_eq!(at_six.published.generation, at_noon.published.generation);
    assert_eq!((whole.published.messages, whole.published.is_whole), (240, true));
    assert_eq!(whole.document.messages[0].text.as_deref(), Some("виправлено"));
    let statuses: Vec<_> = records(&stage).await.iter().map(DayRecord::status).collect();
    assert_eq!(statuses, [DayStatus::Complete, DayStatus::Complete]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_day_is_left_alone_and_force_reads_it_again() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 150)).await;
    stage.run(&named(of_day(CHAT, DAY), "a")).await;
    stage.peer.change(|world| make::edit(&mut world.chats[0].messages[0], "виправлено"));
    let mut forced = named(of_day(CHAT, DAY), "c");
    forced.force = true;

    let again = stage.run(&named(of_day(CHAT, DAY), "b")).await;
    let before = stage.stored(CHAT, DAY).await.unwrap();
    let report = stage.run(&forced).await;
    let after = stage.stored(CHAT, DAY).await.unwrap();
    let calls = stage.peer.calls("messages.getHistory");
    let delivered_twice = stage.run(&forced).await;

    assert_eq!((days(&again).len(), again.skipped), (0, 1));
    assert_ne!(before.document.messages[0].text.as_deref(), Some("виправлено"));
    assert_eq!(days(&report), [DAY]);
    assert_eq!(after.document.messages[0].text.as_deref(), Some("виправлено"));
    assert_eq!(after.published.messages, 150);
    // The same command again is done already, force or not.
    assert_eq!(delivered_twice.skipped, 1);
    assert_eq!(stage.peer.calls("messages.getHistory"), calls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_has_not_begun_is_no_command() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 1)).await;

    let report = stage.run(&of_day(CHAT, "2026-12-01")).await;

    assert!(matches!(report.ending, Ending::GiveUp(Category::ValidationError)));
    assert_eq!(stage.peer.calls("contacts.resolveUsername"), 0);
}
