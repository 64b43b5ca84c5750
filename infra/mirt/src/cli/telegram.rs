//! Telegram's history, and the bot's webhook.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};
use mirt_history::{chat::ChatRef, day::Day};
use reqwest::Url;

use super::PlaceArguments;

#[derive(Args, Debug)]
pub(crate) struct TelegramArguments {
    #[command(subcommand)]
    pub(crate) command: TelegramCommand,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TelegramCommand {
    /// Logs in with phone number, code and password, and keeps the session.
    Login {
        /// Takes over a session string of Telethon's, read from standard input, instead.
        #[arg(long)]
        import: bool,
    },
    /// Says who is logged in.
    Whoami,
    /// Ends the login at Telegram and forgets the session.
    Logout,
    /// Has days of a chat fetched.
    Fetch(FetchArguments),
    /// Shows which days are there, as a calendar.
    Status {
        /// Only this chat.
        #[arg(allow_negative_numbers = true)]
        chat: Option<ChatRef>,
    },
    /// Writes days as files: the document, its summary, threads and participants.
    Export {
        /// The chat.
        #[arg(allow_negative_numbers = true)]
        chat: ChatRef,
        /// Days, or ranges as in 2026-11-01..2026-11-05.
        #[arg(required = true)]
        days: Vec<DayRange>,
        /// The folder to write into.
        #[arg(long, default_value = ".")]
        out: PathBuf,
    },
    /// Prints what a day was about.
    Digest {
        /// The chat.
        #[arg(allow_negative_numbers = true)]
        chat: ChatRef,
        /// The day.
        day: Day,
    },
    /// Says where the bot's updates are delivered, or changes it.
    Webhook {
        /// The managers' own bot instead of the customers'.
        #[arg(long, global = true)]
        managers: bool,
        #[command(subcommand)]
        command: WebhookCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Has the bot's updates delivered to a deployment.
    Set {
        /// Its origin, as the stack's output has it, or the whole address.
        url: Url,
        /// Forgets the updates that wait.
        #[arg(long)]
        drop_pending: bool,
    },
    /// Shows where they are delivered, how many wait, and what failed last.
    Show,
    /// Has them delivered nowhere.
    Delete {
        /// Forgets the updates that wait.
        #[arg(long)]
        drop_pending: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct FetchArguments {
    /// The chat: @name, an address, or an id.
    #[arg(allow_negative_numbers = true)]
    pub(crate) chat: ChatRef,
    /// This day.
    #[arg(long, group = "days")]
    pub(crate) date: Option<Day>,
    /// From one day to another, as in 2026-11-01..2026-11-05.
    #[arg(long, group = "days")]
    pub(crate) range: Option<DayRange>,
    /// The last so many days that are over.
    #[arg(long, group = "days")]
    pub(crate) days_back: Option<u32>,
    /// Every day since the last complete one.
    #[arg(long, group = "days")]
    pub(crate) incremental: bool,
    /// The same, and today so far.
    #[arg(long, group = "days")]
    pub(crate) continuous: bool,
    /// Every day from the chat's first message on.
    #[arg(long, group = "days")]
    pub(crate) full: bool,
    /// Reads days again that are complete.
    #[arg(long)]
    pub(crate) force: bool,
}

/// A day, or the days from one to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DayRange {
    pub(crate) first: Day,
    pub(crate) last: Day,
}

impl FromStr for DayRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let day = |text: &str| text.parse::<Day>().map_err(|error| error.to_string());
        let range = Self { first: day(first)?, last: day(last)? };
        if range.first <= range.last { Ok(range) } else { Err("ends before it begins".to_owned()) }
    }
}
