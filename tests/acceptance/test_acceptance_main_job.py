"""The main job from the first plan to the last, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from acceptance.desk import PROJECT, Desk

pytestmark = pytest.mark.sockets

NARROWING = "narrowing-agent-"


def test_first_plan_tells_the_interesting_state_of_the_seed(desk: Desk) -> None:
    """The first plan creates, narrows with the number of people who really lose it, widens, and leaves one alone."""
    plan = desk.plan()

    by_role = {change["role"]: change for change in plan["changes"]}
    assert by_role["quality-reviewer"]["action"] == "create"
    assert len(by_role["quality-reviewer"]["grants"]) == 10
    agent = by_role["agent"]
    assert (agent["direction"], agent["holders"], agent["people_losing"]) == ("narrow", 120, 42)
    assert agent["per_permission"] == {"conversations.bulk_close": {"holders": 120, "losing": 42, "gaining": 0}}
    assert by_role["knowledge-curator"]["direction"] == "widen"
    assert plan["unmanaged"] == ["Night Shift"]


def test_plan_document_is_as_its_schema_says(desk: Desk) -> None:
    """The plan document validates against the published schema."""
    schema = json.loads((PROJECT / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator(schema).validate(desk.plan())


def test_first_screen_has_verdict_effect_and_next_command(desk: Desk) -> None:
    """A reader in a hurry sees verdict and people first, and the next commands last."""
    lines = desk.run("plan").out.splitlines()

    assert lines[0] == "sandbox: 5 changes, 1 to confirm before apply"
    assert lines[1] == "  42 people lose something, most through Agent"
    assert lines[-2].startswith(f"Next:  reconciler confirm {NARROWING}")
    assert lines[-1].startswith("Then:  reconciler apply --expect sha256:")


def test_apply_without_confirmation_stops_with_5_and_writes_nothing(desk: Desk) -> None:
    """A narrowing that nobody confirmed stops apply before the first write, whatever --yes says."""
    ran = desk.run("apply", "--yes")

    assert ran.code == 5
    assert NARROWING in ran.err
    assert desk.writes() == ()


def test_confirmed_apply_makes_the_tenant_as_the_files_say(desk: Desk) -> None:
    """Plan, confirm, apply, plan: the last one has nothing to do and wrote nothing."""
    desk.confirm_all()
    expect = desk.plan()["digest"]

    ran = desk.run("apply", "--expect", expect, "--yes")

    assert ran.code == 0, ran.err
    assert "5 applied" in ran.out
    written = len(desk.writes())
    assert written == 5
    agent = desk.role("Agent")
    assert agent is not None
    assert "conversations.bulk_close" not in agent.permissions
    again = desk.run("plan", "--exit-code")
    assert again.code == 0
    assert "Nothing to do" in again.out
    assert desk.run("apply").out.startswith("Nothing to do")
    assert desk.run("drift").code == 0
    assert len(desk.writes()) == written


def test_confirmation_one_too_small_is_refused_with_both_numbers(desk: Desk) -> None:
    """An entry for 41 people does not cover 42, and the refusal says both."""
    desk.confirm_all()
    desk.replace("confirmations.yaml", "people_at_most: 42", "people_at_most: 41")

    ran = desk.run("apply", "--yes")

    assert ran.code == 5
    assert "at most 41 people" in ran.err
    assert "42 people" in ran.err
    assert desk.writes() == ()


def test_expired_confirmation_is_refused_with_its_day(desk: Desk) -> None:
    """An entry whose last day has passed is reported and has no effect."""
    desk.confirm_all()
    text = (desk.folder / "confirmations.yaml").read_text(encoding="utf-8")
    desk.write("confirmations.yaml", text[: text.index("expires:")] + "expires: 2020-01-01\n")

    ran = desk.run("apply", "--yes")

    assert ran.code == 5
    assert "expired on 2020-01-01" in ran.err


def test_confirm_on_the_command_line_counts_for_one_run(desk: Desk) -> None:
    """--confirm ID=PEOPLE lifts the finding for this run and leaves no entry behind."""
    (identifier,) = [f["confirmation"] for f in desk.plan()["findings"] if f["confirmation"]]

    assert desk.run("apply", "--yes", "--confirm", identifier).code == 64
    assert desk.run("apply", "--yes", "--confirm", f"{identifier}=41").code == 5
    assert desk.writes() == ()
    assert desk.run("apply", "--yes", "--confirm", f"{identifier}=42").code == 0
    assert not (desk.folder / "confirmations.yaml").exists()


def test_apply_without_terminal_and_without_yes_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can answer the final question, apply says so and writes nothing."""
    desk.confirm_all()
    with Path("/dev/null").open(encoding="ascii") as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        ran = desk.run("apply")

    assert ran.code == 64
    assert "--yes" in ran.err
    assert desk.writes() == ()


def test_plan_that_moved_since_its_review_is_stale(desk: Desk) -> None:
    """Another digest than the reviewed one stops apply with 6 and writes nothing."""
    desk.confirm_all()
    reviewed = desk.plan()["digest"]
    desk.replace("roles/knowledge-curator.yaml", "for gaps", "for missing articles")

    ran = desk.run("apply", "--expect", reviewed, "--yes")

    assert ran.code == 6
    assert desk.writes() == ()


def test_out_of_band_edit_is_drift(desk: Desk) -> None:
    """After an apply, taking a permission from a file shows as the tenant allowing more, and exits 2."""
    desk.settle()
    desk.replace("roles/quality-reviewer.yaml", "contacts: view", "contacts: none")

    ran = desk.run("drift")

    assert ran.code == 2
    assert "+ contacts.view  in the tenant, not in the file" in ran.out


def test_journal_explains_every_write(desk: Desk) -> None:
    """Each write has a line before it with both ends, and a line after it with what became of it."""
    desk.settle()

    (journal,) = (desk.folder / ".reconciler" / "journal").glob("*.jsonl")
    events = [json.loads(line) for line in journal.read_text(encoding="ascii").splitlines()]
    assert [e["event"] for e in events] == ["sending", "settled"] * 5
    assert {e["result"] for e in events if e["event"] == "settled"} == {"applied"}
    assert events[0]["role"] == "agent"
    assert "conversations.bulk_close" in events[0]["before"]["permissions"]


def test_apply_reports_as_data(desk: Desk) -> None:
    """Apply --format json gives the plan and one outcome per change, and nothing else."""
    desk.confirm_all()

    told = desk.run("apply", "--yes", "--format", "json").data

    assert told["report"]["complete"] is True
    assert [o["result"] for o in told["report"]["outcomes"]] == ["applied"] * 5
    assert [o["role"] for o in told["report"]["outcomes"]] == [c["role"] for c in told["plan"]["changes"]]
