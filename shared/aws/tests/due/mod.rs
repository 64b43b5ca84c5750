//! What time does to conversations is found by its own index entries, and nothing else is read.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use jiff::{SignedDuration, Timestamp};
use mirt_domain::decide::{Due, Duty};
use mirt_engine::{
    clock::Clock,
    failure::PortError,
    order_book::{OrderWakeUp, WakeOrder},
    session_store::{CommitTurn as _, LoadSession as _},
    sweep::{Round, Swept, sweep},
    wake_up::{SendWakeUp, WakeUp},
};
use mirt_local_aws::service::HalfUnits;

use crate::stage::{Stage, commit, now, session};

/// Stands still.
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep(&self, _: Duration) {}
}

#[derive(Default)]
struct Queue(Mutex<Vec<WakeUp>>);

impl Queue {
    fn users(&self) -> Vec<String> {
        let sent = self.0.lock().unwrap();
        let mut users: Vec<_> = sent.iter().map(|it| it.session.user.as_str().to_owned()).collect();
        users.sort();
        users
    }
}

impl WakeOrder for Queue {
    async fn wake_order(&self, _: &OrderWakeUp) -> Result<(), PortError> {
        Ok(())
    }
}

impl SendWakeUp for Queue {
    async fn send_wake_up(&self, wake_up: &WakeUp) -> Result<(), PortError> {
        self.0.lock().unwrap().push(wake_up.clone());
        Ok(())
    }
}

async fn silent_since_a_turn(stage: &Stage, user: &str, due: Option<Due>) {
    let loaded = stage.table.load_session(&session(user), 0).await.unwrap();
    let turn = commit(&loaded, 0, &[]);
    let turn = mirt_engine::session_store::TurnCommit { due, recorded: None, ..turn };
    stage.table.commit_turn(&session(user), &turn).await.unwrap();
}

#[tokio::test]
async fn each_round_wakes_what_is_its_own_and_due() {
    let stage = Stage::start().await;
    let at = |minutes| now() + SignedDuration::from_mins(minutes);
    for (user, due) in [
        ("follow", Some(Due { at: at(1), duty: Duty::FollowUp })),
        ("later", Some(Due { at: at(9), duty: Duty::FollowUp })),
        ("summary", Some(Due { at: at(1), duty: Duty::Summary })),
        ("hand-over", Some(Due { at: at(1), duty: Duty::HandOver })),
        ("nothing", None),
    ] {
        silent_since_a_turn(&stage, user, due).await;
    }

    for (round, expected) in
        [(Round::FollowUps, "follow"), (Round::Summaries, "summary"), (Round::Repairs, "hand-over")]
    {
        let queue = Queue::default();
        let swept = sweep(round, &At(at(2)), &stage.table, &queue, &queue).await.unwrap();
        let again = sweep(round, &At(at(2)), &stage.table, &queue, &queue).await.unwrap();
        assert_eq!(swept, Swept { overdue: 1, woken: 1 });
        assert_eq!(again, swept, "what is not done stays due");
        assert_eq!(queue.users(), [expected, expected]);
        let sent = queue.0.lock().unwrap();
        assert_eq!(sent[0], sent[1], "the queue takes the same wake-up once");
    }
}

#[tokio::test]
async fn a_turn_that_moves_the_date_takes_the_old_one_out_of_the_index() {
    let stage = Stage::start().await;
    let soon = Due { at: now(), duty: Duty::FollowUp };
    silent_since_a_turn(&stage, "a", Some(soon)).await;

    silent_since_a_turn(&stage, "a", Some(Due { duty: Duty::Summary, ..soon })).await;

    let queue = Queue::default();
    let swept = sweep(Round::FollowUps, &At(now()), &stage.table, &queue, &queue).await.unwrap();
    assert_eq!(swept, Swept::default());
}

/// Stores `stored` sessions of which `due` are due, and gives the calls and the read units of a run
/// that wakes those.
async fn run_over(stored: usize, due: usize) -> (u64, HalfUnits) {
    let stage = Stage::start().await;
    let text = |text: String| AttributeValue::S(text);
    let puts: Vec<WriteRequest> = (0..stored)
        .map(|n| {
            let hours = if n < due { 0 } else { 4 + i64::try_from(n % 20).unwrap() };
            let at = now() + SignedDuration::from_hours(hours);
            let item = HashMap::from([
                ("pk".to_owned(), text(format!("S#telegram:{n}"))),
                ("sk".to_owned(), text("STATE".to_owned())),
                ("data".to_owned(), text("x".repeat(900))),
                ("due_shard".to_owned(), text(format!("FOLLOW_UP#{}", n % 4))),
                ("due_at".to_owned(), AttributeValue::N(at.as_millisecond().to_string())),
            ]);
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        })
        .collect();
    for puts in puts.chunks(25) {
        let put = stage.client.batch_write_item().request_items("mirt-dev", puts.to_vec());
        put.send().await.unwrap();
    }
    let units = || stage.endpoint.capacity().snapshot().get("dynamodb.Query").copied();
    let calls = || stage.endpoint.calls().snapshot().get("dynamodb.Query").copied();
    let queue = Queue::default();
    assert_eq!((units(), calls()), (None, None));

    let clock = At(now() + SignedDuration::from_mins(1));
    let swept = sweep(Round::FollowUps, &clock, &stage.table, &queue, &queue).await.unwrap();

    let found = u32::try_from(due).unwrap();
    assert_eq!(swept, Swept { overdue: found, woken: found });
    (calls().unwrap(), units().unwrap())
}

#[tokio::test]
async fn a_run_costs_what_is_due_and_not_what_is_stored() {
    let few = run_over(100, 100).await;
    let many = run_over(3_000, 100).await;

    assert_eq!(few, many);
    // A call a partition, and not two units for each of them.
    assert!(many.0 == 4 && many.1.0 <= 2 * 4, "{many:?}");
}

#[tokio::test]
#[ignore = "storing a hundred thousand sessions takes minutes"]
async fn a_run_over_a_hundred_thousand_sessions_reads_the_hundred_that_are_due() {
    let (calls, units) = run_over(100_000, 100).await;

    assert!(calls == 4 && units.0 <= 2 * 4, "{calls} calls, {units} units");
}
