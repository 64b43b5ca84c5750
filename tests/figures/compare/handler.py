"""What the webhook does at its least, in Python: one conditional put, one FIFO send.

Started by `mirt-figures --compare` as a Lambda `bootstrap`; speaks the Runtime API itself, which costs less
than AWS's own client of it.
"""

import json
import os
import time
import urllib.request

import boto3
from botocore.config import Config

config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=2, read_timeout=2)
table = os.environ["MIRT_TABLE"]
queue = os.environ["MIRT_INBOUND_QUEUE_URL"]
dynamodb = boto3.client("dynamodb", config=config)
sqs = boto3.client("sqs", config=config)
runtime = "http://%s/2018-06-01/runtime/invocation" % os.environ["AWS_LAMBDA_RUNTIME_API"]


def handle(event):
    body = json.loads(event["body"])
    user, text = str(body["clientId"]), body["message"]
    key = "%s#%d" % (user, time.time_ns())
    dynamodb.put_item(
        TableName=table,
        Item={"pk": {"S": "C#" + key}, "sk": {"S": "IN"}, "body": {"S": text}},
        ConditionExpression="attribute_not_exists(pk)",
    )
    sqs.send_message(
        QueueUrl=queue, MessageBody=key, MessageGroupId=user, MessageDeduplicationId=str(time.time_ns())
    )
    return {"statusCode": 202, "body": "{}"}


while True:
    with urllib.request.urlopen(runtime + "/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    answer = json.dumps(handle(event)).encode()
    done = urllib.request.Request("%s/%s/response" % (runtime, request_id), answer, method="POST")
    urllib.request.urlopen(done).read()
