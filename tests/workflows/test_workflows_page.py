"""The page about continuous integration says what the workflows do, row by row."""

from __future__ import annotations

import re

import pytest
from meta.source import PROJECT
from workflows.reading import File, read, shipped

from reconciler.desired.workflows import ACTION

PAGE = (PROJECT / "docs" / "continuous-integration.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(roles-[a-z]+)` \| `([a-z]+)` \| (none|`[a-z-]+`) \| ([a-z: ,-]+) \|", flags=re.MULTILINE)
WORKFLOWS = [file for file in shipped() if "/roles-" in file.path]


def test_page_lists_every_job_with_its_key_and_its_rights() -> None:
    """What an administrator reads about a job is what its file says."""
    told = {(workflow, job): (key.strip("`"), rights) for workflow, job, key, rights in ROW.findall(PAGE)}

    assert told == {
        (file.value["name"], name): (
            job.get("environment", "none"),
            ", ".join(f"{right}: {level}" for right, level in sorted(job["permissions"].items())),
        )
        for file in WORKFLOWS
        for name, job in file.jobs.items()
    }


@pytest.mark.parametrize("file", WORKFLOWS)
def test_page_names_what_has_to_be_set_up(file: File) -> None:
    """Every environment, secret and variable that a workflow needs is a step of the set-up."""
    steps = PAGE.partition("## Set it up")[2].partition("\n## ")[0]
    needed = {job["environment"] for job in file.jobs.values() if "environment" in job}
    needed |= set(re.findall(r"(?:secrets|vars)\.(\w+)", file.text))

    assert [name for name in sorted(needed) if f"`{name}`" not in steps] == []


def test_page_lists_the_inputs_of_the_action_with_their_defaults() -> None:
    """Inputs of the action and rows of the page are the same."""
    path = f"{ACTION}/action.yml"
    inputs = read(path, (PROJECT / path).read_text(encoding="utf-8")).value["inputs"]
    section = PAGE.partition("## In your own workflow")[2]
    rows = re.findall(r"^\| `([a-z-]+)` \| (empty|`[\w.]+`) \| ", section, flags=re.MULTILINE)

    assert [(name, default.strip("`")) for name, default in rows] == [
        (name, given["default"] or "empty") for name, given in inputs.items()
    ]
