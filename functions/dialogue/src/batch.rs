//! From the queue's event to the engine's batch, and its report back.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use mirt_engine::{
    batch::Batch,
    wake_up::{QueueTask, WakeUp},
};

/// The queue's own attribute for tracing headers.
const TRACE: &str = "AWSTraceHeader";

/// Reads what the queue handed over.
pub(crate) fn from_event(event: SqsEvent) -> Batch {
    let mut batch = Batch::default();
    for message in event.records {
        let task = task(&message).map(|task| traced(task, &message));
        let id = message.message_id.unwrap_or_default();
        match task {
            Ok(task) => batch.add(id, task),
            Err(error) => {
                // The body is not shown: a message that is none of ours may hold anything.
                tracing::error!(
                    event = "unreadable_task",
                    line = error.line(),
                    column = error.column(),
                );
                batch.add_unreadable(id);
            }
        }
    }
    batch
}

/// The request behind a wake-up that does not name one: what the queue knows of who sent it.
fn traced(task: QueueTask, message: &SqsMessage) -> QueueTask {
    let QueueTask::Wake(wake_up) = task;
    let known = || message.attributes.get(TRACE)?.parse().ok();
    QueueTask::Wake(WakeUp { trace: wake_up.trace.clone().or_else(known), ..wake_up })
}

fn task(message: &SqsMessage) -> Result<QueueTask, serde_json::Error> {
    serde_json::from_str(message.body.as_deref().unwrap_or_default())
}

/// The report of the messages that have to come again.
pub(crate) fn report(again: Vec<String>) -> SqsBatchResponse {
    let failure = |id| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        failure
    };
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = again.into_iter().map(failure).collect();
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use futures_util::FutureExt as _;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_failed_and_what_is_no_task_is_reported_by_its_id() {
        let wake = json!({ "Wake": {
            "session": { "channel": "instagram", "user": "a" },
            "event": "i:1",
            "received_at": "2026-11-21T10:00:00Z",
        }});
        let event: SqsEvent = serde_json::from_value(json!({ "Records": [
            { "messageId": "1", "body": "?" },
            { "messageId": "2", "body": wake.to_string() },
        ]}))
        .unwrap();

        let again = from_event(event).run(async |_, _| false).now_or_never().unwrap();

        let report = serde_json::to_value(report(again)).unwrap();
        assert_eq!(
            report,
            json!({ "batchItemFailures": [{ "itemIdentifier": "2" }, { "itemIdentifier": "1" }] })
        );
    }
}
