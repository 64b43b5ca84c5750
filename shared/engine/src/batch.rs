//! A batch of the inbound queue: sessions side by side, each in its own order, and which messages
//! have to come again.

use std::{collections::BTreeMap, future::Future};

use futures_util::future::join_all;
use jiff::Timestamp;
use mirt_domain::session_id::SessionId;

use crate::{trace::Trace, wake_up::QueueTask};

/// A batch, sorted by session.
#[derive(Debug, Default)]
pub struct Batch {
    sessions: BTreeMap<SessionId, (Woken, Vec<String>)>,
    unreadable: Vec<String>,
}

/// What a batch asks of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Woken {
    /// When the latest of its events came.
    pub at: Timestamp,
    /// The request behind the first of its messages that names one.
    pub trace: Option<Trace>,
}

impl Batch {
    /// Adds the message with this id, in the queue's order.
    pub fn add(&mut self, message: String, task: QueueTask) {
        let QueueTask::Wake(wake_up) = task;
        let at = wake_up.received_at;
        let (woken, messages) = self
            .sessions
            .entry(wake_up.session)
            .or_insert_with(|| (Woken { at, trace: None }, Vec::new()));
        woken.at = woken.at.max(at);
        woken.trace = woken.trace.take().or(wake_up.trace);
        messages.push(message);
    }

    /// Adds a message that is no task. It comes again until it is a dead letter.
    pub fn add_unreadable(&mut self, message: String) {
        self.unreadable.push(message);
    }

    /// Does `work` for all sessions at the same time, so that none waits for another's burst. Its
    /// answer says whether the session's messages are done with.
    ///
    /// Gives the ids of the messages that have to come again: all of a failed session's, because
    /// its order would be lost otherwise.
    pub async fn run<W>(self, work: impl Fn(SessionId, Woken) -> W) -> Vec<String>
    where
        W: Future<Output = bool>,
    {
        let failed = join_all(self.sessions.into_iter().map(|(session, (woken, messages))| {
            let is_done = work(session, woken);
            async { if is_done.await { Vec::new() } else { messages } }
        }))
        .await;
        failed.into_iter().flatten().chain(self.unreadable).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot build its input must fail")]

    use std::cell::RefCell;

    use futures_util::FutureExt as _;
    use mirt_domain::{channel::Channel, session_id::UserId};

    use super::*;
    use crate::wake_up::WakeUp;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn batch(messages: &[(&str, &str, i64)]) -> Batch {
        let mut batch = Batch::default();
        for (id, user, at) in messages {
            let session =
                SessionId { channel: Channel::Instagram, user: UserId::parse(user).unwrap() };
            let event = (*id).to_owned();
            let wake_up = WakeUp { session, event, received_at: second(*at), trace: None };
            batch.add((*id).to_owned(), QueueTask::Wake(wake_up));
        }
        batch
    }

    #[test]
    fn a_session_is_worked_on_once_a_batch_from_its_latest_event_on() {
        let batch = batch(&[("1", "a", 5), ("2", "b", 1), ("3", "a", 7)]);
        let seen = RefCell::new(Vec::new());

        let again = batch
            .run(async |session: SessionId, woken| {
                seen.borrow_mut().push((session.user.as_str().to_owned(), woken.at));
                true
            })
            .now_or_never()
            .unwrap();

        assert_eq!(again, [""; 0]);
        assert_eq!(seen.take(), [("a".to_owned(), second(7)), ("b".to_owned(), second(1))]);
    }

    #[test]
    fn only_a_failed_sessions_messages_come_again_and_all_of_them() {
        let batch = batch(&[("1", "a", 1), ("2", "b", 1), ("3", "a", 2)]);

        let again =
            batch.run(async |session: SessionId, _| session.user.as_str() != "a").now_or_never();

        assert_eq!(again.unwrap(), ["1", "3"]);
    }

    #[test]
    fn a_message_that_is_no_task_comes_again_and_holds_nobody_up() {
        let mut batch = batch(&[("2", "b", 1)]);
        batch.add_unreadable("1".to_owned());

        let again = batch.run(async |_, _| true).now_or_never();

        assert_eq!(again.unwrap(), ["1"]);
    }
}
