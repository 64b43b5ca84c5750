//! DynamoDB: what the design relies on.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    operation::{
        put_item::PutItemError, query::QueryOutput, transact_write_items::TransactWriteItemsError,
    },
    types::{
        AttributeValue, ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    },
};
use mirt_local_aws::dynamodb::{
    IndexDefinition, Key, KeyAttribute, KeyType, Projection, TableDefinition, TableError,
};
use tokio::task::JoinSet;

use crate::harness::{GIVE_UP, Local, START_MILLIS};

const TABLE: &str = "sessions";

type Item = HashMap<String, AttributeValue>;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn item(pk: &str, sk: &str, more: &[(&str, AttributeValue)]) -> Item {
    let keys = [("pk", text(pk)), ("sk", text(sk))];
    let all = keys.iter().chain(more);
    all.map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn attribute(name: &str, key_type: KeyType) -> KeyAttribute {
    KeyAttribute { name: name.to_owned(), key_type }
}

/// The shape of the project's table: one index of due sessions, expiry by `ttl`.
fn sessions() -> TableDefinition {
    TableDefinition {
        name: TABLE.to_owned(),
        key: Key {
            partition: attribute("pk", KeyType::String),
            sort: Some(attribute("sk", KeyType::String)),
        },
        indexes: vec![index("due", Projection::KeysOnly)],
        ttl_attribute: Some("ttl".to_owned()),
    }
}

fn index(name: &str, projection: Projection) -> IndexDefinition {
    IndexDefinition {
        name: name.to_owned(),
        key: Key {
            partition: attribute("due_shard", KeyType::String),
            sort: Some(attribute("due_at", KeyType::Number)),
        },
        projection,
    }
}

impl Local {
    async fn with_table() -> Self {
        let local = Self::start().await;
        local.endpoint.dynamodb().ensure_table(sessions()).await.unwrap();
        local
    }

    async fn put(&self, item: Item) {
        let request = self.dynamodb().put_item().table_name(TABLE);
        request.set_item(Some(item)).send().await.unwrap();
    }

    async fn put_if_new(&self, item: Item) -> Result<(), PutItemError> {
        let request = self.dynamodb().put_item().table_name(TABLE).set_item(Some(item));
        let request = request.condition_expression("attribute_not_exists(pk)");
        request.send().await.map(drop).map_err(|error| error.into_service_error())
    }

    async fn get(&self, pk: &str, sk: &str) -> Option<Item> {
        let request = self.dynamodb().get_item().table_name(TABLE).consistent_read(true);
        request.key("pk", text(pk)).key("sk", text(sk)).send().await.unwrap().item
    }

    async fn due(&self, index: &str) -> QueryOutput {
        self.dynamodb()
            .query()
            .table_name(TABLE)
            .index_name(index)
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", text("0"))
            .expression_attribute_values(":now", number(100))
            .send()
            .await
            .unwrap()
    }
}

fn put(item: Item, condition: Option<&str>) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(TABLE)
        .set_item(Some(item))
        .set_condition_expression(condition.map(str::to_owned))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder().put(put.build().unwrap()).build()
}

#[tokio::test]
async fn of_fifty_concurrent_conditional_puts_one_wins() {
    let local = Arc::new(Local::with_table().await);
    let mut puts = JoinSet::new();
    for n in 0..50 {
        let local = Arc::clone(&local);
        puts.spawn(async move {
            let event = item("E#telegram:1", "E", &[("by", number(n))]);
            local.put_if_new(event).await.map(|()| n)
        });
    }

    let (won, lost): (Vec<_>, Vec<_>) = puts.join_all().await.into_iter().partition(Result::is_ok);

    assert_eq!((won.len(), lost.len()), (1, 49));
    assert!(lost.iter().all(|put| {
        put.as_ref().is_err_and(PutItemError::is_conditional_check_failed_exception)
    }));
    let stored = local.get("E#telegram:1", "E").await.unwrap();
    assert_eq!(stored["by"], number(*won[0].as_ref().unwrap()));
}

