//! `mirt telegram`: the account that reads, the days that are there, their files; and where the bot's
//! updates go.

mod account;
pub(crate) mod calendar;
mod export;
mod progress;
mod webhook;

use std::{
    io::{IsTerminal as _, stdout},
    path::Path,
    process::ExitCode,
};

use jiff::Timestamp;
use mirt_aws::{history_queues::CommandQueue, secrets::SecretError};
use mirt_engine::failure::PortError;
use mirt_history::{
    chat::ChatRef,
    command::{Command, CommandError, Mode},
    day::Day,
    store::{Days as _, ReadError},
};
use mirt_telegram::LoginError;
use serde_json::json;

use crate::{
    cli::{FetchArguments, TelegramArguments, TelegramCommand},
    environment::{Environment, EnvironmentError},
    outcome::{OperatorError, Outcome, operate},
    output,
    place::Place,
    progress::Progress,
};

/// Why nothing was shown or done.
#[derive(Debug, thiserror::Error)]
enum TelegramError {
    #[error(transparent)]
    Operator(#[from] OperatorError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error("the store or a queue did not do it; mirt doctor says what is wrong there")]
    Port(#[from] PortError),
    #[error(
        "a secret cannot be had: mirt telegram login makes the one of the session, mirt doctor says of \
         the others what they lack"
    )]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Telegram(#[from] ReadError),
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
    #[error(transparent)]
    Webhook(#[from] mirt_channels::telegram::WebhookError),
    #[error(transparent)]
    Login(#[from] LoginError),
    #[error(transparent)]
    Import(#[from] mirt_telegram::ImportError),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(
        "the secrets name no bot of the managers' own: put telegram_managers_bot_token into the \
         channels' and telegram_managers_webhook_secret into the webhooks'"
    )]
    NoManagersBot,
    #[error("the session is in use; try again in {0} s")]
    InUse(u64),
    #[error("set TELEGRAM_API_ID and TELEGRAM_API_HASH, as my.telegram.org shows them")]
    NoApplication,
    #[error("nobody is logged in; run mirt telegram login")]
    NobodyLoggedIn,
    #[error("{chat} has no document of {day}; run mirt telegram fetch")]
    NoDay { chat: ChatRef, day: Day },
    #[error(
        "the document of {0} is not the one that its record describes; read it again with mirt \
         telegram fetch --force"
    )]
    Checksum(Day),
    #[error("a file cannot be written; name another folder with --out")]
    File(#[from] std::io::Error),
    #[error("a document cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Does what was asked for.
pub(crate) fn main(arguments: &TelegramArguments) -> ExitCode {
    operate(&arguments.place, async |place| run(&place, arguments).await.map(|()| Outcome::Well))
}

/// The secret with the session, see [`crate::place::Stack::secret`].
const SECRET: &str = "telegram";

async fn run(place: &Place, arguments: &TelegramArguments) -> Result<(), TelegramError> {
    match &arguments.command {
        TelegramCommand::Login { import } => {
            let environment = Environment::read(Path::new("."))?;
            account::login(place, &environment.settings, *import, arguments.json).await
        }
        TelegramCommand::Whoami => account::whoami(place, arguments.json).await,
        TelegramCommand::Logout => account::logout(place, arguments.json).await,
        TelegramCommand::Fetch(asked) => fetch(place, asked, arguments.json).await,
        TelegramCommand::Status { chat } => status(place, chat.as_ref(), arguments.json).await,
        TelegramCommand::Export { chat, days, out } => {
            let days: Vec<Day> =
                days.iter().flat_map(|range| range.first.through(range.last)).collect();
            let bar = Progress::of(days.len().try_into().unwrap_or(u64::MAX), "days");
            for day in days {
                for file in export::write(&place.table, chat, day, out).await? {
                    if arguments.json {
                        bar.line(json!({ "day": day, "file": file }));
                    } else {
                        bar.line(file.display());
                    }
                }
                bar.one_more();
            }
            Ok(())
        }
        TelegramCommand::Webhook { command, managers } => {
            webhook::run(place, (command, *managers), arguments.json).await
        }
        TelegramCommand::Digest { chat, day } => {
            let digest = place.table.stored_digest(chat, *day).await?;
            let digest =
                digest.ok_or_else(|| TelegramError::NoDay { chat: chat.clone(), day: *day })?;
            if arguments.json {
                output::line(serde_json::to_string(&digest)?);
            } else {
                output::line(digest.to_text(&mirt_telegram_fetch::digest_words()));
            }
            Ok(())
        }
    }
}

/// Sends a command. What comes of it is shown by `status`.
async fn fetch(place: &Place, asked: &FetchArguments, as_json: bool) -> Result<(), TelegramError> {
    let now = Timestamp::now();
    let mode = match asked {
        FetchArguments { incremental: true, .. } => Some(Mode::Incremental),
        FetchArguments { continuous: true, .. } => Some(Mode::Continuous),
        FetchArguments { full: true, .. } => Some(Mode::Full),
        _ => None,
    };
    let id = format!("by-hand-{}", now.as_millisecond());
    let command = Command {
        date: asked.date,
        from: asked.range.map(|range| range.first),
        to: asked.range.map(|range| range.last),
        days_back: asked.days_back,
        force: asked.force,
        command_id: Some(id.clone()),
        requested_by: Some("operator".to_owned()),
        timestamp: Some(now),
        ..Command::new(asked.chat.clone(), mode)
    };
    command.ask()?;
    let name = place.stack.resource("telegram-commands.fifo");
    let queue = CommandQueue::open(&place.config, &name).await?;
    queue.send(&command, &id).await?;
    let words = format_args!("sent as {id}; mirt telegram status shows what comes of it");
    output::told(as_json, json!({ "command": id }), words);
    Ok(())
}

async fn status(place: &Place, only: Option<&ChatRef>, as_json: bool) -> Result<(), TelegramError> {
    let now = Timestamp::now();
    let chats = place.table.known_chats().await?;
    let wanted: Vec<_> =
        chats.iter().filter(|known| only.is_none_or(|chat| *chat == known.chat)).collect();
    if wanted.is_empty() && !as_json {
        output::line("no history yet");
    }
    // Bars that move want a terminal: a script gets what there is now, and an end.
    let is_followed = !as_json
        && stdout().is_terminal()
        && place.table.session_held_until().await?.is_some_and(|end| end > now);
    for known in &wanted {
        let first = Day::of(Timestamp::UNIX_EPOCH);
        let records = place.table.days(&known.chat, first, Day::of(now)).await?;
        let works = place.table.works(&known.chat).await?;
        let calendar = calendar::Calendar { known, records: &records, works: &works, now };
        if as_json {
            output::line(json!(calendar.figures()));
        } else {
            output::line(calendar.to_text(!is_followed));
        }
    }
    if is_followed {
        let chats: Vec<_> = wanted.iter().map(|known| known.chat.clone()).collect();
        progress::follow(&place.table, &chats).await?;
    }
    Ok(())
}
