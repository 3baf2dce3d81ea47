"""What is installed is what is pinned, permissively licensed, and named in the bill of materials."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import metadata

import pytest
from meta.source import PROJECT

PERMISSIVE = {
    *("0BSD", "Apache Software License", "Apache-2.0", "Apache-2.0 OR BSD-2-Clause", "BSD License", "BSD-2-Clause"),
    *("BSD-3-Clause", "ISC License (ISCL)", "MIT", "MIT License", "PSF-2.0", "Python Software Foundation License"),
    *("Zope Public License",),
}
"""What may be shipped and used with no more than a notice."""
WEAK_COPYLEFT = {"MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"}
AT_RUN_TIME = {"certifi": "a list of certificate authorities, used unchanged"}
IN_DEVELOPMENT = {
    "fqdn": "through schemathesis; tests only",
    "hypothesis": "tests only",
    "pathspec": "through hatchling and mypy; nothing of it is in the wheel",
}
"""Who may have a weak copyleft licence, and why that is no matter."""


def pins(name: str) -> dict[str, str]:
    """Give the versions that a list of requirements pins."""
    text = (PROJECT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][\w.-]*)==([^ \\;]+)", text, re.MULTILINE))


def hashes(name: str) -> dict[str, set[str]]:
    """Give the hashes of each package of a list of requirements."""
    text = (PROJECT / "requirements" / name).read_text(encoding="utf-8")
    told = re.findall(r"^([a-z0-9][\w.-]*)==[^\n]*\\\n((?:    --hash=[^\n]*\n?)+)", text, re.MULTILINE)
    return {package: set(re.findall(r"sha256:([0-9a-f]{64})", block)) for package, block in told}


def installed(name: str) -> dict[str, metadata.Distribution]:
    """Give what is installed of a list of requirements; the rest is for other systems or Pythons."""
    there = {re.sub(r"[-_.]+", "-", each.name).lower(): each for each in metadata.distributions()}
    return {package: there[package] for package in pins(name) if package in there}


def licence(package: metadata.Distribution) -> str:
    """Give the licence that a package declares: its expression, else its classifiers, else the first line it says."""
    told = package.metadata
    classified = [each.split(" :: ")[-1] for each in told.get_all("Classifier", []) if each.startswith("License")]
    written = (told.get("License") or "").strip().splitlines()
    return told.get("License-Expression") or "; ".join(classified) or "".join(written[:1])


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt", "dev.txt"])
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    """Tests speak about the versions that are locked."""
    wanted = pins(name)

    assert {package: each.version for package, each in installed(name).items()}.items() <= wanted.items()


@pytest.mark.parametrize(
    ("name", "let_be"), [("runtime.txt", AT_RUN_TIME), ("dev.txt", {**AT_RUN_TIME, **IN_DEVELOPMENT})]
)
def test_every_licence_is_permissive_or_named_here(name: str, let_be: dict[str, str]) -> None:
    """A licence that asks for more than a notice does not come in unnoticed, and an exception goes with its package."""
    told = {package: licence(each) for package, each in installed(name).items()}
    others = {package: each for package, each in told.items() if each not in PERMISSIVE}

    assert set(others.values()) <= WEAK_COPYLEFT, others
    assert others.keys() == let_be.keys()


def test_bill_of_materials_names_every_pin_with_its_hashes() -> None:
    """Name, version and every hash of the run-time lock are in the bill, and nothing else is."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements/runtime.txt"]
    ran = subprocess.run(
        [*command, "--pyproject", "pyproject.toml", "--output-reproducible"],
        check=True,
        capture_output=True,
        cwd=PROJECT,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
    )
    bill = json.loads(ran.stdout)
    found = {each["name"]: each for each in bill["components"]}

    assert {name: each["version"] for name, each in found.items()} == pins("runtime.txt")
    assert {
        name: {told["content"] for place in each["externalReferences"] for told in place["hashes"]}
        for name, each in found.items()
    } == hashes("runtime.txt")
    assert bill["metadata"]["component"]["name"] == "role-reconciler"


def test_every_dependency_of_ours_is_pinned() -> None:
    """The lock holds whatever the wheel asks for."""
    told = [each for each in metadata.requires("role-reconciler") or () if "extra ==" not in each]
    asked = {re.split(r"[<>=!~ ;\[]", each)[0].lower() for each in told}

    assert asked
    assert asked <= pins("runtime.txt").keys()
