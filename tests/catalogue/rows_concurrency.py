"""Rows 215 to 236: two at once, runs that end half way, and what the next run makes of them."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from acceptance.desk import Desk, Ran
from catalogue.duties import Watched
from catalogue.rows import Row
from catalogue.telling import row
from catalogue.twisting import LiveCase, Told

from reconciler.cli.main import run
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.tenant import opened_store

APPLY = ("apply", "--yes", "--format", "json")
CURATOR, BILLING = "roles/knowledge-curator.yaml", "roles/billing-specialist.yaml"
FOREVER = 10_000
WRITES = 5
"""How many writes the plan of the repository as it is comes to."""


def results(ran: Ran) -> dict[str, str]:
    """Give the result of each role."""
    return {outcome["role"]: outcome["result"] for outcome in ran.data["report"]["outcomes"]}


def _edit_is_kept(watched: Watched, _ran: Ran) -> None:
    with opened_store(watched.desk.folder / ".reconciler") as store:
        roles = store.roles.page(after=0, limit=100).entries
    assert [role.name for role in roles if role.description.endswith("(edited meanwhile)")] != []


def _administration_moves(desk: Desk) -> None:
    """Let administration move to another role, with too few administrators in between if it did not go first."""
    desk.settle()
    desk.replace("reconciler.yaml", "min_administrators: 2", "min_administrators: 11")
    desk.replace(CURATOR, "[view, snippets]", "[view, snippets, roles]")
    desk.settle()
    desk.replace(CURATOR, "[view, snippets, roles]", "[view, snippets]")
    desk.replace(BILLING, "settings: none", "settings: [view, roles]")
    desk.confirm_all()


def _gained_and_still_has(watched: Watched, ran: Ran) -> None:
    assert results(ran) == {"billing-specialist": "applied", "knowledge-curator": "failed"}
    for name in ("Billing Specialist", "Knowledge Curator"):
        role = watched.desk.role(name)
        assert role is not None
        assert "settings.roles" in role.permissions


def _one_plan(watched: Watched, _ran: Ran) -> None:
    """Check that both runs together wrote one plan, and that nothing is left."""
    writes = watched.desk.writes()
    assert len(writes) == WRITES
    assert len({str(entry.after) for entry in writes}) == WRITES
    assert watched.desk.run("plan", "--exit-code").code == 0


def _second_apply(told: Told) -> None:
    """Let somebody else apply the same commit right after the first write of this run."""
    if told.method == "PATCH" and told.status == 200 and told.document["name"] == "Agent":
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            assert run(("apply", "--yes")) == 0


def _only_the_rest(watched: Watched, ran: Ran) -> None:
    desk, applied = watched.desk, list(results(ran).values()).count("applied")
    assert 0 < len(desk.writes()) == applied < WRITES
    assert desk.run("apply", "--yes").code == 0
    assert len(desk.writes()) == WRITES


def _unique(watched: Watched, ran: Ran) -> None:
    assert list(results(ran).values()).count("unknown") == 1
    with opened_store(watched.desk.folder / ".reconciler") as store:
        names = [role.name for role in store.roles.page(after=0, limit=100).entries]
    assert len(names) == len(set(names))


def _state(desk: Desk) -> list[object]:
    with opened_store(desk.folder / ".reconciler") as store:
        roles = store.roles.page(after=0, limit=100).entries
    return [(role.id, role.name, role.description, role.permissions) for role in roles]


def _two_edits(desk: Desk) -> None:
    """Edit two roles; what was before is kept beside the repository."""
    desk.settle()
    kept = {path: (desk.folder / path).read_text(encoding="utf-8") for path in (CURATOR, BILLING)}
    _kept(desk).write_text(json.dumps([kept, repr(_state(desk))]), encoding="utf-8")
    desk.replace(BILLING, "contacts: [view, edit]", "contacts: view")
    desk.replace(CURATOR, "[view, snippets]", "view")
    desk.confirm_all()


def _kept(desk: Desk) -> Path:
    return desk.folder.parent / f"before-{desk.folder.name}.json"


def _goes_back(watched: Watched, ran: Ran) -> None:
    """Revert the half-applied change: the tenant is as it was before."""
    assert sorted(results(ran).values()) == ["applied", "failed"]
    desk = watched.desk
    files, before = json.loads(_kept(desk).read_text(encoding="utf-8"))
    assert repr(_state(desk)) != before
    for path, text in files.items():
        desk.write(path, text)
    desk.confirm_all()
    assert desk.run("apply", "--yes").code == 0
    assert repr(_state(desk)) == before


CASES: tuple[LiveCase, ...] = (
    LiveCase(
        row=224,
        slug="second-apply-of-the-same-commit",
        exit=8,
        arrange=Desk.confirm_all,
        twist=_second_apply,
        command=APPLY,
        check=_one_plan,
        journals=2,
    ),
    LiveCase(
        row=225,
        slug="edit-before-the-first-write",
        exit=6,
        arrange=Desk.confirm_all,
        faults=(Fault(kind=FaultKind.SECOND_WRITER, method="PATCH"),),
        command=APPLY,
        check=_edit_is_kept,
        heals=False,
    ),
    LiveCase(
        row=225,
        slug="edit-before-a-later-write",
        exit=8,
        arrange=Desk.confirm_all,
        faults=(Fault(kind=FaultKind.SECOND_WRITER, method="PATCH", nth=2),),
        command=APPLY,
        check=_edit_is_kept,
    ),
    LiveCase(
        row=228,
        slug="no-network-after-the-first-write",
        exit=8,
        arrange=Desk.confirm_all,
        faults=(Fault(kind=FaultKind.DROP_BEFORE, nth=9, times=FOREVER),),
        command=APPLY,
    ),
    LiveCase(
        row=228,
        slug="no-network-before-the-first-read-back",
        exit=8,
        arrange=Desk.confirm_all,
        faults=(Fault(kind=FaultKind.DROP_BEFORE, nth=8, times=FOREVER),),
        command=APPLY,
    ),
    LiveCase(
        row=230,
        slug="administration-arrived-and-did-not-leave",
        exit=8,
        arrange=_administration_moves,
        faults=(Fault(kind=FaultKind.ERROR_BEFORE, method="PATCH", nth=2, times=FOREVER),),
        command=APPLY,
        check=_gained_and_still_has,
    ),
    LiveCase(
        row=231,
        slug="created-and-the-id-lost",
        exit=8,
        arrange=Desk.confirm_all,
        faults=(
            Fault(kind=FaultKind.DROP_AFTER, method="POST"),
            Fault(kind=FaultKind.DROP_BEFORE, method="GET", path="/roles", nth=2, times=FOREVER),
        ),
        command=APPLY,
        check=_unique,
    ),
    LiveCase(
        row=233,
        slug="only-the-rest-is-written",
        exit=8,
        arrange=Desk.confirm_all,
        faults=(Fault(kind=FaultKind.ERROR_BEFORE, method="POST", nth=2, times=FOREVER),),
        command=APPLY,
        check=_only_the_rest,
    ),
    LiveCase(
        row=234,
        slug="half-applied-and-reverted",
        exit=8,
        arrange=_two_edits,
        faults=(Fault(kind=FaultKind.ERROR_BEFORE, method="PATCH", nth=2, times=FOREVER),),
        command=APPLY,
        check=_goes_back,
        heals=False,
    ),
)

ROWS: tuple[Row, ...] = (
    row(
        215,
        "killed before, during and after each request",
        "",
        "each role old or new, the journal explains each write, and the next run ends it",
        "faults/test_faults_single.py::test_faults_one_at_some_requests_violates_nothing",
        "processes/test_processes_kill.py::test_an_apply_killed_again_and_again_ends_where_an_undisturbed_one_does",
        "processes/test_processes_kill.py::test_an_apply_killed_again_and_again_ends_where_an_undisturbed_one_does",
    ),
    row(
        216,
        "Ctrl-C, or a request to end, in the middle",
        "130",
        "the write under way is settled or, within five seconds, unknown, and every role told",
        "acceptance/test_acceptance_process.py::test_ctrl_c_settles_the_write_under_way_and_names_every_role",
        "processes/test_processes_signals.py::test_a_silent_tenant_does_not_keep_a_report_back",
        reason="Both signals end with 130: there is one code for a run that was stopped",
    ),
    row(
        218,
        "cancelled by the runner",
        "",
        "the journal has each write before it is sent; the issue tells the run",
        "acceptance/test_acceptance_process.py::test_second_signal_stops_at_once_and_still_names_every_role",
        "acceptance/test_acceptance_workflows_apply.py::test_apply_that_is_cut_off_is_told",
        "processes/test_processes_signals.py::test_a_silent_tenant_does_not_keep_a_report_back",
    ),
    row(
        219,
        "a full disk for journal, plan or summary",
        "64 or 8",
        "without a journal entry nothing is sent",
        "processes/test_processes_limits.py::test_a_disk_that_fills_up_stops_the_writes_that_could_not_be_recorded",
        "unit/cli/test_cli_edges.py::test_journal_on_a_full_disk_fails_once_and_closes",
        "unit/cli/test_cli_edges.py::test_file_that_cannot_be_written_is_a_clear_error",
        "acceptance/test_acceptance_edges.py::test_journal_that_cannot_be_made_stops_before_the_first_write",
        "processes/test_processes_limits.py::test_a_disk_that_is_full_stops_an_apply_before_its_first_write",
        "processes/test_processes_limits.py::test_a_disk_that_fills_up_stops_the_writes_that_could_not_be_recorded",
        "processes/test_processes_limits.py::test_a_plan_that_does_not_fit_leaves_no_file_that_could_be_taken_for_it",
        reason="A folder that cannot be written to is `usage`, as nothing of the tenant was read in vain",
    ),
    row(
        221,
        "standard output or standard error closed",
        "same",
        "the apply goes on and is recorded",
        "acceptance/test_acceptance_process.py::test_streams_that_take_nothing_change_no_exit_code",
        "processes/test_processes_streams.py::test_an_apply_that_nobody_listens_to_is_carried_out",
        "acceptance/test_acceptance_process.py::test_closed_output_ends_quietly",
        "processes/test_processes_streams.py::test_an_apply_that_nobody_listens_to_is_carried_out",
        "processes/test_processes_streams.py::test_a_line_for_a_closed_stream_lands_in_no_other_file",
    ),
    row(
        222,
        "standard output that is not UTF-8",
        "same",
        "what it cannot show is escaped",
        "acceptance/test_acceptance_process.py::test_output_of_another_encoding_is_escaped",
        "processes/test_processes_streams.py::test_names_that_the_terminal_cannot_show_stop_nothing",
    ),
    row(
        224,
        "two applies of one commit at once",
        "0 and 0, 6 or 8",
        "their writes together are one plan",
        "processes/test_processes_two.py::test_two_applies_at_once_come_to_one_plan",
        reason="8 where the run that comes second had written something itself: it says what is left, which is nothing",
    ),
    row(
        225, "a person edits a role during an apply", "6 or 8", "the edit stays; `stale` where nothing was written yet"
    ),
    row(
        227,
        "a lock left by a dead run",
        "",
        "",
        reason="There is no lock: a precondition on each write lets one of two writers through",
    ),
    row(
        228,
        "no network from some moment on",
        "8",
        "each role applied, failed, unknown or not attempted, within the time limits",
    ),
    row(
        230,
        "administration reached one role and could not be taken from the other",
        "8",
        "each role told; the next run ends it",
    ),
    row(231, "a role created, and its id lost", "8, then 0", "found by its name; one role"),
    row(233, "the same files after half of them were applied", "0", "only the rest is written"),
    row(234, "a change reverted after half of it was applied", "0", "as before, with the confirmations that it needs"),
    row(
        236,
        "one of several parallel reads fails",
        "7",
        "`tenant.fault`",
        "wire/test_wire_pages.py::test_a_missing_last_page_is_no_listing",
        reason="Reads are made one after the other; one that fails is the end of the command",
    ),
)
