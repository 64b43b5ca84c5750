//! Messages that fail: into the dead-letter queue, and back from it.

use aws_sdk_sqs::{
    error::ProvideErrorMetadata,
    types::{MessageSystemAttributeName as System, QueueAttributeName},
};

use crate::harness::{FIFO, Local, START_MILLIS, bodies, redrive_policy, system};

impl Local {
    /// Receives and lets the visibility timeout pass, `times` times.
    async fn fail(&self, url: &str, times: u32) {
        for _ in 0..times {
            self.receive(url, 10).await;
            self.pass(30);
        }
    }
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letter_queue_and_frees_its_group() {
    let local = Local::start().await;
    let (url, dead) = local.queue_with_dead_letters("inbound", 2).await;
    local.send(&url, "a", "poison").await;
    for _ in 0..2 {
        assert_eq!(local.receive_bodies(&url).await, ["poison"]);
        local.pass(30);
    }
    local.send(&url, "a", "next").await;

    let after = local.receive_bodies(&url).await;
    let dead_letters = local.receive(&dead, 10).await;

    assert_eq!(after, ["next"]);
    assert_eq!(bodies(&dead_letters), ["poison"]);
    assert_eq!(system(&dead_letters[0], System::MessageGroupId), "a");
    assert_eq!(
        system(&dead_letters[0], System::DeadLetterQueueSourceArn),
        local.endpoint.sqs().queue_arn("inbound.fifo")
    );
}

#[tokio::test]
async fn dead_letters_keep_their_order() {
    let local = Local::start().await;
    let (url, dead) = local.queue_with_dead_letters("inbound", 1).await;
    for (group, body) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("b", "b2")] {
        local.send(&url, group, body).await;
    }

    local.fail(&url, 1).await;
    let left = local.receive_bodies(&url).await;

    assert_eq!(left, [""; 0]);
    assert_eq!(local.receive_bodies(&dead).await, ["a1", "b1", "a2", "b2"]);
}

#[tokio::test]
async fn a_dead_letter_counts_as_sent_when_it_was_given_up() {
    let local = Local::start().await;
    let (url, dead) = local.queue_with_dead_letters("inbound", 1).await;
    local.send(&url, "a", "event-1").await;
    local.fail(&url, 2).await;

    let dead_letters = local.receive(&dead, 1).await;

    let given_up = START_MILLIS + 30_000;
    assert_eq!(system(&dead_letters[0], System::SentTimestamp), given_up.to_string());
    assert_eq!(
        dead_letters[0].attributes().unwrap().get(&System::MessageDeduplicationId),
        dead_letters[0].message_id.as_ref(),
        "two messages of one deduplication id must both find room"
    );
}

#[tokio::test]
async fn a_message_moved_back_does_not_overtake_one_that_is_delayed() {
    let local = Local::start().await;
    let (url, _) = local.queue_with_dead_letters("inbound", 1).await;
    local.send(&url, "a", "failed").await;
    local.fail(&url, 2).await;
    let delay = local.sqs().set_queue_attributes().queue_url(&url);
    delay.attributes(QueueAttributeName::DelaySeconds, "60").send().await.unwrap();
    local.send(&url, "a", "delayed").await;

    let task = local.sqs().start_message_move_task();
    let task = task.source_arn(local.endpoint.sqs().queue_arn("inbound-dead.fifo"));
    local.pass(30);
    task.send().await.unwrap();
    let meanwhile = local.receive_bodies(&url).await;
    local.pass(30);

    assert_eq!(meanwhile, [""; 0]);
    assert_eq!(local.receive_bodies(&url).await, ["delayed", "failed"]);
}

#[tokio::test]
async fn a_fifo_queues_dead_letter_queue_must_be_fifo_and_be_there() {
    let local = Local::start().await;
    local.queue("plain", &[]).await;
    let create = async |target: &str| {
        let policy = redrive_policy(&local.endpoint.sqs().queue_arn(target), 3);
        let request = local.sqs().create_queue().queue_name("inbound.fifo");
        let request = request.attributes(QueueAttributeName::FifoQueue, "true");
        let request = request.attributes(QueueAttributeName::RedrivePolicy, policy);
        request.send().await.unwrap_err().into_service_error()
    };

    let standard = create("plain").await;
    let missing = create("nowhere.fifo").await;

    assert_eq!(standard.code(), Some("InvalidParameterValue"));
    assert_eq!(missing.code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn a_move_task_brings_dead_letters_back_in_order_as_new_messages() {
    let local = Local::start().await;
    let (url, dead) = local.queue_with_dead_letters("inbound", 1).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "a", "2").await;
    let before = local.receive(&url, 10).await;
    local.pass(30);
    local.receive(&url, 10).await;

    local
        .sqs()
        .start_message_move_task()
        .source_arn(local.endpoint.sqs().queue_arn("inbound-dead.fifo"))
        .send()
        .await
        .unwrap();
    let after = local.receive(&url, 10).await;

    assert_eq!(bodies(&after), ["1", "2"]);
    assert_eq!(system(&after[0], System::MessageGroupId), "a");
    assert_eq!(system(&after[0], System::ApproximateReceiveCount), "1");
    assert_ne!(before[0].message_id, after[0].message_id);
    assert_eq!(local.counts(&dead).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_move_task_can_name_another_destination() {
    let local = Local::start().await;
    let (url, _) = local.queue_with_dead_letters("inbound", 1).await;
    let other = local.queue("other.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.fail(&url, 2).await;

    local
        .sqs()
        .start_message_move_task()
        .source_arn(local.endpoint.sqs().queue_arn("inbound-dead.fifo"))
        .destination_arn(local.endpoint.sqs().queue_arn("other.fifo"))
        .send()
        .await
        .unwrap();

    assert_eq!(local.receive_bodies(&other).await, ["1"]);
}

#[tokio::test]
async fn a_move_task_starts_from_dead_letter_queues_only() {
    let local = Local::start().await;
    local.queue("inbound.fifo", FIFO).await;
    let start = async |name: &str| {
        let task = local.sqs().start_message_move_task();
        let task = task.source_arn(local.endpoint.sqs().queue_arn(name)).send().await;
        task.unwrap_err().into_service_error()
    };

    let no_dead_letters = start("inbound.fifo").await;
    let missing = start("nowhere.fifo").await;

    assert_eq!(no_dead_letters.code(), Some("InvalidParameterValue"));
    assert!(missing.is_resource_not_found_exception(), "{missing:?}");
}

#[tokio::test]
async fn a_dead_letter_queue_knows_its_sources() {
    let local = Local::start().await;
    let (url, dead) = local.queue_with_dead_letters("inbound", 1).await;

    let sources =
        local.sqs().list_dead_letter_source_queues().queue_url(&dead).send().await.unwrap();

    assert_eq!(sources.queue_urls(), [url]);
}
