"""Rows 194 to 213: what was reviewed and confirmed, and what became of it since."""

from __future__ import annotations

import dataclasses
import io
import json
import os
from collections.abc import Callable

import pytest
from acceptance.desk import Desk, Ran
from catalogue.rows import Arrange, Row, RunCase
from catalogue.telling import row

from reconciler.sandbox.records import Author, RoleEdit
from reconciler.sandbox.tenant import opened_store
from reconciler.tenants.clock import SystemClock

REVIEW = "review.json"
REVIEWED = ("apply", "--yes", "--reviewed", REVIEW)
AGENT = "roles/standard/agent.yaml"
STALE = "stale"
UNUSABLE = "stale.review"


def reviewed(desk: Desk, **values: object) -> None:
    """Confirm the plan of now and write its review, with some values made others."""
    desk.confirm_all()
    plan = desk.plan()
    review = {"format": 1, "digest": plan["digest"], "base": None, "head": None, "verdict": "ready"}
    desk.write(REVIEW, json.dumps({**review, "title": "Five changes", "labels": [], "changes": None, **values}))


def then(*steps: Callable[[Desk], object]) -> Arrange:
    """Review, and then let something happen."""

    def arrange(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
        reviewed(desk)
        for step in steps:
            step(desk)

    return arrange


def with_values(**values: object) -> Arrange:
    """Review with other values."""
    return lambda desk, _: reviewed(desk, **values)


def text(change: Callable[[str], str]) -> Callable[[Desk], None]:
    """Change the text of the review."""
    return lambda desk: desk.write(REVIEW, change((desk.folder / REVIEW).read_text(encoding="utf-8")))


def edited(name: str, **values: object) -> Callable[[Desk], None]:
    """Let somebody edit a role in the product."""

    def edit(desk: Desk) -> None:
        with opened_store(desk.folder / ".reconciler") as store:
            role = store.roles.named(name)
            assert role is not None
            change = dataclasses.replace(RoleEdit(), **values)
            store.roles.edit(role.id, change, Author(actor="somebody", at=SystemClock().now()))

    return edit


def suspended(desk: Desk) -> None:
    """Let two of the three people who can administer roles leave."""
    with opened_store(desk.folder / ".reconciler") as store:
        for person in store.users.page(after=0, limit=3).entries[1:]:
            store.users.set_active(person.id, Author(actor="somebody", at=SystemClock().now()), active=False)


def _administrators_leave(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    """Plan to take role administration from one role, and let people of the other one leave after the yes."""
    curator = "roles/knowledge-curator.yaml"
    desk.replace(curator, "[view, snippets]", "[view, snippets, roles]")
    desk.settle()
    desk.replace(curator, "[view, snippets, roles]", "[view, snippets]")
    desk.confirm_all()
    assert desk.run("plan").code == 0
    suspended(desk)


def _gone(desk: Desk) -> None:
    (desk.folder / REVIEW).unlink()


def _link(desk: Desk) -> None:
    (desk.folder / REVIEW).rename(desk.folder / "elsewhere.json")
    (desk.folder / REVIEW).symlink_to("elsewhere.json")


def _pipe(desk: Desk) -> None:
    _gone(desk)
    os.mkfifo(desk.folder / REVIEW)


def _huge(desk: Desk) -> None:
    with (desk.folder / REVIEW).open("wb") as file:
        file.truncate(2 * 1024**3)


def _plan_instead(desk: Desk) -> None:
    assert desk.run("plan", "--format", "json", "--out", REVIEW).code == 0


def _keeps(name: str, words: str) -> Callable[[Desk, Ran], None]:
    def check(desk: Desk, _ran: Ran) -> None:
        """Check that what somebody wrote in the product is still there."""
        role = desk.role(name)
        assert role is not None
        assert role.description == words

    return check


def _second_run_is_quiet(desk: Desk, _ran: Ran) -> None:
    writes = len(desk.writes())
    assert desk.run("apply", "--yes").code == 0
    assert len(desk.writes()) == writes


def _standard_role_edited(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    desk.replace("roles/standard/owner.yaml", "modules: all", "modules: none")
    reviewed(desk)


def _confirmed_then_more(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    desk.confirm_all()
    desk.replace(AGENT, "    - bulk_tag\n", "")


def _confirmed_elsewhere(desk: Desk, _patch: pytest.MonkeyPatch) -> None:
    """Give the yes to the same role with the same permission, but from another state of the tenant."""
    desk.confirm_all()
    edited("Agent", description="Somebody rewrote this")(desk)


def _in_ci(_desk: Desk, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("CI", "true")


def _piped(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    desk.confirm_all()
    patch.setattr("sys.stdin", io.StringIO("yes\n" * 100))


def _command_is_told(_desk: Desk, ran: Ran) -> None:
    (identifier,) = {word for word in ran.err.split() if word.startswith("narrowing-agent-")}
    assert f"reconciler confirm {identifier} --reason" in ran.err


def case(number: int, slug: str, ends: int, code: str, arrange: Arrange, *says: str) -> RunCase:
    """Give the case of an apply of what was reviewed."""
    return RunCase(row=number, slug=slug, exit=ends, code=code, says=says, arguments=REVIEWED, arrange=arrange)


RUNS: tuple[RunCase, ...] = (
    case(194, "digest-made-up-for-an-edit", 6, STALE, with_values(digest=f"sha256:{'0' * 64}")),
    case(194, "digest-of-nothing", 6, UNUSABLE, with_values(digest="sha256:0")),
    case(195, "format-of-tomorrow", 6, UNUSABLE, with_values(format=2), "format 1"),
    case(195, "format-of-yesterday", 6, UNUSABLE, with_values(format=0)),
    case(195, "plan-instead-of-a-review", 6, UNUSABLE, then(_plan_instead)),
    RunCase(
        row=198,
        slug="unrelated-role-edited",
        exit=0,
        arguments=REVIEWED,
        arrange=then(edited("Night Shift", description="The night rota")),
        check=_keeps("Night Shift", "The night rota"),
    ),
    RunCase(
        row=198,
        slug="planned-role-edited",
        exit=6,
        code=STALE,
        arguments=REVIEWED,
        arrange=then(edited("Agent", description="Mine")),
        check=_keeps("Agent", "Mine"),
    ),
    RunCase(
        row=200,
        slug="administrators-left-meanwhile",
        exit=4,
        code="lockout",
        arguments=("apply", "--yes"),
        arrange=_administrators_leave,
    ),
    case(201, "file-edited-since", 6, STALE, then(lambda desk: desk.replace(AGENT, "    - bulk_tag\n", ""))),
    case(
        201, "guard-edited-since", 6, STALE, then(lambda d: d.replace("reconciler.yaml", "people: 10}", "people: 11}"))
    ),
    case(203, "link", 6, UNUSABLE, then(_link)),
    case(203, "pipe", 6, UNUSABLE, then(_pipe)),
    case(203, "two-gibibytes", 6, UNUSABLE, then(_huge)),
    case(203, "nested-deeply", 6, UNUSABLE, then(text(lambda _: "[" * 50_000))),
    case(203, "no-number", 6, UNUSABLE, then(text(lambda t: t.replace('"format": 1', '"format": NaN')))),
    case(203, "key-twice", 6, UNUSABLE, then(text(lambda t: t.replace('"format": 1', '"format": 1, "format": 1')))),
    case(203, "cut-off", 6, UNUSABLE, then(text(lambda t: t[:-3]))),
    case(204, "standard-role", 4, "standard", _standard_role_edited),
    case(206, "missing", 64, "usage", then(_gone), "review.json is missing"),
    case(206, "empty", 64, "usage", then(text(lambda _: "")), "review.json is empty"),
    RunCase(
        row=207,
        slug="confirmation-missing",
        exit=5,
        code="confirmation",
        says=("conversations.bulk_close from 42 people",),
        arguments=("apply", "--yes"),
        check=_command_is_told,
    ),
    RunCase(
        row=209,
        slug="confirmation-of-a-plan-that-took-less",
        exit=5,
        code="confirmation",
        arguments=("apply", "--yes"),
        arrange=_confirmed_then_more,
    ),
    RunCase(
        row=209,
        slug="confirmation-of-another-live-state",
        exit=5,
        code="confirmation",
        arguments=("apply", "--yes"),
        arrange=_confirmed_elsewhere,
    ),
    RunCase(row=210, slug="yes-alone", exit=5, code="confirmation", arguments=("apply", "--yes")),
    RunCase(row=210, slug="force", exit=64, code="usage", arguments=("apply", "--force")),
    RunCase(row=210, slug="nobody-to-ask-in-ci", exit=5, arguments=("apply",), arrange=_in_ci),
    RunCase(
        row=210,
        slug="yes-from-a-pipe",
        exit=64,
        code="usage",
        says=("no terminal",),
        arguments=("apply",),
        arrange=_piped,
    ),
    RunCase(
        row=210,
        slug="yes-to-one-finding-without-a-count",
        exit=64,
        code="usage",
        arguments=("apply", "--yes", "--confirm", "narrowing-agent-000000000000"),
    ),
)


ROWS: tuple[Row, ...] = (
    row(
        194,
        "digest made up for an edited plan",
        "6",
        "`stale`; the plan is made anew and compared",
        "properties/test_properties_reviewed.py::test_no_edit_lets_another_plan_pass",
    ),
    row(195, "review of another format, or a plan in its place", "6", "`stale.review`"),
    row(
        197,
        "review that is old, or dated in the future",
        "",
        "",
        "unit/core/test_core_digest.py::test_digest_of_a_plan_keeps_through_people_commit_base_and_confirmations",
        reason="A review has no date and none is compared: it counts as long as the plan made now has its digest, "
        "and a confirmation has a last day",
    ),
    row(
        198,
        "another role edited since; the planned role edited since",
        "0; 6",
        "the digest covers what is planned; `stale`",
    ),
    row(200, "administrators left since", "4", "`lockout`, judged by the people of now"),
    row(201, "files or guards edited since", "6", "`stale`"),
    row(203, "review that is a link, a pipe, huge, deep, with NaN, with a key twice, cut off", "6", "`stale.review`"),
    row(
        204,
        "operations on a standard role",
        "4",
        "`standard`: guards judge the plan made now, and no file holds operations",
    ),
    row(206, "review missing or empty", "64", "`usage`"),
    row(207, "confirmation missing", "5", "`confirmation`, with people, permissions and the command that records it"),
    row(
        209,
        "confirmation of an older plan, of another state",
        "5",
        "`confirmation`",
        "unit/core/test_core_digest.py::test_confirmation_id_is_bound_to_each_of_its_parts",
    ),
    row(210, "`--yes`, `--force`, CI, an empty or a piped standard input", "5 or 64", "no option skips a guard"),
    row(
        213,
        "digest on other systems, versions, hash seeds, locales, time zones",
        "0",
        "the same bytes",
        "properties/test_properties_order_free.py::test_plan_is_the_same_for_any_order_of_files_roles_pages_and_people",
        "golden/test_golden_plans.py::test_golden_plan_is_as_it_was_read_and_approved",
    ),
)
