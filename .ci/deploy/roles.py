"""What each function's role may do, and that it may do nothing else: real calls with the role's credentials.

That each role suffices is shown by everything else here, because the emulator holds each function to its role. No call
does anything: those that are let through lack something that the service wants.
"""

import json
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from stack import STACK
from steps import Failed, expect

# A call for each thing that any function may do, and for some that none may.
TABLE = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchWriteItem"]
NOBODY = ["table:Scan", "table:DeleteTable", "table:UpdateTable", "code", "policy", "alarm"]
QUEUES = ["inbound", "inbound-dlq", "orders", "orders-dlq", "telegram-commands", "telegram-commands-dlq",
          "telegram-events"]
SECRETS = ["webhooks", "channels", "crm", "telegram"]

# What each may do of it.
MAY = {
    "webhook": ["table:GetItem", "table:PutItem", "table:UpdateItem", "table:DeleteItem", "table:Query",
                "send:inbound", "send:orders", "secret:webhooks"],
    "dialogue": [f"table:{action}" for action in TABLE] + ["receive:inbound", "send:orders", "secret:channels"],
    "sweeper": ["index", "send:inbound", "send:orders"],
    "summaries": ["index", "send:inbound"],
    "followups": ["index", "send:inbound"],
    "orders": ["table:GetItem", "table:PutItem", "table:UpdateItem", "receive:orders", "send:inbound", "secret:crm"],
    "alarms": ["secret:channels"],
    "dayreport": ["table:Query", "table:PutItem", "secret:channels"],
    "telegram-fetch": [f"table:{action}" for action in TABLE]
    + ["receive:telegram-commands", "send:telegram-commands", "send:telegram-commands-dlq", "send:telegram-events",
       "secret:telegram", "secret:channels", "write:telegram"],
}


def all_calls():
    """The names of all calls."""
    names = [f"table:{action}" for action in TABLE] + ["index"] + NOBODY + ["write:telegram"]
    names += [f"{verb}:{queue}" for verb in ("send", "receive") for queue in QUEUES]
    return names + [f"secret:{name}" for name in SECRETS]


def call(stack, clients, name):
    """Makes one call."""
    kind, _, what = name.partition(":")
    match kind:
        case "table":
            key = {"pk": {"S": "probe"}, "sk": {"S": "probe"}}
            condition = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "probe"}}}
            arguments = {
                "GetItem": {"Key": key}, "DeleteItem": {"Key": key},
                # Without a sort key, and with one that is no string: refused by the table, if the role lets them there.
                "PutItem": {"Item": {"pk": {"S": "probe"}}},
                "UpdateItem": {"Key": {"pk": {"S": "probe"}}, "UpdateExpression": "SET probe = pk"},
                "Query": condition, "Scan": {"Limit": 1}, "DeleteTable": {}, "UpdateTable": {"BillingMode": "PROVISIONED"},
            }
            method = {"GetItem": "get_item", "DeleteItem": "delete_item", "PutItem": "put_item",
                      "UpdateItem": "update_item", "Query": "query", "Scan": "scan", "DeleteTable": "delete_table",
                      "UpdateTable": "update_table", "BatchWriteItem": "batch_write_item"}[what]
            if what == "BatchWriteItem":
                bad = {"DeleteRequest": {"Key": {"pk": {"S": "probe"}}}}
                return clients["dynamodb"].batch_write_item(RequestItems={STACK: [bad]})
            return getattr(clients["dynamodb"], method)(TableName=STACK, **arguments[what])
        case "index":
            return clients["dynamodb"].query(
                TableName=STACK, IndexName="due", KeyConditionExpression="due_shard = :shard",
                ExpressionAttributeValues={":shard": {"S": "probe"}})
        case "send":
            # No group: nothing is sent.
            return clients["sqs"].send_message(QueueUrl=stack.queue(what), MessageBody="probe")
        case "receive":
            return clients["sqs"].receive_message(QueueUrl=stack.queue(what), VisibilityTimeout=0, MaxNumberOfMessages=1)
        case "secret":
            return clients["secretsmanager"].get_secret_value(SecretId=f"mirt/dev/{what}")
        case "write":
            return clients["secretsmanager"].put_secret_value(SecretId=f"mirt/dev/{what}", SecretString="{}")
        case "code":
            return clients["lambda"].update_function_configuration(FunctionName=f"{STACK}-webhook", Timeout=1)
        case "policy":
            return clients["iam"].list_roles()
        case "alarm":
            return clients["cloudwatch"].delete_alarms(AlarmNames=["none"])
    raise Failed(f"no such call: {name}")


def allowed(stack, clients, name):
    """Whether the role lets a call through to its service."""
    try:
        call(stack, clients, name)
    except ClientError as error:
        return error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
    return True


def session(stack, function):
    """Credentials of a function's role. Its trust is Lambda's alone: here the account's owner is let in."""
    iam = stack.emulator.client("iam")
    configuration = stack.awslambda.get_function_configuration(FunctionName=f"{STACK}-{function}")
    role = configuration["Role"]
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{role.split(':')[4]}:root"}, "Action": "sts:AssumeRole"}]}
    iam.update_assume_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyDocument=json.dumps(trust))
    given = stack.emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="probe")["Credentials"]
    return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]


def check(stack, function):
    """A role's calls against the table above."""
    expect(function in MAY, f"roles.py does not say what {function} may do")
    credentials = session(stack, function)
    services = ["dynamodb", "sqs", "secretsmanager", "lambda", "iam", "cloudwatch"]
    clients = {service: stack.emulator.client(service, credentials) for service in services}
    names = all_calls()
    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(names, pool.map(lambda name: allowed(stack, clients, name), names)))
    wrong = [name for name in names if answers[name] != (name in MAY[function])]
    expect(not wrong, ", ".join(f"{name} is {'allowed' if answers[name] else 'refused'}" for name in wrong))
    return f"{len(MAY[function])} of {len(names)} calls allowed, as they should be"
