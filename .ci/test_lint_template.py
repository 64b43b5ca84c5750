"""Plants faults in the template and sees that lint-template.py names each of them."""

import copy
import importlib.util
import json
import pathlib
import re
import unittest

from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions

HERE = pathlib.Path(__file__).parent

spec = importlib.util.spec_from_file_location("lint_template", HERE / "lint-template.py")
lint_template = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lint_template)

TEMPLATE = lint_template.load(str(HERE.parent / "template.yaml"))


def faults(change):
    """What is said about the project's template after `change` to its resources."""
    template = copy.deepcopy(TEMPLATE)
    change(template["Resources"])
    return "\n".join(lint_template.problems(template))


def with_schedule(expression):
    def change(resources):
        events = resources["DialogueFunction"]["Properties"]["Events"]
        events["Tick"] = {"Type": "Schedule", "Properties": {"Schedule": expression}}

    return change


def with_dashboard(body):
    def change(resources):
        resources["Dashboard"] = {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {"DashboardBody": body},
        }

    return change


def made(**parameters):
    """The resources that are made of the template with these parameters and else the defaults."""
    values = {name: str(parameter["Default"]) for name, parameter in TEMPLATE["Parameters"].items()}
    values.update(parameters)
    # What CloudFormation does before SAM, where the template asks for it.
    expanded = expand_language_extensions(TEMPLATE, parameter_values=values, enabled=True).expanded_template
    return lint_template.transform(expanded)["Resources"]


def versions(**parameters):
    """The version that each function's alias would be moved to."""
    return {
        resource["Properties"]["FunctionName"]["Ref"]: name
        for name, resource in made(**parameters).items()
        if resource["Type"] == "AWS::Lambda::Version"
    }


def parameters_of(function):
    """The parameters that a function's own properties depend on, by name or by a condition."""
    own = dict(TEMPLATE["Resources"][function]["Properties"])
    # Not the function itself: when its alias is moved, and what calls it.
    for beside in ("DeploymentPreference", "Events"):
        own.pop(beside, None)
    text = json.dumps([own, TEMPLATE["Globals"]["Function"]])
    for condition, meaning in TEMPLATE["Conditions"].items():
        if f'"{condition}"' in text:
            text += json.dumps(meaning)
    return {
        name
        for name in TEMPLATE["Parameters"]
        if re.search(rf'"Ref": "{name}"|\$\{{{name}\}}', text)
    }


class WhatReachesTheAlias(unittest.TestCase):
    """A function behind an alias runs a version, which is made anew only when the version's name changes."""

    def test_a_changed_parameter_is_a_new_version_of_the_functions_that_read_it_and_of_no_other(self):
        before = versions()
        self.assertEqual(set(before), {"WebhookFunction", "DialogueFunction"})
        readers = {function: parameters_of(function) for function in before}
        self.assertIn("ModelCallsPerMinute", readers["DialogueFunction"])
        for parameter in TEMPLATE["Parameters"]:
            after = versions(**{parameter: "xray" if parameter == "Tracing" else "another"})
            changed = {function for function in before if after[function] != before[function]}
            expected = {function for function in before if parameter in readers[function]}
            self.assertEqual(changed, expected, parameter)

    def test_the_same_parameters_are_the_same_versions(self):
        self.assertEqual(versions(), versions())

    def test_a_version_goes_by_a_canary_where_that_is_wanted_and_at_once_where_it_is_not(self):
        for wanted in ("true", "false"):
            aliases = [it for it in made(Canary=wanted).values() if it["Type"] == "AWS::Lambda::Alias"]
            self.assertEqual(len(aliases), 2)
            for alias in aliases:
                by_canary = "CodeDeployLambdaAliasUpdate" in alias.get("UpdatePolicy", {})
                self.assertEqual(by_canary, wanted == "true", alias)


class WhatIsRight(unittest.TestCase):
    def test_the_template_as_it_is(self):
        self.assertEqual(faults(lambda resources: None), "")

    def test_schedules(self):
        for expression in [
            "rate(1 hour)",
            "rate(5 minutes)",
            "cron(0 12 * * ? *)",
            "cron(0/15 8-17 ? * MON-FRI *)",
            "cron(30 6 L * ? 2026)",
            "cron(0 9 ? * 2#1 *)",
        ]:
            self.assertIsNone(lint_template.schedule_fault(expression), expression)
        self.assertIsNone(lint_template.schedule_fault("at(2026-11-21T10:00:00)"))

    def test_a_dashboard(self):
        body = {"Fn::Sub": '{"widgets": [{"type": "text", "width": ${Width}}]}'}
        self.assertIsNone(lint_template.dashboard_fault(body))


class WhatIsWrong(unittest.TestCase):
    def test_schedules_in_the_template(self):
        for expression in ["rate(5 minute)", "cron(0 12 * * * *)", "every day"]:
            self.assertIn(expression, faults(with_schedule(expression)))

    def test_schedules(self):
        for expression in [
            "rate(1 minutes)",
            "rate(0 minutes)",
            "rate(5 weeks)",
            "cron(0 12 * * ?)",
            "cron(60 12 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 12 ? * ? *)",
            "cron(0 12 ? * FUN *)",
            "cron(0 12 32 * ? *)",
            "cron(0 17-8 * * ? *)",
            "at(tomorrow)",
        ]:
            self.assertIsNotNone(lint_template.schedule_fault(expression), expression)

    def test_dashboards(self):
        self.assertIn("no JSON", faults(with_dashboard('{"widgets": [}')))
        self.assertIn("no list of widgets", faults(with_dashboard('{"widget": []}')))

    def test_a_property_that_does_not_exist(self):
        def change(resources):
            resources["InboundQueue"]["Properties"]["VisibilityTimeOut"] = 360

        self.assertIn("VisibilityTimeOut", faults(change))

    def test_a_reference_to_nothing(self):
        def change(resources):
            variables = resources["WebhookFunction"]["Properties"]["Environment"]["Variables"]
            variables["MIRT_INBOUND_QUEUE_URL"] = {"Ref": "InboundQeue"}

        self.assertIn("InboundQeue", faults(change))

    def test_a_key_without_a_definition(self):
        def change(resources):
            resources["Table"]["Properties"]["AttributeDefinitions"].pop()

        self.assertIn("due_at", faults(change))

    def test_an_event_that_sam_does_not_know(self):
        def change(resources):
            events = resources["WebhookFunction"]["Properties"]["Events"]
            events["Health"]["Type"] = "HtpApi"

        self.assertIn("HtpApi", faults(change))


if __name__ == "__main__":
    unittest.main()
