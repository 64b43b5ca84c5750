//! One command of the queue: the lease, the session, the work, and what becomes of the command.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_lambda_events::sqs::SqsMessage;
use jiff::Timestamp;
use mirt_aws::{
    history_queues::{CommandQueue, EventQueue},
    rotation::Rotating,
    secrets::{self, SecretError},
    table::Table,
};
use mirt_channels::telegram;
use mirt_engine::{
    clock::{Clock as _, until},
    failure::{PortError, chain},
};
use mirt_history::{
    command::Command,
    digest::Digests,
    event::{Body, Category, Event, Seconds},
    fetch::{Ending, Fetch, FetchSettings, Hold, Report},
    store::Announce as _,
};
use mirt_llm::OpenAi;
use mirt_runtime::clock::SystemClock;
use mirt_telegram::{Connection, Credentials, Reader};

use crate::{metrics::Figures, start::StartError};

/// The wait before a command that failed comes again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// At most so often doubled: SQS gives it up after the fifth time.
const MOST_DOUBLINGS: u32 = 5;

/// When a command comes again whose process lost the lease.
const OVERTAKEN_WAIT: Duration = Duration::from_secs(30);

/// What the function works with.
pub(crate) struct Commands<'a> {
    pub(crate) config: SdkConfig,
    pub(crate) table: Table,
    pub(crate) queue: CommandQueue,
    pub(crate) events: EventQueue,
    /// The name of the secret with the session.
    pub(crate) secret: String,
    pub(crate) fetch: FetchSettings,
    /// The model and the bot, as their keys open them.
    pub(crate) digests: Rotating<'a, Digests<OpenAi, telegram::Sender>, StartError>,
    pub(crate) figures: Figures,
}

/// What becomes of a message.
enum Fate {
    /// It is done with.
    Done,
    /// It comes again after so long.
    Again(Duration),
    /// It is for a human, for this reason.
    GivenUp(&'static str),
}

impl Commands<'_> {
    /// Does a command as far as it can be done; false if its message has to come again.
    pub(crate) async fn take(&self, message: SqsMessage, deadline: Timestamp) -> bool {
        let body = message.body.as_deref().unwrap_or_default();
        let id = message.message_id.as_deref().unwrap_or_default();
        let fate = match serde_json::from_str::<Command>(body) {
            Ok(command) => self.fate(command, id, &message, deadline).await,
            Err(error) => {
                // serde_json's own text may quote the message, which may be anybody's.
                let (line, column) = (error.line(), error.column());
                tracing::error!(event = "unreadable_command", line, column);
                Ok(Fate::GivenUp("unreadable"))
            }
        };
        let settled = match fate {
            Ok(fate) => self.settled(fate, body, id).await,
            Err(error) => Err(error),
        };
        let wait = match settled {
            Ok(None) => return true,
            Ok(Some(wait)) => wait,
            // All commands are one group: for as long as this one is hidden, all of them wait.
            Err(error) => {
                let wait = backoff(&message);
                let (seconds, error) = (wait.as_secs(), chain(&error));
                tracing::error!(event = "command_put_off", seconds, error);
                wait
            }
        };
        let receipt = message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.hide(receipt, wait).await {
            tracing::error!(event = "command_not_settled", error = chain(&error));
        }
        false
    }

    /// When a message comes again; `None` if it is done with.
    async fn settled(
        &self,
        fate: Fate,
        body: &str,
        id: &str,
    ) -> Result<Option<Duration>, PortError> {
        match fate {
            Fate::Done => Ok(None),
            Fate::Again(wait) => Ok(Some(wait)),
            Fate::GivenUp(reason) => self.queue.give_up(body, id, reason).await.map(|()| None),
        }
    }

