"""Carrying a plan out write by write: journal, stop, conflict, moves, outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from builders import (
    REPLY,
    TAG,
    VIEW,
    MemoryJournal,
    Silence,
    a_content,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    applied,
    confirmed,
    how,
    planned,
)
from fakes.clock import FakeClock
from fakes.tenant import FakeTenant, Fault

from reconciler.core.naming import temporary_name
from reconciler.errors import TenantUnreachable
from reconciler.model.outcome import Outcome, Report, Result
from reconciler.model.person import PersonId
from reconciler.model.role import RoleId, RoleKind
from reconciler.operations.execute import Execution
from reconciler.operations.plan import Planned

PEOPLE = (a_person("u1", "Old", "Older"), a_person("u2", "Older", active=False), a_person("u3", "Agent"))
REQUEST = a_request(
    a_role("agent", grants=(VIEW, TAG)),
    a_role("fresh"),
    a_retired_role("old", move_users_to="agent"),
    a_retired_role("older", move_users_to="fresh"),
)
WRITES = 7
"""Update agent, create fresh, three moves, two deletions."""


def a_desk() -> FakeTenant:
    """Give a tenant that the request changes in every way."""
    live = (a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Old"), a_live_role("Older"))
    return a_tenant(*live, people=PEOPLE)


def report(tenant: FakeTenant, **manner: object) -> Report:
    """Apply the request and give its report."""
    found = applied(REQUEST, tenant, how(**manner)).report
    assert found is not None
    return found


def results(found: Report) -> dict[str, Result]:
    """Give the result of each role."""
    return {outcome.role: outcome.result for outcome in found.outcomes}


def test_execute_applies_every_change_and_moves_everybody() -> None:
    """Roles, people and deletions end as planned, in as many writes as there are."""
    tenant = a_desk()

    done = report(tenant)

    assert done.complete
    assert (done.writes, done.interrupted, done.stale) == (WRITES, False, False)
    assert tenant.names() == ("Agent", "Fresh")
    fresh = tenant.live("Fresh").id
    assert tenant.user(PersonId("u1")).role_ids == {"rol_agent", fresh}
    assert tenant.user(PersonId("u2")).role_ids == {fresh}


def test_execute_gives_one_outcome_for_each_change_in_the_order_of_the_plan() -> None:
    """The report is folded from outcomes and names each role."""
    done = applied(REQUEST, a_desk())

    assert done.report is not None
    assert [c.role for c in done.plan.changes] == [o.role for o in done.report.outcomes]
    assert done.report.outcomes[0] == Outcome(role="agent", name="Agent", action="update", result=Result.APPLIED)
    assert done.report.digest == done.plan.digest


def test_execute_journals_before_and_after_each_write() -> None:
    """The entry before holds both ends; the entry after says what became of it."""
    journal = MemoryJournal()

    report(a_desk(), journal=journal)

    assert [entry["event"] for entry in journal.entries] == ["sending", "settled"] * WRITES
    assert [entry["write"] for entry in journal.entries] == [n for n in range(1, WRITES + 1) for _ in (0, 1)]
    requests = [entry["request"] for entry in journal.entries if entry["event"] == "sending"]
    assert requests == ["update", "create", "move", "move", "move", "delete", "delete"]
    before, after = (journal.entries[0][side] for side in ("before", "after"))
    assert (before["permissions"], after["permissions"]) == ([REPLY, VIEW], [TAG, VIEW])
    assert journal.entries[0]["of"] == WRITES
    assert journal.entries[1]["result"] == "applied"
    assert journal.entries[1]["sent"] == 1


def test_execute_journals_moves_and_deletions_with_what_explains_them() -> None:
    """Who left which role for which, and what a deleted role was."""
    journal = MemoryJournal()

    report(a_desk(), journal=journal)

    move, deletion = journal.entries[4], journal.entries[-2]
    assert (move["person"], move["leaves"], move["joins"]) == ("u1", "rol_old", "agent")
    assert (deletion["id"], deletion["after"]) == ("rol_older", None)
    assert journal.entries[2]["before"] is None


class WatchedJournal(MemoryJournal):
    """A journal that remembers how many writes had been sent at each entry."""

    def __init__(self, tenant: FakeTenant) -> None:
        super().__init__()
        self._tenant = tenant
        self.sent: list[int] = []

    def write(self, entry: object) -> None:
        """Look at the tenant, then keep the entry."""
        self.sent.append(len(self._tenant.writes))
        super().write(entry)


def test_execute_sends_nothing_before_its_entry_is_on_disk() -> None:
    """Each entry before a write finds one write less than the entry after it."""
    tenant = a_desk()
    journal = WatchedJournal(tenant)

    report(tenant, journal=journal)

    assert journal.sent == [n for write in range(WRITES) for n in (write, write + 1)]


@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_execute_sends_no_write_that_it_could_not_journal(write: int) -> None:
    """A full disk stops the run before the write, and the change failed without being sent."""
    tenant = a_desk()

    done = report(tenant, journal=MemoryJournal(broken_from=2 * write - 1))

    assert len(tenant.writes) == write - 1 == done.writes
    assert not done.complete
    (failed,) = (o for o in done.outcomes if "journal" in o.detail)
    assert failed.result is Result.FAILED
    assert failed.detail.startswith("not sent: the journal cannot be written (No space left on device)")


@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_execute_stops_when_the_end_of_a_write_could_not_be_journaled(write: int) -> None:
    """The write was applied and cannot be proved from the journal, so its outcome is unknown and nothing follows."""
    tenant = a_desk()

    done = report(tenant, journal=MemoryJournal(broken_from=2 * write))

    assert len(tenant.writes) == write == done.writes
    (unknown,) = (o for o in done.outcomes if o.result is Result.UNKNOWN)
    assert unknown.detail.startswith("applied, but the journal cannot be written")


def test_execute_keeps_the_reason_of_a_failure_whose_end_could_not_be_journaled() -> None:
    """A refusal stays a refusal."""
    tenant = a_desk()
    tenant.fail(1, Fault.REFUSED)

    done = report(tenant, journal=MemoryJournal(broken_from=2))

    assert done.outcomes[0].result is Result.FAILED
    assert done.outcomes[0].detail == "update_role: refused by the script"


@pytest.mark.parametrize("writes", range(WRITES))
def test_execute_stops_between_writes_when_asked(writes: int) -> None:
    """The write under way is settled, and no other begins."""
    tenant = a_desk()

    done = report(tenant, stopped=lambda: len(tenant.writes) >= writes)

    assert len(tenant.writes) == writes
    assert done.interrupted
    assert not done.complete
    assert results(done)["older"] is (Result.FAILED if writes >= 4 else Result.NOT_ATTEMPTED)


def test_execute_says_how_far_a_stopped_change_came() -> None:
    """Holders that were moved are told, and what was never begun is not attempted."""
    tenant = a_desk()

    done = report(tenant, stopped=lambda: len(tenant.writes) >= 3)

    details = {o.role: (o.result, o.detail) for o in done.outcomes}
    assert details["agent"] == (Result.APPLIED, "")
    assert details["old"] == (Result.FAILED, "the run stopped: 1 of 2 steps were applied")
    assert details["older"] == (Result.NOT_ATTEMPTED, "")


@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_execute_tells_a_conflict_as_stale_and_keeps_the_newer_value(write: int) -> None:
    """A tenant that moved under the plan stops it."""
    tenant = a_desk()
    tenant.fail(write, Fault.CONFLICT)

    done = report(tenant)

    assert done.stale
    assert len(tenant.writes) == write
    assert [o.detail for o in done.outcomes if "moved by the script" in o.detail]


def test_execute_never_overwrites_an_edit_made_in_the_product_meanwhile() -> None:
    """Somebody edits the role between plan and write: their edit stays."""
    tenant = a_desk()
    theirs = a_content("Agent", VIEW, description="Edited by hand")
    tenant.before_write(1, lambda: tenant.edit_by_hand(RoleId("rol_agent"), theirs))

    done = report(tenant)

    assert done.stale
    assert tenant.live("Agent").content == theirs
    assert results(done)["agent"] is Result.FAILED


def test_execute_never_moves_a_person_who_changed_meanwhile() -> None:
    """Somebody is suspended between plan and move: nothing of theirs is touched."""
    tenant = a_desk()
    tenant.before_write(3, lambda: tenant.set_active(PersonId("u1"), active=False))

    done = report(tenant)

    assert done.stale
    assert tenant.user(PersonId("u1")).role_ids == {"rol_old", "rol_older"}
    assert "Old" in tenant.names()


@pytest.mark.parametrize("write", range(1, WRITES + 1))
@pytest.mark.parametrize("fault", [Fault.UNCLEAR_WITH_EFFECT, Fault.UNCLEAR_WITHOUT_EFFECT])
def test_execute_survives_a_write_without_an_answer(fault: Fault, write: int) -> None:
    """It is read back, repeated only if it had no effect, and the run goes on to the end."""
    tenant = a_desk()
    tenant.fail(write, fault)

    done = report(tenant)

    assert done.complete
    assert done.writes == WRITES + (fault is Fault.UNCLEAR_WITHOUT_EFFECT)
    assert tenant.names() == ("Agent", "Fresh")


@pytest.mark.parametrize("write", range(1, WRITES + 1))
@pytest.mark.parametrize("fault", Fault)
def test_execute_is_healed_by_a_run_without_faults(fault: Fault, write: int) -> None:
    """For each write and each fault the next run ends where a run without faults ends."""
    calm, tenant = a_desk(), a_desk()
    tenant.fail(write, fault)

    applied(REQUEST, calm)
    applied(REQUEST, tenant)
    applied(REQUEST, tenant)

    assert [calm.live(n).content for n in calm.names()] == [tenant.live(n).content for n in tenant.names()]
    assert applied(REQUEST, tenant).report is None


def reads_before_writes() -> int:
    """Give how many reads a plan costs."""
    tenant = a_desk()
    planned(REQUEST, tenant)
    return tenant.reads


@pytest.mark.parametrize("write", range(1, WRITES + 1))
def test_execute_calls_a_write_unknown_that_could_not_be_read_back(write: int) -> None:
    """A yes that nobody can see is no proof; the run stops, and the next one converges."""
    tenant = a_desk()
    # The role that is narrowed first is counted again before its write.
    tenant.fail_read(reads_before_writes() + 1 + write, TenantUnreachable("down"))

    done = report(tenant)

    assert len(tenant.writes) == write
    (unknown,) = (o for o in done.outcomes if o.result is Result.UNKNOWN)
    assert unknown.detail.startswith("it could not be read back: down")
    applied(REQUEST, tenant)
    assert tenant.names() == ("Agent", "Fresh")


class StubbornTenant(FakeTenant):
    """Says yes and does something else."""

    spoil: object = None

    def update_role(self, live: object, content: object) -> None:
        """Update, then let somebody spoil it."""
        super().update_role(live, content)
        self.spoil(self)

    def create_role(self, content: object) -> RoleId:
        """Create, then let somebody spoil it."""
        made = super().create_role(content)
        self.spoil(self)
        return made

    def assign_roles(self, person: object, role_ids: object) -> None:
        """Assign, then let somebody spoil it."""
        super().assign_roles(person, role_ids)
        self.spoil(self)

    def delete_role(self, live: object) -> None:
        """Say yes and keep the role."""


def stubborn(spoil: object, *files: object) -> tuple[Report, StubbornTenant]:
    """Apply files to a tenant that spoils what it was told."""
    made = StubbornTenant(
        catalogue=a_desk().catalogue(),
        roles=(a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Old")),
        people=(a_person("u1", "Old"),),
        account=a_desk().identity()[1],
    )
    made.spoil = spoil
    found = applied(a_request(*files), made).report
    assert found is not None
    return found, made


def retyped(tenant: StubbornTenant) -> None:
    """Turn the role into a standard one."""
    role = tenant._roles[RoleId("rol_agent")]
    tenant._roles[role.id] = replace(role, kind=RoleKind.STANDARD)


KEEP = (a_role("agent", grants=(VIEW, REPLY)), a_retired_role("old", move_users_to="agent"))
MISMATCHES = {
    "an update of which a part was dropped": (
        lambda t: t.edit_by_hand(RoleId("rol_agent"), a_content("Agent", TAG)),
        (a_role("agent", grants=(VIEW, TAG)),),
    ),
    "a role that is gone": (lambda t: t.remove_by_hand(RoleId("rol_agent")), (a_role("agent", grants=(VIEW, TAG)),)),
    "a role of another kind": (retyped, (a_role("agent", grants=(VIEW, TAG)),)),
    "a creation of which a part was dropped": (
        lambda t: t.edit_by_hand(t.live("Fresh").id, a_content("Fresh")),
        (a_role("fresh"),),
    ),
    "a creation that is not there": (lambda t: t.remove_by_hand(t.live("Fresh").id), (a_role("fresh"),)),
    "a person with other roles": (
        lambda t: t._people.update(u1=replace(t._people["u1"], role_ids=frozenset())),
        KEEP,
    ),
    "a person who is gone": (lambda t: t._people.clear(), KEEP),
    "a move that did not happen": (
        lambda t: t._people.update(u1=replace(t._people["u1"], role_ids=frozenset({RoleId("rol_old")}))),
        KEEP,
    ),
    "a deletion that did not happen": (lambda _: None, KEEP),
}


@pytest.mark.parametrize("case", MISMATCHES)
def test_execute_believes_the_read_back_and_not_the_answer(case: str) -> None:
    """A tenant that says yes and does something else has failed the change."""
    spoil, files = MISMATCHES[case]

    done, _ = stubborn(spoil, *files)

    assert [outcome.result for outcome in done.outcomes] == [Result.FAILED]
    assert "read back" in done.outcomes[0].detail


def test_execute_finds_a_role_created_without_an_answer_by_its_name() -> None:
    """The id was lost, the name is unique: the role is found and not created twice."""
    tenant = a_desk()
    tenant.fail(2, Fault.UNCLEAR_WITH_EFFECT)

    report(tenant)

    assert [call.method for call in tenant.writes].count("create_role") == 1


class Counting(Silence):
    """Progress that is remembered."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int | None]] = []
        self.steps = 0

    def stage(self, label: str, total: int | None) -> None:
        """Remember a stage."""
        self.stages.append((label, total))

    def advance(self, steps: int = 1) -> None:
        """Count steps."""
        self.steps += steps


