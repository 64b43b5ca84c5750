//! A batch of the inbound queue: sessions side by side, each in its own order, and a report of
//! which messages have to come again.

use std::collections::BTreeMap;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use jiff::Timestamp;
use mirt_domain::session_id::SessionId;
use mirt_engine::wake_up::{QueueTask, WakeUp};

/// What a batch asks of one session.
#[derive(Debug)]
pub(crate) struct Woken {
    /// When the latest of its events came.
    pub(crate) at: Timestamp,
    /// The ids of its messages, in order.
    pub(crate) messages: Vec<String>,
}

/// A batch, sorted by session.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) sessions: BTreeMap<SessionId, Woken>,
    /// The ids of messages that are no tasks. They come again until they are dead letters.
    pub(crate) unreadable: Vec<String>,
}

impl Batch {
    /// Sorts what the queue handed over.
    pub(crate) fn from_event(event: SqsEvent) -> Self {
        let mut batch = Self::default();
        for message in event.records {
            let id = message.message_id.clone().unwrap_or_default();
            match task(&message) {
                Ok(QueueTask::Wake(WakeUp { session, received_at, .. })) => {
                    let woken = batch
                        .sessions
                        .entry(session)
                        .or_insert_with(|| Woken { at: received_at, messages: Vec::new() });
                    woken.at = woken.at.max(received_at);
                    woken.messages.push(id);
                }
                Err(error) => {
                    // The body is not shown: a message that is none of ours may hold anything.
                    tracing::error!(
                        event = "unreadable_task",
                        line = error.line(),
                        column = error.column(),
                    );
                    batch.unreadable.push(id);
                }
            }
        }
        batch
    }

    /// Does `work` for all sessions at the same time, so that none waits for another's burst, and
    /// reports the messages of those that failed. All of a failed session's messages come again:
    /// its order would be lost otherwise.
    pub(crate) async fn run(self, work: impl AsyncFn(&SessionId, Timestamp) -> bool) -> Report {
        let work = &work;
        let failed = join_all(self.sessions.into_iter().map(async |(session, woken)| {
            if work(&session, woken.at).await { Vec::new() } else { woken.messages }
        }))
        .await;
        Report(failed.into_iter().flatten().chain(self.unreadable).collect())
    }
}

fn task(message: &SqsMessage) -> Result<QueueTask, serde_json::Error> {
    serde_json::from_str(message.body.as_deref().unwrap_or_default())
}

/// The ids of the messages that have to come again.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report(pub(crate) Vec<String>);

impl From<Report> for SqsBatchResponse {
    fn from(report: Report) -> Self {
        let failure = |id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        };
        let mut response = Self::default();
        response.batch_item_failures = report.0.into_iter().map(failure).collect();
        response
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use futures_util::FutureExt as _;
    use serde_json::{Value, json};

    use super::*;

    fn event(records: &[(&str, Value)]) -> SqsEvent {
        let records: Vec<Value> = records
            .iter()
            .map(|(id, body)| json!({ "messageId": id, "body": body.to_string() }))
            .collect();
        serde_json::from_value(json!({ "Records": records })).unwrap()
    }

    fn wake(user: &str, second: u32) -> Value {
        json!({ "Wake": {
            "session": { "channel": "instagram", "user": user },
            "event": "i:1",
            "received_at": format!("2026-11-21T10:00:{second:02}Z"),
        }})
    }

    #[test]
    fn a_session_is_worked_on_once_a_batch_from_its_latest_event_on() {
        let batch = Batch::from_event(event(&[
            ("1", wake("a", 5)),
            ("2", wake("b", 1)),
            ("3", wake("a", 7)),
        ]));

        let woken: Vec<_> = batch.sessions.values().collect();

        assert_eq!(woken.len(), 2);
        assert_eq!(woken[0].messages, ["1", "3"]);
        assert_eq!(woken[0].at, "2026-11-21T10:00:07Z".parse().unwrap());
    }

    #[test]
    fn only_a_failed_sessions_messages_come_again_and_all_of_them() {
        let batch = Batch::from_event(event(&[
            ("1", wake("a", 1)),
            ("2", wake("b", 1)),
            ("3", wake("a", 2)),
        ]));

        let report =
            batch.run(async |session, _| session.user.as_str() != "a").now_or_never().unwrap();

        assert_eq!(report, Report(vec!["1".to_owned(), "3".to_owned()]));
    }

    #[test]
    fn a_message_that_is_no_task_comes_again_and_holds_nobody_up() {
        let batch = Batch::from_event(event(&[("1", json!("?")), ("2", wake("b", 1))]));

        let report = batch.run(async |_, _| true).now_or_never().unwrap();

        assert_eq!(report, Report(vec!["1".to_owned()]));
    }
}