    async fn fate(
        &self,
        mut command: Command,
        message_id: &str,
        message: &SqsMessage,
        deadline: Timestamp,
    ) -> Result<Fate, PortError> {
        let id = command.command_id.get_or_insert_with(|| message_id.to_owned()).clone();
        if command.limit.is_some() || command.strategy.is_some() {
            tracing::info!(event = "fields_without_effect", fields = "limit, strategy");
        }
        let not_before = command.progress.and_then(|progress| progress.not_before);
        let early = until(SystemClock.now(), not_before.unwrap_or(Timestamp::MIN));
        if !early.is_zero() {
            return Ok(Fate::Again(early));
        }
        let hold = match Hold::take(&self.table, &SystemClock).await? {
            Ok(hold) => hold,
            Err(held_until) => {
                tracing::info!(event = "session_in_use");
                let wait = until(SystemClock.now(), held_until) + Duration::from_secs(1);
                return Ok(Fate::Again(wait));
            }
        };
        let report = self.with_session(&command, &id, &hold, deadline).await;
        hold.release().await;
        let report = report?;
        self.figures.worked(&command.chat, &report);
        tracing::info!(
            event = "command_worked_on",
            days = report.days.len(),
            skipped = report.skipped,
            calls = report.usage.calls,
            ending = ending(&report.ending),
        );
        Ok(match report.ending {
            Ending::Done => Fate::Done,
            Ending::HandOn(next) => {
                self.queue.send(&next, &id).await?;
                Fate::Done
            }
            Ending::Overtaken => Fate::Again(OVERTAKEN_WAIT),
            Ending::Wait(end) => Fate::Again(until(SystemClock.now(), end)),
            Ending::Retry(_) => Fate::Again(backoff(message)),
            Ending::GiveUp(category) => Fate::GivenUp(category.as_str()),
        })
    }

    /// Works with the session, and keeps what became of it.
    async fn with_session(
        &self,
        command: &Command,
        id: &str,
        hold: &Hold<'_, Table, SystemClock>,
        deadline: Timestamp,
    ) -> Result<Report, PortError> {
        let credentials = match secrets::read::<Credentials>(&self.config, &self.secret).await {
            // That says nothing of the session.
            Err(SecretError::Store { source: source @ PortError::Unavailable { .. }, .. }) => {
                return Err(source);
            }
            read => read,
        };
        let usable = credentials.map_err(|error| chain(&error)).and_then(|credentials| {
            match &credentials.refused {
                Some(reason) => Err(format!("the session was refused before: {reason}")),
                None => Ok(credentials),
            }
        });
        let mut credentials = match usable {
            Ok(credentials) => credentials,
            Err(error) => return Ok(self.no_session(command, id, hold, error).await),
        };
        let before = credentials.session.clone();
        let connection = Connection::new(before.clone(), credentials.app());
        let reader = Reader::new(&connection);
        let digests = self.digests.current(SystemClock.now()).await;
        let fetch = Fetch {
            reader: &reader,
            store: &self.table,
            events: &self.events,
            clock: &SystemClock,
            digests: &digests,
            settings: self.fetch,
        };
        let report = fetch.run(command, id, hold, deadline).await;
        let after = connection.close().await;
        // What Telegram refused is not kept, and not tried again before a human has logged in.
        if matches!(report.ending, Ending::GiveUp(Category::AuthError)) {
            credentials.refused = Some("Telegram does not accept it any more".to_owned());
        } else if after == before {
            return Ok(report);
        } else {
            credentials.session = after;
        }
        if let Err(error) = secrets::write(&self.config, &self.secret, &credentials).await {
            let error = chain(&error);
            tracing::warn!(event = "degraded", what = "session_not_kept", error);
        }
        Ok(report)
    }

    /// The command's end when there is nobody to ask Telegram as.
    async fn no_session(
        &self,
        command: &Command,
        id: &str,
        hold: &Hold<'_, Table, SystemClock>,
        error: String,
    ) -> Report {
        let category = Category::AuthError;
        tracing::error!(event = "no_session", error);
        let body = Body::FetchFailed {
            category,
            retryable: category.is_retryable(),
            error,
            duration_seconds: Seconds::of_millis(0),
            messages_fetched: 0,
        };
        let attempt = format!("{id}:{}", hold.fence().0);
        let event = Event::new(SystemClock.now(), id, attempt, &command.chat, None, body);
        if let Err(error) = self.events.announce(&event).await {
            tracing::warn!(event = "degraded", what = "event_not_sent", error = chain(&error));
        }
        Report::ended(Ending::GiveUp(category))
    }
}

/// How long a command waits that failed as often as its message came.
fn backoff(message: &SqsMessage) -> Duration {
    let received = message.attributes.get("ApproximateReceiveCount");
    let received: u32 = received.and_then(|count| count.parse().ok()).unwrap_or(1);
    FIRST_WAIT * 2_u32.pow(received.saturating_sub(1).min(MOST_DOUBLINGS))
}

fn ending(ending: &Ending) -> &'static str {
    match ending {
        Ending::Done => "done",
        Ending::HandOn(_) => "handed_on",
        Ending::Overtaken => "overtaken",
        Ending::Wait(_) => "waits",
        Ending::Retry(category) | Ending::GiveUp(category) => category.as_str(),
    }
}