def test_execute_tells_its_progress() -> None:
    """As many steps as writes."""
    tenant, progress = a_desk(), Counting()
    made: Planned = planned(REQUEST, tenant)

    Execution(tenant=tenant, journal=MemoryJournal(), clock=FakeClock(), progress=progress, stopped=lambda: False).run(
        made
    )

    assert progress.stages == [("Applying", WRITES)]
    assert progress.steps == WRITES


def a_desk_without_preconditions() -> FakeTenant:
    """Give a tenant whose product cannot refuse a stale write by itself."""
    live = (a_live_role("Agent", grants=(VIEW, REPLY)), a_live_role("Old"), a_live_role("Older"))
    return a_tenant(*(replace(role, version="") for role in live), people=(replace(p, version="") for p in PEOPLE))


def meanwhile(act: Callable[[FakeTenant], None]) -> tuple[FakeTenant, Report]:
    """Let somebody act in such a tenant after the plan and before the first write."""
    tenant = a_desk_without_preconditions()

    def answer(_: Planned) -> bool:
        act(tenant)
        return True

    return tenant, report(tenant, announce=answer)


def test_execute_writes_without_preconditions_when_nothing_moved() -> None:
    """Where the product has none, each role and person is read again, and the run ends as always."""
    tenant, done = meanwhile(lambda _: None)

    assert done.complete
    assert tenant.names() == ("Agent", "Fresh")


