//! What the webhook does at its least, in Rust: one conditional put, one FIFO send. It is what the
//! webhook's own CPU is compared with: `mirt-figures --compare`.

use std::{env, process::ExitCode, time::SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response, service_fn};
use mirt_aws::sdk;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn run() -> Result<(), Error> {
    let config = sdk::config(mirt_http::client()?).await;
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let sqs = aws_sdk_sqs::Client::new(&config);
    let (table, queue) = (env::var("MIRT_TABLE")?, env::var("MIRT_INBOUND_QUEUE_URL")?);
    lambda_http::run(service_fn(|request: Request| {
        let (dynamodb, sqs) = (dynamodb.clone(), sqs.clone());
        let (table, queue) = (table.clone(), queue.clone());
        async move {
            let body: Value = serde_json::from_slice(request.body())?;
            let text = |member: &str| body[member].as_str().unwrap_or_default().to_owned();
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos();
            let (user, now) = (text("clientId"), now.to_string());
            dynamodb
                .put_item()
                .table_name(table)
                .item("pk", AttributeValue::S(format!("C#{user}#{now}")))
                .item("sk", AttributeValue::S("IN".to_owned()))
                .item("body", AttributeValue::S(text("message")))
                .condition_expression("attribute_not_exists(pk)")
                .send()
                .await?;
            sqs.send_message()
                .queue_url(queue)
                .message_body(&now)
                .message_group_id(user)
                .message_deduplication_id(now)
                .send()
                .await?;
            Ok::<_, Error>(Response::builder().status(202).body(Body::from("{}"))?)
        }
    }))
    .await
}
