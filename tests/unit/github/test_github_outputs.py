"""What later steps of a job are told, read back as the runner reads it: no value can add a line or a key (T11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.runner_files import entries
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageProblem
from reconciler.github.outputs import MAX_SUMMARY, append_summary, write_outputs
from reconciler.github.problems import GithubUnusable

DIGEST = f"sha256:{'1' * 64}"


def test_outputs_come_back_as_they_were(tmp_path: Path) -> None:
    """Text, numbers, truth and nothing, each under its name, behind what was there."""
    file = tmp_path / "output"
    file.write_text("earlier=1\n", encoding="utf-8")

    write_outputs(
        {"GITHUB_OUTPUT": str(file)}, {"digest": DIGEST, "pull": 7, "go": True, "not_go": False, "head": None}
    )

    assert entries(file.read_text(encoding="utf-8")) == {
        "earlier": "1",
        "digest": DIGEST,
        "pull": "7",
        "go": "true",
        "not_go": "false",
        "head": "",
    }


@pytest.mark.parametrize("left", ["torn", "torn=x", "a=b\r"])
def test_a_torn_line_before_swallows_nothing(tmp_path: Path, left: str) -> None:
    """What an earlier program left without a line end stays its own line."""
    file = tmp_path / "output"
    file.write_text(left, encoding="utf-8", newline="")

    write_outputs({"GITHUB_OUTPUT": str(file)}, {"go": True})

    assert file.read_bytes().endswith(b"\ngo=true\n")


@given(value=st.text())
def test_no_value_adds_a_key_or_a_line(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    """T11: either the runner reads exactly the value under exactly the name, or nothing at all was written."""
    file = tmp_path_factory.mktemp("output") / "output"

    try:
        write_outputs({"GITHUB_OUTPUT": str(file)}, {"digest": value})
    except GithubUnusable:
        assert not file.exists()
    else:
        assert entries(file.read_text(encoding="utf-8")) == {"digest": value}


@pytest.mark.parametrize(
    "value",
    [
        "a\nb=c",
        "a\r\ngo=true",
        "x<<EOF",
        "$(touch pwn)",
        "a b",
        "a=b",
        "ä",
        "a\u2028b",
        "a\0",
        "a/b",
        ".",
    ],
)
def test_signs_that_no_output_needs_are_refused(tmp_path: Path, value: str) -> None:
    """Names of branches, titles and roles do not pass; no other output of the call is written either."""
    with pytest.raises(GithubUnusable) as caught:
        write_outputs({"GITHUB_OUTPUT": str(tmp_path / "output")}, {"go": True, "digest": value})

    assert not (tmp_path / "output").exists()
    assert caught.value.detail == "The output digest has signs that no output may have; nothing was written"


@pytest.mark.parametrize("name", ["", "A", "a-b", "a=b", "a\n", "1a", "a" * 64])
def test_names_are_words_of_ours(tmp_path: Path, name: str) -> None:
    """A name is as strict as a value."""
    with pytest.raises(GithubUnusable):
        write_outputs({"GITHUB_OUTPUT": str(tmp_path / "output")}, {name: "x"})
    assert not (tmp_path / "output").exists()


def test_outside_a_workflow_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variables there is nobody to tell."""
    monkeypatch.chdir(tmp_path)

    write_outputs({}, {"go": True})
    append_summary({"GITHUB_STEP_SUMMARY": ""}, "words")

    assert list(tmp_path.iterdir()) == []


def test_a_summary_is_appended_whole_or_not_at_all(tmp_path: Path) -> None:
    """GitHub shows nothing of a summary that is too long, so it is refused before it is written."""
    file = tmp_path / "summary"

    append_summary({"GITHUB_STEP_SUMMARY": str(file)}, "## One\n\n")
    append_summary({"GITHUB_STEP_SUMMARY": str(file)}, "## Two 🎉")
    assert file.read_text(encoding="utf-8") == "## One\n## Two 🎉\n"
    with pytest.raises(GithubUnusable):
        append_summary({"GITHUB_STEP_SUMMARY": str(file)}, "ä" * (MAX_SUMMARY // 2 + 1))
    assert file.read_text(encoding="utf-8") == "## One\n## Two 🎉\n"


@pytest.mark.parametrize("name", [".", "missing/output", "a\0b"])
def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path, name: str) -> None:
    """It names the variable, not the path, which the machine's owner chose."""
    with pytest.raises(UsageProblem, match="GITHUB_OUTPUT"):
        write_outputs({"GITHUB_OUTPUT": f"{tmp_path}/{name}"}, {"go": True})