@pytest.mark.parametrize(
    ("act", "writes"),
    [
        (lambda t: t.edit_by_hand(RoleId("rol_agent"), a_content("Agent", TAG)), 0),
        (lambda t: t.remove_by_hand(RoleId("rol_agent")), 0),
        (lambda t: t._people.pop(PersonId("u1")), 2),
        (lambda t: t._people.update(u1=replace(t._people["u1"], role_ids=frozenset({"rol_other"}))), 2),
        (lambda t: t.edit_by_hand(RoleId("rol_old"), a_content("Old", TAG)), 5),
    ],
)
def test_execute_reads_again_where_the_product_has_no_precondition(
    act: Callable[[FakeTenant], None], writes: int
) -> None:
    """What somebody changed since the plan is found before the write, and nothing is sent over it."""
    tenant, done = meanwhile(act)

    assert done.stale
    assert len(tenant.writes) == writes == done.writes
    assert [o for o in done.outcomes if "not sent: it changed since the plan" in o.detail]


def test_execute_sends_nothing_when_it_cannot_read_again() -> None:
    """A role that cannot be read before its write is not written."""
    tenant = a_desk_without_preconditions()
    tenant.fail_read(reads_before_writes() + 2, TenantUnreachable("down"))

    done = report(tenant)

    assert tenant.writes == []
    assert (done.outcomes[0].result, done.outcomes[0].detail) == (Result.FAILED, "not sent: down")