#[tokio::test]
async fn a_transaction_writes_all_or_nothing_and_tells_the_reasons_in_order() {
    let local = Local::with_table().await;
    local.put(item("S#1", "STATE", &[("version", number(7))])).await;

    let refused = local
        .dynamodb()
        .transact_write_items()
        .transact_items(put(item("S#1", "IN#1", &[]), None))
        .transact_items(put(item("S#1", "STATE", &[]), Some("attribute_not_exists(pk)")))
        .transact_items(put(item("S#1", "OUT#1", &[]), Some("attribute_not_exists(pk)")))
        .send()
        .await
        .unwrap_err()
        .into_service_error();

    let TransactWriteItemsError::TransactionCanceledException(cancelled) = &refused else {
        unreachable!("{refused:?}")
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed", "None"]);
    assert_eq!(reasons[1].item().unwrap()["version"], number(7));
    assert_eq!(local.get("S#1", "IN#1").await, None);
    assert_eq!(local.get("S#1", "OUT#1").await, None);
}

#[tokio::test]
async fn of_concurrent_transactions_on_one_version_one_wins() {
    let local = Arc::new(Local::with_table().await);
    local.put(item("S#1", "STATE", &[("version", number(1))])).await;
    let mut turns = JoinSet::new();
    for n in 0..20 {
        let local = Arc::clone(&local);
        turns.spawn(async move {
            let check = ConditionCheck::builder()
                .table_name(TABLE)
                .key("pk", text("S#2"))
                .key("sk", text("STATE"))
                .condition_expression("attribute_not_exists(pk)");
            let check = TransactWriteItem::builder().condition_check(check.build().unwrap());
            let mut state = put(item("S#1", "STATE", &[("version", number(2))]), None);
            let checked = state.put.as_mut().unwrap();
            checked.condition_expression = Some("version = :read".to_owned());
            checked.expression_attribute_values =
                Some(HashMap::from([(":read".to_owned(), number(1))]));
            local
                .dynamodb()
                .transact_write_items()
                .transact_items(state)
                .transact_items(check.build())
                .transact_items(put(item("S#1", &format!("TURN#{n}"), &[]), None))
                .send()
                .await
        });
    }

    let won = turns.join_all().await.into_iter().filter(Result::is_ok).count();

    assert_eq!(won, 1);
    let query = local.dynamodb().query().table_name(TABLE).key_condition_expression("pk = :pk");
    let stored = query.expression_attribute_values(":pk", text("S#1")).send().await.unwrap();
    assert_eq!(stored.count(), 2, "the state and one turn");
}

#[tokio::test]
async fn a_query_between_two_sort_keys_gives_them_in_order_and_page_by_page() {
    let local = Local::with_table().await;
    for sk in ["IN#3", "OUT#1", "IN#1", "IN#2", "A"] {
        local.put(item("S#1", sk, &[])).await;
    }
    local.put(item("S#2", "IN#1", &[])).await;
    let query = || {
        local
            .dynamodb()
            .query()
            .table_name(TABLE)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", text("S#1"))
            .expression_attribute_values(":first", text("IN#"))
            .expression_attribute_values(":last", text("IN#~"))
            .limit(2)
    };

    let first = query().send().await.unwrap();
    let second = query().set_exclusive_start_key(first.last_evaluated_key.clone());
    let second = second.send().await.unwrap();

    let keys = |page: &QueryOutput| -> Vec<String> {
        page.items().iter().map(|item| item["sk"].as_s().unwrap().clone()).collect()
    };
    assert_eq!(keys(&first), ["IN#1", "IN#2"]);
    assert_eq!(keys(&second), ["IN#3"]);
    assert_eq!(second.last_evaluated_key, None);
}

#[tokio::test]
async fn an_index_holds_the_items_with_its_key_only_and_only_their_keys() {
    let local = Local::with_table().await;
    let due = [("due_shard", text("0")), ("due_at", number(50)), ("name", text("Олена"))];
    local.put(item("S#1", "STATE", &due)).await;
    local.put(item("S#2", "STATE", &due[..1])).await;
    local.put(item("S#3", "STATE", &[("due_shard", text("0")), ("due_at", number(101))])).await;

    let found = local.due("due").await;
    let update = local.dynamodb().update_item().table_name(TABLE);
    let update = update.key("pk", text("S#1")).key("sk", text("STATE"));
    update.update_expression("REMOVE due_at").send().await.unwrap();
    let after = local.due("due").await;

    assert_eq!(found.items(), [item("S#1", "STATE", &due[..2])]);
    assert_eq!(after.count(), 0);
}

#[tokio::test]
async fn items_are_gone_after_their_time() {
    let local = Local::with_table().await;
    let expires = START_MILLIS / 1_000 + 10;
    local.put(item("E#1", "E", &[("ttl", number(expires))])).await;
    local.put(item("E#2", "E", &[("ttl", number(expires + 1_000))])).await;
    local.put(item("E#3", "E", &[])).await;
    local.pass(20);

    let swept = local.endpoint.dynamodb().sweep_expired().await.unwrap();

    assert_eq!(swept, 1);
    assert_eq!(local.get("E#1", "E").await, None);
    assert!(local.get("E#2", "E").await.is_some());
    assert!(local.get("E#3", "E").await.is_some());
}

#[tokio::test]
async fn the_endpoint_sweeps_by_itself() {
    let local = Local::with_table().await;
    local.put(item("E#1", "E", &[("ttl", number(START_MILLIS / 1_000 + 10))])).await;

    local.pass(120);

    let swept = tokio::time::timeout(GIVE_UP, async {
        while local.get("E#1", "E").await.is_some() {
            tokio::task::yield_now().await;
        }
    });
    assert!(swept.await.is_ok(), "the item is still there");
}

#[tokio::test]
async fn an_item_over_400_kb_is_refused() {
    let local = Local::with_table().await;

    let large = item("S#1", "STATE", &[("body", text(&"x".repeat(410_000)))]);
    let refused = local.put_if_new(large).await.unwrap_err();

    assert_eq!(refused.code(), Some("ValidationException"));
}

#[tokio::test]
async fn malformed_requests_and_missing_tables_have_their_types() {
    let local = Local::with_table().await;
    let get = |table: &str| {
        local.dynamodb().get_item().table_name(table).key("pk", text("a")).key("sk", text("b"))
    };

    let no_table = get("nothing").send().await.unwrap_err().into_service_error();
    let no_number = item("S#1", "STATE", &[("due_at", AttributeValue::N("soon".to_owned()))]);
    let no_number = local.put_if_new(no_number).await.unwrap_err();
    let no_expression = local.dynamodb().put_item().table_name(TABLE);
    let no_expression = no_expression.set_item(Some(item("S#1", "STATE", &[])));
    let no_expression = no_expression.condition_expression("pk = = 1").send().await.unwrap_err();

    assert!(no_table.is_resource_not_found_exception(), "{no_table:?}");
    assert_eq!(no_number.code(), Some("ValidationException"));
    assert_eq!(no_expression.code(), Some("ValidationException"));
}

#[tokio::test]
async fn ensuring_a_table_again_keeps_its_items() {
    let local = Local::with_table().await;
    local.put(item("S#1", "STATE", &[])).await;

    local.endpoint.dynamodb().ensure_table(sessions()).await.unwrap();

    assert!(local.get("S#1", "STATE").await.is_some());
}

#[tokio::test]
async fn an_index_added_later_holds_the_items_that_were_there() {
    let local = Local::with_table().await;
    let due = [("due_shard", text("0")), ("due_at", number(50)), ("name", text("Олена"))];
    local.put(item("S#1", "STATE", &due)).await;
    let names = Projection::Include(vec!["name".to_owned()]);
    let changed = TableDefinition { indexes: vec![index("names", names)], ..sessions() };

    local.endpoint.dynamodb().ensure_table(changed).await.unwrap();

    assert_eq!(local.due("names").await.items(), [item("S#1", "STATE", &due)]);
    let described = local.dynamodb().describe_table().table_name(TABLE).send().await.unwrap();
    let indexes = described.table.unwrap().global_secondary_indexes.unwrap();
    assert_eq!(indexes.len(), 1, "the index that is no longer described is gone");
}

#[tokio::test]
async fn another_primary_key_is_refused() {
    let local = Local::with_table().await;
    let changed = TableDefinition {
        key: Key { partition: attribute("id", KeyType::String), sort: None },
        ..sessions()
    };

    let refused = local.endpoint.dynamodb().ensure_table(changed).await;

    assert!(matches!(refused, Err(TableError::OtherKey { table }) if table == TABLE));
}
