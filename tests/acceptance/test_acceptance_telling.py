"""A document for people whatever happens: rejected files, a tenant that does not answer, an apply, and drift."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from acceptance.desk import Desk, Ran
from acceptance.served import served
from fakes.reading import REFERENCES, commands, parsed

from reconciler.core.facts import Facts
from reconciler.render.markdown import COMMENT
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.records import Author, RoleEdit
from reconciler.sandbox.tenant import opened_store

pytestmark = pytest.mark.sockets

AGENT = "roles/standard/agent.yaml"
BY_HAND = Author(actor="usr_1", at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))


def require_document(ran: Ran, command: str, code: int, verdict: str) -> str:
    """Assert that standard output is the document of a command, and nothing but a document; give it."""
    assert ran.code == code, ran.out + ran.err
    lines = ran.out.splitlines()
    assert lines[0] == f"<!-- reconciler:{command} -->"
    assert lines[3] == f"## {verdict}"
    assert commands(ran.out) == []
    assert REFERENCES.search(parsed(ran.out).bare) is None
    assert len(ran.out.encode()) <= COMMENT
    return ran.out


def edit(desk: Desk, role: str, **parts: object) -> None:
    """Edit a live role as somebody does in the product."""
    with opened_store(desk.folder / ".reconciler") as store:
        live = store.roles.named(role)
        assert live is not None
        store.roles.edit(live.id, RoleEdit(**parts), BY_HAND)


# The notice


def test_plan_for_a_comment_and_a_page_ends_with_the_notice(desk: Desk) -> None:
    """Nobody has to ask for the drafts; the text says in one line how to get them."""
    comment = desk.run("plan", "--format", "markdown").out
    page = desk.run("plan", "--format", "html").out
    text = desk.run("plan").out

    for told in (comment, page):
        section = told.partition("<details><summary>Notice to the people affected (1)</summary>")[2]
        assert "Subject: What changes in your role Agent" in section
        assert "- Conversations: Bulk close" in section
        assert section.rstrip().removesuffix("</body>\n</html>").rstrip().endswith("</details>")
    assert "\nTell:  reconciler plan --notice   (drafts what 42 people should know beforehand)\n" in text
    assert "Subject:" not in text


@pytest.mark.usefixtures("git")
def test_line_about_the_notice_names_the_same_base(desk: Desk) -> None:
    """The command drafts for the plan that was shown."""
    desk.commit("roles")

    assert "\nTell:  reconciler plan --notice --base HEAD   (" in desk.run("plan", "--base", "HEAD").out


@pytest.mark.parametrize("output_format", ["markdown", "html"])
def test_notice_may_be_asked_for_where_it_is_anyway(desk: Desk, output_format: str) -> None:
    """The same bytes, so that a list of names can be had beside them."""
    plain = desk.run("plan", "--format", output_format)

    assert plain.out == desk.run("plan", "--format", output_format, "--notice").out


def test_no_person_is_in_any_document(desk: Desk) -> None:
    """The names and addresses of the 42 are in the list that was asked for and nowhere else."""
    told = [
        desk.run("plan", "--format", "markdown", "--notice", "--names", "people.csv"),
        desk.run("plan", "--format", "html"),
        desk.run("drift", "--format", "markdown"),
    ]
    desk.confirm_all()
    told.append(desk.run("apply", "--yes", "--format", "markdown"))

    with Path("people.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))
    assert len(people) == 42
    for ran in told:
        for person in people:
            assert person["name"] not in ran.out + ran.err
            assert person["email"] not in ran.out + ran.err


# What stops a plan


def test_rejected_files_are_told_to_the_author_of_the_change(desk: Desk) -> None:
    """Validation and plan give every problem with its place and its fix, as a document and on standard error."""
    desk.replace(AGENT, "name: Agent", "name: Agent\ncolour: red")
    desk.replace("roles/quality-reviewer.yaml", "conversations: view", "conversations: veiw")

    validated = require_document(desk.run("validate", "--format", "markdown"), "validate", 3, "2 problems")
    ran = desk.run("plan", "--format", "markdown", "--out", "plan.md")
    told = require_document(ran, "plan", 3, "Files rejected: 2 problems")

    for document in (validated, told):
        assert f"- `{AGENT}:3:1` **error** `schema.unknown-key`: `colour` is not known here\n  - Fix: " in document
        assert "`roles/quality-reviewer.yaml:" in document
    assert told.endswith("`plan` ended with exit code 3; nothing was written to the tenant.\n")
    assert (desk.folder / "plan.md").read_text(encoding="utf-8") == told
    assert f"error[schema.unknown-key] {AGENT}:3:1" in ran.err


def test_files_in_order_are_a_document_too(desk: Desk) -> None:
    """A verdict without problems; advice is folded, and with --strict it stops."""
    verdict = desk.run("validate").out.strip()

    require_document(desk.run("validate", "--format", "markdown"), "validate", 0, verdict)
    desk.replace("roles/beta-tester.yaml", "  analytics: none\n", "")
    advised = desk.run("validate", "--strict", "--format", "markdown")
    assert advised.code == 3
    assert "<details><summary>Advice (" in advised.out
    assert "### Problems" not in advised.out


def test_hostile_file_name_is_one_piece_of_code(desk: Desk) -> None:
    """The name of a file adds nothing to the document."""
    desk.write("roles/@team `x` <b> | #1.yaml", "name: 1\n")

    told = require_document(desk.run("validate", "--format", "markdown"), "validate", 3, "1 problem")

    assert "`roles/@team \\u{60}x\\u{60} \\u{3c}b> \\u{7c} #1.yaml" in told
    assert set(parsed(told).found) <= {"comment  reconciler:validate ", "p", "code", "h2", "h3", "ul", "li", "strong"}


def test_tenant_that_does_not_answer_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 7 has its document, and drift says so too rather than nothing."""
    monkeypatch.setenv("SERVED_KEY", "sa_test_nobody")
    faults = [Fault(kind=FaultKind.MALFORMED_BODY, path="/me", nth=n) for n in (1, 2)]
    with served(desk, monkeypatch, *faults):
        planned = desk.run("plan", "--format", "markdown", "--out", "plan.md")
        drifted = desk.run("drift", "--format", "markdown")

    require_document(planned, "plan", 7, "Tenant could not be read")
    require_document(drifted, "drift", 7, "Tenant could not be read")
    assert planned.out == (desk.folder / "plan.md").read_text(encoding="utf-8")


