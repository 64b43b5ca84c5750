//! The event source mapping, over the queues of this crate and functions that answer as told.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod stage;

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{Mutex, atomic::Ordering},
    time::Duration,
};

use aws_sdk_sqs::types::MessageAttributeValue;
use axum::body::Bytes;
use mirt_local_aws::{
    lambda::{Invoke, InvokeError},
    mapping,
    site::Site,
};
use serde_json::{Value, json};
use stage::{Answer, PATIENCE, Record, Scripted, Stage, VISIBILITY, fail_only, succeed};
use tokio::sync::OnceCell;

#[tokio::test]
async fn what_the_function_dealt_with_is_deleted() {
    let stage = Stage::new().await;
    stage.send("a", "1").await;
    stage.send("a", "2").await;
    let function = Scripted::answering(succeed);

    stage.run_until(&function, async || stage.is_left_with("0", "0").await).await;

    assert_eq!(function.bodies(), ["1", "2"]);
}

#[tokio::test]
async fn a_record_is_what_lambda_gives() {
    let stage = Stage::new().await;
    let attribute =
        MessageAttributeValue::builder().data_type("String").string_value("abc").build().unwrap();
    stage
        .client
        .send_message()
        .queue_url(stage.endpoint.sqs().queue_url("inbound.fifo"))
        .message_group_id("instagram:1001")
        .message_deduplication_id("event-1")
        .message_body("привіт")
        .message_attributes("trace", attribute)
        .send()
        .await
        .unwrap();
    struct Keeping(Mutex<Value>);
    impl Invoke for Keeping {
        async fn invoke(&self, _: &str, payload: Bytes) -> Result<Bytes, InvokeError> {
            *self.0.lock().unwrap() = serde_json::from_slice(&payload).unwrap();
            Ok(Bytes::new())
        }
    }
    let function = Keeping(Mutex::default());

    let site = Site::default();
    let served = async { while !stage.is_left_with("0", "0").await {} };
    tokio::select! {
        never = mapping::run(&stage.mapping, stage.endpoint.sqs(), &site, &function) => match never {},
        served = tokio::time::timeout(PATIENCE, served) => served.unwrap(),
    }

    let event = function.0.into_inner().unwrap();
    let record = &event["Records"][0];
    assert_eq!(record["body"], "привіт");
    assert_eq!(record["md5OfBody"], "1fa72d8916096572fea50ddaa7e37b7f");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:inbound.fifo");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["attributes"]["MessageGroupId"], "instagram:1001");
    assert_eq!(record["attributes"]["MessageDeduplicationId"], "event-1");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(record["attributes"]["SentTimestamp"], "1795219200000");
    assert!(record["attributes"]["SequenceNumber"].is_string());
    assert!(record["messageId"].is_string());
    assert!(record["receiptHandle"].is_string());
    assert_eq!(
        record["messageAttributes"],
        json!({
            "trace": {
                "dataType": "String",
                "stringValue": "abc",
                "stringListValues": [],
                "binaryListValues": [],
            }
        })
    );
}

#[tokio::test]
async fn only_what_failed_comes_again_and_only_after_the_visibility_timeout() {
    let stage = Stage::new().await;
    stage.send("a", "good").await;
    stage.send("b", "bad").await;
    let function = Scripted::answering(fail_only("bad"));
    stage.run_until(&function, async || stage.is_left_with("0", "1").await).await;
    assert_eq!(function.bodies(), ["good", "bad"]);

    stage.clock.advance(VISIBILITY);
    let healed = Scripted::answering(succeed);
    stage.run_until(&healed, async || stage.is_left_with("0", "0").await).await;

    let [batch] = &healed.batches()[..] else { unreachable!("one batch") };
    let [record] = &batch[..] else { unreachable!("one message") };
    assert_eq!((record.body.as_str(), record.receives.as_str()), ("bad", "2"));
}

#[tokio::test]
async fn what_fails_too_often_goes_to_the_dead_letters_and_frees_its_group() {
    let stage = Stage::new().await;
    stage.send("a", "bad").await;
    let function = Scripted::answering(fail_only("bad"));
    for receives in 1..=2 {
        stage.run_until(&function, async || function.bodies().len() == receives).await;
        stage.run_until(&function, async || stage.is_left_with("0", "1").await).await;
        stage.clock.advance(VISIBILITY);
    }

    stage.send("a", "next").await;
    stage.run_until(&function, async || stage.is_left_with("0", "0").await).await;

    assert_eq!(function.bodies(), ["bad", "bad", "next"]);
    assert_eq!(stage.counts("dead.fifo").await.0, "1");
}

/// Hands over two messages, answered with `answer`, and later a third that goes well. What the
/// mapping was to delete it has deleted by then.
async fn is_the_batch_kept(answer: Answer) -> bool {
    let stage = Stage::new().await;
    stage.send("a", "1").await;
    stage.send("b", "2").await;
    let third = |records: &[Record]| records.iter().any(|record| record.body == "3");
    let function =
        Scripted::answering(
            move |records| {
                if third(records) { succeed(records) } else { answer.clone() }
            },
        );
    let sent = OnceCell::new();
    stage
        .run_until(&function, async || {
            if function.bodies().len() < 2 {
                return false;
            }
            sent.get_or_init(|| stage.send("c", "3")).await;
            function.bodies().len() == 3 && !stage.is_left_with("0", "3").await
        })
        .await;
    stage.is_left_with("0", "2").await
}

