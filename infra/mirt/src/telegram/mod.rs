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

use aws_config::SdkConfig;
use jiff::Timestamp;
use mirt_aws::{history_queues::CommandQueue, secrets::SecretError, table::Table};
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
    output,
    place::{self, PlaceError},
};

/// Why nothing was shown or done.
#[derive(Debug, thiserror::Error)]
enum TelegramError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Port(#[from] PortError),
    #[error(transparent)]
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
    #[error("the secrets name no bot of the managers' own")]
    NoManagersBot,
    #[error("the session is in use; try again in {0} s")]
    InUse(u64),
    #[error("set TELEGRAM_API_ID and TELEGRAM_API_HASH, as my.telegram.org shows them")]
    NoApplication,
    #[error("nobody is logged in; run mirt telegram login")]
    NobodyLoggedIn,
    #[error("{chat} has no document of {day}; run mirt telegram fetch")]
    NoDay { chat: ChatRef, day: Day },
    #[error("the document of {0} is not the one that its record describes")]
    Checksum(Day),
    #[error("a file cannot be written")]
    File(#[from] std::io::Error),
    #[error("a document cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Does what was asked for.
pub(crate) fn main(arguments: &TelegramArguments) -> ExitCode {
    let run = || -> Result<(), TelegramError> {
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

/// The services, and the names that things have there.
struct Services {
    config: SdkConfig,
    table: Table,
    secret: String,
}

async fn run(arguments: &TelegramArguments) -> Result<(), TelegramError> {
    let config = place::config(&arguments.place).await?;
    let stage = &arguments.place.stage;
    let services = Services {
        table: Table::new(&config, format!("mirt-{stage}")),
        secret: format!("mirt/{stage}/telegram"),
        config,
    };
    match &arguments.command {
        TelegramCommand::Login { import } => {
            let environment = Environment::read(Path::new("."))?;
            account::login(&services, &environment.settings, *import).await
        }
        TelegramCommand::Whoami => account::whoami(&services, arguments.json).await,
        TelegramCommand::Logout => account::logout(&services).await,
        TelegramCommand::Fetch(asked) => fetch(&services, stage, asked).await,
        TelegramCommand::Status { chat } => status(&services, chat.as_ref(), arguments.json).await,
        TelegramCommand::Export { chat, days, out } => {
            for day in days.iter().flat_map(|range| range.first.through(range.last)) {
                for file in export::write(&services.table, chat, day, out).await? {
                    output::line(file.display());
                }
            }
            Ok(())
        }
        TelegramCommand::Webhook { command, managers } => {
            webhook::run(&services, stage, (command, *managers), arguments.json).await
        }
        TelegramCommand::Digest { chat, day } => {
            let digest = services.table.stored_digest(chat, *day).await?;
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
async fn fetch(
    services: &Services,
    stage: &str,
    asked: &FetchArguments,
) -> Result<(), TelegramError> {
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
    let name = format!("mirt-{stage}-telegram-commands.fifo");
    let queue = CommandQueue::open(&services.config, &name).await?;
    queue.send(&command, &id).await?;
    output::line(format_args!("sent as {id}"));
    Ok(())
}

async fn status(
    services: &Services,
    only: Option<&ChatRef>,
    as_json: bool,
) -> Result<(), TelegramError> {
    let now = Timestamp::now();
    let chats = services.table.known_chats().await?;
    let wanted: Vec<_> =
        chats.iter().filter(|known| only.is_none_or(|chat| *chat == known.chat)).collect();
    if wanted.is_empty() && !as_json {
        output::line("no history yet");
    }
    // Bars that move want a terminal: a script gets what there is now, and an end.
    let is_followed = !as_json
        && stdout().is_terminal()
        && services.table.session_held_until().await?.is_some_and(|end| end > now);
    for known in &wanted {
        let first = Day::of(Timestamp::UNIX_EPOCH);
        let records = services.table.days(&known.chat, first, Day::of(now)).await?;
        let works = services.table.works(&known.chat).await?;
        let calendar = calendar::Calendar { known, records: &records, works: &works, now };
        if as_json {
            output::line(json!(calendar.figures()));
        } else {
            output::line(calendar.to_text(!is_followed));
        }
    }
    if is_followed {
        let chats: Vec<_> = wanted.iter().map(|known| known.chat.clone()).collect();
        progress::follow(&services.table, &chats).await?;
    }
    Ok(())
}
