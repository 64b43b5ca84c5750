//! Receiving: long polling, delays, repeated receives, attributes, retention.

use aws_sdk_sqs::{
    primitives::Blob,
    types::{MessageAttributeValue, MessageSystemAttributeName as System},
};
use tokio::task::JoinHandle;

use crate::harness::{FIFO, GIVE_UP, Local, START_MILLIS, bodies, system};

impl Local {
    /// Begins to wait for a message for `seconds`, or as long as the queue says; the `nth` receive of the test, from 1.
    pub(crate) async fn long_poll(
        &self,
        url: &str,
        seconds: Option<i32>,
        nth: u64,
    ) -> JoinHandle<Vec<String>> {
        let request = self.sqs().receive_message().queue_url(url).set_wait_time_seconds(seconds);
        let poll = tokio::spawn(async move {
            let received = tokio::time::timeout(GIVE_UP, request.send()).await;
            bodies(received.expect("the long poll does not end").unwrap().messages())
        });
        while self.endpoint.calls().snapshot().get("sqs.ReceiveMessage") != Some(&nth) {
            tokio::task::yield_now().await;
        }
        // By the time that these calls are answered, the poll has looked once and found nothing.
        self.counts(url).await;
        poll
    }
}

// The clock stands still in these two: a poll that did not wake early would never end.
#[tokio::test]
async fn a_long_poll_wakes_when_a_message_is_sent() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let poll = local.long_poll(&url, Some(20), 1).await;

    local.send(&url, "a", "1").await;

    assert_eq!(poll.await.unwrap(), ["1"]);
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_deletion_frees_the_group() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "a", "2").await;
    let first = local.receive(&url, 1).await;
    let poll = local.long_poll(&url, Some(20), 2).await;

    local.delete(&url, &first[0]).await;

    assert_eq!(poll.await.unwrap(), ["2"]);
}

#[tokio::test]
async fn a_long_poll_wakes_when_a_visibility_timeout_ends() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.receive(&url, 1).await;
    local.pass(20);
    let poll = local.long_poll(&url, Some(20), 2).await;

    local.pass(10);

    assert_eq!(poll.await.unwrap(), ["1"]);
}

#[tokio::test]
async fn a_long_poll_ends_empty_when_its_time_is_over() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let poll = local.long_poll(&url, Some(20), 1).await;

    local.pass(20);

    assert_eq!(poll.await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn the_queues_own_waiting_time_holds_for_receives_without_one() {
    let local = Local::start().await;
    let attributes = [("FifoQueue", "true"), ("ReceiveMessageWaitTimeSeconds", "20")];
    let url = local.queue("inbound.fifo", &attributes).await;
    let poll = local.long_poll(&url, None, 1).await;

    local.send(&url, "a", "1").await;

    assert_eq!(poll.await.unwrap(), ["1"]);
}

#[tokio::test]
async fn the_queues_delay_holds_back_every_message_and_what_is_behind_it() {
    let local = Local::start().await;
    let attributes = [("FifoQueue", "true"), ("DelaySeconds", "5")];
    let url = local.queue("inbound.fifo", &attributes).await;
    local.send(&url, "a", "1").await;
    local.pass(4);
    local.send(&url, "a", "2").await;

    let at_four = local.receive_bodies(&url).await;
    let delayed = local.counts(&url).await;
    local.pass(1);
    let at_five = local.receive_bodies(&url).await;

    assert_eq!(at_four, [""; 0]);
    assert_eq!(delayed, ["0", "0", "2"]);
    assert_eq!(at_five, ["1"]);
}

#[tokio::test]
async fn counters_tell_receivable_from_in_flight() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for group in ["a", "b", "c"] {
        local.send(&url, group, group).await;
    }
    local.receive(&url, 1).await;

    let counts = local.counts(&url).await;

    assert_eq!(counts, ["2", "1", "0"]);
}

#[tokio::test]
async fn a_repeated_receive_gives_the_same_messages_and_hides_them_anew() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for group in ["a", "b", "c"] {
        local.send(&url, group, group).await;
    }
    let receive = async || {
        let request = local.sqs().receive_message().queue_url(&url).max_number_of_messages(2);
        let request = request.message_system_attribute_names(System::ApproximateReceiveCount);
        request.receive_request_attempt_id("attempt-1").send().await.unwrap()
    };

    let first = receive().await;
    local.pass(20);
    let again = receive().await;
    local.pass(20);
    let others = local.receive_bodies(&url).await;

    assert_eq!(bodies(first.messages()), ["a", "b"]);
    assert_eq!(first.messages(), again.messages());
    // Without the repetition a and b would be visible by now.
    assert_eq!(others, ["c"]);
}

