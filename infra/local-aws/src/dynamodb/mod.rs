//! Amazon DynamoDB by the crate `dynoxide-rs`, over a SQLite file of its own.
//!
//! The crate's typed calls are used rather than its HTTP server, which takes no middleware: so the
//! calls are counted, can be made to fail, run off the async threads, and write no item into a
//! log.

mod dispatch;
mod table;
pub mod written;

use std::path::Path;

use dynoxide::{Database, DynoxideError, storage_backend};

pub use self::table::{
    IndexDefinition, Key, KeyAttribute, KeyType, Projection, TableDefinition, TableError,
};
use crate::{clock::Clock, json_protocol::Reply, service::HalfUnits};

/// The tables.
#[derive(Clone)]
pub struct DynamoDb {
    database: Database,
}

impl DynamoDb {
    /// Opens the file, made if it is not there, or tables in memory.
    ///
    /// Durability is as for queues and secrets (see `store`): a write that was acknowledged
    /// survives `kill -9`, the last ones before a power cut may be lost. `clock` decides what has
    /// expired, in memory only: the crate gives files the machine's clock.
    pub(crate) fn open(file: Option<&Path>, clock: Clock) -> Result<Self, DynoxideError> {
        let database = match file {
            None => Database::memory_with_clock(std::sync::Arc::new(clock))?,
            Some(file) => {
                let database = Database::new(&file.to_string_lossy())?;
                // Despite its name, the crate's only way to `synchronous = NORMAL`, which waits
                // for the disk at checkpoints instead of at every commit.
                database.disable_bulk_loading()?;
                database
            }
        };
        Ok(Self { database })
    }

    /// Makes the table, or brings an existing one's indexes and expiry to `table`; items stay.
    ///
    /// # Errors
    /// When the definition is not allowed, or an existing table has another primary key.
    pub async fn ensure_table(&self, table: TableDefinition) -> Result<(), TableError> {
        self.blocking(move |database| table::ensure(database, &table))
            .await
            .ok_or(TableError::Closing)?
    }

    /// Deletes items whose time is over, in all tables that have an expiry. Returns their number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep_expired(&self) -> Result<usize, TableError> {
        let swept = self.blocking(|database| database.sweep_ttl()).await;
        Ok(swept.ok_or(TableError::Closing)??)
    }

    /// Answers one call, and says how much capacity it took.
    pub(crate) async fn call(
        &self,
        operation: &str,
        body: axum::body::Bytes,
    ) -> (Reply, HalfUnits) {
        let operation = operation.to_owned();
        self.blocking(move |database| dispatch::answer(database, &operation, &body))
            .await
            .unwrap_or_else(|| {
                let closing = "The store is closing.";
                (Reply::error(503, "ServiceUnavailable", closing), HalfUnits::default())
            })
    }

    /// Runs `work` off the async threads. None when the process is going down.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> T + Send + 'static,
    ) -> Option<T> {
        let database = self.database.clone();
        tokio::task::spawn_blocking(move || work(&database)).await.ok()
    }
}

impl std::fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DynamoDb").finish_non_exhaustive()
    }
}

impl storage_backend::Clock for Clock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now() / 1_000).unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        let millis = u64::try_from(self.now()).unwrap_or(0);
        std::time::Duration::from_millis(millis).as_secs_f64()
    }
}
