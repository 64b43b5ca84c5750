//! What a message and a request may be.

use aws_sdk_sqs::error::ProvideErrorMetadata;

use crate::harness::{FIFO, Local};

#[tokio::test]
async fn a_fifo_message_needs_a_group() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let request = local.sqs().send_message().queue_url(&url).message_body("1");
    let refused = request.message_deduplication_id("1").send().await.unwrap_err();

    assert_eq!(refused.code(), Some("MissingParameter"));
}

#[tokio::test]
async fn a_fifo_message_needs_a_deduplication_id() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let request = local.sqs().send_message().queue_url(&url).message_body("1");
    let refused = request.message_group_id("a").send().await.unwrap_err();

    assert_eq!(refused.code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn a_fifo_message_cannot_be_delayed_alone() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let request = local.sqs().send_message().queue_url(&url).message_body("1");
    let request = request.message_group_id("a").message_deduplication_id("1");
    let refused = request.delay_seconds(5).send().await.unwrap_err();

    assert_eq!(refused.code(), Some("InvalidParameterValue"));
    assert_eq!(local.counts(&url).await, ["0", "0", "0"]);
}

#[tokio::test]
async fn a_message_may_have_one_mebibyte_and_not_a_byte_more() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let largest = "x".repeat(1_048_576);

    let fitting = local.try_send(&url, "a", "1", &largest).await;
    let too_long = local.try_send(&url, "a", "2", &format!("{largest}x")).await.unwrap_err();

    assert!(fitting.is_ok(), "{fitting:?}");
    assert_eq!(too_long.code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn a_queue_may_allow_less() {
    let local = Local::start().await;
    let attributes = [("FifoQueue", "true"), ("MaximumMessageSize", "1024")];
    let url = local.queue("inbound.fifo", &attributes).await;

    let refused = local.try_send(&url, "a", "1", &"x".repeat(1_025)).await.unwrap_err();

    assert_eq!(refused.code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn control_characters_are_refused_and_line_breaks_are_not() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let control = local.try_send(&url, "a", "1", "a\u{7}b").await.unwrap_err();
    let breaks = local.try_send(&url, "a", "2", "a\r\n\tb 👗").await;

    assert!(control.is_invalid_message_contents(), "{control:?}");
    assert!(breaks.is_ok(), "{breaks:?}");
}

#[tokio::test]
async fn ids_have_one_to_128_letters_digits_and_marks() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let longest = "i".repeat(128);
    let too_long = "i".repeat(129);

    let fitting = local.try_send(&url, &longest, &longest, "1").await;
    let long_group = local.try_send(&url, &too_long, "2", "2").await.unwrap_err();
    let long_id = local.try_send(&url, "a", &too_long, "3").await.unwrap_err();
    let blank = local.try_send(&url, "a b", "4", "4").await.unwrap_err();

    assert!(fitting.is_ok(), "{fitting:?}");
    for refused in [long_group, long_id, blank] {
        assert_eq!(refused.code(), Some("InvalidParameterValue"));
    }
}

#[tokio::test]
async fn a_receives_numbers_have_limits() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let receive = || local.sqs().receive_message().queue_url(&url);

    let refusals = [
        receive().max_number_of_messages(0),
        receive().max_number_of_messages(11),
        receive().wait_time_seconds(-1),
        receive().wait_time_seconds(21),
        receive().visibility_timeout(-1),
        receive().visibility_timeout(43_201),
        receive().receive_request_attempt_id("a".repeat(129)),
    ];

    for request in refusals {
        let refused = request.clone().send().await.unwrap_err();
        assert_eq!(refused.code(), Some("InvalidParameterValue"), "{request:?}");
    }
}

#[tokio::test]
async fn a_visibility_has_limits() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    let received = local.receive(&url, 1).await;
    let hide = |seconds| {
        let request = local.sqs().change_message_visibility().queue_url(&url);
        let request = request.set_receipt_handle(received[0].receipt_handle.clone());
        request.visibility_timeout(seconds).send()
    };

    let longest = hide(43_200).await;
    let too_long = hide(43_201).await.unwrap_err();
    let negative = hide(-1).await.unwrap_err();

    assert!(longest.is_ok(), "{longest:?}");
    assert_eq!(too_long.code(), Some("InvalidParameterValue"));
    assert_eq!(negative.code(), Some("InvalidParameterValue"));
}
