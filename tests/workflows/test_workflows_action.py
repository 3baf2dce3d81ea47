"""The scripts of the composite action, run by a real shell with programs that only write down how they were called."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from meta.source import PROJECT

from reconciler.desired.workflows import ACTION, WORKFLOW_FILES, workflow_texts

HOSTILE = "a\"$(touch pwn)`touch pwn`;touch pwn # \\ ' *"


@dataclass(frozen=True)
class Place:
    """A folder with the scripts of one repository, and what the runner gives them."""

    folder: Path

    @property
    def told(self) -> str:
        """What the runner was told as output."""
        return (self.folder / "output").read_text(encoding="utf-8")

    def calls(self) -> list[list[str]]:
        """Give the arguments of every call, in order."""
        lines = (self.folder / "calls").read_text(encoding="utf-8").splitlines()
        return [line.split("\x1f")[1:] for line in lines]

    def program(self, name: str, code: int = 0) -> None:
        """Put a program on the path that writes its arguments down and prints one line."""
        file = self.folder / "bin" / name
        script = "printf '\\037%s' \"$@\" >> calls; echo >> calls; echo '# what is told'; exit "
        file.write_text(f"#!/bin/sh\n{script}{code}\n", encoding="utf-8")
        file.chmod(0o755)

    def run(self, script: str, **variables: str) -> int:
        """Run one script of the action as its step does."""
        given = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            **variables,
        }
        return subprocess.run(["bash", script], cwd=self.folder, env=given, check=False, stdout=2).returncode


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give an empty folder with a place for programs."""
    (tmp_path / "bin").mkdir()
    return Place(tmp_path)


RUN = str(PROJECT / ACTION / "run.sh")
INPUTS = {"SETTINGS": "reconciler.yaml", "TENANT": "", "BASE": ""}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("validate", ["validate", "--format", "github"]),
        ("plan", ["plan", "--format", "markdown"]),
        ("drift", ["drift", "--format", "markdown"]),
    ],
)
def test_action_runs_the_command_and_passes_its_code_on(place: Place, command: str, arguments: list[str]) -> None:
    """Without other inputs the command runs with the default settings, and the step ends as the command does."""
    place.program("reconciler", code=4)

    assert place.run(RUN, COMMAND=command, **INPUTS) == 4
    assert place.calls() == [["--settings", "reconciler.yaml", *arguments]]
    assert "code=4\n" in place.told
    if command != "validate":
        assert f"report={place.folder / f'reconciler-{command}.md'}\n" in place.told
        assert (place.folder / "summary").read_text(encoding="utf-8") == "# what is told\n"


@pytest.mark.parametrize("name", ["SETTINGS", "TENANT", "BASE"])
def test_action_takes_an_input_as_one_argument_whatever_is_in_it(place: Place, name: str) -> None:
    """No input is ever a part of a script."""
    place.program("reconciler")

    assert place.run(RUN, COMMAND="plan", **{**INPUTS, name: HOSTILE}) == 0
    (call,) = place.calls()
    assert call.count(HOSTILE) == 1
    assert not (place.folder / "pwn").exists()


@pytest.mark.parametrize("command", ["apply", "plan --notice", HOSTILE, "../plan"])
def test_action_runs_no_command_that_could_write(place: Place, command: str) -> None:
    """Only three commands can be asked for, and none of them writes to a tenant."""
    place.program("reconciler")

    assert place.run(RUN, COMMAND=command, **INPUTS) == 64
    assert not (place.folder / "calls").exists()
    assert not (place.folder / "pwn").exists()
    assert place.told == "code=64\n"


def test_action_installs_from_hashes_alone_and_builds_nothing_but_itself(place: Place) -> None:
    """In this repository the program is the checkout; everything else is a wheel with a hash of this commit."""
    place.program("python")

    assert place.run(str(PROJECT / ACTION / "install.sh")) == 0
    requirements, program = place.calls()
    for call in (requirements, program):
        assert call[:4] == ["-I", "-m", "pip", "install"]
        assert "--no-deps" in call
    assert "--require-hashes" in requirements
    assert requirements[requirements.index("--only-binary") + 1] == ":all:"
    wanted = {str(PROJECT / "requirements" / name) for name in ("runtime.txt", "build.txt")}
    assert {a for a in requirements if a.endswith(".txt")} == wanted
    assert program[-2:] == ["--no-build-isolation", str(PROJECT)]


def test_action_of_a_new_repository_installs_from_hashes_and_this_version(place: Place) -> None:
    """In a repository that `init` made nothing is built at all."""
    place.program("python")
    for path, text in workflow_texts().items():
        file = place.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    assert place.run(str(place.folder / ACTION / "install.sh")) == 0
    requirements, program = place.calls()
    for call in (requirements, program):
        assert call[:4] == ["-I", "-m", "pip", "install"]
        assert call[call.index("--only-binary") + 1] == ":all:"
        assert "--no-deps" in call
    assert "--require-hashes" in requirements
    assert requirements[-1] == str(place.folder / ACTION / "requirements.txt")
    assert program[-1] == str(place.folder / ACTION / "tool.txt")


@pytest.mark.parametrize("name", ["runtime", "build", "dev"])
def test_every_requirement_has_an_exact_version_and_hashes(name: str) -> None:
    """A replaced package is refused, and no index is named by its address (T33)."""
    text = (PROJECT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    wanted = [entry for entry in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if entry]

    assert wanted
    pinned = re.compile(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+ (; .+ )?\\\n    --hash=sha256:[0-9a-f]{64}")
    assert [entry for entry in wanted if not pinned.match(entry)] == []
    assert "://" not in text


def test_install_script_that_fails_stops_the_step(place: Place) -> None:
    """Where the hashed requirements are refused, nothing is installed after them."""
    place.program("python", code=1)

    assert place.run(str(PROJECT / ACTION / "install.sh")) == 1
    assert len(place.calls()) == 1


def test_package_carries_what_a_new_repository_is_made_of() -> None:
    """A file that `init` takes from this repository is in the wheel under the same name."""
    build = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    carried = build["targets"]["wheel"]["force-include"]
    of_this_repository = {path for path in WORKFLOW_FILES if (PROJECT / path).is_file()} - {f"{ACTION}/install.sh"}

    assert of_this_repository | {"requirements/runtime.txt"} == {
        path for path in carried if path.startswith((".github/", "requirements/"))
    }
    assert all(carried[path] == f"reconciler/{path}" for path in of_this_repository)
