//! Batches: their limits, and a result for each entry.

use aws_sdk_sqs::{
    operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput},
    types::{
        ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
        SendMessageBatchRequestEntry,
    },
};

use crate::harness::{FIFO, Local};

/// An entry in the group `a`, whose body is its deduplication id.
fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder()
        .id(id)
        .message_group_id("a")
        .message_deduplication_id(id)
        .message_body(body)
        .build()
        .unwrap()
}

fn entries(count: usize) -> Vec<SendMessageBatchRequestEntry> {
    (0..count).map(|n| entry(&n.to_string(), &n.to_string())).collect()
}

impl Local {
    async fn send_batch(
        &self,
        url: &str,
        entries: Vec<SendMessageBatchRequestEntry>,
    ) -> Result<SendMessageBatchOutput, SendMessageBatchError> {
        self.sqs()
            .send_message_batch()
            .queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| error.into_service_error())
    }
}

#[tokio::test]
async fn ten_messages_are_sent_in_the_order_of_the_batch() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let sent = local.send_batch(&url, entries(10)).await.unwrap();

    assert_eq!(sent.successful().len(), 10);
    let received = local.receive_bodies(&url).await;
    assert_eq!(received, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}

#[tokio::test]
async fn eleven_messages_and_none_are_refused() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let eleven = local.send_batch(&url, entries(11)).await.unwrap_err();
    let none = local.send_batch(&url, Vec::new()).await.unwrap_err();

    assert!(eleven.is_too_many_entries_in_batch_request(), "{eleven:?}");
    assert!(none.is_empty_batch_request(), "{none:?}");
    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn ids_must_be_distinct_and_well_formed() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let twice = vec![entry("same", "1"), entry("same", "2")];
    let twice = local.send_batch(&url, twice).await.unwrap_err();
    let malformed = local.send_batch(&url, vec![entry("a b", "1")]).await.unwrap_err();

    assert!(twice.is_batch_entry_ids_not_distinct(), "{twice:?}");
    assert!(malformed.is_invalid_batch_entry_id(), "{malformed:?}");
}

#[tokio::test]
async fn a_batch_may_not_be_longer_than_a_message() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let half = "x".repeat(524_288);

    let fitting = local.send_batch(&url, vec![entry("1", &half), entry("2", &half)]).await;
    let longer = vec![entry("3", &half), entry("4", &half), entry("5", "x")];
    let longer = local.send_batch(&url, longer).await.unwrap_err();

    assert_eq!(fitting.unwrap().successful().len(), 2);
    assert!(longer.is_batch_request_too_long(), "{longer:?}");
}

#[tokio::test]
async fn a_refused_entry_fails_alone() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let without_group = SendMessageBatchRequestEntry::builder()
        .id("2")
        .message_deduplication_id("2")
        .message_body("2")
        .build()
        .unwrap();

    let sent = local.send_batch(&url, vec![entry("1", "1"), without_group, entry("3", "3")]);
    let sent = sent.await.unwrap();

    assert_eq!(sent.successful().len(), 2);
    assert_eq!(sent.failed().len(), 1);
    assert_eq!(sent.failed()[0].id(), "2");
    assert_eq!(sent.failed()[0].code(), "MissingParameter");
    assert!(sent.failed()[0].sender_fault());
    assert_eq!(local.receive_bodies(&url).await, ["1", "3"]);
}

#[tokio::test]
async fn a_batch_of_deletions_deletes_what_it_can() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "b", "2").await;
    let received = local.receive(&url, 10).await;
    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };

    let deleted = local
        .sqs()
        .delete_message_batch()
        .queue_url(&url)
        .entries(delete("1", received[0].receipt_handle().unwrap()))
        .entries(delete("2", "no-such-handle"))
        .send()
        .await
        .unwrap();

    assert_eq!(deleted.successful()[0].id(), "1");
    assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
    assert_eq!(local.counts(&url).await, ["0", "1", "0"]);
}

#[tokio::test]
async fn a_batch_changes_the_visibility_of_each_message() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "b", "2").await;
    let received = local.receive(&url, 10).await;
    let hide = |id: &str, handle: Option<&str>, seconds| {
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(id)
            .set_receipt_handle(handle.map(str::to_owned))
            .visibility_timeout(seconds)
            .build()
            .unwrap()
    };

    let changed = local
        .sqs()
        .change_message_visibility_batch()
        .queue_url(&url)
        .entries(hide("1", received[0].receipt_handle(), 0))
        .entries(hide("2", received[1].receipt_handle(), 43_201))
        .send()
        .await
        .unwrap();

    assert_eq!(changed.successful()[0].id(), "1");
    assert_eq!(changed.failed()[0].code(), "InvalidParameterValue");
    assert_eq!(local.receive_bodies(&url).await, ["1"]);
}
