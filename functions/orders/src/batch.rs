//! From the queue's event to the orders in it, and the report of what has to come again.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::future::join_all;
use mirt_domain::order::OrderId;
use mirt_engine::order_book::OrderTask;

/// Does `work` for each order of an event once, all side by side. Its answer says whether the
/// order's messages are done with.
pub(crate) async fn run(event: SqsEvent, work: impl AsyncFn(OrderId) -> bool) -> SqsBatchResponse {
    let mut orders: BTreeMap<OrderId, Vec<String>> = BTreeMap::new();
    let mut again = Vec::new();
    for message in event.records {
        let id = message.message_id.unwrap_or_default();
        match serde_json::from_str(message.body.as_deref().unwrap_or_default()) {
            Ok(OrderTask::LookAfter(wake_up)) => {
                orders.entry(wake_up.order).or_default().push(id);
            }
            Err(error) => {
                // The body is not shown: a message that is none of ours may hold anything.
                tracing::error!(
                    event = "unreadable_task",
                    line = error.line(),
                    column = error.column(),
                );
                again.push(id);
            }
        }
    }
    let work = &work;
    let failed =
        join_all(orders.into_iter().map(
            async |(order, messages)| {
                if work(order).await { Vec::new() } else { messages }
            },
        ))
        .await;
    again.extend(failed.into_iter().flatten());
    let mut report = SqsBatchResponse::default();
    report.batch_item_failures = again
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    report
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use std::cell::RefCell;

    use futures_util::FutureExt as _;
    use serde_json::json;

    use super::*;

    fn event(messages: &[(&str, &str)]) -> SqsEvent {
        let records: Vec<_> = messages
            .iter()
            .map(|(id, order)| {
                let task = json!({ "LookAfter": { "order": order, "reason": id } });
                let body = if order.is_empty() { "?".to_owned() } else { task.to_string() };
                json!({ "messageId": id, "body": body })
            })
            .collect();
        serde_json::from_value(json!({ "Records": records })).unwrap()
    }

    #[test]
    fn an_order_is_looked_after_once_a_batch_and_only_what_failed_comes_again() {
        let (a, b) = ("000000000000000a", "000000000000000b");
        let seen = RefCell::new(Vec::new());

        let report = run(event(&[("1", a), ("2", b), ("3", a), ("4", "")]), async |order| {
            seen.borrow_mut().push(order.to_string());
            order.to_string() != a
        })
        .now_or_never()
        .unwrap();

        assert_eq!(seen.take(), [a, b]);
        let again: Vec<_> =
            report.batch_item_failures.into_iter().map(|one| one.item_identifier).collect();
        assert_eq!(again, ["4", "1", "3"]);
    }
}
