//! `mirt dlq`: messages that failed for good, here or in AWS.
//!
//! What is shown names no customer: a session is its channel and a short hash.

use std::{
    io::{IsTerminal as _, stderr},
    process::ExitCode,
    time::Duration,
};

use jiff::{Timestamp, Unit};
use mirt_aws::{
    dead_letters::{Content, DeadLetter, DeadLetters, Seen},
    table::Table,
};
use mirt_engine::{
    failure::{PortError, chain},
    order_book::{LoadOrder as _, OrderTask},
    wake_up::{QueueTask, WakeUp},
};
use mirt_local_aws::template::TemplateError;
use serde_json::{Value, json};

use crate::{
    cli::{DlqArguments, DlqCommand},
    outcome::{OperatorError, Outcome, operate},
    output,
    place::Place,
    progress::Progress,
    up,
    who::masked,
};

/// How long a redrive is followed: looks, and the time between two.
const LOOKS: u32 = 240;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// Why nothing was shown or done.
#[derive(Debug, thiserror::Error)]
enum DlqError {
    #[error(transparent)]
    Operator(#[from] OperatorError),
    #[error("the store or a queue did not do it; mirt doctor says what is wrong there")]
    Queue(#[from] PortError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("there is no queue of dead letters {0}; mirt dlq list names them")]
    NoSuchQueue(String),
    #[error(
        "there is no dead letter with the id {0} among those that can be seen; mirt dlq show prints the ids"
    )]
    NoSuchMessage(String),
}

/// Does what was asked for.
pub(crate) fn main(arguments: &DlqArguments) -> ExitCode {
    operate(&arguments.place, async |place| run(place, arguments).await)
}

/// A queue of dead letters.
struct Queue {
    /// As operators call it: `inbound`.
    name: String,
    letters: DeadLetters,
}

/// The queues that were asked for: all of the template, unless one is named.
async fn queues(place: &Place, arguments: &DlqArguments) -> Result<Vec<Queue>, DlqError> {
    let mut queues = Vec::new();
    for full in up::dead_letter_queues(place.stack.stage())? {
        let name = place.short_name(&full).trim_end_matches("-dlq");
        if arguments.queue.as_ref().is_none_or(|asked| asked == name || *asked == full) {
            let letters = DeadLetters::open(&place.config, &full).await?;
            queues.push(Queue { name: name.to_owned(), letters });
        }
    }
    match &arguments.queue {
        Some(asked) if queues.is_empty() => Err(DlqError::NoSuchQueue(asked.clone())),
        _ => Ok(queues),
    }
}

async fn run(place: Place, arguments: &DlqArguments) -> Result<Outcome, DlqError> {
    let queues = queues(&place, arguments).await?;
    match &arguments.command {
        DlqCommand::List => {
            let mut rows = Vec::new();
            for Queue { name, letters } in &queues {
                let depth = letters.depth().await?;
                if arguments.json {
                    output::line(json!({ "queue": name, "depth": depth }));
                } else {
                    rows.push([name.clone(), depth.to_string()]);
                }
            }
            if !arguments.json {
                output::table(["queue", "dead letters"], &rows);
            }
        }
        DlqCommand::Show => {
            let (mut cells, now) = (Vec::new(), place.now());
            for Queue { name, letters } in &queues {
                let Seen { letters, unseen } = letters.look().await?;
                if unseen > 0 {
                    output::note(format_args!(
                        "{name}: {unseen} more cannot be seen before some of these are dropped or redriven"
                    ));
                }
                if arguments.json {
                    rows(name, &letters, &place.table, now)
                        .await?
                        .into_iter()
                        .for_each(output::line);
                } else {
                    cells.extend(shown(name, &letters, &place.table, now).await?);
                }
            }
            if cells.is_empty() && !arguments.json {
                output::line("no dead letters");
            } else if !arguments.json {
                output::table(["id", "queue", "about", "age", "received", "why"], &cells);
            }
        }
        DlqCommand::Redrive => {
            for Queue { name, letters } in &queues {
                let depth = letters.depth().await?;
                if depth > 0 {
                    letters.redrive().await?;
                    follow(letters, depth).await?;
                }
                let words = format_args!("{name}: {depth} on the way back, in order");
                output::told(arguments.json, json!({ "queue": name, "redriven": depth }), words);
            }
        }
        DlqCommand::Drop { id } => {
            for queue in &queues {
                if queue.letters.drop(id).await? {
                    let words = format_args!("dropped {id}");
                    output::told(arguments.json, json!({ "dropped": id }), words);
                    return Ok(Outcome::Well);
                }
            }
            return Err(DlqError::NoSuchMessage(id.clone()));
        }
    }
    Ok(Outcome::Well)
}

/// What is to be seen of each letter: what it is about, how old it is, how often it was tried, and why
/// it failed.
pub(crate) async fn rows(
    queue: &str,
    letters: &[DeadLetter],
    table: &Table,
    now: Timestamp,
) -> Result<Vec<Value>, PortError> {
    let mut rows = Vec::new();
    for letter in letters {
        let trouble = trouble(letter, table).await?;
        rows.push(row(queue, letter, age_s(letter, now), trouble.as_ref()));
    }
    Ok(rows)
}

