//! FIFO: what was sent before is accepted and not delivered again.

use crate::harness::{FIFO, Local};

#[tokio::test]
async fn a_duplicate_gets_the_first_ones_ids_and_is_not_delivered() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let first = local.try_send(&url, "a", "event-1", "first body").await.unwrap();
    let second = local.try_send(&url, "a", "event-1", "second body").await.unwrap();

    assert_eq!(first.message_id, second.message_id);
    assert_eq!(first.sequence_number, second.sequence_number);
    assert_eq!(local.receive_bodies(&url).await, ["first body"]);
}

#[tokio::test]
async fn a_duplicate_is_known_after_the_first_was_deleted() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let first = local.send(&url, "a", "event-1").await;
    let received = local.receive(&url, 1).await;
    local.delete(&url, &received[0]).await;
    local.pass(299);

    let second = local.send(&url, "a", "event-1").await;

    assert_eq!(first.message_id, second.message_id);
    assert_eq!(first.sequence_number, second.sequence_number);
    assert_eq!(local.receive_bodies(&url).await, [""; 0]);
}

#[tokio::test]
async fn after_five_minutes_the_same_id_is_a_new_message() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let first = local.send(&url, "a", "event-1").await;
    local.pass(300);

    let second = local.send(&url, "a", "event-1").await;

    assert_ne!(first.message_id, second.message_id);
    assert_eq!(local.receive_bodies(&url).await, ["event-1", "event-1"]);
}

#[tokio::test]
async fn deduplication_ids_count_across_groups_by_default() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let first = local.send(&url, "a", "event-1").await;
    let second = local.send(&url, "b", "event-1").await;

    assert_eq!(first.message_id, second.message_id);
}

#[tokio::test]
async fn with_the_scope_message_group_each_group_has_its_own_ids() {
    let local = Local::start().await;
    let attributes = [
        ("FifoQueue", "true"),
        ("DeduplicationScope", "messageGroup"),
        ("FifoThroughputLimit", "perMessageGroupId"),
    ];
    let url = local.queue("inbound.fifo", &attributes).await;

    let in_a = local.send(&url, "a", "event-1").await;
    let in_b = local.send(&url, "b", "event-1").await;
    let in_a_again = local.send(&url, "a", "event-1").await;

    assert_ne!(in_a.message_id, in_b.message_id);
    assert_eq!(in_a.message_id, in_a_again.message_id);
}

#[tokio::test]
async fn content_based_deduplication_takes_the_body_for_an_id() {
    let local = Local::start().await;
    let attributes = [("FifoQueue", "true"), ("ContentBasedDeduplication", "true")];
    let url = local.queue("inbound.fifo", &attributes).await;
    let send = |body: &str| {
        local.sqs().send_message().queue_url(&url).message_group_id("a").message_body(body).send()
    };

    let first = send("same").await.unwrap();
    let second = send("same").await.unwrap();
    let other = send("other").await.unwrap();

    assert_eq!(first.message_id, second.message_id);
    assert_ne!(first.message_id, other.message_id);
    assert_eq!(local.receive_bodies(&url).await, ["same", "other"]);
}
