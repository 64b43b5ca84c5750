"""Shows that what is built in is really looked at: each rule of deny.toml refuses what breaks it, and
a list of parts that misses one is noticed.

The faults are planted into what cargo says of this repository (`cargo metadata`), or into a copy of
deny.toml; nothing is fetched.

Usage: test_supply.py CARGO_DENY   (the program, as .ci/run installs it)
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import sbom

CI = pathlib.Path(__file__).resolve().parent
ROOT = CI.parent
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"
ADVISORIES = "https://github.com/RustSec/advisory-db"

CARGO_DENY = None


def metadata():
    asked = ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]
    return subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout


class WhatIsBuiltIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metadata = metadata()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rules = (CI / "deny.toml").read_text()

    def deny(self, checks, planted=None, **environment):
        """What cargo deny says, and with which exit code, of `planted` in place of this repository."""
        (self.folder / "deny.toml").write_text(self.rules)
        (self.folder / "metadata.json").write_text(planted or self.metadata)
        command = [CARGO_DENY, "--color", "never", "--metadata-path", self.folder / "metadata.json"]
        command += ["--config", self.folder / "deny.toml", "check", "--hide-inclusion-graph", checks]
        ended = subprocess.run(
            command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
        )
        return ended.returncode, ended.stdout + ended.stderr

    def refused(self, checks, why, planted=None, **environment):
        code, said = self.deny(checks, planted, **environment)
        self.assertNotEqual(code, 0, said)
        self.assertIn(why, said)

    def with_package(self, crate, change, source=REGISTRY, name=None):
        """The metadata, with one crate changed, and its id as follows from source and name."""
        data = json.loads(self.metadata)
        (package,) = [package for package in data["packages"] if package["name"] == crate]
        before = package["id"]
        change(package)
        after = f"{source}#{name or crate}@{package['version']}"
        return json.dumps(data).replace(json.dumps(before), json.dumps(after))

    def test_this_repository_as_it_is_is_taken(self):
        for checks in ["licenses", "bans", "sources"]:
            code, said = self.deny(checks)
            self.assertEqual(code, 0, said)

    def test_a_licence_that_is_not_allowed_is_refused(self):
        planted = self.with_package(
            "subtle", lambda package: package.update(license="GPL-3.0-only")
        )
        self.refused("licenses", "GPL-3.0-only", planted)

    def test_a_second_version_that_is_not_named_is_refused(self):
        self.rules = re.sub(r'\n.*crate = "syn@2".*', "", self.rules)
        self.refused("bans", "duplicate entries for crate 'syn'")

    def test_a_dependency_on_any_version_is_refused(self):
        data = json.loads(self.metadata)
        (package,) = [one for one in data["packages"] if one["name"] == "mirt-webhook"]
        (asked,) = [asked for asked in package["dependencies"] if asked["name"] == "subtle"]
        asked["req"] = "*"
        self.refused("bans", "wildcard", json.dumps(data))

    def test_a_crate_that_is_banned_by_name_is_refused(self):
        planted = self.with_package(
            "subtle", lambda package: package.update(name="openssl-sys"), name="openssl-sys"
        )
        self.refused("bans", "openssl-sys", planted)

    def test_a_crate_of_another_registry_is_refused(self):
        source = "registry+https://crates.example.org/index"
        planted = self.with_package("subtle", lambda one: one.update(source=source), source)
        self.refused("sources", "source-not-allowed", planted)

    def test_a_crate_of_a_git_repository_is_refused(self):
        source = "git+https://git.example.org/subtle?rev=1#0123456789012345678901234567890123456789"
        planted = self.with_package("subtle", lambda one: one.update(source=source), source)
        self.refused("sources", "source-not-allowed", planted)

    def test_a_known_fault_is_refused(self):
        database = self.folder / "database"
        advisory = database / "crates" / "subtle" / "RUSTSEC-2026-0001.md"
        advisory.parent.mkdir(parents=True)
        advisory.write_text(
            '```toml\n[advisory]\nid = "RUSTSEC-2026-0001"\npackage = "subtle"\n'
            'date = "2026-01-01"\n\n[versions]\npatched = [">= 99"]\n```\n\n# Planted\n\nBy a test.\n'
        )
        git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"]
        for command in [["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "planted"]]:
            subprocess.run([*git, *command], cwd=database, check=True)
        place = json.dumps(str(self.folder / "databases"))
        self.rules = self.rules.replace("[advisories]\n", f"[advisories]\ndb-path = {place}\n")

        # Whoever asks git for the database gets the planted one.
        self.refused(
            "advisories",
            "RUSTSEC-2026-0001",
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0=f"url.file://{database}.insteadOf",
            GIT_CONFIG_VALUE_0=ADVISORIES,
        )


class ListsOfParts(unittest.TestCase):
    PART = {
        "name": "subtle",
        "version": "2.6.1",
        "licenses": [{"expression": "BSD-3-Clause"}],
        "hashes": [{"alg": "SHA-256", "content": "aa"}],
    }
    KEY = ("subtle", "2.6.1")

    def test_a_whole_list_has_no_fault(self):
        self.assertEqual(sbom.faults([self.PART], {self.KEY}, {self.KEY: "aa"}), [])

    def test_what_is_linked_and_not_listed_is_told(self):
        (fault,) = sbom.faults([], {self.KEY}, {self.KEY: "aa"})
        self.assertIn("is linked, and not in the list", fault)

    def test_another_version_than_the_linked_one_is_told(self):
        other = self.PART | {"version": "2.6.0"}
        found = sbom.faults([other], {self.KEY}, {self.KEY: "aa"})
        self.assertEqual(len(found), 2, found)

    def test_a_part_without_a_licence_is_told(self):
        (fault,) = sbom.faults([self.PART | {"licenses": []}], {self.KEY}, {self.KEY: "aa"})
        self.assertIn("has no licence", fault)

    def test_another_archive_than_the_locked_one_is_told(self):
        (fault,) = sbom.faults([self.PART], {self.KEY}, {self.KEY: "bb"})
        self.assertIn("has not the hash", fault)


if __name__ == "__main__":
    CARGO_DENY = sys.argv.pop(1)
    unittest.main()
