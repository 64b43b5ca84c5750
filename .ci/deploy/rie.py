"""One real bootstrap under AWS's own Runtime Interface Emulator."""

import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

import samcli

from emulator import free_port
from stack import SECRETS, STACK
from steps import Failed, expect, until

PROGRAM = Path(samcli.__file__).parent / "local/rapid/aws-lambda-rie-x86_64"


def check(stack, bootstrap):
    """Starts the webhook, and sends a good event, a malformed one and a good one. One at a time: two at once crash
    it."""
    port, runtime = free_port(), free_port()
    configuration = stack.awslambda.get_function_configuration(FunctionName=f"{STACK}-webhook")
    environment = stack.emulator.environment() | configuration["Environment"]["Variables"]
    log = stack.emulator.scratch / "rie.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            # It listens on all interfaces by default.
            [PROGRAM, "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
             "--runtime-api-address", f"127.0.0.1:{runtime}", bootstrap],
            env=environment, cwd=stack.emulator.scratch, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"

        def post(event):
            try:
                request = urllib.request.Request(url, json.dumps(event).encode(), method="POST")
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.loads(answer.read())
            except OSError:
                if process.poll() is not None:
                    raise Failed(f"it ended: {log.read_text()[-2000:]}") from None
                return None

        first = until(lambda: post(stack.event("webhook-health")), "an answer")
        expect(first.get("statusCode") == 200, f"a good event: {first}")
        malformed = post(stack.event("webhook-malformed"))
        expect("errorMessage" in malformed, f"a malformed event: {malformed}")
        again = post(stack.event("webhook-health"))
        expect(again.get("statusCode") == 200, f"a good event after it: {again}")
        return f"200, then {malformed['errorType']}, then 200"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