def test_execute_cut_short_between_writes_names_every_role() -> None:
    """Who stops the run while nothing is under way gets the report of what was done until then."""
    answers = iter([False, False])

    def stopped() -> bool:
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    found = report(a_desk(), stopped=stopped)

    assert found.interrupted
    assert {"agent": Result.APPLIED, "fresh": Result.APPLIED} == {
        role: result for role, result in results(found).items() if result is Result.APPLIED
    }
    assert set(results(found).values()) == {Result.APPLIED, Result.NOT_ATTEMPTED}


def test_execute_cut_short_under_way_does_not_know_what_became_of_it() -> None:
    """A write that nobody waited for is unknown, in the report and in the journal, and nothing follows it."""
    tenant, journal = a_desk(), MemoryJournal()

    def leave() -> None:
        raise KeyboardInterrupt

    tenant.before_write(2, leave)

    found = report(tenant, journal=journal)

    assert found.interrupted
    assert results(found)["fresh"] is Result.UNKNOWN
    assert journal.entries[-1]["result"] == "unknown"
    assert len(tenant.writes) <= 2


SWAP = a_request(
    a_role("a", name="Beta", previously=("Alpha",), grants=(VIEW,)),
    a_role("b", name="Alpha", previously=("Beta",), grants=(REPLY,)),
)


