//! What operators do with a running system, on this machine or in AWS.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, builder::NonEmptyStringValueParser};
use jiff::civil::Date;
use mirt_domain::order::OrderId;

use super::PlaceArguments;

#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON, one object a check.
    #[arg(long)]
    pub(crate) json: bool,
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
pub(crate) struct SessionsArguments {
    #[command(subcommand)]
    pub(crate) command: SessionsCommand,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON, one object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// Conversations: where they stand, when the customer was last heard, which a human has. Those that
    /// were summed up after days of silence are in no index and are not listed; show names any.
    List {
        /// Only those in this state: its number, or a part of its name (`4`, `offer`).
        #[arg(long)]
        state: Option<String>,
        /// Only those that a human has or should have; who waits longest comes first.
        #[arg(long)]
        waiting: bool,
        /// How many, at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
        /// Shows the customers' ids, which are personal data, instead of a short hash.
        #[arg(long)]
        users: bool,
    },
    /// One conversation: state, slots, cart, and every turn with its reasons.
    Show {
        #[command(flatten)]
        who: Who,
        /// Shows who the customer is and what was said as well: personal data.
        #[arg(long)]
        words: bool,
    },
    /// Takes a turn again from its record, without network, and shows what comes out differently; exit
    /// code 1 when something does.
    Replay {
        #[command(flatten)]
        who: Who,
        /// The turn's number, as `show` prints it.
        turn: u64,
        /// With the texts of this folder in place of those that this program was built with.
        #[arg(long, value_name = "FOLDER")]
        prompts: Option<PathBuf>,
        /// With the catalogue of this folder in place of the one that this program was built with.
        #[arg(long, value_name = "FOLDER")]
        catalog: Option<PathBuf>,
    },
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
pub(crate) struct PauseArguments {
    /// Why, for who looks at it later.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON: one object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ResumeArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON: one object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CustomerArguments {
    #[command(subcommand)]
    pub(crate) command: CustomerCommand,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Prints JSON: one object.
    #[arg(long, global = true)]
    pub(crate) json: bool,
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
