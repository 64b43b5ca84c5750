"""Checks template.yaml as CloudFormation will see it.

`sam validate --lint` looks at the template before SAM's transformation, and misses faults that only
the result shows. So this script transforms the template, offline, and runs cfn-lint on the result.
What neither of them notices is checked here: schedule expressions and the JSON of dashboards.

(The queues' and functions' numbers that must go together are checked where they are read, by the
Rust tests of infra/local-aws.)

Usage: lint-template.py TEMPLATE
"""

import copy
import datetime
import json
import logging
import re
import sys

import boto3
from cfnlint.api import ManualArgs, lint
from cfnlint.decode import cfn_yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# Where the template is checked as if deployed. Nothing is asked of it.
REGION = "us-east-1"

# Properties that hold a path until `sam package` has uploaded what is there.
CODE = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}

# The fields of cron(), with their limits and names. Source: EventBridge Scheduler user guide.
CRON_FIELDS = [
    ("minutes", range(0, 60), []),
    ("hours", range(0, 24), []),
    ("day of month", range(1, 32), []),
    ("month", range(1, 13), "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()),
    ("day of week", range(1, 8), "SUN MON TUE WED THU FRI SAT".split()),
    ("year", range(1970, 2200), []),
]


# It would have its own usage metrics published, and its features switched by AWS, and says so at every use.
for noisy in ["samtranslator.metrics.metrics", "samtranslator.feature_toggle.feature_toggle"]:
    logging.getLogger(noisy).setLevel(logging.ERROR)


def load(path):
    """Reads a template, with its short functions in their long form."""
    # Through JSON and back, to leave behind cfn-lint's own node types.
    return json.loads(json.dumps(cfn_yaml.load(path)))


def transform(template):
    """What SAM makes of the template."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        uri = CODE.get(resource.get("Type"))
        if uri:
            resource["Properties"][uri] = "s3://bucket/key"
    session = boto3.Session(region_name=REGION)
    # No managed policies by name: every role of ours says itself what it may do.
    return Translator({}, Parser(), boto_session=session).translate(template, {})


def problems(template):
    """All that is wrong with the template, a line each."""
    try:
        transformed = transform(template)
    except InvalidDocumentException as error:
        return [f"SAM: {cause.message}" for cause in error.causes]
    # Indented, so that the lines that cfn-lint names mean something.
    text = json.dumps(transformed, indent=1)
    found = [
        f"{match.rule.id} {'/'.join(map(str, match.path or []))}: {match.message}"
        for match in lint(text, config=ManualArgs(regions=[REGION]))
    ]
    for name, resource in transformed["Resources"].items():
        properties = resource.get("Properties", {})
        schedule = properties.get("ScheduleExpression")
        if isinstance(schedule, str):
            fault = schedule_fault(schedule)
            if fault:
                found.append(f"{name}: {schedule}: {fault}")
        if resource["Type"] == "AWS::CloudWatch::Dashboard":
            fault = dashboard_fault(properties.get("DashboardBody"))
            if fault:
                found.append(f"{name}: {fault}")
    return found


def schedule_fault(expression):
    """Why EventBridge would refuse the expression, or None."""
    match = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression)
    if not match:
        return "neither rate(), cron() nor at()"
    kind, inner = match.groups()
    return {"rate": rate_fault, "cron": cron_fault, "at": at_fault}[kind](inner)


def rate_fault(inner):
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", inner)
    if not match:
        return "a rate is a number and minutes, hours or days"
    if (match[1] == "1") == (match[3] == "s"):
        return "one takes the singular, more take the plural"
    return None


def at_fault(inner):
    try:
        datetime.datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return "at() takes yyyy-mm-ddThh:mm:ss"
    return None


def cron_fault(inner):
    fields = inner.split(" ")
    if len(fields) != len(CRON_FIELDS):
        return f"cron() takes {len(CRON_FIELDS)} fields"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "one of day of month and day of week must be ?, the other not"
    for field, (name, limits, names) in zip(fields, CRON_FIELDS):
        if not all(cron_part_fits(part, name, limits, names) for part in field.split(",")):
            return f"{field} is no {name}"
    return None


def cron_part_fits(part, name, limits, names):
    if part in ("*", "?"):
        return part == "*" or name.startswith("day")
    if name == "day of month" and re.fullmatch(r"L|LW|\d+W", part):
        part = part.strip("LW") or "1"
    if name == "day of week" and re.fullmatch(r"L|\w+L|\w+#[1-5]", part):
        part = re.sub(r"L$|#.$", "", part) or "1"
    step = re.fullmatch(r"(.+)/([1-9]\d*)", part)
    if step:
        part = step[1]
        if part == "*":
            return True
    numbers = []
    for end in part.split("-"):
        if end in names:
            numbers.append(limits[names.index(end)])
        elif end.isdigit() and int(end) in limits:
            numbers.append(int(end))
        else:
            return False
    return len(numbers) == 1 or (len(numbers) == 2 and numbers[0] <= numbers[1])


def dashboard_fault(body):
    """Why CloudWatch would refuse the dashboard, or None."""
    if isinstance(body, dict):
        body = body.get("Fn::Sub")
        if isinstance(body, list):
            body = body[0]
    if not isinstance(body, str):
        return "the dashboard's body is no text"
    try:
        # Whatever is put in for ${...} is a name or a number, so a digit stands for both.
        dashboard = json.loads(re.sub(r"\$\{[^}]*\}", "0", body))
    except ValueError as error:
        return f"the dashboard's body is no JSON: {error}"
    if not isinstance(dashboard, dict) or not isinstance(dashboard.get("widgets"), list):
        return "the dashboard has no list of widgets"
    return None


def main():
    found = problems(load(sys.argv[1]))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
