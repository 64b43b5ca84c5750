//! What was acknowledged is there after the end, orderly or not.

use std::{fs, path::Path};

use aws_sdk_dynamodb::types::AttributeValue;
use mirt_local_aws::dynamodb::{Key, KeyAttribute, KeyType, TableDefinition};

use crate::harness::{FIFO, Local};

const WRITES: usize = 100;

fn table() -> TableDefinition {
    TableDefinition {
        name: "table".to_owned(),
        key: Key {
            partition: KeyAttribute { name: "pk".to_owned(), key_type: KeyType::String },
            sort: None,
        },
        indexes: Vec::new(),
        ttl_attribute: None,
    }
}

impl Local {
    /// Writes into all three services: items, messages (one of them in flight, one deleted) and a
    /// secret.
    async fn write_much(&self) {
        self.endpoint.dynamodb().ensure_table(table()).await.unwrap();
        let url = self.queue("inbound.fifo", FIFO).await;
        for n in 0..WRITES {
            let put = self.dynamodb().put_item().table_name("table");
            put.item("pk", AttributeValue::S(n.to_string())).send().await.unwrap();
            self.send(&url, &n.to_string(), &n.to_string()).await;
        }
        let received = self.receive(&url, 2).await;
        self.delete(&url, &received[0]).await;
        self.endpoint.secrets().ensure_secret("key", "value").await.unwrap();
    }

    async fn assert_all_there(&self) {
        let items = self.dynamodb().scan().table_name("table").send().await.unwrap();
        assert_eq!(items.count(), 100);
        let url = self.endpoint.sqs().queue_url("inbound.fifo");
        assert_eq!(self.counts(&url).await, ["98", "1", "0"]);
        let duplicate = self.send(&url, "0", "0").await;
        assert!(duplicate.sequence_number.is_some());
        assert_eq!(self.counts(&url).await, ["98", "1", "0"], "deduplication is remembered too");
        let secret = self.secrets().get_secret_value().secret_id("key").send().await.unwrap();
        assert_eq!(secret.secret_string(), Some("value"));
    }
}

#[tokio::test]
async fn data_is_there_after_an_orderly_restart() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::over(folder.path()).await;
    local.write_much().await;
    local.endpoint.stop().await.unwrap();
    drop(local);

    let restarted = Local::over(folder.path()).await;

    restarted.assert_all_there().await;
}

/// After `kill -9` the files are what they were at that moment: here, a copy of them taken while
/// the services run. SQLite's shared memory (`-shm`) is no part of the data.
#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::over(folder.path()).await;
    local.write_much().await;
    let copy = tempfile::tempdir().unwrap();
    copy_data(folder.path(), copy.path());

    let restarted = Local::over(copy.path()).await;

    restarted.assert_all_there().await;
}

#[tokio::test]
async fn a_message_in_flight_at_a_kill_is_released_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::over(folder.path()).await;
    let url = local.queue("inbound.fifo", FIFO).await;
    local.send(&url, "a", "1").await;
    local.receive(&url, 1).await;
    let copy = tempfile::tempdir().unwrap();
    copy_data(folder.path(), copy.path());

    let restarted = Local::over(copy.path()).await;
    let released = restarted.endpoint.sqs().release_in_flight("inbound.fifo").await.unwrap();

    assert_eq!(released, 1);
    let url = restarted.endpoint.sqs().queue_url("inbound.fifo");
    assert_eq!(restarted.receive_bodies(&url).await, ["1"]);
}

fn copy_data(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        if !name.to_string_lossy().ends_with("-shm") {
            fs::copy(from.join(&name), to.join(&name)).unwrap();
        }
    }
}
