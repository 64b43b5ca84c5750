//! A Telegram that is slow, busy, gone, or unwilling.

use std::time::Duration;

use jiff::Timestamp;
use mirt_engine::clock::Clock as _;
use mirt_history::{command::Mode, event::Category, fetch::Ending};
use mirt_telegram_peer::{Fault, make, sample};

use crate::stage::{DAY, Stage, of_day, of_mode};

const HISTORY: &str = "messages.getHistory";

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_wait_is_slept_out_when_there_is_time() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 250)).await;
    stage.peer.fault(HISTORY, 2, Fault::Error(420, "FLOOD_WAIT_300"));
    let before = stage.clock.now();

    let report = stage.run(&of_day("@busy_0", DAY)).await;

    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    assert_eq!(report.usage.flood, Duration::from_secs(300));
    assert!(stage.clock.now().duration_since(before).as_secs() >= 300);
    assert_eq!(stage.stored("@busy_0", DAY).await.unwrap().published.messages, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_flood_wait_goes_back_to_the_queue_with_its_time_and_loses_nothing() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 250)).await;
    stage.peer.fault(HISTORY, 2, Fault::Error(420, "FLOOD_WAIT_3600"));
    let before = stage.clock.now();

    let report = stage.run(&of_day("@busy_0", DAY)).await;

    let Ending::HandOn(next) = report.ending else { unreachable!("{:?}", report.ending) };
    let not_before: Timestamp = next.progress.unwrap().not_before.unwrap();
    assert_eq!(not_before.duration_since(before).as_secs(), 3_600);
    assert_eq!(report.usage.flood, Duration::from_secs(3_600));
    let last = stage.events().await.pop().unwrap();
    assert_eq!((&last["category"], &last["retryable"]), (&"rate_limit".into(), &true.into()));
    assert_eq!(last["messages_fetched"], 100);

    let report = stage.run(&next).await;
    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    assert_eq!(stage.stored("@busy_0", DAY).await.unwrap().published.messages, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_flood_wait_before_the_first_day_is_known_is_waited_out_too() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 3)).await;
    stage.peer.fault(HISTORY, 1, Fault::Error(420, "FLOOD_WAIT_3600"));
    let (command, before) = (of_mode("@busy_0", Mode::Full), stage.clock.now());

    let report = stage.run(&command).await;

    let Ending::Wait(end) = report.ending else { unreachable!("{:?}", report.ending) };
    assert_eq!(end.duration_since(before).as_secs(), 3_600);
    let told = stage.events().await.pop().unwrap();
    assert_eq!((&told["category"], &told["retryable"]), (&"rate_limit".into(), &true.into()));
    stage.clock.advance(Duration::from_secs(3_600));
    let report = stage.run(&command).await;
    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    assert_eq!(stage.stored("@busy_0", DAY).await.unwrap().published.messages, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_and_calls_that_are_not_answered_are_tried_again() {
    let mut stage = Stage::start(sample::busy(1, DAY, 1, 250)).await;
    stage.call_timeout = Duration::from_millis(500);
    stage.peer.fault(HISTORY, 1, Fault::Drop);
    stage.peer.fault(HISTORY, 3, Fault::Silence);
    stage.peer.fault(HISTORY, 4, Fault::Error(500, "RPC_CALL_FAIL"));

    let report = stage.run(&of_day("@busy_0", DAY)).await;

    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    assert_eq!(report.usage.unanswered, 3);
    assert_eq!(stage.stored("@busy_0", DAY).await.unwrap().published.messages, 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_that_stays_away_is_tried_later() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 10)).await;
    for nth in 1..=4 {
        stage.peer.fault(HISTORY, nth, Fault::Drop);
    }

    let report = stage.run(&of_day("@busy_0", DAY)).await;

    assert!(matches!(report.ending, Ending::Retry(Category::NetworkError)), "{:?}", report.ending);
    let report = stage.run(&of_day("@busy_0", DAY)).await;
    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_not_accepted_stops_the_work_and_is_for_a_human() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 250)).await;
    stage.peer.fault(HISTORY, 2, Fault::Error(406, "AUTH_KEY_DUPLICATED"));

    let report = stage.run(&of_day("@busy_0", DAY)).await;

    assert!(matches!(report.ending, Ending::GiveUp(Category::AuthError)), "{:?}", report.ending);
    assert_eq!(stage.peer.calls(HISTORY), 2);
    let last = stage.events().await.pop().unwrap();
    assert_eq!((&last["event"], &last["category"]), (&"fetch_failed".into(), &"auth_error".into()));
    assert_eq!(last["retryable"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_not_there_is_given_up_at_once() {
    let stage = Stage::start(sample::busy(1, DAY, 1, 1)).await;

    let report = stage.run(&of_day("@no_such_chat", DAY)).await;

    assert!(matches!(report.ending, Ending::GiveUp(Category::ChatNotFound)), "{:?}", report.ending);
    assert_eq!(stage.peer.calls("contacts.resolveUsername"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_that_cannot_be_read_do_not_cost_the_post() {
    let stage = Stage::start(sample::everything(DAY)).await;
    stage.peer.fault("messages.getReplies", 1, Fault::Error(400, "MSG_ID_INVALID"));

    let report = stage.run(&of_day("@shop_news", DAY)).await;

    assert!(matches!(report.ending, Ending::Done), "{:?}", report.ending);
    let stored = stage.stored("@shop_news", DAY).await.unwrap();
    assert_eq!((stored.published.messages, stored.published.comments), (11, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_stands_for_another_chat_by_now_is_for_a_human() {
    let stage = Stage::start(sample::busy(2, DAY, 1, 5)).await;
    stage.run(&of_day("@busy_0", DAY)).await;
    stage.peer.change(|world| {
        world.chats.remove(0);
        make::rename(&mut world.chats[0].chat, "busy_0");
    });

    let report = stage.run(&of_day("@busy_0", "2026-11-17")).await;

    assert!(matches!(report.ending, Ending::GiveUp(Category::ChatChanged)), "{:?}", report.ending);
}
