//! The whole on this machine: started, shown, put under load.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{DEFAULT_DATA, DEFAULT_PORT};

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
    /// Behind the topic of alarms.
    Alarms,
    /// On a schedule: what the day before came to.
    Dayreport,
    /// On a schedule: customers to write to.
    Followups,
    /// On a schedule: conversations to sum up.
    Summaries,
    /// Behind the queue of history commands, and on a schedule.
    TelegramFetch,
}
