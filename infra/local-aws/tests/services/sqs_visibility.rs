//! Messages in flight: hidden for shorter or longer, receipts that have gone stale.

use std::collections::BTreeMap;

use aws_sdk_sqs::{
    error::ProvideErrorMetadata,
    operation::{
        change_message_visibility::ChangeMessageVisibilityError, delete_message::DeleteMessageError,
    },
    types::Message,
};

use crate::harness::{FIFO, Local, bodies};

impl Local {
    async fn hide(
        &self,
        url: &str,
        message: &Message,
        seconds: i32,
    ) -> Result<(), ChangeMessageVisibilityError> {
        self.sqs()
            .change_message_visibility()
            .queue_url(url)
            .receipt_handle(message.receipt_handle().unwrap())
            .visibility_timeout(seconds)
            .send()
            .await
            .map(drop)
            .map_err(|error| error.into_service_error())
    }

    async fn try_delete(&self, url: &str, handle: &str) -> Result<(), DeleteMessageError> {
        self.sqs()
            .delete_message()
            .queue_url(url)
            .receipt_handle(handle)
            .send()
            .await
            .map(drop)
            .map_err(|error| error.into_service_error())
    }
}

#[tokio::test]
async fn visibility_zero_gives_the_message_back_at_once() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let first = local.receive(&url, 1).await;

    local.hide(&url, &first[0], 0).await.unwrap();

    assert_eq!(local.receive_bodies(&url).await, ["1"]);
}

#[tokio::test]
async fn a_message_given_back_waits_while_a_later_one_of_its_group_is_in_flight() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "a", "2").await;
    let both = local.receive(&url, 2).await;
    local.hide(&url, &both[0], 0).await.unwrap();

    let meanwhile = local.receive_bodies(&url).await;
    local.hide(&url, &both[1], 0).await.unwrap();
    let afterwards = local.receive_bodies(&url).await;

    assert_eq!(meanwhile, [""; 0]);
    assert_eq!(afterwards, ["1", "2"]);
}

#[tokio::test]
async fn a_longer_visibility_counts_from_its_call() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let first = local.receive(&url, 1).await;
    local.pass(20);
    local.hide(&url, &first[0], 60).await.unwrap();

    local.pass(59);
    let before = local.receive_bodies(&url).await;
    local.pass(1);
    let after = local.receive_bodies(&url).await;

    assert_eq!(before, [""; 0]);
    assert_eq!(after, ["1"]);
}

#[tokio::test]
async fn twelve_hours_from_the_receive_are_the_longest_that_a_message_is_hidden() {
    const LONGEST: i32 = 12 * 60 * 60;
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let first = local.receive(&url, 1).await;
    local.pass(20);

    let refused = local.hide(&url, &first[0], LONGEST - 19).await.unwrap_err();
    let taken = local.hide(&url, &first[0], LONGEST - 20).await;

    assert_eq!(refused.code(), Some("InvalidParameterValue"));
    assert!(refused.message().is_some_and(|it| it.contains("beyond the limit")), "{refused:?}");
    assert!(taken.is_ok(), "{taken:?}");
}

#[tokio::test]
async fn an_expired_receipt_can_neither_delete_nor_hide() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let received = local.receive(&url, 1).await;
    local.pass(30);

    let deletion = local.try_delete(&url, received[0].receipt_handle().unwrap()).await.unwrap_err();
    let hiding = local.hide(&url, &received[0], 60).await.unwrap_err();

    assert_eq!(deletion.code(), Some("InvalidParameterValue"));
    assert!(hiding.is_message_not_inflight(), "{hiding:?}");
    assert_eq!(local.receive_bodies(&url).await, ["1"]);
}

#[tokio::test]
async fn a_receipt_that_a_later_receive_replaced_is_refused() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let old = local.receive(&url, 1).await;
    local.pass(30);
    let new = local.receive(&url, 1).await;

    let deletion = local.try_delete(&url, old[0].receipt_handle().unwrap()).await.unwrap_err();
    let hiding = local.hide(&url, &old[0], 0).await.unwrap_err();
    local.delete(&url, &new[0]).await;

    assert_eq!(deletion.code(), Some("InvalidParameterValue"));
    assert_eq!(hiding.code(), Some("InvalidParameterValue"));
    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_receipt_that_never_was_is_invalid() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let refused = local.try_delete(&url, "no-such-handle").await.unwrap_err();

    assert!(refused.is_receipt_handle_is_invalid(), "{refused:?}");
}

#[tokio::test]
async fn deleting_twice_is_no_error() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let received = local.receive(&url, 1).await;
    local.delete(&url, &received[0]).await;

    let again = local.try_delete(&url, received[0].receipt_handle().unwrap()).await;

    assert!(again.is_ok(), "{again:?}");
}

#[tokio::test]
async fn releasing_gives_back_what_is_in_flight_and_leaves_the_rest() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1")] {
        local.send(&url, group, body).await;
    }
    local.receive(&url, 2).await;

    let released = local.endpoint.sqs().release_in_flight("inbound.fifo").await.unwrap();

    assert_eq!(released, 2);
    assert_eq!(local.receive_bodies(&url).await, ["a1", "a2", "b1"]);
}

#[tokio::test]
async fn a_receiver_in_process_gets_all_attributes_and_deletes() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;

    let received = local.endpoint.sqs().receive("inbound.fifo", 10, 0).await.unwrap();
    local.endpoint.sqs().delete("inbound.fifo", &received[0].receipt_handle).await.unwrap();

    assert_eq!(received[0].attributes["MessageGroupId"], "a");
    assert_eq!(received[0].attributes["MessageDeduplicationId"], "1");
    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
    let calls: BTreeMap<_, _> = local.endpoint.calls().snapshot();
    assert!(!calls.contains_key("sqs.ReceiveMessage"), "{calls:?}");
}

#[tokio::test]
async fn a_standard_queue_takes_the_latest_receipt_even_when_it_has_expired() {
    let local = Local::start().await;
    let url = local.queue("plain", &[]).await;
    local.sqs().send_message().queue_url(&url).message_body("1").send().await.unwrap();
    let received = local.receive(&url, 10).await;
    local.pass(30);

    local.delete(&url, &received[0]).await;

    assert_eq!(bodies(&received), ["1"]);
    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
}
