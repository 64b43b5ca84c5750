//! What can be typed.

use std::{path::PathBuf, str::FromStr, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;
use mirt_domain::order::OrderId;
use mirt_history::{chat::ChatRef, day::Day};
use reqwest::Url;

/// The assistant on one machine, and the tools to work with it.
#[derive(Debug, Parser)]
#[command(name = "mirt", version)]
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

#[derive(Args, Debug)]
pub(crate) struct UpArguments {
    /// The port to listen on, on the loopback address; 0 takes a free one.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    pub(crate) port: u16,
    /// The folder for all data; it survives a restart.
    #[arg(long, default_value = DEFAULT_DATA)]
    pub(crate) data: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// Only this conversation.
    pub(crate) scene: Option<SceneName>,
    /// Seconds between what is done.
    #[arg(long, default_value_t = 2)]
    pace: u64,
    /// The port of the running `mirt up`, or of one that is started for it.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    pub(crate) port: u16,
    /// The data folder of either.
    #[arg(long, default_value = DEFAULT_DATA)]
    pub(crate) data: PathBuf,
    /// Leaves the page that was started for it open at the end, until Ctrl-C.
    #[arg(long)]
    pub(crate) stay: bool,
}

impl DemoArguments {
    /// The time between what is done.
    pub(crate) const fn pace(&self) -> Duration {
        Duration::from_secs(self.pace)
    }
}

/// The conversations that are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SceneName {
    /// A sale on Instagram.
    Instagram,
    /// A sale on Telegram.
    Telegram,
    /// A manager takes a conversation over and hands it back.
    Takeover,
}

