//! Orders and the stock on a real table: written with a turn, then by their version alone; found by
//! month, by phone and by the CRM's name; each delivery of the CRM's once.

use jiff::{SignedDuration, Timestamp};
use mirt_domain::{
    order::{Order, OrderId, OrderState},
    stock::{Counted, Stock},
};
use mirt_engine::{
    crm_news::{DeliveryId, FindByCrmId as _, RecordDelivery as _, Recorded},
    notice_board::{Pause, ReadNotices as _},
    order_book::{
        CrmOrderId, FindByPhone as _, KeepOrder as _, LoadOrder as _, OrderOfPhone, OrderRecord,
    },
    session_store::{CommitTurn as _, LoadSession as _, TurnCommit},
    sweep::{FindOverdue, Round, Subject},
    take_stock::{KeepStock as _, take_stock},
};

use crate::stage::{Stage, commit, now, session};

const ID: OrderId = OrderId::new(0xab);
const PHONE: &str = "+380670000000";

fn record(state: OrderState) -> OrderRecord {
    let is_placed = !state.is_open();
    let mut order =
        Order { id: ID, state, lines: Vec::new(), customer: Default::default(), method: None };
    order.customer.phone = Some(PHONE.to_owned());
    OrderRecord {
        order,
        session: session("a"),
        version: 1,
        changed_at: now(),
        confirmed_at: is_placed.then(now),
        crm: None,
        failures: 0,
        trouble: None,
        is_news: false,
        due_at: is_placed.then(now),
        erased_at: None,
    }
}

/// A stage where a turn has written the order as it is in this state.
async fn with(state: OrderState) -> Stage {
    let stage = Stage::start().await;
    let loaded = stage.table.load_session(&session("a"), 0).await.unwrap();
    let turn =
        TurnCommit { orders: vec![record(state)], recorded: None, ..commit(&loaded, 0, &[]) };
    stage.table.commit_turn(&session("a"), &turn).await.unwrap();
    stage
}

fn delivery(name: &str) -> DeliveryId {
    DeliveryId(name.to_owned())
}

/// The orders that the sweeper finds.
async fn due(stage: &Stage) -> Vec<OrderId> {
    let mut found = Vec::new();
    for partition in 0..stage.table.partitions(Round::Repairs) {
        let from = now() - SignedDuration::from_hours(1);
        let page =
            stage.table.find_overdue(Round::Repairs, partition, from, now(), None).await.unwrap();
        found.extend(page.entries.into_iter().filter_map(|entry| match entry.subject {
            Subject::Order(order) => Some(order),
            Subject::Session(_) => None,
        }));
    }
    found
}

#[tokio::test]
async fn a_draft_is_kept_and_is_nobodys_business_yet() {
    let stage = with(OrderState::Draft).await;

    assert_eq!(stage.table.load_order(ID).await.unwrap(), Some(record(OrderState::Draft)));
    assert_eq!(stage.table.load_order(OrderId::new(1)).await.unwrap(), None);
    assert_eq!(due(&stage).await, []);
    assert_eq!(stage.table.orders_of_month(now()).await.unwrap(), []);
    assert_eq!(stage.table.orders_of_phone(PHONE).await.unwrap(), []);
}

#[tokio::test]
async fn a_confirmed_order_is_due_and_found_by_its_month_and_its_phone() {
    let stage = with(OrderState::Confirmed).await;

    assert_eq!(due(&stage).await, [ID]);
    let listed = stage.table.orders_of_month(now()).await.unwrap();
    assert_eq!(listed, [record(OrderState::Confirmed)]);
    let last_month: Timestamp = "2026-10-31T23:59:59Z".parse().unwrap();
    assert_eq!(stage.table.orders_of_month(last_month).await.unwrap(), []);
    let known = OrderOfPhone { order: ID, session: session("a").to_string() };
    assert_eq!(stage.table.orders_of_phone(PHONE).await.unwrap(), [known]);
}

