//! Queues: made, found, changed, emptied.

use std::collections::BTreeMap;

use aws_sdk_sqs::{error::ProvideErrorMetadata, types::QueueAttributeName};

use crate::harness::{FIFO, Local};

#[tokio::test]
async fn a_queue_that_is_not_there_is_a_typed_error_of_every_operation() {
    let local = Local::start().await;
    let url = local.endpoint.sqs().queue_url("nowhere.fifo");
    let sqs = local.sqs();

    let send = local.try_send(&url, "a", "1", "1").await.unwrap_err();
    let receive = sqs.receive_message().queue_url(&url).send().await.unwrap_err();
    let lookup = sqs.get_queue_url().queue_name("nowhere.fifo").send().await.unwrap_err();
    let deletion = sqs.delete_message().queue_url(&url).receipt_handle("1.x");
    let deletion = deletion.send().await.unwrap_err();

    assert!(send.is_queue_does_not_exist(), "{send:?}");
    assert!(receive.into_service_error().is_queue_does_not_exist());
    assert!(lookup.into_service_error().is_queue_does_not_exist());
    assert!(deletion.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn making_a_queue_again_is_fine_unless_it_differs() {
    let local = Local::start().await;
    let sixty = [("FifoQueue", "true"), ("VisibilityTimeout", "60")];
    let url = local.queue("inbound.fifo", &sixty).await;

    let same = local.queue("inbound.fifo", &sixty).await;
    let fewer = local.queue("inbound.fifo", FIFO).await;
    let other = local
        .sqs()
        .create_queue()
        .queue_name("inbound.fifo")
        .attributes(QueueAttributeName::FifoQueue, "true")
        .attributes(QueueAttributeName::VisibilityTimeout, "61")
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    assert_eq!([&same, &fewer], [&url, &url]);
    assert!(other.is_queue_name_exists(), "{other:?}");
}

#[tokio::test]
async fn malformed_queues_are_refused() {
    let local = Local::start().await;
    let create = async |name: &str, key: &str, value: &str| {
        let request = local.sqs().create_queue().queue_name(name);
        let refused = request.attributes(key.into(), value).send().await.unwrap_err();
        refused.code().map(str::to_owned)
    };

    let no_suffix = create("inbound", "FifoQueue", "true").await;
    let no_attribute = create("inbound.fifo", "VisibilityTimeout", "30").await;
    let blank = create("in bound", "VisibilityTimeout", "30").await;
    let out_of_range = create("inbound", "VisibilityTimeout", "43201").await;
    let unknown = create("inbound", "Colour", "red").await;
    let fifo_only = create("inbound", "ContentBasedDeduplication", "true").await;

    for refused in [no_suffix, no_attribute, blank] {
        assert_eq!(refused.as_deref(), Some("InvalidParameterValue"));
    }
    assert_eq!(out_of_range.as_deref(), Some("InvalidAttributeValue"));
    assert_eq!(unknown.as_deref(), Some("InvalidAttributeName"));
    assert_eq!(fifo_only.as_deref(), Some("InvalidAttributeName"));
}

#[tokio::test]
async fn throughput_per_group_needs_deduplication_per_group() {
    let local = Local::start().await;

    let request = local.sqs().create_queue().queue_name("inbound.fifo");
    let request = request.attributes(QueueAttributeName::FifoQueue, "true");
    let request = request.attributes(QueueAttributeName::FifoThroughputLimit, "perMessageGroupId");
    let refused = request.send().await.unwrap_err();

    assert_eq!(refused.code(), Some("InvalidAttributeValue"));
}

#[tokio::test]
async fn attributes_are_told_with_their_defaults_and_can_be_changed() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let before = local.attribute(&url, QueueAttributeName::VisibilityTimeout).await;

    local
        .sqs()
        .set_queue_attributes()
        .queue_url(&url)
        .attributes(QueueAttributeName::VisibilityTimeout, "5")
        .send()
        .await
        .unwrap();
    local.send(&url, "a", "1").await;
    local.receive(&url, 1).await;
    local.pass(5);

    assert_eq!(before, "30");
    assert_eq!(local.attribute(&url, QueueAttributeName::VisibilityTimeout).await, "5");
    assert_eq!(local.attribute(&url, QueueAttributeName::FifoQueue).await, "true");
    assert_eq!(
        local.attribute(&url, QueueAttributeName::QueueArn).await,
        "arn:aws:sqs:us-east-1:000000000000:inbound.fifo"
    );
    assert_eq!(local.receive_bodies(&url).await, ["1"]);
}

#[tokio::test]
async fn queues_are_found_by_name_and_listed_by_prefix() {
    let local = Local::start().await;
    let inbound = local.queue("mirt-inbound.fifo", FIFO).await;
    let orders = local.queue("mirt-orders", &[]).await;
    local.queue("other", &[]).await;

    let found = local.sqs().get_queue_url().queue_name("mirt-orders").send().await.unwrap();
    let listed = local.sqs().list_queues().queue_name_prefix("mirt-").send().await.unwrap();

    assert_eq!(found.queue_url(), Some(orders.as_str()));
    assert_eq!(listed.queue_urls(), [inbound, orders]);
}

#[tokio::test]
async fn purging_drops_all_messages() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "b", "2").await;
    local.receive(&url, 1).await;

    local.sqs().purge_queue().queue_url(&url).send().await.unwrap();

    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_deleted_queue_is_gone_with_its_messages() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.receive(&url, 1).await;

    local.sqs().delete_queue().queue_url(&url).send().await.unwrap();

    let found = local.sqs().get_queue_url().queue_name("inbound.fifo").send().await;
    assert!(found.is_err_and(|error| error.into_service_error().is_queue_does_not_exist()));
    let again = local.queue("inbound.fifo", FIFO).await;
    assert_eq!(local.counts(&again).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn ensuring_a_queue_gives_an_existing_one_new_attributes_and_keeps_its_messages() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let attributes = [("FifoQueue", "true"), ("VisibilityTimeout", "7")];
    let attributes =
        BTreeMap::from(attributes.map(|(key, value)| (key.to_owned(), value.to_owned())));

    local.endpoint.sqs().ensure_queue("inbound.fifo", attributes).await.unwrap();

    assert_eq!(local.attribute(&url, QueueAttributeName::VisibilityTimeout).await, "7");
    assert_eq!(local.receive_bodies(&url).await, ["1"]);
}
