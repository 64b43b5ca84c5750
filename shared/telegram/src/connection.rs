//! The connection: made when it is first needed, made anew when it broke, bounded in time.
//!
//! The library has no timeouts, and a server that accepts and never speaks blocks its whole runner.
//! So a call that is not answered in time ends the runner, and the next call starts another.

use std::{sync::Arc, time::Duration};

use grammers_mtsender::{
    ConnectionParams, InvocationError, NoRetries, SenderPool, SenderPoolHandle,
};
use grammers_tl_types::RemoteCall;
use mirt_history::store::ReadError;
use tokio::{sync::Mutex, task::JoinHandle, time::timeout};

use crate::{
    errors::{Said, moved_to, read_error},
    session::{Session, Shared},
};

/// A call with its answer, connecting included. Telegram answers within a second or two; a page is
/// some hundred kilobytes at most.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// How often a call follows the account to another data centre: once should do.
const MOST_MOVES: u32 = 2;

/// How long the library may take to say goodbye.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// What Telegram shows in the account's list of devices.
const DEVICE: &str = "MIRT";

/// The application, as its maker registered it at my.telegram.org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppId(pub i32);

/// A connection of one session.
pub struct Connection {
    session: Arc<Shared>,
    app: AppId,
    call_timeout: Duration,
    live: Mutex<Option<Live>>,
}

struct Live {
    handle: SenderPoolHandle,
    runner: JoinHandle<()>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

impl Connection {
    /// Does not connect yet.
    #[must_use]
    pub fn new(session: Session, app: AppId) -> Self {
        Self {
            session: Arc::new(Shared::new(session)),
            app,
            call_timeout: CALL_TIMEOUT,
            live: Mutex::new(None),
        }
    }

    /// Waits for the answer to a call this long instead of 15 s.
    #[must_use]
    pub fn with_call_timeout(self, call_timeout: Duration) -> Self {
        Self { call_timeout, ..self }
    }

    /// The session as it is now.
    #[must_use]
    pub fn session(&self) -> Session {
        self.session.snapshot()
    }

    /// Disconnects, and gives the session back.
    pub async fn close(self) -> Session {
        if let Some(mut live) = self.live.lock().await.take() {
            live.handle.quit();
            // If it takes longer, dropping it ends it.
            let _ = timeout(QUIT_TIMEOUT, &mut live.runner).await;
        }
        self.session.snapshot()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.session
    }

    pub(crate) fn app(&self) -> AppId {
        self.app
    }

    /// Asks Telegram one question, where the account lives.
    pub(crate) async fn call<R: RemoteCall>(&self, question: &R) -> Result<R::Return, ReadError> {
        let mut moves = 0;
        loop {
            let error = match self.call_once(question).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match moved_to(&error) {
                Some(data_centre) if moves < MOST_MOVES => {
                    tracing::info!(event = "data_centre_moved", data_centre);
                    self.session.move_home(data_centre);
                    moves += 1;
                }
                _ => return Err(error),
            }
        }
    }

    async fn call_once<R: RemoteCall>(&self, question: &R) -> Result<R::Return, ReadError> {
        let handle = self.handle().await;
        let dc = self.session.home_dc();
        let answer = timeout(self.call_timeout, handle.invoke_in_dc(dc, question)).await;
        let error = match answer {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error @ InvocationError::Rpc(_))) => return Err(read_error(error)),
            Ok(Err(error)) => read_error(error),
            Err(_) => {
                let said = format!("no answer within {} s", self.call_timeout.as_secs());
                ReadError::Unavailable(Box::new(Said(said)))
            }
        };
        // Whatever is wrong with it, the next call does not meet it.
        *self.live.lock().await = None;
        Err(error)
    }

    async fn handle(&self) -> SenderPoolHandle {
        let mut live = self.live.lock().await;
        if let Some(live) = live.as_ref().filter(|live| !live.runner.is_finished()) {
            return live.handle.clone();
        }
        let parameters = ConnectionParams {
            device_model: DEVICE.to_owned(),
            system_version: env!("CARGO_PKG_VERSION").to_owned(),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            system_lang_code: "en".to_owned(),
            lang_code: "en".to_owned(),
            // Waits and repetitions are the use case's: it knows how much time is left.
            retry_policy: Box::new(NoRetries),
            ..ConnectionParams::default()
        };
        let pool =
            SenderPool::with_configuration(Arc::clone(&self.session), self.app.0, parameters);
        // Nobody listens to updates: with the receiver gone the library drops them.
        drop(pool.updates);
        let handle = pool.handle.thin.clone();
        let runner = tokio::spawn(pool.runner.run());
        *live = Some(Live { handle: handle.clone(), runner });
        handle
    }
}
