//! From an operation's name and a JSON body to the crate's typed call, and back.

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};

use crate::json_protocol::Reply;

/// Answers one call. Streams, PartiQL, tags and vectors are left out: nothing here uses them.
pub(super) fn answer(database: &Database, operation: &str, body: &[u8]) -> Reply {
    match operation {
        "CreateTable" => run(body, |request| database.create_table(request)),
        "DeleteTable" => run(body, |request| database.delete_table(request)),
        "DescribeTable" => run(body, |request| database.describe_table(request)),
        "UpdateTable" => run(body, |request| database.update_table(request)),
        "ListTables" => run(body, |request| database.list_tables(request)),
        "UpdateTimeToLive" => run(body, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => run(body, |request| database.describe_time_to_live(request)),
        "GetItem" => run(body, |request| database.get_item(request)),
        "PutItem" => run(body, |request| database.put_item(request)),
        "UpdateItem" => run(body, |request| database.update_item(request)),
        "DeleteItem" => run(body, |request| database.delete_item(request)),
        "Query" => run(body, |request| database.query(request)),
        "Scan" => run(body, |request| database.scan(request)),
        "BatchGetItem" => run(body, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(body, |request| database.batch_write_item(request)),
        "TransactGetItems" => run(body, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(body, |request| database.transact_write_items(request)),
        _ => Reply::unknown_operation(operation),
    }
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> Reply {
    let result =
        serde_json::from_slice(body).map_err(|error| unreadable(&error)).and_then(operation);
    match result {
        Ok(answer) => Reply::ok(&answer),
        Err(error) => Reply::json(error.status_code(), error.to_json()),
    }
}

/// A request that cannot be read. The crate marks what the service calls a validation error with
/// a prefix to the text.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    match text.split_once(':') {
        Some((mark, reason)) if mark.starts_with("VALIDATION") => {
            DynoxideError::ValidationException(reason.to_owned())
        }
        _ => DynoxideError::SerializationException(text),
    }
}
