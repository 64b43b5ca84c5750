//! Which AWS an operator's command speaks to: this machine's, or that of a deployment.

use std::{fmt, path::PathBuf, str::FromStr};

use aws_config::SdkConfig;
use jiff::Timestamp;
use mirt_aws::{sdk, table::Table};
use mirt_local_aws::site::Site;

use crate::{cli::PlaceArguments, up};

/// What all names of a stack begin with, before its stage; see `template.yaml`.
const SYSTEM: &str = "mirt";

/// The longest name of a stage that `template.yaml` takes, in letters.
const LONGEST_STAGE: usize = 20;

/// Why there is nothing to speak to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error(
        "no mirt is running on the folder {0}; start it with mirt up, or name another with --data"
    )]
    NotRunning(String),
    #[error("--profile names an account of AWS; say with --stack which deployment there is meant")]
    ProfileAlone,
    #[error(transparent)]
    Http(#[from] mirt_http::ClientError),
}

/// A copy of the system: `mirt-production`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stack {
    stage: String,
}

impl Default for Stack {
    /// That of the local run.
    fn default() -> Self {
        Self { stage: "dev".to_owned() }
    }
}

impl FromStr for Stack {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let stage = text.strip_prefix(SYSTEM).and_then(|rest| rest.strip_prefix('-'));
        let is_stage = |stage: &&str| {
            stage.len() <= LONGEST_STAGE
                && stage.starts_with(|letter: char| letter.is_ascii_lowercase())
                && stage.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        stage.filter(is_stage).map(|stage| Self { stage: stage.to_owned() }).ok_or_else(|| {
            "expected what the names of all resources of a deployment begin with, as in \
             mirt-production"
                .to_owned()
        })
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SYSTEM}-{}", self.stage)
    }
}

impl Stack {
    /// Its stage: the parameter `Stage` of the template.
    pub(crate) fn stage(&self) -> &str {
        &self.stage
    }

    /// The name of one of its resources: `mirt-production-inbound.fifo`.
    pub(crate) fn resource(&self, name: &str) -> String {
        format!("{self}-{name}")
    }

    /// The name of one of its secrets, as the README and the template's defaults have it:
    /// `mirt/production/telegram`.
    pub(crate) fn secret(&self, name: &str) -> String {
        format!("{SYSTEM}/{}/{name}", self.stage)
    }
}

/// What an operator's command works on.
pub(crate) struct Place {
    pub(crate) config: SdkConfig,
    pub(crate) stack: Stack,
    /// The data folder, where it is this machine's.
    pub(crate) data: Option<PathBuf>,
    pub(crate) table: Table,
}

impl Place {
    /// What operators call a queue: `inbound`, and `inbound-dlq` for its dead letters.
    pub(crate) fn short_name<'a>(&self, queue: &'a str) -> &'a str {
        let name = queue.trim_end_matches(".fifo");
        name.strip_prefix(&self.stack.resource("")).unwrap_or(name)
    }

    /// What time it is there: the local run's clock can be moved.
    pub(crate) fn now(&self) -> Timestamp {
        self.data.as_deref().map_or_else(Timestamp::now, up::now)
    }
}

/// The deployment that is named, or the running `mirt up` of the data folder.
pub(crate) async fn open(arguments: &PlaceArguments) -> Result<Place, PlaceError> {
    let (http, data) = (mirt_http::client()?, &arguments.data);
    let config = match (&arguments.stack, &arguments.profile) {
        (Some(_), profile) => sdk::config_of_profile(http, profile.as_deref()).await,
        (None, Some(_)) => return Err(PlaceError::ProfileAlone),
        (None, None) => {
            let not_running = || PlaceError::NotRunning(data.display().to_string());
            if !up::is_running(data) {
                return Err(not_running());
            }
            let endpoint =
                std::fs::read_to_string(data.join(up::ENDPOINT)).map_err(|_| not_running())?;
            sdk::local_config(http, &endpoint, Site::default().region).await
        }
    };
    let stack = arguments.stack.clone().unwrap_or_default();
    let data = arguments.stack.is_none().then(|| data.clone());
    Ok(Place { table: Table::new(&config, stack.to_string()), config, stack, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_known_by_what_its_names_begin_with() {
        let stack: Result<Stack, _> = "mirt-production".parse();

        assert_eq!(
            stack.map(|stack| (stack.resource("orders.fifo"), stack.secret("channels"))),
            Ok(("mirt-production-orders.fifo".to_owned(), "mirt/production/channels".to_owned()))
        );
    }

    #[test]
    fn a_stage_alone_or_what_no_deployment_is_called_is_refused() {
        for text in ["production", "mirt", "mirt-", "mirt-2", "mirt-Prod", "mirt-a_b"] {
            assert!(text.parse::<Stack>().is_err(), "{text}");
        }
    }
}
