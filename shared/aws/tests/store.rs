//! The engine's ports on a real table: conditions, transactions, the index of what is due.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod books;
mod capacity;
mod customers;
mod days;
mod due;
mod reading;
mod rotation;
mod stage;

use jiff::{SignedDuration, Timestamp};
use mirt_aws::table::Table;
use mirt_domain::model::{MicroUsd, ModelTrace, Usage};
use mirt_engine::{
    alert::PendingAlert,
    guarded::{Entry, GuardModel as _},
    limit::{MOST_PER_MINUTE, RecordNotice as _, Slot},
    receive::{CONTENT_WINDOW, Received, RecordEvent as _},
    session_store::{
        CommitError, CommitTurn as _, LoadSession as _, LoadedSession, OutboxKey, PendingKey,
        SettleOutbox as _, TurnCommit,
    },
    spending::day_of,
    sweep::{FindOverdue, Round, Subject},
};
use stage::{Stage, alert, commit, event, now, reply, session};

/// A session with two events recorded, and as it is then read.
async fn two_events(stage: &Stage) -> LoadedSession {
    for number in 1..=2 {
        stage.table.record_event(&event("a", number), CONTENT_WINDOW).await.unwrap();
    }
    stage.table.load_session(&session("a"), 0).await.unwrap()
}

#[tokio::test]
async fn a_turn_consumes_its_events_and_leaves_its_replies_in_order() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;

    let turn = commit(&loaded, 2, &["one", "two"]);
    stage.table.commit_turn(&session("a"), &turn).await.unwrap();

    let after = stage.table.load_session(&session("a"), 0).await.unwrap();
    assert_eq!((after.version, after.consumed, after.inbox.len()), (1, 2, 0));
    let replies: Vec<_> = after.outbox.iter().map(|pending| pending.entry.part.clone()).collect();
    assert_eq!(replies, [reply("one"), reply("two")]);
}

#[tokio::test]
async fn a_turn_on_an_older_version_or_on_consumed_events_is_a_conflict() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.commit_turn(&session("a"), &commit(&loaded, 1, &[])).await.unwrap();

    let same_version = stage.table.commit_turn(&session("a"), &commit(&loaded, 2, &[])).await;
    // As if checkpoint and inbox had been read at two moments: the new version, the old inbox.
    let torn = LoadedSession { version: 1, consumed: 1, ..loaded };
    let same_event = stage.table.commit_turn(&session("a"), &commit(&torn, 1, &[])).await;

    assert!(matches!(same_version, Err(CommitError::Conflict)), "{same_version:?}");
    assert!(matches!(same_event, Err(CommitError::Conflict)), "{same_event:?}");
}

#[tokio::test]
async fn a_turn_that_misses_an_event_is_refused_unless_it_is_to_be_taken_all_the_same() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.record_event(&event("a", 3), CONTENT_WINDOW).await.unwrap();

    let mut turn = commit(&loaded, 2, &[]);
    let refused = stage.table.commit_turn(&session("a"), &turn).await;
    turn.recorded = None;
    let taken = stage.table.commit_turn(&session("a"), &turn).await;

    assert!(matches!(refused, Err(CommitError::NewInput)), "{refused:?}");
    assert!(taken.is_ok(), "{taken:?}");
    assert_eq!(stage.table.load_session(&session("a"), 0).await.unwrap().inbox.len(), 1);
}

#[tokio::test]
async fn a_turn_that_takes_a_waiting_reply_for_settled_is_a_conflict() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.commit_turn(&session("a"), &commit(&loaded, 1, &["one", "two"])).await.unwrap();
    let after = stage.table.load_session(&session("a"), 0).await.unwrap();
    let last = OutboxKey { turn: 1, part: 1 };

    // As if the checkpoint had been read and the replies of its turn not yet.
    let turn = TurnCommit { settled: after.last_reply, ..commit(&after, 1, &[]) };
    let refused = stage.table.commit_turn(&session("a"), &turn).await;
    stage.table.mark_delivered(&session("a"), &[PendingKey::Reply(last)]).await.unwrap();
    let taken = stage.table.commit_turn(&session("a"), &turn).await;

    assert_eq!(after.last_reply, Some(last));
    assert!(matches!(refused, Err(CommitError::Conflict)), "{refused:?}");
    assert!(taken.is_ok(), "{taken:?}");
}

