"""Each alarm driven over its threshold and back, and what it looks at held against what the functions said."""

import json
import time

from stack import MANAGERS, STACK
from steps import expect, until

# For how many seconds the values that raise an alarm are still looked at.
SHORT = 2

# By which dimension a metric names what it is about.
ABOUT = {"Function": "AWS::Lambda::Function", "FunctionName": "AWS::Lambda::Function", "QueueName": "AWS::SQS::Queue",
         "ApiId": "AWS::ApiGatewayV2::Api", "TableName": "AWS::DynamoDB::Table"}


def all_alarms(stack):
    """The stack's alarms."""
    pages = stack.emulator.client("cloudwatch").get_paginator("describe_alarms")
    return [alarm for page in pages.paginate(AlarmNamePrefix=f"{STACK}-") for alarm in page["MetricAlarms"]]


def metrics(alarm):
    """The metrics that an alarm looks at: one, or those of its expression."""
    if "MetricName" in alarm:
        return [alarm]
    return [query["MetricStat"]["Metric"] for query in alarm["Metrics"] if "MetricStat" in query]


def emitted(stack):
    """What the functions have written in the embedded metric format: unit and names of dimensions, by namespace and
    name. The emulator makes no metrics of it."""
    found = {}
    for group in stack.resources("AWS::Logs::LogGroup").values():
        for page in stack.logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=""):
            for event in page["events"]:
                for line in event["message"].splitlines():
                    if not line.startswith("{") or '"_aws"' not in line:
                        continue
                    for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]:
                        for metric in directive["Metrics"]:
                            key = directive["Namespace"], metric["Name"]
                            unit, dimensions = found.setdefault(key, (metric.get("Unit"), set()))
                            dimensions.update(frozenset(names) for names in directive["Dimensions"])
    return found


def looks_at_something(stack, alarm, said):
    """That the things which an alarm looks at exist, and that a metric of ours is called and measured as it was said to
    be. Gives how many of its metrics the functions wrote in this run."""
    seen = 0
    for metric in metrics(alarm):
        for dimension in metric["Dimensions"]:
            if kind := ABOUT.get(dimension["Name"]):
                names = [name.rsplit("/", 1)[-1] for name in stack.resources(kind).values()]
                expect(dimension["Value"] in names, f"there is no {kind} {dimension['Value']}")
        key = metric["Namespace"], metric["MetricName"]
        if key in said:
            seen += 1
            unit, dimensions = said[key]
            own = frozenset(dimension["Name"] for dimension in metric["Dimensions"])
            expect(own in dimensions, f"{key} is written by {[sorted(names) for names in dimensions]}")
            expect(alarm.get("Unit", unit) == unit, f"{key} is in {unit}")
    return seen


def beyond(alarm):
    """A value past the threshold, and one that is not."""
    threshold = alarm["Threshold"]
    if alarm["ComparisonOperator"].startswith("Less"):
        # Far below: what it counts, the sweeper's runs, goes on meanwhile.
        return threshold - 1000, threshold + 1
    return threshold + 1, max(threshold - 1, 0)


def check(stack, alarm, said):
    """Looks at one alarm, and drives it to ALARM and back."""
    seen = looks_at_something(stack, alarm, said)
    written = f"{seen} of {len(metrics(alarm))} metrics written in this run"
    cloudwatch = stack.emulator.client("cloudwatch")
    bad, well = beyond(alarm)

    # Two alarms may look at one metric: a percentile needs more than the other's values.
    times = 1000.0 if "ExtendedStatistic" in alarm else 1.0

    def put(value, age):
        datum = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"], "Values": [value],
                 "Counts": [times], "Timestamp": time.time() - age}
        cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])
        answer = cloudwatch.describe_alarms(AlarmNames=[alarm["AlarmName"]])
        return answer["MetricAlarms"][0]["StateValue"]

    # So old that it is soon out of the window that the alarm looks at.
    raised = put(bad, alarm["Period"] * alarm["EvaluationPeriods"] - SHORT)
    expect(raised == "ALARM", f"{bad} leaves it {raised}")
    time.sleep(SHORT)
    until(lambda: put(well, 0) == "OK", f"{well} calms it", 10)
    return f"ALARM at {bad:g}, OK at {well:g}; {written}"


def told(stack):
    """What was driven came to the managers: from the alarm over its topic and the function to their chat."""
    until(lambda: "dead-letters" in stack.stub.told(MANAGERS), "dead-letters in the managers' chat", 30)
    return f"{sum(str(body.get('chat_id')) == MANAGERS for _, body in list(stack.stub.sent))} messages"
