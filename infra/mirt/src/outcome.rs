//! How every command starts what it does, and ends: the exit codes that `mirt --help` tells of.

use std::{error::Error, io, process::ExitCode};

use mirt_engine::failure::PortError;

use crate::{
    cli::PlaceArguments,
    doctor::DeployedError,
    output,
    place::{self, Place, PlaceError},
};

/// What a command that was done found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Well,
    /// Something is wrong: faults, differences, failing cases.
    Wrong,
}

impl Outcome {
    /// Well, unless there is something that is not.
    pub(crate) const fn well_if(is_well: bool) -> Self {
        if is_well { Self::Well } else { Self::Wrong }
    }
}

/// What every command that works on a running system may fail of.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OperatorError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("the store or a queue did not do it; mirt doctor says what is wrong there")]
    Store(#[from] PortError),
    #[error(transparent)]
    Deployed(#[from] DeployedError),
    #[error("the async runtime cannot be started")]
    Runtime(#[source] io::Error),
}

/// How the process ends: 0 done and well, 1 done and something is wrong, 2 not done.
pub(crate) fn exit<E: Error + 'static>(result: Result<Outcome, E>) -> ExitCode {
    match result {
        Ok(Outcome::Well) => ExitCode::SUCCESS,
        Ok(Outcome::Wrong) => ExitCode::from(1),
        Err(error) => {
            output::failure(&error);
            ExitCode::from(2)
        }
    }
}

/// Does what an operator asked for on the system that they named, on one thread.
pub(crate) fn operate<E>(
    arguments: &PlaceArguments,
    work: impl AsyncFnOnce(Place) -> Result<Outcome, E>,
) -> ExitCode
where
    E: Error + From<OperatorError> + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(async {
            let place = place::open(arguments).await.map_err(OperatorError::from)?;
            work(place).await
        }),
        Err(error) => Err(OperatorError::Runtime(error).into()),
    };
    exit(result)
}
