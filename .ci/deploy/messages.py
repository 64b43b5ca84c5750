"""Messages of customers, all the way; what fails for good; what the schedule finds."""

import json
import time

from stack import STACK
from steps import expect, until

# A question whose answer names the garment, whatever it costs today.
QUESTION, NAMED = "скільки лагуна на 98?", "Лагун"


def conversation(stack):
    """A customer writes: webhook, table and queue, mapping, dialogue, ManyChat."""
    answer, error = stack.invoke("webhook", stack.written("501", QUESTION, "mid-501-1"))
    expect(error is None and answer["statusCode"] == 202, f"the webhook: {answer or error}")
    until(lambda: NAMED in stack.stub.told("501"), f"an answer that says {NAMED}")
    # Marked as sent after it was sent.
    kept = until(lambda: settled(stack, "501"), "the session at rest in the table")
    return f"{len(stack.stub.told('501'))} characters sent, {len(kept)} items kept"


def settled(stack, user):
    """The session's items, once its turn is committed and nothing waits."""
    items = stack.session(user)
    waits = [key for key in items if key.startswith(("IN#", "OUT#"))]
    return items if "STATE" in items and not waits else None


def twice(stack):
    """The same delivery again: known, and answered once."""
    event = stack.written("501", QUESTION, "mid-501-1")
    before = len(stack.stub.sent)
    answer, error = stack.invoke("webhook", event)
    expect(error is None and json.loads(answer["body"])["status"] == "duplicate", f"{answer or error}")
    until(lambda: not stack.waiting("inbound"), "the queue is empty")
    expect(len(stack.stub.sent) == before, "the customer was answered again")


def stranger(stack):
    """A caller with a wrong token is refused."""
    event = stack.written("502", QUESTION, "mid-502-1")
    event["headers"]["x-manychat-token"] = "wrong"
    answer, error = stack.invoke("webhook", event)
    expect(error is None and answer["statusCode"] == 401, f"{answer or error}")
    expect(not stack.session("502"), "what a stranger sent is in the table")


def dead_letter(stack):
    """Of a batch only what fails comes again, and after the template's number of tries it is a dead letter."""
    queue = stack.queue("inbound")
    policy = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["RedrivePolicy", "VisibilityTimeout"])
    tries = int(json.loads(policy["Attributes"]["RedrivePolicy"])["maxReceiveCount"])
    # As deployed it would take a quarter of an hour: what fails is hidden for as long before each try.
    stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    stack.sqs.send_message(QueueUrl=queue, MessageBody="no wake-up", MessageGroupId="instagram:503",
                           MessageDeduplicationId="no-wake-up")
    answer, error = stack.invoke("webhook", stack.written("504", QUESTION, "mid-504-1"))
    expect(error is None and answer["statusCode"] == 202, f"the webhook: {answer or error}")
    until(lambda: NAMED in stack.stub.told("504"), "the other session of the batch is answered")
    dead = until(lambda: stack.waiting("inbound-dlq"), "a dead letter", 120)
    stack.sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"VisibilityTimeout": policy["Attributes"]["VisibilityTimeout"]})
    expect([letter["Body"] for letter in dead] == ["no wake-up"], f"dead: {[letter['Body'] for letter in dead]}")
    expect(not stack.waiting("inbound"), "something is left in the queue")
    return f"after {tries} tries"


def schedule(stack, mapping):
    """An event that was recorded and whose wake-up was lost: Scheduler runs the sweeper, which wakes its session."""
    awslambda, queue = stack.awslambda, stack.queue("inbound")
    awslambda.update_event_source_mapping(UUID=mapping, Enabled=False)
    # Its poller may be about to look.
    time.sleep(3)
    answer, error = stack.invoke("webhook", stack.written("505", QUESTION, "mid-505-1"))
    expect(error is None and answer["statusCode"] == 202, f"the webhook: {answer or error}")
    lost = stack.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages", [])
    expect(len(lost) == 1, f"{len(lost)} wake-ups")
    stack.sqs.delete_message(QueueUrl=queue, ReceiptHandle=lost[0]["ReceiptHandle"])
    # As if it had been two minutes ago: only then an event counts as not woken.
    for key, item in stack.session("505").items():
        if "due_at" in item:
            stack.dynamodb.update_item(
                TableName=STACK, Key={"pk": item["pk"], "sk": {"S": key}},
                UpdateExpression="SET due_at = due_at - :ms",
                ExpressionAttributeValues={":ms": {"N": "125000"}})
    awslambda.update_event_source_mapping(UUID=mapping, Enabled=True)
    until(lambda: NAMED in stack.stub.told("505"), "an answer after the sweeper's next run", 150)


def mapping(stack):
    """The mapping that brings the inbound queue to the dialogue function."""
    arn = stack.sqs.get_queue_attributes(QueueUrl=stack.queue("inbound"), AttributeNames=["QueueArn"])
    mappings = stack.awslambda.list_event_source_mappings(EventSourceArn=arn["Attributes"]["QueueArn"])
    return mappings["EventSourceMappings"][0]["UUID"]
