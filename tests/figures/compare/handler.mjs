// What the webhook does at its least, in Node: one conditional put, one FIFO send.
//
// Started by `mirt-figures --compare` as a Lambda `bootstrap`; speaks the Runtime API itself, which costs less
// than AWS's own client of it.

import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const { MIRT_TABLE, MIRT_INBOUND_QUEUE_URL, AWS_LAMBDA_RUNTIME_API } = process.env;
const dynamodb = new DynamoDBClient({ maxAttempts: 3 });
const sqs = new SQSClient({ maxAttempts: 3 });
const runtime = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

async function handle(event) {
  const { clientId, message } = JSON.parse(event.body);
  const unique = process.hrtime.bigint().toString();
  await dynamodb.send(new PutItemCommand({
    TableName: MIRT_TABLE,
    Item: { pk: { S: `C#${clientId}#${unique}` }, sk: { S: "IN" }, body: { S: message } },
    ConditionExpression: "attribute_not_exists(pk)",
  }));
  await sqs.send(new SendMessageCommand({
    QueueUrl: MIRT_INBOUND_QUEUE_URL,
    MessageBody: unique,
    MessageGroupId: String(clientId),
    MessageDeduplicationId: unique,
  }));
  return { statusCode: 202, body: "{}" };
}

for (;;) {
  const next = await fetch(`${runtime}/next`);
  const event = await next.json();
  const answer = await handle(event);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  await fetch(`${runtime}/${id}/response`, { method: "POST", body: JSON.stringify(answer) });
}
