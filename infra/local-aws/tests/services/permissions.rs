//! Whose calls are held against a role: what it does not allow is refused as AWS refuses it.

use std::collections::BTreeSet;

use aws_sdk_sqs::{config::Credentials, error::ProvideErrorMetadata};
use mirt_local_aws::permissions::{Role, Statement};

use crate::harness::{FIFO, Local};

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:inbound.fifo";

fn only(action: &str, resource: &str) -> Role {
    let statement = Statement {
        actions: vec![action.to_owned()],
        resources: vec![resource.to_owned()],
        ..Statement::default()
    };
    Role { statements: vec![statement] }
}

/// A client of the queues that signs as `name`.
fn sqs_as(local: &Local, name: &str) -> aws_sdk_sqs::Client {
    let credentials = Credentials::new(name, "secret", None, None, "test");
    let config = local.sqs().config().to_builder().credentials_provider(credentials).build();
    aws_sdk_sqs::Client::from_conf(config)
}

#[tokio::test]
async fn a_function_may_do_what_its_role_allows_and_nothing_else() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    let other = local.queue("orders.fifo", FIFO).await;
    local.endpoint.permissions().limit("webhook", only("sqs:SendMessage", QUEUE));
    let webhook = sqs_as(&local, "webhook");
    let send = async |url: &str| {
        let message = webhook.send_message().queue_url(url).message_body("b");
        message.message_group_id("g").message_deduplication_id("d").send().await
    };

    let sent = send(&url).await;
    let elsewhere = send(&other).await;
    let received = webhook.receive_message().queue_url(&url).send().await;

    assert!(sent.is_ok(), "{sent:?}");
    let code = |error: &dyn ProvideErrorMetadata| error.code().map(str::to_owned);
    assert_eq!(elsewhere.err().as_ref().and_then(|it| code(it)).as_deref(), Some("AccessDenied"));
    assert_eq!(received.err().as_ref().and_then(|it| code(it)).as_deref(), Some("AccessDenied"));
    assert_eq!(
        local.endpoint.permissions().refused(),
        BTreeSet::from([
            format!("webhook: sqs:ReceiveMessage on {QUEUE}"),
            format!("webhook: sqs:SendMessage on {}", QUEUE.replace("inbound", "orders")),
        ])
    );
}

#[tokio::test]
async fn who_has_no_role_here_may_do_everything() {
    let local = Local::start().await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.endpoint.permissions().limit("webhook", Role::default());

    let received = sqs_as(&local, "operator").receive_message().queue_url(&url).send().await;

    assert!(received.is_ok(), "{received:?}");
    assert!(local.endpoint.permissions().refused().is_empty());
}