#[tokio::test]
async fn an_order_is_written_over_the_version_that_was_read_and_over_no_other() {
    let stage = with(OrderState::Confirmed).await;
    let next = OrderRecord {
        version: 2,
        due_at: None,
        crm: Some(CrmOrderId("77".to_owned())),
        ..record(OrderState::Accepted)
    };

    assert!(stage.table.keep_order(&next).await.unwrap());
    assert!(!stage.table.keep_order(&next).await.unwrap(), "the second of two writers");

    assert_eq!(stage.table.load_order(ID).await.unwrap(), Some(next));
    assert_eq!(due(&stage).await, []);
    let by_crm = |id: &str| CrmOrderId(id.to_owned());
    assert_eq!(stage.table.find_by_crm_id(&by_crm("77")).await.unwrap(), Some(ID));
    assert_eq!(stage.table.find_by_crm_id(&by_crm("78")).await.unwrap(), None);
}

#[tokio::test]
async fn a_delivery_of_the_crms_counts_once_and_not_over_another_version() {
    let stage = with(OrderState::Confirmed).await;
    let shipped = OrderRecord { version: 2, ..record(OrderState::Shipped) };
    let late = OrderRecord { version: 2, ..record(OrderState::Delivered) };
    let write = async |name: &str, record| {
        stage.table.record_delivery(&delivery(name), record, now()).await.unwrap()
    };

    assert_eq!(write("a", Some(&shipped)).await, Recorded::Done);
    assert_eq!(write("a", Some(&late)).await, Recorded::Repeated);
    assert_eq!(write("b", Some(&late)).await, Recorded::Conflict);
    assert_eq!(write("b", None).await, Recorded::Done, "a conflict has taken nothing");
    assert_eq!(write("b", None).await, Recorded::Repeated);

    assert_eq!(stage.table.load_order(ID).await.unwrap(), Some(shipped));
}

#[tokio::test]
async fn the_stock_is_what_was_told_last_and_each_delivery_counts_once() {
    let stage = Stage::start().await;
    let catalog = mirt_content::catalog();
    let product = &catalog.products()[0];
    let levels = |quantity, minute: i64| {
        let counted = Counted { product: Some(product.id), sku: None, size: None, quantity };
        counted.levels(catalog, now() + SignedDuration::from_mins(minute))
    };
    assert_eq!(stage.table.read_notices().await.unwrap().stock, Stock::default());

    assert!(take_stock(&stage.table, &delivery("a"), &levels(0, 0), now()).await.unwrap());
    let sold_out = catalog.in_stock(&stage.table.read_notices().await.unwrap().stock);
    assert!(sold_out.product(product.id).unwrap().is_sold_out());
    assert!(!take_stock(&stage.table, &delivery("a"), &levels(9, 1), now()).await.unwrap());
    assert!(take_stock(&stage.table, &delivery("b"), &levels(9, 1), now()).await.unwrap());

    let there = catalog.in_stock(&stage.table.read_notices().await.unwrap().stock);
    assert!(!there.product(product.id).unwrap().is_sold_out());
    assert_eq!(stage.table.known_stock().await.unwrap().version, 2);
}

#[tokio::test]
async fn a_pause_holds_until_somebody_ends_it_and_a_second_one_changes_nothing() {
    let stage = Stage::start().await;
    let pause = |reason: &str| Pause { since: now(), reason: Some(reason.to_owned()) };
    let (first, second) = (pause("a wrong price"), pause("another reason"));
    assert_eq!(stage.table.paused().await.unwrap(), None);

    assert_eq!(stage.table.pause(&first).await.unwrap(), None);
    assert_eq!(stage.table.pause(&second).await.unwrap(), Some(first.clone()));
    assert_eq!(stage.table.read_notices().await.unwrap().pause, Some(first.clone()));

    assert_eq!(stage.table.resume().await.unwrap(), Some(first));
    assert_eq!(stage.table.resume().await.unwrap(), None);
    assert_eq!(stage.table.read_notices().await.unwrap().pause, None);
}
