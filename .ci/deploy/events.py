"""Each function with the events that the real services send it, good ones and malformed ones."""

from steps import expect

# What is answered, by the event's file: the status of an answer to HTTP, the places of a batch's messages that come
# again, or the answer itself. A good event that is not listed only has to be answered without an error.
ANSWERS = {
    "webhook-health": 200,
    "webhook-manychat-external-request": 202,
    "webhook-manychat-message": 202,
    "webhook-manychat-unreadable": 400,
    "webhook-telegram-text": 200,
    "webhook-telegram-photo": 200,
    "webhook-telegram-unreadable": 400,
    "dialogue-batch": [],
    "dialogue-unreadable": [1],
    "orders-batch": [2, 3],
    "telegram-fetch-schedule": {"commands": 0},
    "telegram-fetch-waiting": [2],
}

# What the error of a malformed event says. Functions that only a schedule calls are told nothing by their events, so
# that there is no wrong one: any is a run.
ERRORS = {
    "webhook": "the data doesn't match any of those services' events",
    "dialogue": "missing field `Records`",
    "orders": "missing field `Records`",
    "alarms": "the event is none of a topic of SNS",
    "telegram-fetch": 'invalid type: string "no list of messages", expected a sequence',
}


def samples(stack, function, functions):
    """The names of a function's events: those that begin with its name, and with no longer one."""
    longer = [f"{other}-" for other in functions if other.startswith(f"{function}-")]
    names = sorted(file.stem for file in stack.events.glob(f"{function}-*.json"))
    return [name for name in names if not any(name.startswith(other) for other in longer)]


def brief(event, answer):
    """An answer in the form of ANSWERS."""
    if isinstance(answer, dict) and "statusCode" in answer:
        return answer["statusCode"]
    if isinstance(answer, dict) and "batchItemFailures" in answer:
        ids = [record["messageId"] for record in event["Records"]]
        return [ids.index(failure["itemIdentifier"]) + 1 for failure in answer["batchItemFailures"]]
    return answer


def good(stack, name):
    """Sends a good event and looks at the answer."""
    function = owner(stack, name)
    event = stack.event(name)
    answer, error = stack.invoke(function, event)
    expect(error is None, f"{name}: {error}")
    expected = ANSWERS.get(name)
    expect(expected is None or brief(event, answer) == expected, f"{name}: {answer}, and not {expected}")


def owner(stack, name):
    """The function that an event is for."""
    return max((function for function in stack.functions() if name.startswith(f"{function}-")), key=len)


def check(stack, function):
    """A function's good events, its malformed one, and a good one again: the process outlived it."""
    functions = stack.functions()
    names = samples(stack, function, functions)
    malformed = f"{function}-malformed"
    expect(malformed in names, f"infra/events has no {malformed}.json")
    names.remove(malformed)
    # It wants Telegram and an account there, which tests/telegram has.
    names = [name for name in names if name != "telegram-fetch-command"]
    expect(names, f"infra/events has no event of {function}")
    for name in names:
        good(stack, name)
    answer, error = stack.invoke(function, stack.event(malformed))
    if function in ERRORS:
        expect(error is not None, f"{malformed} was answered: {answer}")
        expect(ERRORS[function] in error, f"{malformed}: {error}")
    else:
        expect(error is None, f"{malformed}: {error}")
    good(stack, names[0])
    return f"{len(names)} events; malformed: {error.split(': ')[-1].strip() if error else 'a run like any other'}"