#[tokio::test]
async fn a_function_that_fails_keeps_the_whole_batch() {
    let failures = [
        InvokeError::Unhandled { kind: "Error".to_owned(), message: String::new() },
        InvokeError::TimedOut { after: PATIENCE },
        InvokeError::Crashed { status: "signal: 9".to_owned() },
        InvokeError::Throttled,
    ];
    for failure in failures {
        assert!(is_the_batch_kept(Err(failure.clone())).await, "{failure:?}");
    }
}

#[tokio::test]
async fn a_report_that_cannot_be_understood_keeps_the_whole_batch() {
    let reports = [
        json!("done"),
        json!({ "batchItemFailures": [{ "itemIdentifier": "" }] }),
        json!({ "batchItemFailures": [{ "itemIdentifier": null }] }),
        json!({ "batchItemFailures": [{ "identifier": "x" }] }),
        json!({ "batchItemFailures": [{ "itemIdentifier": "of another batch" }] }),
    ];
    for report in reports {
        assert!(is_the_batch_kept(Ok(report.clone())).await, "{report}");
    }
}

#[tokio::test]
async fn an_empty_report_deletes_the_whole_batch() {
    for report in [json!(null), json!({}), json!({ "batchItemFailures": null })] {
        let stage = Stage::new().await;
        stage.send("a", "1").await;
        let function = Scripted::answering(move |_| Ok(report.clone()));

        stage.run_until(&function, async || stage.is_left_with("0", "0").await).await;

        assert_eq!(function.bodies(), ["1"]);
    }
}

#[tokio::test]
async fn without_reports_any_answer_deletes_the_whole_batch() {
    let mut stage = Stage::new().await;
    stage.mapping.reports_item_failures = false;
    stage.send("a", "bad").await;
    let function = Scripted::answering(fail_only("bad"));

    stage.run_until(&function, async || stage.is_left_with("0", "0").await).await;

    assert_eq!(function.bodies(), ["bad"]);
}

#[tokio::test]
async fn batches_are_under_way_at_once_and_share_no_group() {
    let mut stage = Stage::new().await;
    stage.mapping.batch_size = 1;
    for body in ["a1", "a2", "b1", "b2", "c1"] {
        stage.send(&body[..1], body).await;
    }
    let function = Scripted::holding(succeed, 0);

    stage.run_until(&function, async || function.bodies().len() == 3).await;

    assert_eq!(function.bodies(), ["a1", "b1", "c1"]);
}

#[tokio::test]
async fn no_more_batches_are_under_way_than_the_mapping_allows() {
    let mut stage = Stage::new().await;
    stage.mapping.batch_size = 1;
    stage.mapping.max_concurrency = 2;
    for group in ["a", "b", "c", "d", "e"] {
        stage.send(group, group).await;
    }
    let function = Scripted::holding(succeed, 0);
    let release = async || {
        function.permits.add_permits(1);
        stage.is_left_with("0", "0").await
    };

    stage.run_until(&function, release).await;

    assert_eq!(function.bodies().len(), 5);
    assert_eq!(function.most_running.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_sessions_messages_are_handed_over_in_order_whatever_the_batches() {
    let mut stage = Stage::new().await;
    stage.mapping.batch_size = 3;
    for n in 0..10 {
        for group in ["a", "b", "c", "d"] {
            stage.send(group, &format!("{group}{n}")).await;
        }
    }
    let function = Scripted::answering(succeed);

    stage.run_until(&function, async || stage.is_left_with("0", "0").await).await;

    for group in ["a", "b", "c", "d"] {
        let bodies: Vec<String> =
            function.bodies().into_iter().filter(|body| body.starts_with(group)).collect();
        let sent: Vec<String> = (0..10).map(|n| format!("{group}{n}")).collect();
        assert_eq!(bodies, sent);
    }
}

#[tokio::test]
async fn a_message_that_comes_while_the_mapping_waits_is_handed_over() {
    let stage = Stage::new().await;
    let function = Scripted::answering(succeed);
    let sent = OnceCell::new();

    stage
        .run_until(&function, async || {
            sent.get_or_init(|| stage.send("a", "late")).await;
            stage.is_left_with("0", "0").await
        })
        .await;

    assert_eq!(function.bodies(), ["late"]);
}

#[tokio::test]
async fn a_queue_that_cannot_be_read_is_tried_again() {
    let mut stage = Stage::new().await;
    stage.mapping.queue = "later.fifo".to_owned();
    let function = Scripted::answering(succeed);
    let site = Site::default();
    let mut mapped = pin!(mapping::run(&stage.mapping, stage.endpoint.sqs(), &site, &function));
    // The first read finds no queue.
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut mapped).await.is_err());

    let fifo = BTreeMap::from([("FifoQueue".to_owned(), "true".to_owned())]);
    stage.endpoint.sqs().ensure_queue("later.fifo", fifo).await.unwrap();
    stage.send_to("later.fifo", "a", "1").await;

    let read = async {
        while function.bodies().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        never = mapped => match never {},
        read = tokio::time::timeout(PATIENCE, read) => read.unwrap(),
    }
    assert_eq!(function.bodies(), ["1"]);
}