#[tokio::test]
async fn what_was_delivered_does_not_come_back() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.commit_turn(&session("a"), &commit(&loaded, 2, &["one"])).await.unwrap();
    let pending = stage.table.load_session(&session("a"), 0).await.unwrap().outbox.remove(0);
    let key = PendingKey::Reply(OutboxKey { turn: 1, part: 0 });
    stage.table.mark_delivered(&session("a"), &[key]).await.unwrap();

    stage.table.postpone(&session("a"), key, 1, now()).await.unwrap();
    stage.table.set_aside(&session("a"), &pending.entry, "refused", &alert()).await.unwrap();

    let after = stage.table.load_session(&session("a"), 0).await.unwrap();
    assert_eq!((after.outbox, after.alerts), (vec![], vec![]));
}

#[tokio::test]
async fn a_reply_that_is_set_aside_leaves_an_alert_that_is_found_until_a_manager_was_told() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.commit_turn(&session("a"), &commit(&loaded, 2, &["one"])).await.unwrap();
    let pending = stage.table.load_session(&session("a"), 0).await.unwrap().outbox.remove(0);

    stage.table.set_aside(&session("a"), &pending.entry, "refused", &alert()).await.unwrap();
    let key = PendingKey::Alert(alert().key);
    stage.table.postpone(&session("a"), key, 2, now()).await.unwrap();

    let aside = stage.table.load_session(&session("a"), 0).await.unwrap();
    assert_eq!(aside.outbox, []);
    let expected = PendingAlert { alert: alert(), failures: 2, due_at: now() };
    assert_eq!(aside.alerts, [expected]);
    assert_eq!(overdue(&stage.table, now()).await, ["MANAGER#0000000001#9999"]);
    stage.table.mark_delivered(&session("a"), &[key]).await.unwrap();
    assert_eq!(stage.table.load_session(&session("a"), 0).await.unwrap().alerts, []);
    assert_eq!(overdue(&stage.table, now()).await, [""; 0]);
}

#[tokio::test]
async fn a_postponed_reply_is_read_with_its_failures_and_its_time() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.commit_turn(&session("a"), &commit(&loaded, 2, &["one"])).await.unwrap();
    let due_at = now() + SignedDuration::from_mins(5);

    let key = PendingKey::Reply(OutboxKey { turn: 1, part: 0 });
    stage.table.postpone(&session("a"), key, 3, due_at).await.unwrap();

    let pending = stage.table.load_session(&session("a"), 0).await.unwrap().outbox.remove(0);
    assert_eq!((pending.failures, pending.due_at), (3, due_at));
}

#[tokio::test]
async fn events_and_replies_are_found_when_they_are_overdue_and_not_before() {
    let stage = Stage::start().await;
    let loaded = two_events(&stage).await;
    stage.table.commit_turn(&session("a"), &commit(&loaded, 1, &["one"])).await.unwrap();

    let soon = overdue(&stage.table, now() + SignedDuration::from_secs(60)).await;
    let later = overdue(&stage.table, now() + SignedDuration::from_mins(3)).await;

    assert_eq!(soon, [] as [String; 0]);
    let kinds: Vec<&str> = later.iter().filter_map(|key| key.split('#').next()).collect();
    assert_eq!(kinds, ["IN", "OUT"]);
}

