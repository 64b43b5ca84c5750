//! AWS Lambda on one machine: real processes that speak the Runtime API, started when they are
//! needed, one invocation at a time in each.
//!
//! A process is what Lambda would start: it gets `AWS_LAMBDA_RUNTIME_API` and the rest of Lambda's
//! own variables, polls for an event, answers, polls again. One that crashes or runs over the
//! function's timeout is replaced. Each process has a piped standard input that is never written
//! to: it ends when the supervisor does, even by `kill -9`, so a child that exits at its end never
//! outlives its parent.

mod pool;
mod runtime_api;
mod worker;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use axum::body::Bytes;
use tokio::process::Command;

use crate::{clock::Clock, site::Site};
use pool::Pool;

/// The largest event and the largest answer of a synchronous invocation, in bytes.
/// Source: AWS Lambda quotas, "Invocation payload".
pub const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// What a local Lambda needs to know about a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionSpec {
    /// What [`Lambda::invoke`] and the command factory call it: `webhook`.
    pub name: String,
    /// Its name in AWS, as the function sees it: `mirt-dev-webhook`.
    pub function_name: String,
    /// The `_HANDLER` variable.
    pub handler: String,
    /// How long one invocation may take; the process is killed then.
    pub timeout: Duration,
    /// What the function believes to have, in MB. Nothing limits it here.
    pub memory_mb: u32,
    /// Whether its requests are traced (`Tracing: Active`): all are then, where AWS takes a sample.
    pub is_traced: bool,
    /// How many processes of it may run at once, at least 1.
    pub max_concurrency: usize,
}

/// Why an invocation has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The function answered with an error.
    #[error("the function failed with {kind}")]
    Unhandled {
        /// The error's type, as the function's runtime names it.
        kind: String,
        /// Its message. Not for logs: it may quote the event.
        message: String,
    },
    /// The function took longer than it may, and was killed.
    #[error("the function took longer than {} s", .after.as_secs())]
    TimedOut {
        /// The function's timeout.
        after: Duration,
    },
    /// The function's process ended before it answered.
    #[error("the function's process ended before it answered ({status})")]
    Crashed {
        /// How it ended: an exit code or a signal.
        status: String,
    },
    /// Too many invocations wait for a process already. Try again later.
    #[error("too many invocations of the function are waiting")]
    Throttled,
    /// The process could not be started, or ended or gave up before it asked for an event.
    #[error("the function did not start: {kind}")]
    InitFailed {
        /// The error's type.
        kind: String,
        /// Its message. Not for logs of strangers: it may quote settings.
        message: String,
    },
    /// The event is larger than [`MAX_PAYLOAD_BYTES`].
    #[error("the event is larger than {MAX_PAYLOAD_BYTES} bytes")]
    PayloadTooLarge,
    /// There is no such function.
    #[error("there is no function {0}")]
    UnknownFunction(String),
}

/// What a function's invocations would have been billed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// How many there were.
    pub requests: u64,
    /// How long they took, each rounded up to a millisecond, times the function's memory in MB.
    pub mb_ms: u64,
}

/// Something that runs functions: [`Lambda`], or what a test puts in its place.
pub trait Invoke: Send + Sync + 'static {
    /// Runs `function` with one event and waits for its answer.
    ///
    /// # Errors
    /// [`InvokeError`] says why there is no answer.
    fn invoke(
        &self,
        function: &str,
        payload: Bytes,
    ) -> impl Future<Output = Result<Bytes, InvokeError>> + Send;
}

impl<I: Invoke> Invoke for Arc<I> {
    fn invoke(
        &self,
        function: &str,
        payload: Bytes,
    ) -> impl Future<Output = Result<Bytes, InvokeError>> + Send {
        self.as_ref().invoke(function, payload)
    }
}

/// Makes the command that runs a function, given its short name and the number of the process: no
/// other process of this [`Lambda`] has it.
pub type CommandFactory = dyn Fn(&str, u64) -> Command + Send + Sync;

/// The functions of a template, each with its processes. Dropping it kills those that wait for an
/// event; one that is at work ends with its invocation, or with the async runtime.
pub struct Lambda {
    pools: BTreeMap<String, Arc<Pool>>,
}

impl Lambda {
    /// Makes functions known; no process is started yet.
    ///
    /// `command` makes a function's command, with the function's own environment (table, queue,
    /// endpoints, credentials) and with its outputs where the caller wants them: they are inherited
    /// if it says nothing. Lambda's own variables and the standard input are set here. `clock` is the
    /// one that invocations' deadlines are told by.
    pub fn new(
        functions: impl IntoIterator<Item = FunctionSpec>,
        site: &Site,
        clock: Clock,
        command: impl Fn(&str, u64) -> Command + Send + Sync + 'static,
    ) -> Self {
        let command: Arc<CommandFactory> = Arc::new(command);
        let numbers = Arc::new(AtomicU64::new(1));
        let pools = functions
            .into_iter()
            .map(|spec| {
                let name = spec.name.clone();
                (
                    name,
                    Arc::new(Pool::new(
                        spec,
                        site.clone(),
                        clock.clone(),
                        Arc::clone(&command),
                        Arc::clone(&numbers),
                    )),
                )
            })
            .collect();
        Self { pools }
    }

    /// Starts one process of `function` ahead of its first event.
    ///
    /// # Errors
    /// [`InvokeError::InitFailed`] when the function refuses to start, as it does when a setting
    /// is missing; [`InvokeError::UnknownFunction`].
    pub async fn warm(&self, function: &str) -> Result<(), InvokeError> {
        self.pool(function)?.warm().await
    }

    /// Kills one process of `function` as `kill -9` does, at work or idle: what a test of crashes
    /// wants. `pick` says which of them, and any number will do. Gives its number once it is gone, if
    /// there was one.
    ///
    /// # Errors
    /// [`InvokeError::UnknownFunction`].
    pub async fn kill_one(&self, function: &str, pick: usize) -> Result<Option<u64>, InvokeError> {
        Ok(self.pool(function)?.kill_one(pick).await)
    }

    /// What each function used since the start.
    #[must_use]
    pub fn used(&self) -> BTreeMap<String, Used> {
        self.pools.iter().map(|(name, pool)| (name.clone(), pool.used())).collect()
    }

    /// Has all processes of all functions started anew, with what their command gives them now. Those
    /// at work finish their event first.
    pub fn replace_all(&self) {
        self.pools.values().for_each(|pool| pool.replace());
    }

    fn pool(&self, function: &str) -> Result<Arc<Pool>, InvokeError> {
        self.pools
            .get(function)
            .cloned()
            .ok_or_else(|| InvokeError::UnknownFunction(function.to_owned()))
    }
}

impl Invoke for Lambda {
    /// Takes an idle process or starts one; waits for one when as many run as may.
    ///
    /// Once begun, an invocation goes on to its end even if the caller stops waiting, as in AWS.
    async fn invoke(&self, function: &str, payload: Bytes) -> Result<Bytes, InvokeError> {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(InvokeError::PayloadTooLarge);
        }
        self.pool(function)?.invoke(payload).await
    }
}
