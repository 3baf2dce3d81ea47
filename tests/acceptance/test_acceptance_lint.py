"""Advice in `validate`: shown, counted apart, switched in the settings, strict in CI."""

from __future__ import annotations

import pytest
from acceptance.desk import Desk

REVIEWER = "roles/quality-reviewer.yaml"
THIN = (
    "description: Read-only conversation review with internal note ability for QA team",
    "description: The quality reviewer",
)


@pytest.fixture
def thin(desk: Desk) -> Desk:
    """Give a repository with one description that says nothing."""
    desk.replace(REVIEWER, *THIN)
    return desk


def test_warning_is_shown_with_place_and_fix_and_stops_nothing(thin: Desk) -> None:
    """Advice goes to standard error, the verdict counts it apart, and the exit code is 0."""
    ran = thin.run("validate")

    assert ran.code == 0
    assert ran.err == (
        f'warning[lint.thin-description] {REVIEWER}:3:1: The description of "Quality Reviewer" only repeats the name\n'
        "  fix: Say what its people do with it, and what they are not to do\n"
    )
    assert ran.out == "10 role files, no problems, 1 warning\n"


def test_machines_get_the_severity(thin: Desk) -> None:
    """A warning is data with its severity, whatever counts."""
    for arguments, code in (((), 0), (("--strict",), 3)):
        ran = thin.run("validate", "--format", "json", *arguments)
        assert (ran.code, [p["severity"] for p in ran.data["problems"]]) == (code, ["warning"])


def test_strict_lets_warnings_count(thin: Desk) -> None:
    """CI can ask for no advice left; files that are clean pass."""
    ran = thin.run("validate", "--strict")

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.endswith("10 role files, no problems, 1 warning, which counts with --strict\n")
    thin.replace(REVIEWER, THIN[1], THIN[0])
    assert thin.run("validate", "--strict").code == 0


def test_settings_switch_a_rule_off_or_make_it_an_error(thin: Desk) -> None:
    """The same finding is silent, advice or an error, as the settings say; each level by the name of the rule."""
    settings = (thin.folder / "reconciler.yaml").read_text(encoding="utf-8")
    thin.write("reconciler.yaml", f"{settings}\nlint: {{thin-description: off}}\n")
    assert thin.run("validate", "--strict").out == "10 role files, no problems\n"

    thin.write("reconciler.yaml", f"{settings}\nlint: {{thin-description: error}}\n")
    ran = thin.run("validate")
    assert ran.code == 3
    assert ran.err.startswith("error[lint.thin-description]")
    assert ran.err.endswith("\n1 problem\n")


def test_unknown_rule_is_an_error_of_the_settings(desk: Desk) -> None:
    """A slip in the name of a rule does not switch nothing off in silence."""
    settings = (desk.folder / "reconciler.yaml").read_text(encoding="utf-8")
    desk.write("reconciler.yaml", f"{settings}\nlint: {{thin-descripton: off}}\n")

    ran = desk.run("validate")

    assert ran.code == 64
    assert "fix: Write `thin-description`" in ran.err


def test_paths_narrow_advice_too(thin: Desk) -> None:
    """With a path only its own advice is shown and counted; that of others is mentioned."""
    assert thin.run("validate", "roles/beta-tester.yaml", "--strict").out == "no problems in these files, 1 in others\n"
    ran = thin.run("validate", REVIEWER)
    assert (ran.code, ran.out) == (0, "10 role files, no problems, 1 warning\n")


def test_errors_come_before_advice(thin: Desk) -> None:
    """Files that are wrong are not advised on; a wrong file beside the roles does not hide the advice."""
    thin.write("confirmations.yaml", "- id: nothing\n")
    ran = thin.run("validate")
    assert "warning[lint.thin-description]" in ran.err
    assert ran.err.endswith(" problems, 1 warning\n")

    thin.replace("roles/standard/agent.yaml", "teams: view", "teams: [view, veiw]")
    assert "lint." not in thin.run("validate").err


@pytest.mark.sockets
def test_roles_nobody_holds_are_told_in_the_plan_unless_switched_off(desk: Desk) -> None:
    """What only the tenant knows is told where the tenant is read; validate knows nothing of it."""
    desk.settle()
    note = 'nobody holds "Agent - No Bulk Actions", "Beta Tester", "Quality Reviewer"'
    assert note in desk.plan()["notes"]

    settings = (desk.folder / "reconciler.yaml").read_text(encoding="utf-8")
    desk.write("reconciler.yaml", f"{settings}\nlint: {{unheld-role: off}}\n")
    assert note not in desk.plan()["notes"]


@pytest.mark.sockets
def test_rules_that_refuse_are_switched_for_every_command(desk: Desk) -> None:
    """A generic name stops `validate`, `plan` and `new` unless the settings let it be."""
    text = (desk.folder / REVIEWER).read_text(encoding="utf-8").replace("name: Quality Reviewer", "name: Test 1")
    desk.write("roles/test-desk.yaml", text)
    for arguments in (["validate"], ["plan"], ["new", "Test"]):
        ran = desk.run(*arguments)
        assert ran.code == 3
        assert "error[role.generic-name]" in ran.err

    settings = (desk.folder / "reconciler.yaml").read_text(encoding="utf-8")
    desk.write("reconciler.yaml", f"{settings}\nlint: {{generic-name: warn}}\n")
    ran = desk.run("validate")
    assert ran.code == 0
    assert "warning[role.generic-name] roles/test-desk.yaml:2:7" in ran.err
    assert "test-desk" in {change["role"] for change in desk.plan()["changes"]}
    assert desk.run("new", "Test").code == 0

    desk.write("reconciler.yaml", f"{settings}\nlint: {{generic-name: off}}\n")
    assert "generic-name" not in desk.run("validate").err


@pytest.mark.sockets
def test_advice_stops_no_plan(thin: Desk) -> None:
    """A plan does not pay for advice, nor wait for it; not even where the settings make it an error."""
    settings = (thin.folder / "reconciler.yaml").read_text(encoding="utf-8")
    thin.write("reconciler.yaml", f"{settings}\nlint: {{thin-description: error}}\n")

    assert thin.run("plan").code == 0