def test_wrong_settings_and_options_are_told(desk: Desk) -> None:
    """Exit 64 from settings, from an option that cannot be used, and from a command line that cannot be read."""
    other = desk.run("--tenant", "nowhere", "plan", "--format", "markdown", "--out", "plan.md")
    require_document(other, "plan", 64, "Usage or settings")
    assert other.out == (desk.folder / "plan.md").read_text(encoding="utf-8")
    require_document(desk.run("plan", "--format=markdown", "--zzz"), "plan", 64, "No such option `'--zzz'`.")
    require_document(desk.run("--zzz", "--format", "markdown"), "reconciler", 64, "No such option `'--zzz'`.")
    desk.write("reconciler.yaml", "tenant: x\n")
    told = desk.run("plan", "--format", "markdown", "--out", "plan.md").out

    assert told == (desk.folder / "plan.md").read_text(encoding="utf-8")
    assert "Settings rejected" in told.splitlines()[3]


def test_document_never_replaces_what_a_result_may_not(desk: Desk) -> None:
    """Files of the repository stay, also where the settings do not say which these are."""
    before = (desk.folder / AGENT).read_bytes()
    for name in (AGENT, "reconciler.yaml", "missing/plan.md"):
        assert desk.run("plan", "--format", "markdown", "--out", name).code == 64
    desk.write("reconciler.yaml", "tenant: x\n")
    ran = desk.run("plan", "--format", "markdown", "--out", AGENT)

    assert "belongs to the repository of roles" in require_document(ran, "plan", 64, "Usage or settings")
    assert (desk.folder / AGENT).read_bytes() == before
    assert (desk.folder / "reconciler.yaml").read_text(encoding="utf-8") == "tenant: x\n"


def test_list_of_names_that_may_not_be_written_is_told(desk: Desk) -> None:
    """The document is there; where both names mean one file, that file is left alone."""
    ran = desk.run("plan", "--format", "markdown", "--out", "plan.md", "--names", "people.csv")
    desk.write("one.md", "mine\n")
    both = desk.run("plan", "--format", "markdown", "--out", "one.md", "--notice", "--names", "one.md")

    assert require_document(ran, "plan", 64, "Usage or settings") == Path("plan.md").read_text(encoding="utf-8")
    require_document(both, "plan", 64, "Usage or settings")
    assert Path("one.md").read_text(encoding="utf-8") == "mine\n"


def test_interruption_and_bug_of_ours_are_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even then a comment can say that there is no plan, and nothing of yesterday's is left in the file."""

    def stop(_: Facts) -> None:
        raise KeyboardInterrupt

    def break_down(_: Facts) -> None:
        raise RuntimeError("a secret")

    arguments = ("plan", "--format", "markdown", "--out", "plan.md")
    for way, code, verdict in (
        (stop, 130, "Interrupted; nothing more was sent"),
        (break_down, 70, "A bug of ours: RuntimeError"),
    ):
        desk.write("plan.md", "yesterday\n")
        monkeypatch.setattr("reconciler.operations.plan.judge", way)
        ran = desk.run(*arguments)
        require_document(ran, "plan", code, verdict)
        assert ran.out == Path("plan.md").read_text(encoding="utf-8")
        assert "a secret" not in ran.out + ran.err