/// The keys of what is due until `to`, all of it of the one session.
async fn overdue(table: &Table, to: Timestamp) -> Vec<String> {
    let mut keys = Vec::new();
    for partition in 0..table.partitions(Round::Repairs) {
        let mut cursor = None;
        loop {
            let from = Timestamp::UNIX_EPOCH;
            let page =
                table.find_overdue(Round::Repairs, partition, from, to, cursor).await.unwrap();
            for entry in page.entries {
                assert_eq!(entry.subject, Subject::Session(session("a")));
                assert!(entry.due_at <= to);
                keys.push(entry.key);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    keys
}

#[tokio::test]
async fn a_customer_over_the_limit_is_told_once_and_others_are_not_held_up() {
    let stage = Stage::start().await;
    for number in 0..u64::from(MOST_PER_MINUTE) {
        let received = stage.table.record_event(&event("a", number), CONTENT_WINDOW).await;
        assert_eq!(received.unwrap(), Received::Accepted);
    }
    let over = event("a", 1_000);
    let slot = Slot::of(over.received_at);
    let notice = commit(&two_events(&stage).await, 1, &["slow down"]).outbox.remove(0);

    let first = stage.table.record_event(&over, CONTENT_WINDOW).await.unwrap();
    let told = stage.table.record_notice(&session("a"), slot, &notice).await.unwrap();
    let told_again = stage.table.record_notice(&session("a"), slot, &notice).await.unwrap();
    let second = stage.table.record_event(&over, CONTENT_WINDOW).await.unwrap();
    let repeated = stage.table.record_event(&event("a", 3), CONTENT_WINDOW).await.unwrap();
    let other = stage.table.record_event(&event("b", 1), CONTENT_WINDOW).await.unwrap();

    assert_eq!(first, Received::Limited { is_told: false });
    assert_eq!((told, told_again), (true, false));
    assert_eq!(second, Received::Limited { is_told: true });
    assert_eq!(repeated, Received::Duplicate);
    assert_eq!(other, Received::Accepted);
    let loaded = stage.table.load_session(&session("a"), 0).await.unwrap();
    assert_eq!(loaded.outbox.len(), 1);
    assert_eq!(loaded.inbox.len(), MOST_PER_MINUTE as usize);
}

#[tokio::test]
async fn model_calls_are_granted_up_to_the_ceiling_of_a_minute_and_again_in_the_next() {
    let stage = Stage::start().await;
    let next_minute = now() + SignedDuration::from_mins(1);
    // As from many instances at once.
    let calls = (0..20).map(|_| {
        let table = stage.table.clone();
        tokio::spawn(async move { table.enter(now(), 10, 75).await.unwrap() })
    });

    let mut granted = 0;
    for call in calls.collect::<Vec<_>>() {
        granted += usize::from(call.await.unwrap() == Entry::Granted);
    }
    let later = stage.table.enter(next_minute, 10, 75).await.unwrap();
    let too_many = stage.table.enter(next_minute, 10, 9).await.unwrap();

    assert_eq!(granted, 7);
    assert_eq!((later, too_many), (Entry::Granted, Entry::NoneLeft));
}

#[tokio::test]
async fn while_the_breaker_is_not_closed_no_call_is_granted_and_its_state_is_told_instead() {
    let stage = Stage::start().await;
    let closed = stage.table.breaker().await.unwrap();
    let open = (0..5).fold(closed.clone(), |state, _| state.counted(0, 1, now()));
    assert!(stage.table.write_breaker(&open).await.unwrap());
    assert!(!stage.table.write_breaker(&open).await.unwrap(), "the same state once more");

    assert_eq!(stage.table.enter(now(), 10, 10).await.unwrap(), Entry::NotClosed(open.clone()));
    assert!(stage.table.write_breaker(&open.probed(true, now())).await.unwrap());
    assert_eq!(stage.table.enter(now(), 10, 10).await.unwrap(), Entry::Granted, "none was taken");
}

#[tokio::test]
async fn a_session_is_read_with_the_last_turns_before_whatever_is_open() {
    let stage = Stage::start().await;
    for n in 1..=12 {
        stage.table.record_event(&event("p", n), CONTENT_WINDOW).await.unwrap();
        let loaded = stage.table.load_session(&session("p"), 0).await.unwrap();
        stage.table.commit_turn(&session("p"), &commit(&loaded, 1, &[])).await.unwrap();
    }
    let numbers = async |past| -> Vec<u64> {
        let loaded = stage.table.load_session(&session("p"), past).await.unwrap();
        loaded.past.iter().map(|turn| turn.n).collect()
    };
    assert_eq!(numbers(0).await, [0; 0]);
    assert_eq!(numbers(3).await, [10, 11, 12]);
    assert_eq!(numbers(20).await, (1..=12).collect::<Vec<_>>());

    // More than the first page holds.
    for n in 13..=52 {
        stage.table.record_event(&event("p", n), CONTENT_WINDOW).await.unwrap();
    }
    let loaded = stage.table.load_session(&session("p"), 3).await.unwrap();

    assert_eq!((loaded.inbox.len(), loaded.version), (40, 12));
    assert_eq!(numbers(3).await, [10, 11, 12]);
    let all: Vec<_> = stage.table.turns(&session("p")).await.unwrap();
    assert!(all.iter().map(|turn| turn.n).eq(1..=12));
}

#[tokio::test]
async fn what_the_model_cost_is_counted_with_the_turn_and_not_without_it() {
    let stage = Stage::start().await;
    let spent = async || stage.table.spending(day_of(now())).await.unwrap();
    for user in ["s", "t", "u"] {
        stage.table.record_event(&event(user, 1), CONTENT_WINDOW).await.unwrap();
        let loaded = stage.table.load_session(&session(user), 0).await.unwrap();
        let mut turn = commit(&loaded, 1, &[]);
        let used = Usage { requests: 2, output_tokens: 7, cost: MicroUsd(30), ..Usage::default() };
        turn.record.trace.model = Some(ModelTrace { used, ..ModelTrace::default() });
        stage.table.commit_turn(&session(user), &turn).await.unwrap();
        let again = stage.table.commit_turn(&session(user), &turn).await;
        assert!(matches!(again, Err(CommitError::Conflict)), "{again:?}");
    }

    let spending = spent().await;

    assert_eq!((spending.turns, spending.requests), (3, 6));
    assert_eq!((spending.output_tokens, spending.micro_usd), (21, 90));
}