/// The same for people.
async fn shown(
    queue: &str,
    letters: &[DeadLetter],
    table: &Table,
    now: Timestamp,
) -> Result<Vec<[String; 6]>, PortError> {
    let mut rows = Vec::new();
    for letter in letters {
        let trouble = trouble(letter, table).await?;
        rows.push([
            letter.id.clone(),
            queue.to_owned(),
            about(letter),
            output::ago(since(letter), now),
            letter.receive_count.to_string(),
            error(letter, trouble.as_ref()),
        ]);
    }
    Ok(rows)
}

/// Shows on a terminal how a queue empties, for as long as it does; a script does not wait for it.
async fn follow(letters: &DeadLetters, depth: u64) -> Result<(), PortError> {
    if !stderr().is_terminal() {
        return Ok(());
    }
    let bar = Progress::of(depth, "moved");
    for _ in 0..LOOKS {
        let left = letters.depth().await?;
        bar.at(depth.saturating_sub(left));
        if left == 0 {
            break;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(())
}

/// What is known of why a letter is here.
struct Trouble {
    error: String,
    /// How often it failed so, where somebody counted.
    failures: Option<u64>,
}

/// Why what the letter is about failed last: the turns of its session, the order on its way into the
/// CRM.
async fn trouble(letter: &DeadLetter, table: &Table) -> Result<Option<Trouble>, PortError> {
    match &letter.content {
        Content::Task(QueueTask::Wake(WakeUp { session, .. })) => {
            let noted = table.trouble(session, since(letter)).await?;
            Ok(noted.map(|it| Trouble { error: it.error, failures: Some(it.failures) }))
        }
        Content::Order(OrderTask::LookAfter(wake_up)) => {
            match table.load_order(wake_up.order).await {
                Ok(record) => Ok(record.and_then(|record| {
                    let failures = Some(record.failures.into());
                    record.trouble.map(|error| Trouble { error, failures })
                })),
                // An order that cannot be read is what its letter is here for.
                Err(error @ PortError::Refused { .. }) => {
                    Ok(Some(Trouble { error: chain(&error), failures: None }))
                }
                Err(error) => Err(error),
            }
        }
        Content::Order(OrderTask::Label(_)) | Content::History(_) | Content::Unreadable => Ok(None),
    }
}

/// How old what it is about is, in seconds.
fn age_s(letter: &DeadLetter, now: Timestamp) -> f64 {
    now.since(since(letter)).and_then(|age| age.total(Unit::Second)).unwrap_or_default()
}

/// When what it is about came. The queue knows only when the message became a dead letter: a FIFO
/// queue counts its age anew then.
fn since(letter: &DeadLetter) -> Timestamp {
    match &letter.content {
        Content::Task(QueueTask::Wake(wake_up)) => wake_up.received_at,
        Content::Order(OrderTask::Label(task)) => task.at,
        Content::History(command) => command.timestamp.unwrap_or(letter.sent_at),
        Content::Order(OrderTask::LookAfter(_)) | Content::Unreadable => letter.sent_at,
    }
}

/// Why it is here, as far as anyone could say.
fn error(letter: &DeadLetter, trouble: Option<&Trouble>) -> String {
    match (&letter.content, trouble, &letter.reason) {
        (_, Some(Trouble { error, failures: Some(failures) }), _) => {
            format!("failed {failures} times: {error}")
        }
        (_, Some(Trouble { error, failures: None }), _) => error.clone(),
        (Content::Unreadable, ..) => "nobody can read it".to_owned(),
        (_, None, Some(reason)) => format!("given up: {reason}"),
        // The CRM's troubles with a chat are nowhere but in the log.
        (Content::Order(OrderTask::Label(_)), None, None) => {
            "its chat in the CRM could not be labelled: the log says chat_not_labelled".to_owned()
        }
        (_, None, None) => "no error was noted: its process died, or the store was down".to_owned(),
    }
}

fn row(queue: &str, letter: &DeadLetter, seconds: f64, trouble: Option<&Trouble>) -> Value {
    let what = match letter.content {
        Content::History(_) => "command",
        Content::Order(OrderTask::LookAfter(_)) => "order",
        Content::Order(OrderTask::Label(_)) | Content::Task(_) | Content::Unreadable => "session",
    };
    json!({
        "id": letter.id,
        "queue": queue,
        (what): about(letter),
        "age_s": seconds.round(),
        "received": letter.receive_count,
        "readable": !matches!(letter.content, Content::Unreadable),
        "error": trouble.map(|trouble| &trouble.error).or(letter.reason.as_ref()),
        "failures": trouble.and_then(|trouble| trouble.failures),
    })
}

/// What it is about. Chats of history are no secret to who has them fetched.
fn about(letter: &DeadLetter) -> String {
    match &letter.content {
        Content::Task(QueueTask::Wake(WakeUp { session, .. })) => masked(session),
        Content::Order(OrderTask::LookAfter(wake_up)) => wake_up.order.to_string(),
        Content::Order(OrderTask::Label(task)) => masked(&task.session),
        Content::History(command) => {
            let days = command.ask().map(|ask| ask.to_string()).unwrap_or_default();
            format!("{} {days}", command.chat)
        }
        Content::Unreadable => "unreadable".to_owned(),
    }
}