impl SceneName {
    /// Its file's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Instagram => "instagram",
            Self::Telegram => "telegram",
            Self::Takeover => "takeover",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct EvalArguments {
    /// Files of cases, JSON; of several, the figure of each is printed at the end.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Prints one JSON object a line instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Asks the model of OPENAI_API_KEY, and keeps its answers in this file.
    #[arg(long, value_name = "RECORDING", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Takes the model's answers from this file, offline.
    #[arg(long, value_name = "RECORDING")]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct LoadArguments {
    /// How many customers there are.
    #[arg(long, default_value_t = 200)]
    pub(crate) sessions: usize,
    /// How many messages a second they write together, as far as they are not waiting for answers.
    #[arg(long, default_value_t = 20)]
    pub(crate) rate: u32,
    /// For how many minutes they write.
    #[arg(long, default_value_t = 1)]
    pub(crate) minutes: u32,
    /// For how many seconds they write, instead.
    #[arg(long, conflicts_with = "minutes")]
    pub(crate) seconds: Option<u32>,
    /// Kills a process of a function every so many milliseconds, as `kill -9` does.
    #[arg(long, value_name = "MS")]
    pub(crate) kill_every_ms: Option<u64>,
    /// With it, how many seconds what a dead process held is hidden. 62 unless said: longer than any
    /// function may take, and shorter than in AWS, so that the run comes to its end sooner.
    #[arg(long, value_name = "S", requires = "kill_every_ms", default_value_t = 62)]
    pub(crate) visibility: u32,
    /// Has the model answer, by a stub that takes so many milliseconds. With a second or more, every
    /// tenth customer writes once more before the answer.
    #[arg(long, value_name = "MS")]
    pub(crate) model_stub_ms: Option<u64>,
    /// One more customer, who in the second half of the time writes so many messages a second and waits
    /// for nothing; how much slower the others are answered then is shown.
    #[arg(long, value_name = "RATE")]
    pub(crate) flood: Option<u32>,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PromptArguments {
    /// The state: its number, or a part of its name (`4`, `offer`, `STATE_4_OFFER`).
    pub(crate) state: String,
    /// What the customer writes.
    #[arg(long, default_value = "скільки коштує лагуна на зріст 98?")]
    pub(crate) message: String,
    /// Prints the JSON schema of the answer as well.
    #[arg(long)]
    pub(crate) schema: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CatalogArguments {
    #[command(subcommand)]
    pub(crate) command: CatalogCommand,
    /// The folder that `catalog/` and `prompts/` are in.
    #[arg(long, global = true, default_value = ".")]
    pub(crate) root: PathBuf,
    /// Prints JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Checks the files as the build does; exit code 1 when there are faults.
    Check,
    /// Shows what differs from what this program was built with; exit code 1 when something does.
    Diff {
        /// Compares with the files of this folder instead.
        #[arg(long, value_name = "FOLDER")]
        with: Option<PathBuf>,
    },
    /// Asks for a product and writes its file.
    Add,
}

#[derive(Args, Debug)]
pub(crate) struct StatesArguments {
    /// As a Mermaid diagram instead of a table.
    #[arg(long)]
    pub(crate) mermaid: bool,
    /// Draws it into this file, as SVG, instead.
    #[arg(long, value_name = "FILE", conflicts_with = "mermaid")]
    pub(crate) svg: Option<PathBuf>,
}

/// Where an operator's command does what it does.
#[derive(Args, Debug)]
pub(crate) struct PlaceArguments {
    /// The data folder of the running `mirt up`.
    #[arg(long, global = true, default_value = DEFAULT_DATA)]
    pub(crate) data: PathBuf,
    /// In AWS instead of on this machine; account and region as the environment says.
    #[arg(long, global = true)]
    pub(crate) aws: bool,
    /// The stage, as it was deployed.
    #[arg(long, global = true, default_value = "dev")]
    pub(crate) stage: String,
}

#[derive(Args, Debug)]
pub(crate) struct CostsArguments {
    /// How many days, today included; a day is one of UTC.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub(crate) days: u16,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON, one object a day.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct DlqArguments {
    #[command(subcommand)]
    pub(crate) command: DlqCommand,
    /// Only this queue, as `list` names it.
    #[arg(long, global = true)]
    pub(crate) queue: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CustomerArguments {
    #[command(subcommand)]
    pub(crate) command: CustomerCommand,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CustomerCommand {
    /// Where they stand, what is known of them, and how much is kept.
    Show(Who),
    /// All that is kept, as one JSON object.
    Export(Who),
    /// Removes all that is kept; says what it was. Twice does no harm.
    Erase(Who),
}

/// A customer.
#[derive(Args, Debug)]
pub(crate) struct Who {
    /// Their channel: instagram, telegram.
    pub(crate) channel: String,
    /// Their id there.
    pub(crate) user: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DlqCommand {
    /// How many there are in each queue.
    List,
    /// Each one: what it is about, its age, how often it was tried.
    Show,
    /// Sends all of them back to the queues that they came from, in order.
    Redrive,
    /// Deletes one.
    Drop {
        /// Its id, as `show` prints it.
        id: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct OrdersArguments {
    #[command(subcommand)]
    pub(crate) command: OrdersCommand,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrdersCommand {
    /// The orders that were confirmed, a line each.
    List {
        /// In this month of UTC, as in 2026-11; without it in this one and the last.
        #[arg(long)]
        month: Option<Month>,
    },
    /// One order, whole.
    Show {
        /// Its id, as `list` prints it.
        id: OrderId,
    },
    /// Prints them as CSV, a row a line of an order.
    Export {
        /// In this month of UTC, as in 2026-11; without it in this one and the last.
        #[arg(long)]
        month: Option<Month>,
    },
    /// Brings one into the CRM that is not there.
    Retry {
        /// Its id, as `list` prints it.
        id: OrderId,
    },
}

/// A month: its first day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Month(pub(crate) Date);

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let first = format!("{text}-01").parse();
        first.map(Self).map_err(|_| "expected a month, as in 2026-11".to_owned())
    }
}

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

/// The functions of `template.yaml`, by the last part of their `CodeUri`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FunctionName {
    /// Behind the HTTP API.
    Webhook,
    /// Behind the inbound queue.
    Dialogue,
    /// Behind the orders' queue.
    Orders,
    /// On a schedule.
    Sweeper,
    /// On a schedule: what the day before came to.
    Dayreport,
    /// On a schedule: customers to write to.
    Followups,
    /// On a schedule: conversations to sum up.
    Summaries,
    /// Behind the queue of history commands, and on a schedule.
    TelegramFetch,
}
