//! From the queue's event to the orders in it, and the report of what has to come again.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::future::{Either, join, join_all, select};
use mirt_domain::order::OrderId;
use mirt_engine::{label_chat::LabelTask, order_book::OrderTask};

/// Does `work` for each order of an event once, and `label` for each label, all side by side. Their
/// answers say whether the messages are done with. Once `enough` is over no label is waited for any
/// more: orders that are done with have to be reported, and labels can come again.
pub(crate) async fn run(
    event: SqsEvent,
    work: impl AsyncFn(OrderId) -> bool,
    label: impl AsyncFn(LabelTask) -> bool,
    enough: impl Future<Output = ()>,
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
        let (mut enough, mut is_enough) = (pin!(enough), false);
        let (mut again, mut waiting) = (Vec::new(), BTreeSet::new());
        for (task, id) in labels {
            // A conversation's labels are set in their order: behind one that has to come again all
            // wait, or it would be set over them.
            if is_enough || waiting.contains(&task.session) {
                again.push(id);
                continue;
            }
            let session = task.session.clone();
            let is_done = match select(pin!(label(task)), enough.as_mut()).await {
                Either::Left((is_done, _)) => is_done,
                Either::Right(_) => {
                    tracing::warn!(event = "degraded", what = "labels_out_of_time");
                    is_enough = true;
                    false
                }
            };
            if !is_done {
                waiting.insert(session);
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

    use std::{
        cell::RefCell,
        future::{pending, ready},
    };

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
        let report = run(events, work, async |_| true, pending()).now_or_never().unwrap();

        assert_eq!(seen.take(), [a, b]);
        assert_eq!(again(report), ["4", "1", "3"]);
    }

    /// Labels, by their message's id: a customer and a turn.
    fn labels(all: &[(&str, &str, u64)]) -> SqsEvent {
        let record = |(id, user, turn): &(&str, &str, u64)| {
            let task = json!({ "Label": {
                "session": { "channel": "instagram", "user": user },
                "label": "in_work", "turn": turn, "at": "2026-11-21T10:00:00Z",
            }});
            json!({ "messageId": id, "body": task.to_string() })
        };
        let records: Vec<_> = all.iter().map(record).collect();
        serde_json::from_value(json!({ "Records": records })).unwrap()
    }

    fn again(report: SqsBatchResponse) -> Vec<String> {
        report.batch_item_failures.into_iter().map(|one| one.item_identifier).collect()
    }

    #[test]
    fn behind_a_label_that_could_not_be_set_its_conversations_others_wait_and_nobody_elses_do() {
        let tried = RefCell::new(Vec::new());
        let label = async |task: LabelTask| {
            let user = task.session.user.as_str().to_owned();
            tried.borrow_mut().push((user.clone(), task.turn));
            (user.as_str(), task.turn) != ("1", 1)
        };
        let event = labels(&[("a", "1", 1), ("b", "2", 1), ("c", "1", 2), ("d", "2", 2)]);

        let report = run(event, async |_| true, label, pending()).now_or_never().unwrap();

        assert_eq!(again(report), ["a", "c"]);
        let of = |user: &str, turn| (user.to_owned(), turn);
        assert_eq!(tried.take(), [of("1", 1), of("2", 1), of("2", 2)]);
    }

    #[test]
    fn a_crm_that_hangs_keeps_no_order_from_being_reported() {
        let done = RefCell::new(0);
        let mut all = event(&[("1", "000000000000000a")]);
        all.records.extend(labels(&[("a", "1", 1), ("b", "2", 1)]).records);
        let work = async |_| {
            *done.borrow_mut() += 1;
            true
        };

        let report = run(all, work, async |_| pending().await, ready(())).now_or_never().unwrap();

        assert_eq!(done.take(), 1);
        assert_eq!(again(report), ["a", "b"]);
    }
}
