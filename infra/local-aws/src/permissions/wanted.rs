//! What a call needs to be allowed. Sources: Service Authorization Reference, "Actions, resources,
//! and condition keys" of DynamoDB, SQS and Secrets Manager; DynamoDB developer guide, "Using IAM
//! with DynamoDB transactions".

use serde_json::Value;

use crate::{service::Service, site::Site};

/// The table's partition key, whose values a policy can name (`dynamodb:LeadingKeys`).
const PARTITION_KEY: &str = "pk";

/// Stands for the six letters that Secrets Manager ends an ARN with.
const SUFFIX: &str = "000000";

/// One thing that has to be allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) action: String,
    pub(super) resource: String,
    /// The partition keys of the items.
    pub(super) keys: Vec<String>,
}

/// All that a call needs. A body that cannot be read needs the operation itself, on nothing.
pub(super) fn of(service: Service, operation: &str, body: &[u8], site: &Site) -> Vec<Wanted> {
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    match service {
        Service::DynamoDb => of_dynamodb(operation, &body, site),
        Service::Sqs => {
            let url = body["QueueUrl"].as_str().or(body["QueueName"].as_str()).unwrap_or_default();
            let name = url.rsplit('/').next().unwrap_or_default();
            // A batch is what it is a batch of.
            let action = operation.strip_suffix("Batch").unwrap_or(operation);
            vec![wanted("sqs", action, site.arn("sqs", name))]
        }
        Service::SecretsManager => {
            let id = body["SecretId"].as_str().or(body["Name"].as_str()).unwrap_or_default();
            let arn = if id.starts_with("arn:") {
                id.to_owned()
            } else {
                site.arn("secretsmanager", &format!("secret:{id}-{SUFFIX}"))
            };
            vec![wanted("secretsmanager", operation, arn)]
        }
    }
}

fn wanted(service: &str, action: &str, resource: String) -> Wanted {
    Wanted { action: format!("{service}:{action}"), resource, keys: Vec::new() }
}

fn of_dynamodb(operation: &str, body: &Value, site: &Site) -> Vec<Wanted> {
    let table = |name: &Value| {
        site.arn("dynamodb", &format!("table/{}", name.as_str().unwrap_or_default()))
    };
    let one = |action: &str, resource: String, keys: Vec<String>| Wanted {
        keys,
        ..wanted("dynamodb", action, resource)
    };
    match operation {
        // There is no permission for a transaction: each of its parts needs its own.
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = body["TransactItems"].as_array().into_iter().flatten();
            let parts = parts.filter_map(Value::as_object).flatten();
            parts
                .map(|(kind, part)| {
                    let action = match kind.as_str() {
                        "ConditionCheck" => "ConditionCheckItem".to_owned(),
                        kind => format!("{kind}Item"),
                    };
                    one(&action, table(&part["TableName"]), key_of(part))
                })
                .collect()
        }
        // A permission of its own, whatever it puts or deletes.
        "BatchWriteItem" | "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            tables
                .map(|(name, requests)| {
                    let keys = match requests {
                        Value::Array(writes) => writes
                            .iter()
                            .filter_map(Value::as_object)
                            .flat_map(|write| write.values())
                            .flat_map(key_of)
                            .collect(),
                        reads => {
                            let keys = reads["Keys"].as_array().into_iter().flatten();
                            keys.filter_map(partition).collect()
                        }
                    };
                    one(operation, table(&Value::from(name.as_str())), keys)
                })
                .collect()
        }
        "Query" => {
            let arn = table(&body["TableName"]);
            match body["IndexName"].as_str() {
                Some(index) => vec![one(operation, format!("{arn}/index/{index}"), Vec::new())],
                None => vec![one(operation, arn, queried(body).into_iter().collect())],
            }
        }
        _ => vec![one(operation, table(&body["TableName"]), key_of(body))],
    }
}

/// The partition key of what is put, or of what is named by its key.
fn key_of(request: &Value) -> Vec<String> {
    partition(&request["Key"]).or_else(|| partition(&request["Item"])).into_iter().collect()
}

fn partition(item: &Value) -> Option<String> {
    item[PARTITION_KEY]["S"].as_str().map(str::to_owned)
}

/// The partition key that a query of the table itself asks for: `pk = :value AND …`.
fn queried(body: &Value) -> Option<String> {
    let expression = body["KeyConditionExpression"].as_str()?;
    let (_, rest) = expression.split_once(&format!("{PARTITION_KEY} = "))?;
    let placeholder = rest.split(' ').next()?;
    body["ExpressionAttributeValues"][placeholder]["S"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn needs(service: Service, operation: &str, body: &Value) -> Vec<String> {
        of(service, operation, body.to_string().as_bytes(), &Site::default())
            .into_iter()
            .map(|Wanted { action, resource, keys }| {
                let resource = resource.rsplit("000000000000:").next().unwrap_or_default();
                format!("{action} {resource} {}", keys.join(" "))
            })
            .collect()
    }

    #[test]
    fn a_transaction_needs_what_each_of_its_parts_does() {
        let body = json!({ "TransactItems": [
            { "Put": { "TableName": "t", "Item": { "pk": { "S": "a" } } } },
            { "Update": { "TableName": "t", "Key": { "pk": { "S": "b" } } } },
            { "ConditionCheck": { "TableName": "t", "Key": { "pk": { "S": "c" } } } },
        ] });

        assert_eq!(
            needs(Service::DynamoDb, "TransactWriteItems", &body),
            [
                "dynamodb:PutItem table/t a",
                "dynamodb:UpdateItem table/t b",
                "dynamodb:ConditionCheckItem table/t c",
            ]
        );
    }

    #[test]
    fn a_query_needs_the_index_that_it_reads_or_the_table_with_its_key() {
        let table = json!({
            "TableName": "t", "KeyConditionExpression": "pk = :pk AND sk > :from",
            "ExpressionAttributeValues": { ":pk": { "S": "a" }, ":from": { "S": "z" } },
        });
        let index = json!({ "TableName": "t", "IndexName": "due" });

        assert_eq!(needs(Service::DynamoDb, "Query", &table), ["dynamodb:Query table/t a"]);
        assert_eq!(
            needs(Service::DynamoDb, "Query", &index),
            ["dynamodb:Query table/t/index/due "]
        );
    }

    #[test]
    fn a_batch_needs_a_permission_of_its_own_for_all_its_keys() {
        let body = json!({ "RequestItems": { "t": [
            { "PutRequest": { "Item": { "pk": { "S": "a" } } } },
            { "DeleteRequest": { "Key": { "pk": { "S": "b" } } } },
        ] } });

        assert_eq!(
            needs(Service::DynamoDb, "BatchWriteItem", &body),
            ["dynamodb:BatchWriteItem table/t a b"]
        );
    }

    #[test]
    fn queues_and_secrets_are_known_by_their_urls_and_names() {
        let send = json!({ "QueueUrl": "http://127.0.0.1:1/000000000000/in.fifo" });
        let get = json!({ "SecretId": "mirt/dev/x" });

        assert_eq!(needs(Service::Sqs, "SendMessageBatch", &send), ["sqs:SendMessage in.fifo "]);
        assert_eq!(
            needs(Service::SecretsManager, "GetSecretValue", &get),
            ["secretsmanager:GetSecretValue secret:mirt/dev/x-000000 "]
        );
    }
}
