//! The SQLite file of queues and secrets.
//!
//! Durability: write-ahead log with `synchronous = NORMAL`. A committed write is in the operating
//! system's hands before the caller hears of it, so it survives `kill -9`. A power cut may lose
//! the last commits, never the file; on a developer's machine that buys a commit without a wait
//! for the disk.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Raised with every change of `schema.sql`.
const SCHEMA_VERSION: i64 = 1;

/// How long a second process on the same file waits for the first.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The store cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("the store of queues and secrets failed")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored document is not what this version writes.
    #[error("the store of queues and secrets holds an unreadable document")]
    Document(#[from] serde_json::Error),
    /// The file has another form than this version knows. Delete it to start afresh.
    #[error("the store of queues and secrets has schema version {found}, this is {SCHEMA_VERSION}")]
    SchemaVersion {
        /// What the file says.
        found: i64,
    },
    /// The process is being shut down.
    #[error("the store of queues and secrets is being closed")]
    Closing,
}

/// Queues and secrets. Clones share one connection.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the file, made if it is not there, or a store in memory.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, StoreError> {
        let connection = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        match connection.pragma_query_value(None, "user_version", |row| row.get(0))? {
            0 => {
                connection.execute_batch(include_str!("schema.sql"))?;
                connection.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            }
            SCHEMA_VERSION => {}
            found => return Err(StoreError::SchemaVersion { found }),
        }
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs `work` in a transaction, off the async threads. It is committed if `work` succeeds.
    pub(crate) async fn transaction<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        let run = move || {
            // A panic in an earlier transaction rolled it back: the connection is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(StoreError::from)?;
            let answer = work(&transaction)?;
            transaction.commit().map_err(StoreError::from)?;
            Ok(answer)
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| StoreError::Closing)?
    }
}
