//! `mirt sessions`: where conversations stand, and why; a turn taken again.

mod list;
mod show;
mod take_again;

use std::process::ExitCode;

use mirt_aws::secrets::SecretError;
use mirt_engine::failure::PortError;
use mirt_runtime::settings::SettingError;

use crate::{
    cli::{SessionsArguments, SessionsCommand},
    outcome::{OperatorError, operate},
    who::WhoError,
};

/// Why nothing was shown.
#[derive(Debug, thiserror::Error)]
enum SessionsError {
    #[error(transparent)]
    Operator(#[from] OperatorError),
    #[error("the store or a queue did not do it; mirt doctor says what is wrong there")]
    Store(#[from] PortError),
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Who(#[from] WhoError),
    #[error("no state is called {0}; try a number from 0 to 9, or a part of its name")]
    NoState(String),
    #[error(
        "nothing is kept of this conversation; mirt sessions list --users shows which there are"
    )]
    Nothing,
    #[error(
        "there is no record of turn {0} with what it began with: mirt sessions show has the turns, \
         which are kept for MIRT_TRANSCRIPT_DAYS"
    )]
    NoTurn(u64),
    #[error("the folder {0} cannot be read")]
    Folder(String, #[source] std::io::Error),
    #[error("the texts have faults: {0}; mend them first")]
    Faulty(String),
}

/// Does what was asked for.
pub(crate) fn main(arguments: &SessionsArguments) -> ExitCode {
    let as_json = arguments.json;
    operate(&arguments.place, async |place| match &arguments.command {
        SessionsCommand::List { state, waiting, limit, users } => {
            let wanted = list::Wanted {
                state: state.as_deref(),
                only_waiting: *waiting,
                limit: usize::from(*limit),
                with_users: *users,
            };
            list::run(&place, &wanted, as_json).await
        }
        SessionsCommand::Show { who, words } => {
            show::run(&place, &who.session()?, *words, as_json).await
        }
        SessionsCommand::Replay { who, turn, prompts, catalog } => {
            let folders = [("prompts", prompts.as_deref()), ("catalog", catalog.as_deref())];
            take_again::run(&place, &who.session()?, *turn, folders, as_json).await
        }
    })
}
