"""Steps with a result each: what is checked is printed, whether it held, and how long it took."""

import time


class Failed(Exception):
    """What was expected and what was there instead."""


def expect(holds, what):
    """Fails the step unless it holds."""
    if not holds:
        raise Failed(what)


def until(ask, what, seconds=60, pause=0.2):
    """Asks again and again until the answer is not empty, and gives it."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Report:
    """Runs steps, and remembers which failed."""

    def __init__(self):
        self.failures = []

    def step(self, name, check, *arguments):
        """Runs one step. A failure is printed and kept, and the next step runs; gives the step's answer or None."""
        began = time.monotonic()
        try:
            answer = check(*arguments)
        except Exception as error:  # whatever goes wrong in a step is that step's failure
            why = str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}"
            self.failures.append(name)
            print(f"FAILED  {name}: {why}", flush=True)
            return None
        said = f": {answer}" if isinstance(answer, str) else ""
        print(f"ok      {name}{said} ({time.monotonic() - began:.1f} s)", flush=True)
        return answer
