"""AWS on a loopback port: ministack, with nothing of this machine's environment, and the stack deployed into it."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from cfnlint.decode import cfn_yaml

from steps import Failed, until

REGION = "us-east-1"

# What the emulator takes for the account's owner. Functions get sessions of their roles.
OWNER = ("test", "test", None)


def free_port():
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    """Starts ministack, and ends it with all that it started."""

    def __init__(self, program, scratch):
        self.program = program
        self.scratch = Path(scratch)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = self.scratch / "emulator.log"
        self.process = None

    def __enter__(self):
        home = self.scratch / "emulator"
        home.mkdir()
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            # The packages are unpacked there, so that what is left behind can be told from other processes.
            "TMPDIR": str(home),
            "GATEWAY_PORT": self.url.rsplit(":", 1)[1],
            # By default it listens on all interfaces, and for MQTT as well.
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            # Each function has its role and no more.
            "AUTH": "true",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": OWNER[0],
            "AWS_SECRET_ACCESS_KEY": OWNER[1],
            "AWS_DEFAULT_REGION": REGION,
        }
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.program], env=environment, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )
        try:
            until(self._answers, "the emulator answers", 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for sign, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(self.process.pid, sign)
                self.process.wait(patience)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue

    def left_behind(self):
        """Processes that run programs of the packages: none, once the emulator has ended."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                program = os.readlink(entry / "exe")
            except OSError:
                continue
            if program.startswith(str(self.scratch)):
                found.append((int(entry.name), program))
        return found

    def _answers(self):
        if self.process.poll() is not None:
            raise Failed(f"the emulator ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def environment(self):
        """What a program of this machine needs to speak to it as the account's owner."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.scratch),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": OWNER[0],
            "AWS_SECRET_ACCESS_KEY": OWNER[1],
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_CHECK_UPDATES": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def client(self, service, credentials=OWNER):
        """A client of one of its services."""
        key, secret, token = credentials
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=120),
        )


def built(packages):
    """The template that `sam build` made, with its short functions in their long form."""
    return json.loads(json.dumps(cfn_yaml.load(str(packages / "template.yaml"))))


def package(packages, function):
    """The folder with one function's package, by its name in the template."""
    return packages / built(packages)["Resources"][function]["Properties"]["CodeUri"]


def expression_alarms(template):
    """The alarms of a template that look at an expression of several metrics."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    }


def copy_for_emulator(template):
    """Changes what the emulator cannot do, or must not: gives what was changed, for the report."""
    changed = []
    alarms = expression_alarms(template)
    for name in alarms:
        del template["Resources"][name]
    if alarms:
        changed.append(f"without {', '.join(alarms)} (the emulator works out no expressions; expressions.py does)")
    for name, resource in template["Resources"].items():
        if resource["Properties"].pop("DeploymentPreference", None):
            changed.append(f"{name} without DeploymentPreference (the emulator has no CodeDeploy)")
    # The channels and the CRM are stubs without TLS here. Everywhere else only https is taken.
    for name in ("ManychatApiUrl", "TelegramApiUrl", "SitniksApiUrl"):
        parameter = template["Parameters"][name]
        if "https://" not in parameter["AllowedPattern"]:
            raise Failed(f"{name} may be something else than https: {parameter['AllowedPattern']}")
        parameter["AllowedPattern"] = parameter["AllowedPattern"].replace("https://", "http://127[.]0[.]0[.]1:")
        changed.append(f"{name} on loopback")
    return changed


def what_failed(emulator, stack):
    """Which resources could not be made, and why."""
    try:
        events = emulator.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    except ClientError:  # no change set, no stack
        return []
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
        for event in events
        if event["ResourceStatus"].endswith("_FAILED")
    ]


def deploy(emulator, packages, repository, parameters):
    """`sam deploy` as the README says it, with more parameters. Gives what was changed in the copy."""
    template = built(packages)
    changed = copy_for_emulator(template)
    copy = packages / "emulator.json"
    copy.write_text(json.dumps(template))
    sam = Path(sys.executable).with_name("sam")
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    done = subprocess.run(
        [sam, "deploy", "--template-file", copy, "--config-file", repository / "samconfig.toml",
         "--parameter-overrides", *overrides],
        env=emulator.environment(), cwd=emulator.scratch, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )
    copy.unlink()
    if done.returncode != 0:
        raise Failed("; ".join([done.stderr.strip().splitlines()[-1], *what_failed(emulator, "mirt-dev")]))
    return "; ".join(changed)
