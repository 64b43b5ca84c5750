"""Deploys template.yaml, with the packages that `sam build` made, into an emulator of AWS on loopback, and checks there
what the deployed system does. Prints each step with its result, leaves nothing behind, and ends with 1 if a step failed.

Usage: deploy --packages .aws-sam/build --emulator PROGRAM --mirt PROGRAM
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import alarms
import events
import expressions
import messages
import operators
import rie
import roles
from channel_stub import ChannelStub
from emulator import Emulator, built, deploy, expression_alarms, package
from stack import MANAGERS, SECRETS, Stack
from steps import Report, expect

REPOSITORY = Path(__file__).resolve().parents[2]


def create_secrets(emulator):
    """What the README has the operator make first."""
    secrets = emulator.client("secretsmanager")
    for name, members in SECRETS.items():
        secrets.create_secret(Name=name, SecretString=json.dumps(members))


def wired(stack):
    """What was deployed is what the repository has functions for."""
    functions = stack.functions()
    folders = sorted(folder.name for folder in (REPOSITORY / "functions").iterdir() if folder.is_dir())
    expect(functions == folders, f"deployed: {functions}; in functions/: {folders}")
    return ", ".join(functions)


def main():
    """Runs all steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--emulator", required=True)
    parser.add_argument("--mirt", required=True)
    arguments = parser.parse_args()
    # Ends what was started when it is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    with tempfile.TemporaryDirectory() as scratch:
        with Emulator(arguments.emulator, scratch) as emulator, ChannelStub() as stub:
            run(report, arguments, emulator, stub)
        left = emulator.left_behind()
        for process, _ in left:
            os.kill(process, signal.SIGKILL)
        report.step("nothing is left behind", lambda: expect(not left, f"{left}"))
    if report.failures:
        print(f"\n{len(report.failures)} failed: " + "; ".join(report.failures))
    return 1 if report.failures else 0


def run(report, arguments, emulator, stub):
    """All steps on a running emulator."""
    report.step("secrets", create_secrets, emulator)
    parameters = {
        "Stage": "dev",
        "WebhookSecretName": "mirt/dev/webhooks",
        "ChannelSecretName": "mirt/dev/channels",
        "CrmSecretName": "mirt/dev/crm",
        "LogRetentionDays": "7",
        "ManagersChat": MANAGERS,
        "ManychatApiUrl": stub.url,
        "TelegramApiUrl": stub.url,
        "SitniksApiUrl": f"{stub.url}/crm",
    }
    if report.step("sam deploy", deploy, emulator, arguments.packages, REPOSITORY, parameters) is None:
        return
    stack = Stack(emulator, REPOSITORY / "infra/events", stub)
    report.step("functions", wired, stack)
    report.step("a customer is answered", messages.conversation, stack)
    report.step("a delivery that comes twice", messages.twice, stack)
    report.step("a caller with a wrong token", messages.stranger, stack)
    for function in stack.functions():
        report.step(f"events of {function}", events.check, stack, function)
    report.step("a batch with a part that fails", messages.dead_letter, stack)
    report.step("mirt dlq", operators.dead_letters, stack, arguments.mirt)
    report.step("a lost wake-up, found by schedule", messages.schedule, stack, messages.mapping(stack))
    report.step("mirt customer", operators.customers, stack, arguments.mirt)
    bootstrap = package(arguments.packages, "WebhookFunction") / "bootstrap"
    report.step("the webhook under the Runtime Interface Emulator", rie.check, stack, bootstrap)
    for function in stack.functions():
        report.step(f"role of {function}", roles.check, stack, function)
    said = alarms.emitted(stack)
    for alarm in alarms.all_alarms(stack):
        report.step(f"alarm {alarm['AlarmName']}", alarms.check, stack, alarm, said)
    report.step("alarms are told to the managers", alarms.told, stack)
    for name, alarm in expression_alarms(built(arguments.packages)).items():
        report.step(f"alarm {name}", expressions.check, stack, alarm, said)


if __name__ == "__main__":
    sys.exit(main())
