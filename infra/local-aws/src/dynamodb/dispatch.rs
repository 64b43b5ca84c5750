//! From an operation's name and a JSON body to the crate's typed call, and back.

use dynoxide::{Database, DynoxideError, types::ConsumedCapacity};
use serde::{Serialize, de::DeserializeOwned};

use crate::{json_protocol::Reply, service::HalfUnits};

/// Asks for the sum, as the service's parameter `ReturnConsumedCapacity` does.
const TOTAL: &str = "TOTAL";

/// A call that consumes capacity: asks for how much, and keeps that from a caller who did not.
macro_rules! metered {
    ($body:expr, $database:ident, $operation:ident, $request:ident) => {
        run($body, |mut request: dynoxide::actions::$operation::$request| {
            let asked = request.return_consumed_capacity.is_some();
            request.return_consumed_capacity.get_or_insert_with(|| TOTAL.to_owned());
            let mut answer = $database.$operation(request)?;
            let consumed = answer.consumed_capacity.clone();
            if !asked {
                answer.consumed_capacity = None;
            }
            Ok((answer, consumed.into_iter().flat_map(Units::units).sum()))
        })
    };
}

/// Answers one call, and says how much capacity it took. Streams, PartiQL, tags and vectors are left
/// out: nothing here uses them.
pub(super) fn answer(database: &Database, operation: &str, body: &[u8]) -> (Reply, HalfUnits) {
    match operation {
        "CreateTable" => free(body, |request| database.create_table(request)),
        "DeleteTable" => free(body, |request| database.delete_table(request)),
        "DescribeTable" => free(body, |request| database.describe_table(request)),
        "UpdateTable" => free(body, |request| database.update_table(request)),
        "ListTables" => free(body, |request| database.list_tables(request)),
        "UpdateTimeToLive" => free(body, |request| database.update_time_to_live(request)),
        "DescribeTimeToLive" => free(body, |request| database.describe_time_to_live(request)),
        "GetItem" => metered!(body, database, get_item, GetItemRequest),
        "PutItem" => metered!(body, database, put_item, PutItemRequest),
        "UpdateItem" => metered!(body, database, update_item, UpdateItemRequest),
        "DeleteItem" => metered!(body, database, delete_item, DeleteItemRequest),
        "Query" => metered!(body, database, query, QueryRequest),
        "Scan" => metered!(body, database, scan, ScanRequest),
        "BatchGetItem" => metered!(body, database, batch_get_item, BatchGetItemRequest),
        "BatchWriteItem" => metered!(body, database, batch_write_item, BatchWriteItemRequest),
        "TransactGetItems" => {
            metered!(body, database, transact_get_items, TransactGetItemsRequest)
        }
        "TransactWriteItems" => {
            metered!(body, database, transact_write_items, TransactWriteItemsRequest)
        }
        _ => (Reply::unknown_operation(operation), HalfUnits::default()),
    }
}

/// The capacity of one table, or of several.
trait Units {
    fn units(self) -> Vec<HalfUnits>;
}

impl Units for ConsumedCapacity {
    fn units(self) -> Vec<HalfUnits> {
        vec![half_units(self.capacity_units)]
    }
}

impl Units for Vec<ConsumedCapacity> {
    fn units(self) -> Vec<HalfUnits> {
        self.into_iter().flat_map(Units::units).collect()
    }
}

#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the service says halves of a unit as a float; twice that is a small whole number"
)]
fn half_units(units: f64) -> HalfUnits {
    HalfUnits((units * 2.0).round() as u64)
}

/// A call that consumes nothing.
fn free<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Request) -> Result<Answer, DynoxideError>,
) -> (Reply, HalfUnits) {
    run(body, |request| Ok((operation(request)?, HalfUnits::default())))
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Request) -> Result<(Answer, HalfUnits), DynoxideError>,
) -> (Reply, HalfUnits) {
    let result =
        serde_json::from_slice(body).map_err(|error| unreadable(&error)).and_then(operation);
    match result {
        Ok((answer, units)) => (Reply::ok(&answer), units),
        Err(error) => (Reply::json(error.status_code(), error.to_json()), HalfUnits::default()),
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
