//! One process of a function.

use std::{
    io,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use tokio::{
    process::{Child, ChildStdin, Command},
    sync::{Notify, watch},
    time::sleep,
};

use super::{
    FunctionSpec, InvokeError,
    runtime_api::{FunctionError, RuntimeApi},
};
use crate::{clock::UnixMillis, site::Site};

/// How long Lambda lets a function initialise before the first event; it then tries once more, with
/// the function's own timeout. Source: AWS Lambda developer guide, "Init phase".
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A running process that has asked for its first event.
pub(super) struct Worker {
    child: Child,
    api: RuntimeApi,
    /// Kills it while it is at work.
    killer: Arc<Killer>,
    /// Held open: its end tells the child that we are gone.
    _stdin: Option<ChildStdin>,
}

/// Kills a process that is at work.
#[derive(Debug)]
pub(super) struct Killer {
    number: u64,
    is_asked: AtomicBool,
    asked: Notify,
    gone: watch::Sender<bool>,
}

impl Killer {
    pub(super) fn ask(&self) {
        self.is_asked.store(true, Ordering::Relaxed);
        self.asked.notify_one();
    }

    pub(super) async fn until_gone(&self) {
        // Fails only when the sender is gone, and `self` holds it.
        let _ = self.gone.subscribe().wait_for(|gone| *gone).await;
    }

    pub(super) fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::Relaxed)
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Worker {
    /// Whoever kills it waits for this, however it ended, and there may be several.
    fn drop(&mut self) {
        self.killer.gone.send_replace(true);
    }
}

impl Worker {
    /// Starts `command` as Lambda would, and waits until it asks for an event.
    pub(super) async fn start(
        mut command: Command,
        number: u64,
        spec: &FunctionSpec,
        site: &Site,
    ) -> Result<Self, InvokeError> {
        let (api, initialised) =
            RuntimeApi::listen(site.arn("lambda", &format!("function:{}", spec.function_name)))
                .await
                .map_err(|error| init_failed("Local.RuntimeApi", &error))?;
        command
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &spec.function_name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string())
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", spec.function_name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[$LATEST]{}", api.address().port()))
            .env("AWS_REGION", &site.region)
            .env("AWS_DEFAULT_REGION", &site.region)
            .env("TZ", ":UTC")
            .env("_HANDLER", &spec.handler)
            .stdin(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| init_failed("Local.Spawn", &error))?;
        let stdin = child.stdin.take();
        let limit = INIT_LIMIT + spec.timeout;

        tokio::select! {
            biased;
            initialised = initialised => match initialised {
                Ok(Ok(())) => {
                    let killer = Killer {
                        number,
                        is_asked: AtomicBool::new(false),
                        asked: Notify::new(),
                        gone: watch::Sender::new(false),
                    };
                    Ok(Self { child, api, killer: Arc::new(killer), _stdin: stdin })
                }
                Ok(Err(FunctionError { kind, message })) => {
                    Err(InvokeError::InitFailed { kind, message })
                }
                Err(_) => Err(init_failed("Local.RuntimeApi", &"the listener ended")),
            },
            status = child.wait() => Err(init_failed("Runtime.ExitError", &describe(status))),
            () = sleep(limit) => Err(init_failed(
                "Runtime.InitTimeout",
                &format!("no event was asked for within {} s", limit.as_secs()),
            )),
        }
    }

    /// Hands over one event at `now` and waits for the answer, at most for the function's timeout. After any
    /// error but [`InvokeError::Unhandled`] the process is of no more use.
    pub(super) async fn invoke(
        &mut self,
        spec: &FunctionSpec,
        now: UnixMillis,
        payload: Bytes,
    ) -> Result<Bytes, InvokeError> {
        let answer = self.api.offer(payload, now, spec.timeout, spec.is_traced);
        tokio::select! {
            biased;
            answer = answer => match answer {
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(FunctionError { kind, message })) => {
                    Err(InvokeError::Unhandled { kind, message })
                }
                Err(_) => Err(InvokeError::Crashed { status: "the listener ended".to_owned() }),
            },
            status = self.child.wait() => Err(InvokeError::Crashed { status: describe(status) }),
            () = self.killer.asked.notified() => {
                self.kill_now();
                Err(InvokeError::Crashed { status: describe(self.child.wait().await) })
            }
            () = sleep(spec.timeout) => Err(InvokeError::TimedOut { after: spec.timeout }),
        }
    }

    /// What kills it while it is at work.
    pub(super) fn killer(&self) -> Arc<Killer> {
        Arc::clone(&self.killer)
    }

    /// Kills the process as `kill -9` does.
    fn kill_now(&mut self) {
        if let Err(error) = self.child.start_kill() {
            tracing::warn!(%error, "a process could not be killed");
        }
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills the process and waits until it is gone.
    pub(super) async fn kill(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a process could not be killed");
        }
    }
}

fn describe(status: io::Result<std::process::ExitStatus>) -> String {
    match status {
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}

fn init_failed(kind: &str, message: &dyn std::fmt::Display) -> InvokeError {
    InvokeError::InitFailed { kind: kind.to_owned(), message: message.to_string() }
}
