"""Alarms on an expression of several metrics, which the emulator does not take: their metrics are put into it and read
from it as the alarm reads them, and the expression is worked out here."""

import itertools
import re
import time

from alarms import looks_at_something
from steps import expect


def resolved(value, names):
    """A piece of the template with the names of what was deployed in it."""
    match value:
        case {"Ref": name}:
            return names[name]
        case {"Fn::GetAtt": [name, *_]}:
            return names[name]
        case dict():
            return {key: resolved(part, names) for key, part in value.items()}
        case list():
            return [resolved(part, names) for part in value]
    return value


def worked_out(expression, values):
    """An expression's value: the part of CloudWatch's metric math that the template uses. None where it divides by
    nothing, for which CloudWatch has no value either."""
    python = re.sub(r"\bOR\b", "or", re.sub(r"\bAND\b", "and", expression))
    known = {"IF": lambda condition, yes, no: yes if condition else no,
             "FILL": lambda value, instead: instead if value is None else value}
    try:
        return eval(python, {"__builtins__": {}}, known | values)
    except ZeroDivisionError:
        return None


def crosses(alarm, value):
    """Whether a value raises the alarm."""
    if value is None:
        return False
    threshold = float(alarm["Threshold"])
    return {
        "GreaterThanOrEqualToThreshold": value >= threshold,
        "GreaterThanThreshold": value > threshold,
        "LessThanThreshold": value < threshold,
        "LessThanOrEqualToThreshold": value <= threshold,
    }[alarm["ComparisonOperator"]]


# Some alarms look at the same metrics: each reads at moments of its own, and none at those of the functions.
moments = (time.time() - 86_400 + 10 * turn for turn in itertools.count())


def check(stack, alarm, said):
    """Looks at one alarm, and drives its metrics to where they raise it and to where they do not."""
    names = {name: physical.rsplit("/", 1)[-1] for name, physical in stack.resources().items()} | stack.parameters()
    alarm = {key: resolved(alarm[key], names) for key in ("Metrics", "Threshold", "ComparisonOperator")}
    seen = looks_at_something(stack, alarm, said)
    queries = [query | {"ReturnData": True} for query in alarm["Metrics"] if "MetricStat" in query]
    expression = next(query["Expression"] for query in alarm["Metrics"] if "Expression" in query)
    cloudwatch = stack.emulator.client("cloudwatch")

    def measured(values):
        """What the expression comes to when these are the metrics' values."""
        at = next(moments)
        for query, value in zip(queries, values):
            metric = query["MetricStat"]["Metric"]
            datum = {key: metric[key] for key in ("MetricName", "Dimensions")} | {"Value": value, "Timestamp": at}
            cloudwatch.put_metric_data(Namespace=metric["Namespace"], MetricData=[datum])
        answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=at - 1, EndTime=at + 1)
        read = {result["Id"]: (result["Values"] or [None])[-1] for result in answer["MetricDataResults"]}
        expect(list(read.values()) == list(values), f"{values} were put, {read} is there")
        return worked_out(expression, read)

    ids = [query["Id"] for query in queries]
    choices = list(itertools.product((0.0, 1.0, 100.0, float(alarm["Threshold"]) * 1e7), repeat=len(ids)))
    raised = {values: crosses(alarm, worked_out(expression, dict(zip(ids, values)))) for values in choices}
    bad = next((values for values, is_raised in raised.items() if is_raised), None)
    well = next((values for values, is_raised in raised.items() if not is_raised and any(values)
                 and worked_out(expression, dict(zip(ids, values))) is not None), None)
    expect(bad is not None, f"nothing raises it: {expression}")
    expect(well is not None, f"nothing calms it: {expression}")
    raising, calming = measured(bad), measured(well)
    expect(crosses(alarm, raising) and not crosses(alarm, calming), f"{raising} and {calming}")
    return (f"worked out to {raising:g} and {calming:g}, threshold {float(alarm['Threshold']):g}; "
            f"{seen} of {len(queries)} metrics written in this run")
