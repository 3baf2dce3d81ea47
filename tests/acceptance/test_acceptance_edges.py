"""Commands at their edges: wrong settings, wrong files, other formats."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk

pytestmark = pytest.mark.sockets


def test_quiet_and_verbose_contradict_each_other(desk: Desk) -> None:
    """Options that exclude each other are a usage error."""
    assert desk.run("-q", "-v", "plan").code == 64


def test_help_lists_every_command(desk: Desk) -> None:
    """Help ends well, and an unknown command is a usage error."""
    assert "validate" in desk.run("--help").out
    assert desk.run("adpot").code == 64


def test_unknown_tenant_names_those_there_are(desk: Desk) -> None:
    """A tenant that the settings lack is refused with the ones they have."""
    ran = desk.run("--tenant", "production", "plan")

    assert ran.code == 64
    assert "they have sandbox" in ran.err


def test_missing_settings_say_how_to_begin(desk: Desk) -> None:
    """Outside a repository of roles the error says what is missing."""
    (desk.folder / "reconciler.yaml").unlink()

    ran = desk.run("plan")

    assert ran.code == 64
    assert "reconciler.yaml" in ran.err


def test_missing_key_is_refused_by_the_name_of_its_variable(desk: Desk) -> None:
    """A tenant with a key cannot be opened without it; the variable is named."""
    desk.replace(
        "reconciler.yaml",
        "sandbox: {kind: sandbox}",
        "sandbox: {kind: support, url: 'https://desk.example/api/v1', key: 'env:DESK_KEY'}",
    )

    ran = desk.run("plan")

    assert ran.code == 64
    assert "DESK_KEY" in ran.err


def test_validate_reports_every_problem_with_its_place(desk: Desk) -> None:
    """All problems of all files come at once, as text and as data, and can be narrowed to one file."""
    desk.replace("roles/quality-reviewer.yaml", "conversations: view", "conversations: veiw")
    desk.replace("roles/standard/agent.yaml", "teams: view", "teams: [view, veiw]")
    desk.write("confirmations.yaml", "- id: nothing\n")

    ran = desk.run("validate")

    assert ran.code == 3
    assert "error[role.category-value] roles/quality-reviewer.yaml:" in ran.err
    assert "error[role.unknown-permission] roles/standard/agent.yaml:" in ran.err
    assert "confirmations.yaml" in ran.err
    problems = desk.run("validate", "--format", "json").data["problems"]
    assert problems == sorted(problems, key=lambda p: (p["path"], p["line"], p["column"]))
    only = desk.run("validate", "roles/quality-reviewer.yaml", "--format", "json").data["problems"]
    assert {"roles/quality-reviewer.yaml"} == {problem["path"] for problem in only}
    assert desk.run("validate", "roles/beta-tester.yaml").code == 0
    assert desk.run("validate", "../elsewhere.yaml").code == 0


def test_errors_are_data_for_machines(desk: Desk) -> None:
    """With --format json an error is a document on standard output, with the same exit code."""
    desk.replace("roles/quality-reviewer.yaml", "conversations: view", "conversations: veiw")

    ran = desk.run("plan", "--format", "json")

    assert (ran.code, ran.err) == (3, "")
    error = ran.data["error"]
    assert (error["code"], error["exit"], len(error["problems"])) == ("input", 3, 1)


def test_looking_commands_speak_data_too(desk: Desk) -> None:
    """drift, doctor and confirm have the same facts as data."""
    plan = desk.plan()
    (identifier,) = [f["confirmation"] for f in plan["findings"] if f["confirmation"]]

    assert plan == desk.run("drift", "--format", "json").data
    assert "not verified" in {c["standing"] for c in desk.run("doctor", "--format", "json").data["checks"]}
    entry = desk.run("confirm", identifier, "--reason", "announced", "--format", "json").data
    assert (entry["id"], entry["people_at_most"]) == (identifier, 42)


def test_plan_as_text_can_go_to_a_file(desk: Desk) -> None:
    """--out keeps the whole text without colours and still shows the verdict."""
    ran = desk.run("--color", "always", "plan", "--out", "plan.txt")

    kept = (desk.folder / "plan.txt").read_text(encoding="utf-8")
    assert "Digest sha256:" in kept
    assert "\x1b" not in kept
    assert "5 changes" in ran.out
    assert desk.run("plan", "--out", "missing/plan.txt").code == 64


@pytest.mark.usefixtures("git")
def test_plan_with_a_base_tells_this_change_from_what_was_pending(desk: Desk) -> None:
    """Compared with the commit before, only what the last commit did is introduced by this change."""
    desk.commit("roles as they were")
    desk.replace("roles/quality-reviewer.yaml", "contacts: view", "contacts: none")
    desk.commit("no contacts for reviewers")

    introduced = {c["role"]: c["introduced_by"] for c in desk.plan("--base", "HEAD~1")["changes"]}

    assert introduced["quality-reviewer"] == "this change"
    assert introduced["agent"] == "already pending"
    assert desk.plan("--base", "HEAD~1")["commit"]


@pytest.mark.usefixtures("git")
def test_base_revision_keeps_its_guards(desk: Desk) -> None:
    """A change cannot weaken the guards that judge it; it is told so."""
    desk.commit("roles as they were")
    desk.replace("reconciler.yaml", "narrowing: {people: 10}", "narrowing: {people: 1000}")
    desk.commit("more room")

    assert desk.plan()["summary"]["confirm"] == 0
    plan = desk.plan("--base", "HEAD~1")
    assert plan["summary"]["confirm"] == 1
    assert any(f["guard"] == "settings" for f in plan["findings"])


def test_journal_that_cannot_be_made_stops_before_the_first_write(desk: Desk) -> None:
    """Without a journal nothing is sent."""
    desk.confirm_all()
    desk.write(".reconciler/journal", "a file where the folder should be")

    ran = desk.run("apply", "--yes")

    assert ran.code == 64
    assert "journal" in ran.err
    assert desk.writes() == ()


def test_serving_is_for_this_machine_only(desk: Desk) -> None:
    """The embedded tenant does not listen where others could reach it."""
    ran = desk.run("sandbox", "serve", "--host", "192.0.2.1", "--port", "0")

    assert ran.code == 64
    assert not (desk.folder / ".reconciler" / "sandbox.key").exists()
