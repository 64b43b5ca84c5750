//! Reading what is large: whole where it may be, refused where it has no end.

mod short;

use aws_sdk_dynamodb::types::AttributeValue;
use mirt_domain::order::{Order, OrderId, OrderState};
use mirt_engine::{
    consult::{LookAgain as _, Standing},
    failure::PortError,
    order_book::OrderRecord,
    session_store::{OutboxKey, PendingKey, SettleOutbox as _},
};
use short::Short;

use crate::stage::{Stage, now, session};

/// Nearly the largest item that DynamoDB takes, 400 KB.
const LARGE: usize = 390_000;

async fn put(stage: &Stage, pk: String, sk: String, size: usize, fields: &[(&str, String)]) {
    let text = AttributeValue::S;
    let mut put = stage.client.put_item().table_name("mirt-dev");
    put = put.item("pk", text(pk)).item("sk", text(sk)).item("pad", text("x".repeat(size)));
    for (name, value) in fields {
        put = put.item(*name, text(value.clone()));
    }
    put.send().await.unwrap();
}

/// An order that is listed under its month.
async fn listed(stage: &Stage, id: OrderId, size: usize) {
    let place = [("order_id", id.to_string()), ("session", session("a").to_string())];
    put(stage, "B#2026-11".to_owned(), id.to_string(), size, &place).await;
}

async fn kept(stage: &Stage, id: OrderId) {
    let state = OrderState::Confirmed;
    let order = Order { id, state, lines: Vec::new(), customer: Default::default(), method: None };
    let record = OrderRecord {
        order,
        session: session("a"),
        version: 1,
        changed_at: now(),
        confirmed_at: Some(now()),
        crm: None,
        failures: 0,
        trouble: None,
        is_news: false,
        due_at: None,
        erased_at: None,
    };
    let data = serde_json::to_string(&record).unwrap();
    put(stage, format!("O#{id}"), "O".to_owned(), 1, &[("data", data)]).await;
}

#[tokio::test]
async fn more_orders_than_one_request_takes_are_all_read() {
    let stage = Stage::start().await;
    let ids: Vec<_> = (1..=101).map(OrderId::new).collect();
    for id in &ids {
        kept(&stage, *id).await;
        listed(&stage, *id, 1).await;
    }

    let read = stage.table.orders_of_month(now()).await.unwrap();

    let read: Vec<_> = read.into_iter().map(|record| record.order.id).collect();
    assert_eq!(read, ids);
}

#[tokio::test]
async fn a_list_without_an_end_is_refused_and_not_read_for_ever() {
    let stage = Stage::start().await;
    for id in 1..=52 {
        listed(&stage, OrderId::new(id), LARGE).await;
    }

    let read = stage.table.orders_of_month(now()).await;

    assert!(matches!(read, Err(PortError::Refused { .. })), "{:?}", read.map(|all| all.len()));
}

/// How often a request is sent, at most.
const ATTEMPTS: usize = 6;

const REPLIES: [PendingKey; 2] = [
    PendingKey::Reply(OutboxKey { turn: 1, part: 0 }),
    PendingKey::Reply(OutboxKey { turn: 1, part: 1 }),
];

#[tokio::test]
async fn what_a_table_short_of_capacity_leaves_undone_is_asked_for_again() {
    let (reads, deletions) = (Short::for_requests(2).await, Short::for_requests(2).await);

    let standing = reads.table.standing(&session("a")).await.unwrap();
    deletions.table.mark_delivered(&session("a"), &REPLIES).await.unwrap();

    assert_eq!(standing, Standing { recorded: 3, version: 3 });
    assert_eq!((reads.requests(), deletions.requests()), (3, 3));
}

#[tokio::test]
async fn a_table_that_stays_short_of_capacity_is_left_alone_after_a_while() {
    let (reads, deletions) =
        (Short::for_requests(usize::MAX).await, Short::for_requests(usize::MAX).await);

    let read = reads.table.standing(&session("a")).await;
    let deleted = deletions.table.mark_delivered(&session("a"), &REPLIES).await;

    assert!(matches!(read, Err(PortError::Unavailable { .. })), "{read:?}");
    assert!(matches!(deleted, Err(PortError::Unavailable { .. })), "{deleted:?}");
    assert_eq!((reads.requests(), deletions.requests()), (ATTEMPTS, ATTEMPTS));
}
