//! Which items were written, as a table's stream would tell: their keys and nothing of their contents.

use serde_json::Value;
use tokio::sync::broadcast;

use crate::clock::UnixMillis;

/// How many writes a listener may lag behind before it misses some.
const BACKLOG: usize = 4096;

/// The members of a request that hold a whole item, or a key.
const HOLDERS: [&str; 2] = ["Item", "Key"];

/// The operations that write.
const WRITES: [&str; 5] =
    ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"];

/// An item that was written or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its partition key.
    pub pk: String,
    /// Its sort key.
    pub sk: String,
    /// When.
    pub at: UnixMillis,
}

/// Tells who listens what was written.
#[derive(Clone, Debug)]
pub(crate) struct Stream(broadcast::Sender<Written>);

impl Stream {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Written> {
        self.0.subscribe()
    }

    /// The keys that a request writes; none when it only reads, or when nobody listens.
    pub(crate) fn keys(&self, operation: &str, body: &[u8]) -> Vec<(String, String)> {
        let mut keys = Vec::new();
        if self.0.receiver_count() > 0
            && WRITES.contains(&operation)
            && let Ok(request) = serde_json::from_slice::<Value>(body)
        {
            collect(&request, &mut keys);
        }
        keys
    }

    /// Tells that they were written.
    pub(crate) fn tell(&self, keys: Vec<(String, String)>, at: UnixMillis) {
        for (pk, sk) in keys {
            // Nobody listening is no error.
            let _ = self.0.send(Written { pk, sk, at });
        }
    }
}

/// The keys of all writes in a request, wherever its operation puts them. A condition check is none.
fn collect(request: &Value, keys: &mut Vec<(String, String)>) {
    match request {
        Value::Object(members) => {
            for (name, member) in members {
                let text = |name: &str| member[name]["S"].as_str().map(str::to_owned);
                if HOLDERS.contains(&name.as_str()) {
                    keys.extend(text("pk").zip(text("sk")));
                } else if name != "ConditionCheck" {
                    collect(member, keys);
                }
            }
        }
        Value::Array(members) => members.iter().for_each(|member| collect(member, keys)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_transactions_writes_are_told_and_its_checks_are_not() {
        let stream = Stream::new();
        let mut listener = stream.listen();
        let key = |sk: &str| json!({ "pk": { "S": "a" }, "sk": { "S": sk } });
        let body = json!({ "TransactItems": [
            { "Put": { "TableName": "t", "Item": key("put") } },
            { "ConditionCheck": { "TableName": "t", "Key": key("check") } },
            { "Delete": { "TableName": "t", "Key": key("gone") } },
        ]});

        stream.tell(stream.keys("TransactWriteItems", body.to_string().as_bytes()), 7);

        let told: Vec<_> = std::iter::from_fn(|| listener.try_recv().ok()).collect();
        let written = |sk: &str| Written { pk: "a".to_owned(), sk: sk.to_owned(), at: 7 };
        assert_eq!(told, [written("put"), written("gone")]);
    }

    #[test]
    fn a_read_is_no_write_and_without_a_listener_nothing_is_looked_at() {
        let body = json!({ "Key": { "pk": { "S": "a" }, "sk": { "S": "b" } } }).to_string();
        let stream = Stream::new();

        assert_eq!(stream.keys("DeleteItem", body.as_bytes()), []);
        let _listener = stream.listen();
        assert_eq!(stream.keys("GetItem", body.as_bytes()), []);
        assert_eq!(stream.keys("DeleteItem", body.as_bytes()).len(), 1);
    }
}