def a_desk_to_swap(*, version: str = '"first"') -> FakeTenant:
    """Give a tenant with the two roles that swap names."""
    live = (a_live_role("Alpha", grants=(VIEW,)), a_live_role("Beta", grants=(REPLY,)))
    return a_tenant(*(replace(role, version=version) for role in live))


@pytest.mark.parametrize("version", ['"first"', ""])
def test_execute_writes_a_role_again_by_what_its_first_write_left(version: str) -> None:
    """A swap writes one role twice, and the second write goes by the version that was read back after the first."""
    tenant = a_desk_to_swap(version=version)

    found = applied(confirmed(SWAP, a_desk_to_swap()), tenant).report

    assert found is not None
    assert found.complete
    assert [call.arguments[0].version for call in tenant.writes] == [version, version, '"fake-1"']
    assert (tenant.live("Alpha").id, tenant.live("Beta").id) == ("rol_beta", "rol_alpha")


@pytest.mark.parametrize("version", ['"first"', ""])
def test_execute_stops_a_swap_when_somebody_else_writes_half_way(version: str) -> None:
    """What was changed after the first of two writes is not written over; the report says how far it came."""
    tenant = a_desk_to_swap(version=version)
    aside = temporary_name("Beta")

    def stopped() -> bool:
        if len(tenant.writes) == 2:
            tenant.edit_by_hand(RoleId("rol_alpha"), a_content(aside, VIEW, TAG))
        return False

    found = applied(confirmed(SWAP, a_desk_to_swap()), tenant, how(stopped=stopped)).report

    assert found is not None
    assert found.stale
    assert [outcome.result for outcome in found.outcomes] == [Result.APPLIED, Result.FAILED]
    assert found.outcomes[1].detail.endswith("; 1 of 2 steps were applied")
    assert tenant.live(aside).content == a_content(aside, VIEW, TAG)


def test_execute_says_how_far_a_swap_came_where_it_stopped() -> None:
    """One outcome for each role, though one of them has two steps."""
    tenant = a_desk_to_swap()

    found = applied(confirmed(SWAP, a_desk_to_swap()), tenant, how(stopped=lambda: len(tenant.writes) == 1)).report

    assert found is not None
    assert [(o.role, o.result, o.detail) for o in found.outcomes] == [
        ("b", Result.NOT_ATTEMPTED, ""),
        ("a", Result.FAILED, "the run stopped: 1 of 2 steps were applied"),
    ]
    assert (found.writes, found.proved, found.interrupted) == (1, 1, True)


@pytest.mark.parametrize("number", [1, 2], ids=["updated", "deleted"])
def test_execute_tells_a_role_that_disappeared_as_a_state_that_moved(number: int) -> None:
    """Somebody deletes the role just before it is written: the run is stale, and the report says why."""
    tenant = a_tenant(a_live_role("Agent"), a_live_role("Old"))
    name = RoleId("rol_agent" if number == 1 else "rol_old")
    tenant.before_write(number, lambda: tenant.remove_by_hand(name))
    request = a_request(a_role("agent", grants=(VIEW, TAG)), a_retired_role("old"))

    done = applied(request, tenant, how()).report

    assert done is not None
    assert done.stale
    assert "it disappeared since the plan: /roles: answered 404" in done.outcomes[number - 1].detail
    assert (done.writes, done.proved) == (number, number - 1)


def test_execute_keeps_a_refusal_where_nobody_can_say_whether_the_role_is_there() -> None:
    """A write is refused and the role cannot be read: the refusal is told as it is."""
    tenant = a_tenant(a_live_role("Agent"))
    tenant.fail(1, Fault.REFUSED)
    tenant.before_write(1, lambda: tenant.fail_read(tenant.reads + 1, TenantUnreachable("no answer")))

    done = applied(a_request(a_role("agent", grants=(VIEW, TAG))), tenant, how()).report

    assert done is not None
    assert (done.stale, results(done)) == (False, {"agent": Result.FAILED})
    assert done.outcomes[0].detail == "update_role: refused by the script"
