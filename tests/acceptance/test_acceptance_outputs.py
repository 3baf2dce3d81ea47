"""Every output of a plan through the command line, against the embedded tenant."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk
from fakes.reading import commands, parsed

from reconciler.render.markdown import COMMENT, marker

pytestmark = pytest.mark.sockets

FORMATS = ("text", "json", "markdown", "github", "checklist", "html")


@pytest.mark.parametrize("output_format", FORMATS)
def test_plan_gives_every_format_the_same_to_a_file_and_to_a_pipe(desk: Desk, output_format: str) -> None:
    """The file has the document, the terminal the verdict; no address of a person is in either."""
    printed = desk.run("plan", "--format", output_format)
    ran = desk.run("plan", "--format", output_format, "--out", "plan.out")

    assert (printed.code, ran.code) == (0, 0)
    assert printed.out == (desk.folder / "plan.out").read_text(encoding="utf-8")
    assert ran.out.startswith("sandbox: 5 changes, 1 to confirm before apply\n")
    assert "@" not in printed.out


def test_plan_as_markdown_is_a_comment(desk: Desk) -> None:
    """Marker first, commands in blocks that can be copied, and everything within the limit."""
    told = desk.run("plan", "--format", "markdown").out
    digest = desk.plan()["digest"]

    assert told.startswith(f"{marker('plan')}\n")
    assert f"\n```sh\nreconciler apply --expect {digest}\n```\n" in told
    assert "\n- agent  conversations.bulk_close  42 of 120 lose it\n" in told
    assert len(told.encode()) <= COMMENT
    assert "script" not in parsed(told).found


def test_plan_as_annotations_points_at_the_line_that_grants(desk: Desk) -> None:
    """A sensitive grant is shown where it is written, and nothing but annotations is a command."""
    desk.write(
        "roles/exports.yaml",
        "name: Exports\ndescription: Takes figures out\n"
        "permissions:\n  analytics:\n    - view_dashboards\n    - export\n",
    )

    told = desk.run("plan", "--format", "github").out

    assert "::warning file=roles/exports.yaml,line=6,col=7,title=sensitive-grant exports::" in told
    assert len(commands(told)) == len(told.splitlines())


def test_validate_as_annotations_shows_every_problem_on_its_line(desk: Desk) -> None:
    """Errors are annotations on standard output; the exit code is that of every other format."""
    assert desk.run("validate", "--format", "github").code == 0

    desk.replace("roles/standard/agent.yaml", "name: Agent", "name: Agent\ncolour: red")
    ran = desk.run("validate", "--format", "github")
    planned = desk.run("plan", "--format", "github")

    assert (ran.code, planned.code) == (3, 3)
    assert commands(ran.out) == ["error"]
    assert ran.out.startswith("::error file=roles/standard/agent.yaml,line=")
    assert ran.out == planned.out
    assert commands(ran.err + planned.err) == []


def test_error_without_a_file_is_an_annotation_too(desk: Desk) -> None:
    """What stops the command is seen on the pull request."""
    ran = desk.run("--tenant", "nowhere", "plan", "--format", "github")

    assert ran.code == 64
    assert ran.out.startswith("::error title=usage::")


def test_checklist_steps_disappear_when_they_are_done(desk: Desk) -> None:
    """The same plan as clicks, and nothing to click once the tenant is as the files say."""
    told = desk.run("plan", "--format", "checklist").out
    desk.settle()

    assert "- [ ] turn **off** `Bulk close` (`conversations.bulk_close`): 42 of 120 lose it" in told
    assert "There is nothing to click." in desk.run("plan", "--format", "checklist").out


def test_notice_is_refused_where_the_format_has_no_place_for_it(desk: Desk) -> None:
    """Annotations and clicks are nothing that messages could be pasted from."""
    assert desk.run("plan", "--notice", "--format", "github").code == 64
    assert desk.run("plan", "--notice", "--format", "checklist").code == 64