def test_document_that_cannot_go_to_its_file_is_still_printed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is told beside what stopped the plan."""

    def refuse(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)

    ran = desk.run("--tenant", "nowhere", "plan", "--format", "markdown", "--out", "plan.md")
    monkeypatch.setattr("reconciler.operations.plan.judge", lambda _: 1 // 0)
    bug = desk.run("plan", "--format", "markdown", "--out", "plan.md")

    require_document(ran, "plan", 64, "Usage or settings")
    require_document(bug, "plan", 70, "A bug of ours: ZeroDivisionError")
    assert "No space left on device" in ran.err
    assert "No space left on device" in bug.err


# What an apply did


def test_apply_reports_for_the_summary_of_a_job(desk: Desk) -> None:
    """A row for each change on standard output; the plan and the report as text stay in the log."""
    desk.confirm_all()
    ran = desk.run("apply", "--yes", "--format", "markdown")

    told = require_document(ran, "apply", 0, "`sandbox`: Applied: 5 changes")
    assert told.count("\n| applied | ") == 5
    assert "### Next" not in told
    assert "sandbox: 5 changes, ready to apply" in ran.err
    assert "5 applied; 5 writes sent" in ran.err
    nothing = desk.run("apply", "--yes", "--format", "markdown")
    require_document(nothing, "apply", 0, "`sandbox`: Nothing to do: the tenant is as the files say")


def test_apply_that_stopped_half_way_says_what_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not applied comes first with its reason, and the next command."""
    desk.confirm_all()
    with served(desk, monkeypatch, Fault(kind=FaultKind.SECOND_WRITER, method="PATCH", nth=2)):
        ran = desk.run("apply", "--yes", "--format", "markdown")

    assert ran.code == 8
    told = ran.out
    assert told.splitlines()[3].startswith("## `sandbox`: Not everything was applied: ")
    assert told.index("### Not applied") < told.index("```sh\nreconciler plan\n```") < told.index("Applied (")
    assert told.count("\n| failed | ") == 1


def test_apply_that_is_refused_or_not_confirmed_says_why(desk: Desk) -> None:
    """Exit 5 offers the confirmations to copy, exit 6 the new plan, exit 4 no way round."""
    unconfirmed = require_document(
        desk.run("apply", "--yes", "--format", "markdown"), "apply", 5, "Confirmation needed"
    )
    stale = desk.run("apply", "--yes", "--format", "markdown", "--expect", f"sha256:{'0' * 64}")
    desk.replace("roles/standard/owner.yaml", "modules: all", "modules: none")
    refused = desk.run("apply", "--yes", "--format", "markdown")

    assert "\n- `narrowing agent`: `Agent` takes `conversations.bulk_close` from 42 people" in unconfirmed
    assert '```sh\nreconciler confirm narrowing-agent-f762b4cfc92c --reason "…"\n```' in unconfirmed
    require_document(stale, "apply", 6, "The plan is stale")
    assert "```sh" not in require_document(refused, "apply", 4, "Refused by a guard")
    assert desk.writes() == ()


def test_apply_announces_what_is_sensitive(desk: Desk) -> None:
    """Where no guard asks about it, the announcement tells of a sensitive grant as the plan does."""
    desk.replace("reconciler.yaml", "sensitive_grant: confirm", "sensitive_grant: allow")
    desk.replace("roles/beta-tester.yaml", "analytics: none", "analytics: all")
    line = "  Beta Tester gets analytics."

    planned = desk.run("plan").out
    desk.confirm_all()

    assert line in planned
    assert line in desk.run("apply", "--yes").out


# Drift


def test_drift_is_the_body_of_an_issue(desk: Desk) -> None:
    """What somebody added by hand comes first, sensitive before the rest; clean drift is a document, too."""
    desk.settle()
    clean = desk.run("drift", "--format", "markdown")
    with opened_store(desk.folder / ".reconciler") as store:
        agent = store.roles.named("Agent")
        reader = store.roles.named("Reader")
    assert agent is not None
    assert reader is not None
    edit(desk, "Reader", permissions=frozenset({*reader.permissions, "analytics.export"}))
    edit(desk, "Agent", permissions=frozenset({*agent.permissions, "conversations.bulk_close"}))

    ran = desk.run("drift", "--format", "markdown")

    require_document(clean, "drift", 0, "`sandbox`: No drift: the tenant is as the files say")
    told = require_document(ran, "drift", 2, "`sandbox`: 2 roles differ from the files")
    assert told == desk.run("drift", "--format", "markdown").out
    export, bulk = told.index("+ reader  analytics.export"), told.index("+ agent  conversations.bulk_close")
    assert told.index("### Sensitive, in the tenant and not in the files") < export
    assert export < told.index("### In the tenant, not in the files") < bulk
    assert "analytics.export  in the tenant, not in the file, sensitive" in desk.run("drift").out
    assert json.loads(desk.run("drift", "--format", "json").out) == desk.plan()