#[tokio::test]
async fn a_receive_whose_messages_have_changed_is_not_repeated() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    for group in ["a", "b", "c"] {
        local.send(&url, group, group).await;
    }
    let receive = async || {
        let request = local.sqs().receive_message().queue_url(&url).max_number_of_messages(2);
        request.receive_request_attempt_id("attempt-1").send().await.unwrap()
    };
    let first = receive().await;
    local.delete(&url, &first.messages()[0]).await;

    let again = receive().await;

    assert_eq!(bodies(again.messages()), ["c"]);
}

#[tokio::test]
async fn a_receive_whose_messages_have_timed_out_is_not_repeated_but_done_anew() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let receive = async || {
        let request = local.sqs().receive_message().queue_url(&url);
        let request = request.message_system_attribute_names(System::ApproximateReceiveCount);
        request.receive_request_attempt_id("attempt-1").send().await.unwrap()
    };
    receive().await;
    local.pass(30);

    let again = receive().await;

    assert_eq!(system(&again.messages()[0], System::ApproximateReceiveCount), "2");
}

#[tokio::test]
async fn messages_carry_the_attributes_that_are_asked_for() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("так");
    let bytes = MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([7]));
    local
        .sqs()
        .send_message()
        .queue_url(&url)
        .message_group_id("a")
        .message_deduplication_id("event-1")
        .message_body("1")
        .message_attributes("trace.text", text.build().unwrap())
        .message_attributes("trace.bytes", bytes.build().unwrap())
        .message_attributes(
            "other",
            MessageAttributeValue::builder().data_type("Number").string_value("1").build().unwrap(),
        )
        .send()
        .await
        .unwrap();

    let received = local
        .sqs()
        .receive_message()
        .queue_url(&url)
        .message_system_attribute_names(System::SentTimestamp)
        .message_system_attribute_names(System::MessageDeduplicationId)
        .message_attribute_names("trace.*")
        .send()
        .await
        .unwrap();

    let message = &received.messages()[0];
    assert_eq!(system(message, System::SentTimestamp), START_MILLIS.to_string());
    assert_eq!(system(message, System::MessageDeduplicationId), "event-1");
    assert_eq!(message.attributes().unwrap().len(), 2);
    let attributes = message.message_attributes().unwrap();
    assert_eq!(attributes.len(), 2);
    assert_eq!(attributes["trace.text"].string_value(), Some("так"));
    assert_eq!(attributes["trace.bytes"].binary_value(), Some(&Blob::new([7])));
}

#[tokio::test]
async fn the_body_comes_with_its_md5() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let sent = local.send(&url, "a", "hello").await;
    let received = local.receive(&url, 1).await;

    // md5sum's answer for "hello".
    let md5 = Some("5d41402abc4b2a76b9719d911017c592");
    assert_eq!(sent.md5_of_message_body(), md5);
    assert_eq!(received[0].md5_of_body(), md5);
}

#[tokio::test]
async fn messages_older_than_the_retention_period_are_gone() {
    let local = Local::start().await;
    let attributes = [("FifoQueue", "true"), ("MessageRetentionPeriod", "60")];
    let url = local.queue("inbound.fifo", &attributes).await;
    local.send(&url, "a", "1").await;
    local.pass(61);

    let received = local.receive_bodies(&url).await;

    assert_eq!(received, [""; 0]);
    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_standard_queue_gives_messages_without_groups_and_delays_single_ones() {
    let local = Local::start().await;
    let url = local.queue("plain", &[]).await;
    for (body, delay) in [("now", 0), ("later", 10)] {
        let request = local.sqs().send_message().queue_url(&url).message_body(body);
        request.delay_seconds(delay).send().await.unwrap();
    }

    let now = local.receive(&url, 10).await;
    local.pass(10);
    let later = local.receive(&url, 10).await;

    assert_eq!(bodies(&now), ["now"]);
    assert_eq!(bodies(&later), ["later"]);
    assert!(!now[0].attributes().unwrap().contains_key(&System::SequenceNumber));
}
