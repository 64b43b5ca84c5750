//! `mirt dlq`: messages that failed for good, here or in AWS.
//!
//! What is shown names no customer: a session is its channel and a short hash.

use std::process::ExitCode;

use jiff::{Timestamp, Unit};
use mirt_aws::{
    dead_letters::{DeadLetter, DeadLetters},
    table::Table,
    trouble::Trouble,
};
use mirt_engine::{
    failure::PortError,
    wake_up::{QueueTask, WakeUp},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    cli::{DlqArguments, DlqCommand},
    output,
    place::{self, PlaceError},
};

/// Why nothing was shown or done.
#[derive(Debug, thiserror::Error)]
enum DlqError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Queue(#[from] PortError),
    #[error("the async runtime cannot be started")]
    Runtime(#[from] std::io::Error),
    #[error("there is no dead letter with the id {0}")]
    NoSuchMessage(String),
}

/// Does what was asked for.
pub(crate) fn main(arguments: &DlqArguments) -> ExitCode {
    let run = || -> Result<(), DlqError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(arguments))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &DlqArguments) -> Result<(), DlqError> {
    let config = place::config(arguments.aws, &arguments.data).await?;
    let name = format!("mirt-{}-inbound-dlq.fifo", arguments.stage);
    let queue = DeadLetters::open(&config, &name).await?;
    match &arguments.command {
        DlqCommand::List => {
            let depth = queue.depth().await?;
            if arguments.json {
                output::line(json!({ "queue": name, "depth": depth }));
            } else {
                output::line(format_args!("{name}: {depth}"));
            }
        }
        DlqCommand::Show => {
            let table = Table::new(&config, format!("mirt-{}", arguments.stage));
            show(&queue.look().await?, &table, arguments.json).await?;
        }
        DlqCommand::Redrive => {
            let depth = queue.depth().await?;
            queue.redrive().await?;
            output::line(format_args!("{depth} on the way back, in order"));
        }
        DlqCommand::Drop { id } => {
            if !queue.drop(id).await? {
                return Err(DlqError::NoSuchMessage(id.clone()));
            }
            output::line(format_args!("dropped {id}"));
        }
    }
    Ok(())
}

async fn show(letters: &[DeadLetter], table: &Table, as_json: bool) -> Result<(), PortError> {
    let now = Timestamp::now();
    for letter in letters {
        let since = since(letter);
        let seconds = now.since(since).and_then(|age| age.total(Unit::Second));
        let seconds = seconds.unwrap_or_default();
        let shown = session(letter);
        let trouble = match &letter.task {
            Some(QueueTask::Wake(WakeUp { session, .. })) => table.trouble(session, since).await?,
            None => None,
        };
        if as_json {
            output::line(row(letter, &shown, seconds, trouble.as_ref()));
        } else {
            output::line(format_args!(
                "{}  {shown}  {seconds:.0} s old, received {} times, {}",
                letter.id,
                letter.receive_count,
                error(letter, trouble.as_ref())
            ));
        }
    }
    if !as_json && letters.is_empty() {
        output::line("empty");
    }
    Ok(())
}

/// When what it is about came. The queue knows only when the message became a dead letter: a FIFO
/// queue counts its age anew then.
fn since(letter: &DeadLetter) -> Timestamp {
    match &letter.task {
        Some(QueueTask::Wake(wake_up)) => wake_up.received_at,
        None => letter.sent_at,
    }
}

/// Why it is here, as far as anyone could say.
fn error(letter: &DeadLetter, trouble: Option<&Trouble>) -> String {
    match trouble {
        Some(Trouble { error, failures, .. }) => format!("failed {failures} times: {error}"),
        None if letter.task.is_none() => "nobody can read it".to_owned(),
        None => "no error was noted: its process died, or the store was down".to_owned(),
    }
}

fn row(letter: &DeadLetter, session: &str, seconds: f64, trouble: Option<&Trouble>) -> Value {
    json!({
        "id": letter.id,
        "session": session,
        "age_s": seconds.round(),
        "received": letter.receive_count,
        "readable": letter.task.is_some(),
        "error": trouble.map(|trouble| &trouble.error),
        "failures": trouble.map(|trouble| trouble.failures),
    })
}

/// The session as operators see it: enough to tell two apart, not enough to know who it is.
fn session(letter: &DeadLetter) -> String {
    match &letter.task {
        Some(QueueTask::Wake(WakeUp { session, .. })) => {
            let hash = Sha256::digest(session.to_string());
            format!(
                "{}:{:02x}{:02x}{:02x}{:02x}",
                session.channel, hash[0], hash[1], hash[2], hash[3]
            )
        }
        None => "unreadable".to_owned(),
    }
}
