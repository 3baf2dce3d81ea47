"""Commands at their edges: wrong settings, wrong files, other formats."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

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
    assert desk.run("validate", "../elsewhere.yaml").code == 64


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


@pytest.mark.usefixtures("git")
def test_what_a_base_asks_for_can_be_confirmed_and_applied(desk: Desk) -> None:
    """The next commands of a plan with a base carry it, and do what they say."""
    desk.commit("roles as they were")
    desk.replace("reconciler.yaml", "narrowing: {people: 10}", "narrowing: {people: 1000}")
    desk.commit("more room")
    shown = desk.run("plan", "--base", "HEAD~1").out
    (identifier,) = [f["confirmation"] for f in desk.plan("--base", "HEAD~1")["findings"] if f["confirmation"]]

    assert f"reconciler confirm {identifier} --reason \"…\" --base 'HEAD~1'" in shown
    refused = desk.run("apply", "--yes", "--base", "HEAD~1")
    assert refused.code == 5
    assert "--base 'HEAD~1'" in refused.err
    confirmed = desk.run("confirm", identifier, "--reason", "announced", "--base", "HEAD~1")
    assert confirmed.code == 0
    assert "--base 'HEAD~1'" in confirmed.out
    assert desk.run("apply", "--yes", "--base", "HEAD~1").code == 0
    assert desk.run("drift", "--base", "HEAD~1").code == 0


@pytest.mark.usefixtures("git")
def test_base_compares_with_the_settings_in_use(desk: Desk) -> None:
    """Settings under another name are compared with themselves, not with the default file."""
    desk.write("prod.yaml", (desk.folder / "reconciler.yaml").read_text(encoding="utf-8"))
    desk.replace("prod.yaml", "min_administrators: 2", "min_administrators: 3")
    desk.commit("two settings")
    desk.replace("prod.yaml", "min_administrators: 3", "min_administrators: 1")

    plan = desk.run("--settings", "prod.yaml", "plan", "--base", "HEAD", "--format", "json").data

    (message,) = [f["message"] for f in plan["findings"] if f["guard"] == "settings"]
    assert "min_administrators" in message


def test_guard_that_names_no_permission_is_refused(desk: Desk) -> None:
    """A slip of the pen in never_together would switch the guard off; it is told with the nearest word."""
    desk.replace("reconciler.yaml", "never_together: []", "never_together: [[users.invit, settings.api_keys]]")

    for command in ("validate", "plan", "doctor"):
        ran = desk.run(command)
        assert ran.code == 64
        assert "users.invite" in ran.err


def test_permission_beyond_the_lock_is_drift(desk: Desk) -> None:
    """What somebody gave a managed role that no file can say is told, and exits 2."""
    desk.settle()
    with closing(sqlite3.connect(desk.folder / ".reconciler" / "sandbox.sqlite3")) as database, database:
        (held,) = database.execute("SELECT permissions FROM roles WHERE name = 'Reader'").fetchone()
        granted = json.dumps([*json.loads(held), "labs.rockets"])
        database.execute("UPDATE roles SET permissions = ? WHERE name = 'Reader'", (granted,))

    ran = desk.run("drift")

    assert ran.code == 2
    assert "Reader allows labs.rockets, which the catalogue lock does not know" in ran.out


def test_wrong_command_line_is_data_too(desk: Desk) -> None:
    """Where JSON was asked for, even a command line that cannot be read is answered with it."""
    ran = desk.run("plan", "--format", "json", "--nope")

    assert (ran.code, ran.data["error"]["code"]) == (64, "usage")


def test_expecting_two_different_plans_is_a_mistake(desk: Desk) -> None:
    """An option that was given twice with different values is refused, not silently decided."""
    assert desk.run("apply", "--expect", "sha256:1", "--expect", "sha256:2", "--yes").code == 64
    assert desk.run("apply", "--confirm", "a=1", "--confirm", "a=2", "--yes").code == 64


def test_plan_that_fails_leaves_no_plan_of_yesterday(desk: Desk) -> None:
    """The file of --out is there only when this run made it."""
    assert desk.run("plan", "--format", "json", "--out", "plan.json").code == 0
    desk.replace("roles/quality-reviewer.yaml", "conversations: view", "conversations: veiw")

    assert desk.run("plan", "--format", "json", "--out", "plan.json").code == 3
    assert not (desk.folder / "plan.json").exists()


@pytest.mark.parametrize(
    "file",
    ["reconciler.yaml", "confirmations.yaml", "roles/standard/owner.yaml", "schemas/permissions.yaml", "roles/x.csv"],
)
@pytest.mark.parametrize(
    "command",
    [("plan", "--out"), ("matrix", "--format", "csv", "--out"), ("plan", "--notice", "--names")],
    ids=["plan", "matrix", "names"],
)
def test_no_result_replaces_a_file_of_the_repository(desk: Desk, command: tuple[str, ...], file: str) -> None:
    """Commands that look destroy no input: settings, roles, schemas and confirmations are refused as results."""
    before = {path: path.read_bytes() for path in desk.folder.rglob("*.yaml")}

    ran = desk.run(*command, file)

    assert ran.code == 64
    assert before == {path: path.read_bytes() for path in desk.folder.rglob("*.yaml")}
    assert not (desk.folder / "roles/x.csv").exists()


@pytest.mark.usefixtures("git")
def test_key_used_again_does_not_delete_an_unmanaged_role_in_silence(desk: Desk) -> None:
    """A file that stops meaning one live role and retires another needs a yes, and says what it gave up."""
    desk.settle()
    desk.commit("roles as they are")
    desk.write(
        "roles/knowledge-curator.yaml",
        "name: Night Shift\ndescription: The night rota has ended\nretired: true\nmove_users_to: agent\n",
    )

    plan = desk.plan("--base", "HEAD")

    assert "adoption" in {f["guard"] for f in plan["findings"] if f["level"] == "confirm"}
    assert any('"Knowledge Curator" any more' in note for note in plan["notes"])
    assert desk.run("apply", "--yes", "--base", "HEAD").code == 5


@pytest.mark.parametrize(
    "arguments",
    [("validate", f"roles/{'a' * 300}.yaml"), ("init", "a" * 300), ("init", "a/" * 2000)],
    ids=["file", "folder", "depth"],
)
def test_path_that_nothing_can_have_is_a_usage_error(desk: Desk, arguments: tuple[str, ...]) -> None:
    """A path of too many letters or folders is told as wrong, and is no bug of ours."""
    assert desk.run(*arguments).code == 64
