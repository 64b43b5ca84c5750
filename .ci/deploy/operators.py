"""What operators do with `mirt --stack`, on the deployed stack."""

import json
import subprocess

from stack import STACK
from steps import expect


class Mirt:
    """The command, with the emulator as its AWS."""

    def __init__(self, stack, program):
        self.stack = stack
        self.program = program

    def run(self, *arguments):
        """Runs it to its end."""
        return subprocess.run(
            [self.program, *arguments, "--stack", STACK], env=self.stack.emulator.environment(),
            cwd=self.stack.emulator.scratch, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        )

    def lines(self, *arguments):
        """Its answer for scripts: a JSON value a line."""
        done = self.run(*arguments, "--json")
        said = f"mirt {' '.join(arguments)}: {done.returncode}, {done.stdout}{done.stderr}"
        expect(done.returncode in (0, 1) and done.stdout, said)
        return [json.loads(line) for line in done.stdout.splitlines()]


def dead_letters(stack, program):
    """The dead letter, looked at, not put back, and dropped."""
    mirt = Mirt(stack, program)
    depths = {line["queue"]: line["depth"] for line in mirt.lines("dlq", "list")}
    expect(depths.get("inbound") == 1, f"mirt dlq list: {depths}")
    shown = mirt.lines("dlq", "show", "--queue", "inbound")
    expect(len(shown) == 1 and shown[0]["readable"] is False, f"mirt dlq show: {shown}")
    # The emulator cannot move messages back (the tests of infra/local-aws do): that has to be said, and nothing lost.
    redrive = mirt.run("dlq", "redrive", "--queue", "inbound")
    expect(redrive.returncode == 2 and redrive.stderr, f"mirt dlq redrive: {redrive.returncode}, {redrive.stdout}")
    expect(len(stack.waiting("inbound-dlq")) == 1, "the dead letter is gone")
    dropped = mirt.run("dlq", "drop", shown[0]["id"])
    expect(dropped.returncode == 0, f"mirt dlq drop: {dropped.returncode}, {dropped.stderr}")
    expect(not stack.waiting("inbound-dlq"), "the dead letter is still there")
    return f"received {shown[0]['received']} times; redrive: {redrive.stderr.strip()}"


def customers(stack, program):
    """A customer who was answered: shown, and erased."""
    mirt = Mirt(stack, program)
    kept = mirt.run("customer", "show", "instagram", "501", "--json")
    expect(kept.returncode == 0 and "501" in kept.stdout, f"show: {kept.returncode}, {kept.stderr}")
    erased = mirt.run("customer", "erase", "instagram", "501")
    expect(erased.returncode == 0, f"erase: {erased.returncode}, {erased.stderr}")
    expect("STATE" not in stack.session("501"), "the session is still there")
    return f"{len(json.loads(kept.stdout))} kinds of records, and none after"
