//! The endpoint: counts, faults, the end.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use mirt_local_aws::service::{Fault, Lasting, Service};

use crate::harness::{FIFO, GIVE_UP, Local};

#[tokio::test]
async fn calls_are_counted_by_service_and_operation() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.send(&url, "a", "2").await;
    local.dynamodb().list_tables().send().await.unwrap();
    local.secrets().list_secrets().send().await.unwrap();

    let calls = local.endpoint.calls().snapshot();

    let calls: Vec<_> = calls.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let expected = [
        ("dynamodb.ListTables", 1),
        ("secretsmanager.ListSecrets", 1),
        ("sqs.CreateQueue", 1),
        ("sqs.SendMessage", 2),
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn a_fault_lasts_as_many_calls_as_it_was_told() {
    let local = Local::start().await;
    local.endpoint.faults().set(Service::DynamoDb, Fault::Unavailable, Lasting::Calls(2));
    let call = async || local.dynamodb().list_tables().send().await;

    let answers = [call().await, call().await, call().await];

    let statuses = answers
        .map(|answer| answer.err().map(|error| error.raw_response().unwrap().status().as_u16()));
    assert_eq!(statuses, [Some(503), Some(503), None]);
}

#[tokio::test]
async fn a_fault_until_cleared_meets_its_service_alone() {
    let local = Local::start().await;
    local.endpoint.faults().set(Service::Sqs, Fault::InternalError, Lasting::UntilCleared);
    let call = async || local.sqs().list_queues().send().await;

    let first = call().await.unwrap_err();
    let second = call().await.unwrap_err();
    let other_service = local.secrets().list_secrets().send().await;
    local.endpoint.faults().clear(Service::Sqs);
    let cleared = call().await;

    assert_eq!(first.raw_response().unwrap().status().as_u16(), 500);
    assert_eq!(second.code(), Some("InternalFailure"));
    assert!(other_service.is_ok(), "{other_service:?}");
    assert!(cleared.is_ok(), "{cleared:?}");
}

#[tokio::test]
async fn throttling_has_each_services_own_type() {
    let local = Local::start().await;
    for service in [Service::DynamoDb, Service::Sqs, Service::SecretsManager] {
        local.endpoint.faults().set(service, Fault::Throttled, Lasting::Calls(1));
    }

    let sqs = local.sqs().list_queues().send().await.unwrap_err().into_service_error();
    let dynamodb = local.dynamodb().list_tables().send().await.unwrap_err();
    let secrets = local.secrets().list_secrets().send().await.unwrap_err();

    assert!(sqs.is_request_throttled(), "{sqs:?}");
    assert_eq!(dynamodb.code(), Some("ThrottlingException"));
    assert_eq!(secrets.code(), Some("ThrottlingException"));
}

#[tokio::test]
async fn an_operation_that_is_not_emulated_is_told_so() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;

    let sqs = local.sqs().list_queue_tags().queue_url(&url).send().await.unwrap_err();
    let secrets = local.secrets().get_random_password().send().await.unwrap_err();
    let dynamodb = local.dynamodb().list_backups().send().await.unwrap_err();

    assert_eq!(sqs.code(), Some("InvalidAction"));
    assert_eq!(secrets.code(), Some("UnknownOperationException"));
    assert_eq!(dynamodb.code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn stopping_ends_receives_that_wait() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let poll = local.long_poll(&url, Some(20), 1).await;

    // The clock stands still: a poll that was not ended would keep the endpoint from stopping.
    let stopped = tokio::time::timeout(GIVE_UP, local.endpoint.stop()).await;

    assert!(stopped.is_ok_and(|stopped| stopped.is_ok()));
    assert_eq!(poll.await.unwrap(), [""; 0]);
}
