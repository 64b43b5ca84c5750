//! From the queue's event to the orders in it, and the report of what has to come again.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::future::{join, join_all};
use mirt_domain::order::OrderId;
use mirt_engine::{label_chat::LabelTask, order_book::OrderTask};

/// Does `work` for each order of an event once, and `label` for each label, all side by side. Their
/// answers say whether the messages are done with.
pub(crate) async fn run(
    event: SqsEvent,
    work: impl AsyncFn(OrderId) -> bool,
    label: impl AsyncFn(LabelTask) -> bool,
) -> SqsBatchResponse {
    let mut orders: BTreeMap<OrderId, Vec<String>> = BTreeMap::new();
    let mut labels = Vec::new();
    let mut again = Vec::new();
    for message in event.records {
        let id = message.message_id.unwrap_or_default();
        match serde_json::from_str(message.body.as_deref().unwrap_or_default()) {
            Ok(OrderTask::LookAfter(wake_up)) => {
                orders.entry(wake_up.order).or_default().push(id);
            }
            Ok(OrderTask::Label(task)) => labels.push((task, id)),
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
    let (work, label) = (&work, &label);
    let failed = join_all(
        orders
            .into_iter()
            .map(async |(order, messages)| if work(order).await { Vec::new() } else { messages }),
    );
    let unlabelled = async {
        let mut again = Vec::new();
        // In their order: the labels of one conversation follow each other.
        for (task, id) in labels {
            if !label(task).await {
                again.push(id);
            }
        }
        again
    };
    let (failed, unlabelled) = join(failed, unlabelled).await;
    again.extend(failed.into_iter().flatten().chain(unlabelled));
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

        let events = event(&[("1", a), ("2", b), ("3", a), ("4", "")]);
        let work = async |order: OrderId| {
            seen.borrow_mut().push(order.to_string());
            order.to_string() != a
        };
        let report = run(events, work, async |_| true).now_or_never().unwrap();

        assert_eq!(seen.take(), [a, b]);
        let again: Vec<_> =
            report.batch_item_failures.into_iter().map(|one| one.item_identifier).collect();
        assert_eq!(again, ["4", "1", "3"]);
    }

    #[test]
    fn a_label_that_could_not_be_set_comes_again_and_holds_up_no_order() {
        let label = |id: &str, turn: u64| {
            let task = json!({ "Label": {
                "session": { "channel": "instagram", "user": "1" },
                "label": "in_work", "turn": turn, "at": "2026-11-21T10:00:00Z",
            }});
            json!({ "messageId": id, "body": task.to_string() })
        };
        let event = serde_json::from_value(json!({ "Records": [label("1", 1), label("2", 2)] }));

        let report = run(event.unwrap(), async |_| true, async |task| task.turn == 2)
            .now_or_never()
            .unwrap();

        let again: Vec<_> =
            report.batch_item_failures.into_iter().map(|one| one.item_identifier).collect();
        assert_eq!(again, ["1"]);
    }
}
