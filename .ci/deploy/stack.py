"""What was deployed: its functions, queues, table and secrets, and how they are called."""

import json

STACK = "mirt-dev"

# The managers' chat in Telegram.
MANAGERS = "-1000500"

# What the operator makes before the first deployment. Samples: they open nothing.
SECRETS = {
    "mirt/dev/webhooks": {"manychat_webhook_token": "sample-manychat-token",
                          "telegram_webhook_secret": "sample-telegram-secret"},
    "mirt/dev/channels": {"manychat_api_key": "sample-manychat-key", "telegram_bot_token": "1000:sample-token"},
    "mirt/dev/crm": {"sitniks_api_key": "sample-crm-key"},
    # `mirt telegram login` makes it, with a session; here nobody has logged in.
    "mirt/dev/telegram": {},
}


class Stack:
    """The deployed stack."""

    def __init__(self, emulator, events, stub):
        self.emulator = emulator
        self.events = events
        self.stub = stub
        self.awslambda = emulator.client("lambda")
        self.sqs = emulator.client("sqs")
        self.dynamodb = emulator.client("dynamodb")
        self.logs = emulator.client("logs")

    def resources(self, kind=None):
        """The physical names of all resources, or of those of one type, by their names in the template."""
        pages = self.emulator.client("cloudformation").get_paginator("list_stack_resources")
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=STACK)
            for resource in page["StackResourceSummaries"]
            if kind in (None, resource["ResourceType"])
        }

    def parameters(self):
        """The values of the template's parameters."""
        stacks = self.emulator.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {given["ParameterKey"]: given["ParameterValue"] for given in stacks[0]["Parameters"]}

    def functions(self):
        """The functions' names as the folders of functions/ have them."""
        names = self.resources("AWS::Lambda::Function").values()
        return sorted(name.split(":")[-1].removeprefix(f"{STACK}-") for name in names)

    def queue(self, name):
        """A queue's URL: `inbound`, `inbound-dlq`."""
        return self.sqs.get_queue_url(QueueName=f"{STACK}-{name}.fifo")["QueueUrl"]

    def event(self, name):
        """A sample event of infra/events."""
        return json.loads((self.events / f"{name}.json").read_text())

    def written(self, user, text, message_id):
        """The event for what a customer of Instagram wrote."""
        event = self.event("webhook-manychat-external-request")
        body = json.loads(event["body"])
        body.update(clientId=user, message=text, message_id=message_id)
        event["body"] = json.dumps(body)
        return event

    def invoke(self, function, event):
        """The answer to one event, and what the function failed with, if it did."""
        done = self.awslambda.invoke(FunctionName=f"{STACK}-{function}", Payload=json.dumps(event).encode())
        answer = json.loads(done["Payload"].read() or b"null")
        if "FunctionError" in done:
            return None, f"{answer.get('errorType')}: {answer.get('errorMessage')}"
        return answer, None

    def waiting(self, name):
        """The messages of a queue, without taking them."""
        answer = self.sqs.receive_message(
            QueueUrl=self.queue(name), MaxNumberOfMessages=10, VisibilityTimeout=0,
            AttributeNames=["All"], WaitTimeSeconds=0,
        )
        return answer.get("Messages", [])

    def session(self, user):
        """What the table holds of one customer of Instagram, by sort keys."""
        answer = self.dynamodb.query(
            TableName=STACK,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"S#instagram:{user}"}},
        )
        return {item["sk"]["S"]: item for item in answer["Items"]}
