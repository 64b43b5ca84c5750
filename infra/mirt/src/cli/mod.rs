//! What can be typed, a file for each group of commands.

mod local;
mod operate;
mod shop;
mod telegram;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use local::{DemoArguments, FunctionName, LoadArguments, UpArguments};
pub(crate) use operate::{
    CostsArguments, CustomerArguments, CustomerCommand, DlqArguments, DlqCommand, DoctorArguments,
    Month, OrdersArguments, OrdersCommand, PauseArguments, ResumeArguments, SessionsArguments,
    SessionsCommand, Who,
};
pub(crate) use shop::{
    CatalogArguments, CatalogCommand, EvalArguments, PromptArguments, StatesArguments,
};
pub(crate) use telegram::{FetchArguments, TelegramArguments, TelegramCommand, WebhookCommand};

use crate::place::Stack;

/// What `--help` says of how every command ends.
const EXIT_CODES: &str = "\
Exit codes of every command:
  0  done, and all is well
  1  done, and something is wrong: faults, differences, cases that fail
  2  not done: arguments, nothing running, something unreadable or out of reach";

/// The assistant on one machine, and the tools to work with it.
#[derive(Debug, Parser)]
#[command(name = "mirt", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do; without it, `up`.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Starts the whole system on this machine, with a page to chat on.
    Up(UpArguments),
    /// Plays whole conversations on the page: sales, a receipt that is approved, a manager who takes
    /// over.
    Demo(DemoArguments),
    /// Runs files of cases through the assistant's turn: by the rules alone, with a model, or with what
    /// a model said before.
    Eval(EvalArguments),
    /// Prints exactly what the model would get for a session in a state.
    Prompt(PromptArguments),
    /// Prints the conversation's transition function.
    States(StatesArguments),
    /// Puts the whole system on this machine under load, and checks what it did.
    Load(LoadArguments),
    /// Says what the model cost, day by day.
    Costs(CostsArguments),
    /// Looks at messages that failed for good, sends them back or drops them.
    Dlq(DlqArguments),
    /// Checks that all is well, and says what is not and what to do about it; changes nothing.
    Doctor(DoctorArguments),
    /// Shows conversations, and takes a turn again from its record.
    Sessions(SessionsArguments),
    /// Has managers answer everything, until `resume`.
    Pause(PauseArguments),
    /// Has the assistant answer again.
    Resume(ResumeArguments),
    /// Shows what was sold, writes it as a file, has the CRM tried again.
    Orders(OrdersArguments),
    /// Shows, exports or erases what is kept of one customer.
    Customer(CustomerArguments),
    /// Reads Telegram's history: logs in, fetches, shows, writes files; and the bot's webhook.
    Telegram(TelegramArguments),
    /// Works on the shop's files: checks them, shows what differs, adds a product.
    Catalog(CatalogArguments),
    /// Prints what a shell needs to complete this command's words.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Runs one Lambda function as its `bootstrap` does; `up` starts its own this way.
    #[command(hide = true)]
    Function {
        /// Which one.
        name: FunctionName,
    },
}

impl Default for Command {
    fn default() -> Self {
        Self::Up(UpArguments { port: DEFAULT_PORT, data: PathBuf::from(DEFAULT_DATA) })
    }
}

const DEFAULT_PORT: u16 = 8787;
const DEFAULT_DATA: &str = ".mirt";

/// Where an operator's command does what it does.
#[derive(Args, Debug)]
pub(crate) struct PlaceArguments {
    /// The data folder of the running `mirt up`.
    #[arg(long, global = true, default_value = DEFAULT_DATA)]
    pub(crate) data: PathBuf,
    /// A deployment in AWS instead of this machine: what the names of all its resources begin with,
    /// as in mirt-production.
    #[arg(long, global = true)]
    pub(crate) stack: Option<Stack>,
    /// The profile of AWS's own files that has the account and the region; without it the environment
    /// says.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}
