"""Sees that each parameter of samconfig.toml comes to CloudFormation as it is written there, and is one that the template
takes."""

import importlib.util
import pathlib
import re
import tomllib
import unittest

from samcli.cli.types import CfnParameterOverridesType

HERE = pathlib.Path(__file__).parent

spec = importlib.util.spec_from_file_location("lint_template", HERE / "lint-template.py")
lint_template = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lint_template)

PARAMETERS = lint_template.load(str(HERE.parent / "template.yaml"))["Parameters"]
CONFIG = tomllib.loads((HERE.parent / "samconfig.toml").read_text())
# By the names that --config-env knows them by.
STAGES = {"default": "dev", "staging": "staging", "production": "production"}


def overrides(environment):
    """The parameters that a stage's section sets."""
    return CONFIG[environment]["deploy"]["parameters"]["parameter_overrides"]


def arrived(written):
    """What SAM sends to CloudFormation for it."""
    return CfnParameterOverridesType().convert(written, None, None)


def refusal(name, value):
    """Why the template refuses a parameter's value, or None."""
    parameter = PARAMETERS.get(name)
    if parameter is None:
        return "there is no such parameter"
    if value not in map(str, parameter.get("AllowedValues", [value])):
        return f"{value} is none of {parameter['AllowedValues']}"
    if not re.fullmatch(parameter.get("AllowedPattern", ".*"), value):
        return f"{value} does not fit {parameter['AllowedPattern']}"
    if parameter["Type"] == "Number" and not (
        float(parameter.get("MinValue", value)) <= float(value) <= float(parameter.get("MaxValue", value))
    ):
        return f"{value} is out of range"
    return None


class WhatIsDeployed(unittest.TestCase):
    def test_each_parameter_arrives_as_it_is_written_and_is_taken(self):
        for environment in STAGES:
            written = overrides(environment)
            self.assertIsInstance(written, dict, f"{environment}: a list's values end at their first space")
            self.assertEqual(arrived(written), written, environment)
            for name, value in written.items():
                self.assertIsNone(refusal(name, value), f"{environment}: {name}")

    def test_a_value_with_spaces_and_an_empty_one_arrive_whole(self):
        written = overrides("production") | {"SitniksAiManagerName": "Olena Petrenko", "CrmSecretName": ""}
        self.assertEqual(arrived(written), written)

    def test_each_stage_has_its_own_names_and_says_itself_whether_there_is_a_canary(self):
        for environment, stage in STAGES.items():
            written = overrides(environment)
            self.assertEqual(written["Stage"], stage)
            self.assertEqual(CONFIG[environment]["deploy"]["parameters"]["stack_name"], f"mirt-{stage}")
            for secret in ("WebhookSecretName", "ChannelSecretName", "TelegramSecretName"):
                self.assertTrue(written[secret].startswith(f"mirt/{stage}/"), written[secret])
            # What is not named stays as the last deployment had it.
            self.assertEqual(written["Canary"], "false" if stage == "dev" else "true")

    def test_what_is_built_is_for_the_processors_that_it_is_deployed_on(self):
        for environment in STAGES:
            built = CONFIG[environment]["build"]["parameters"].get("parameter_overrides", {})
            default = PARAMETERS["Architecture"]["Default"]
            deployed = overrides(environment).get("Architecture", default)
            self.assertEqual(built.get("Architecture", default), deployed, environment)

    def test_no_list_between_commas_may_have_spaces(self):
        for name in ("Managers", "ManychatMarks", "TelegramChats"):
            self.assertIsNone(refusal(name, "1,2" if name == "Managers" else "a,b"), name)
            self.assertIsNotNone(refusal(name, "1, 2" if name == "Managers" else "a, b"), name)


if __name__ == "__main__":
    unittest.main()
