"""Telling the people: messages beside the plan, and a list of names that goes nowhere else."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from acceptance.desk import Desk

pytestmark = pytest.mark.sockets

NAMES = "people.csv"


def rows(path: Path) -> list[dict[str, str]]:
    """Read a list of people."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_notice_drafts_a_message_for_each_role_that_takes_something(desk: Desk) -> None:
    """The plan with its messages: one for Agent, with the product's label, before the next commands."""
    ran = desk.run("plan", "--notice")

    assert ran.code == 0
    assert ran.out.count("Subject:") == 1
    section = ran.out.partition("Tell the people")[2]
    assert "Agent: 42 people lose something" in section
    assert "- Conversations: Bulk close\n" in section
    assert "bulk_close" not in section
    assert ran.out.splitlines()[-1].startswith("Then:  reconciler apply --expect")
    assert "Tell the people" not in desk.run("plan").out


def test_notice_asks_the_owner_of_the_role(desk: Desk) -> None:
    """Questions go to the team that the role file names."""
    desk.replace("roles/standard/agent.yaml", "standard: true\n", "standard: true\nowner: Floor Managers\n")

    assert "Questions? Ask Floor Managers." in desk.run("plan", "--notice").out


def test_plan_that_takes_nothing_has_nobody_to_tell(desk: Desk) -> None:
    """When nobody loses anything the section says so, and the data are an empty list."""
    desk.settle()

    assert "nobody loses anything" in desk.run("plan", "--notice").out
    assert desk.run("plan", "--notice", "--format", "json").data == {"notices": []}


def test_notices_as_data_come_alone(desk: Desk) -> None:
    """The plan document never has them; --notice gives them instead of it, also to a file."""
    told = desk.run("plan", "--notice", "--format", "json").data
    ran = desk.run("plan", "--notice", "--format", "json", "--out", "notices.json")

    assert list(told) == ["notices"]
    assert [42] == [notice["people"] for notice in told["notices"]]
    assert '"notices": [' in (desk.folder / "notices.json").read_text(encoding="utf-8")
    assert "5 changes" in ran.out
    assert "notices" not in desk.plan()
    assert "Tell the people" in (desk.run("plan", "--notice", "--out", "plan.txt"), Path("plan.txt").read_text())[1]


def test_notice_keeps_the_exit_codes_of_the_plan(desk: Desk) -> None:
    """Asking for messages changes nothing about the verdict."""
    assert desk.run("plan", "--notice", "--exit-code").code == 2


def test_names_are_exactly_the_people_who_lose_something(desk: Desk) -> None:
    """Of 120 holders the 42 who really lose it are listed, and notice, plan and list agree."""
    told = desk.run("plan", "--notice", "--format", "json").data["notices"]

    ran = desk.run("plan", "--notice", "--names", NAMES)

    listed = rows(desk.folder / NAMES)
    assert ran.code == 0
    assert desk.plan()["summary"]["people_losing"] == len(listed) == told[0]["people"] == 42
    assert len({row["email"] for row in listed}) == 42
    assert {("Agent", "Bulk close")} == {(row["role"], row["loses"]) for row in listed}
    assert f"{NAMES}: 42 rows for 42 people" in ran.err


def test_names_are_for_their_owner_alone_and_in_no_other_output(desk: Desk) -> None:
    """The file has mode 0600, also where one was before, and no name or address is printed anywhere."""
    desk.write(NAMES, "older\n")
    (desk.folder / NAMES).chmod(0o644)

    ran = desk.run("-v", "plan", "--notice", "--names", NAMES, "--out", "plan.txt")

    assert stat.S_IMODE((desk.folder / NAMES).stat().st_mode) == 0o600
    shown = ran.out + ran.err + (desk.folder / "plan.txt").read_text(encoding="utf-8")
    for row in rows(desk.folder / NAMES):
        assert row["email"] not in shown
        assert row["name"] not in shown


def test_names_with_data_leave_standard_output_to_the_notices(desk: Desk) -> None:
    """With --format json standard output is one document without a name."""
    ran = desk.run("plan", "--notice", "--format", "json", "--names", NAMES)

    assert list(ran.data) == ["notices"]
    assert not any(row["email"] in ran.out for row in rows(desk.folder / NAMES))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--names", NAMES], "--notice"),
        (["--notice", "--names", "-"], "standard output"),
        (["--notice", "--names", "missing/people.csv"], "does not exist"),
        (["--notice", "--names", "roles"], "no regular file"),
        (["--notice", "--names", NAMES, "--out", f"./{NAMES}"], "same file"),
    ],
    ids=["without-notice", "standard-output", "no-folder", "a-folder", "the-plan-itself"],
)
def test_names_that_may_not_be_written_are_refused_first(desk: Desk, arguments: list[str], reason: str) -> None:
    """A wrong place for names is a usage error before the tenant is read, and leaves no file."""
    ran = desk.run("plan", *arguments)

    assert ran.code == 64
    assert reason in ran.err
    assert not (desk.folder / NAMES).exists()
    assert not (desk.folder / ".reconciler").exists()


@pytest.mark.usefixtures("git")
def test_names_do_not_go_where_git_would_take_them(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Inside the work tree only an ignored file will do; outside any will."""
    outside = tmp_path_factory.mktemp("outside") / NAMES
    assert desk.run("plan", "--notice", "--names", NAMES).code == 64
    assert not (desk.folder / NAMES).exists()

    assert desk.run("plan", "--notice", "--names", f".reconciler/{NAMES}").code == 0
    assert desk.run("plan", "--notice", "--names", str(outside)).code == 0

    assert 42 == len(rows(desk.folder / ".reconciler" / NAMES)) == len(rows(outside))


@pytest.mark.usefixtures("git")
def test_names_do_not_go_to_a_file_that_git_has_already(desk: Desk) -> None:
    """A file that is committed is not ignored, whatever a pattern says."""
    desk.write(NAMES, "name,email\n")
    desk.commit("a list that should not be here")
    desk.write(".gitignore", ".reconciler/\n*.csv\n")

    ran = desk.run("plan", "--notice", "--names", NAMES)

    assert ran.code == 64
    assert "do not belong there" in ran.err
    assert rows(desk.folder / NAMES) == []


@pytest.mark.usefixtures("git")
def test_names_stay_out_where_git_cannot_say(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git nobody knows what is ignored, so names stay out of the work tree."""
    desk.write(".gitignore", "*.csv\n")
    monkeypatch.setenv("PATH", "")

    assert desk.run("plan", "--notice", "--names", NAMES).code == 64
