//! Starting: settings and clients once; what calls the function is told apart here.

use std::process::ExitCode;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsMessage};
use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use mirt_aws::{
    history_queues::{CommandQueue, EventQueue},
    rotation::Rotating,
    sdk, secrets,
    table::Table,
};
use mirt_engine::clock::Clock as _;
use mirt_history::{command::Command, store::Days as _};
use mirt_runtime::{
    clock::SystemClock,
    process,
    settings::{SettingError, Settings},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    commands::Commands,
    digests::digests,
    metrics::Figures,
    settings::{Scheduled, fetch, scheduled},
};

/// Why the function does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error(transparent)]
    Secret(#[from] secrets::SecretError),
    #[error("the function's runtime failed")]
    Lambda(#[source] lambda_runtime::Error),
}

/// What calls the function: its queue, or its schedule, whose event has nothing to say.
#[derive(Deserialize)]
struct Call {
    #[serde(rename = "Records")]
    messages: Option<Vec<SqsMessage>>,
}

/// Runs the function until Lambda ends it.
#[must_use]
pub fn main() -> ExitCode {
    process::run("telegram-fetch", run)
}

async fn run(settings: Settings) -> Result<(), StartError> {
    let http = mirt_http::client()?;
    let config = sdk::config(http.clone()).await;
    let (name, now) = (settings.required("MIRT_CHANNEL_SECRET")?, SystemClock.now());
    let make = |secret| Ok(digests(&http, &settings, secret)?);
    let digests = Rotating::start(&config, name, now, make).await?;
    let text = |name| settings.required(name).map(str::to_owned);
    let scheduled = scheduled(&settings)?;
    // Lambda says it, and so does its local stand-in.
    let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let commands = Commands {
        table: Table::new(&config, text("MIRT_TABLE")?),
        queue: CommandQueue::new(
            &config,
            text("MIRT_TELEGRAM_COMMANDS_URL")?,
            text("MIRT_TELEGRAM_DEAD_LETTERS_URL")?,
        ),
        events: EventQueue::new(&config, text("MIRT_TELEGRAM_EVENTS_URL")?),
        secret: text("MIRT_TELEGRAM_SECRET")?,
        fetch: fetch(&settings)?,
        digests,
        figures: Figures::new(function, scheduled.chats.clone()),
        config,
    };
    let (commands, scheduled) = (&commands, &scheduled);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Call>| {
        match event.payload.messages {
            Some(messages) => work(commands, messages, deadline(&event.context)).await,
            None => schedule(commands, scheduled).await,
        }
    }))
    .await
    .map_err(StartError::Lambda)
}

/// Does a batch's commands one after another, and reports those that have to come again.
async fn work(
    commands: &Commands<'_>,
    messages: Vec<SqsMessage>,
    deadline: Timestamp,
) -> Result<Value, lambda_runtime::Error> {
    let mut response = SqsBatchResponse::default();
    for message in messages {
        let id = message.message_id.clone().unwrap_or_default();
        if !Box::pin(commands.take(message, deadline)).await {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    Ok(serde_json::to_value(response)?)
}

/// Sends a command for each chat of the list, and says how far each is.
async fn schedule(
    commands: &Commands<'_>,
    scheduled: &Scheduled,
) -> Result<Value, lambda_runtime::Error> {
    let now = SystemClock.now();
    for chat in &scheduled.chats {
        let id = format!("schedule-{}-{}", now.as_second(), chat.folder());
        let command = Command {
            command_id: Some(id.clone()),
            requested_by: Some("schedule".to_owned()),
            timestamp: Some(now),
            ..Command::new(chat.clone(), Some(scheduled.mode))
        };
        commands.queue.send(&command, &id).await?;
        let last_complete = commands.table.last_complete(chat).await?;
        commands.figures.age(chat, last_complete.map(|record| record.day));
    }
    Ok(json!({ "commands": scheduled.chats.len() }))
}

/// When Lambda will stop this invocation.
fn deadline(context: &Context) -> Timestamp {
    let millis = i64::try_from(context.deadline).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}
