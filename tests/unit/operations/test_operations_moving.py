"""Many people moved with one request: each is journalled, read back and told by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import (
    KEYS,
    NOBODY,
    VIEW,
    MemoryJournal,
    a_catalogue,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    applied,
    confirmed,
    how,
    some_people,
)
from fakes.tenant import FakeTenant

from reconciler.errors import TenantUnreachable, WriteConflict, WriteRefused, WriteUnclear
from reconciler.model.outcome import Report, Result
from reconciler.model.person import Person
from reconciler.model.role import RoleId
from reconciler.model.write import CreateRole, MoveHolder, Write
from reconciler.operations.moving import batches
from reconciler.ports import ManyWriter

AGENT = RoleId("rol_agent")
REQUEST = a_request(a_role("agent", grants=(VIEW,)), a_retired_role("old", move_users_to="agent"))


class Crowd(FakeTenant):
    """Takes many people at once; each time it is asked the next script decides whom it moves and what it says."""

    def __init__(self, number: int, *scripts: Callable[[Crowd, tuple[Person, ...], RoleId], None]) -> None:
        super().__init__(
            catalogue=a_catalogue(*KEYS),
            roles=(a_live_role("Agent", grants=(VIEW,)), a_live_role("Old")),
            people=some_people(number, "Old"),
            account=NOBODY,
        )
        self.asked: list[int] = []
        """How many people each request was for."""
        self._scripts = list(scripts)

    def assign_many(self, people: tuple[Person, ...], role_id: RoleId) -> None:
        """Do as the script says, or move everybody."""
        self.asked.append(len(people))
        script = self._scripts.pop(0) if self._scripts else all_of_them
        script(self, people, role_id)

    def report(self, journal: MemoryJournal | None = None, **manner: object) -> Report:
        """Retire the role and give the report."""
        found = applied(confirmed(REQUEST, self), self, how(journal=journal, **manner)).report
        assert found is not None
        return found


def some_of_them(number: int | None, error: Exception | None) -> Callable[[Crowd, tuple[Person, ...], RoleId], None]:
    """Make a script: move the first ones, then raise."""

    def script(tenant: Crowd, people: tuple[Person, ...], role_id: RoleId) -> None:
        for person in people[:number]:
            tenant.assign_roles(person, frozenset({role_id}))
        if error is not None:
            raise error

    return script


all_of_them = some_of_them(None, None)
UNCLEAR = WriteUnclear("PUT /many: its job failed")


def outcome(report: Report) -> tuple[Result, str]:
    """Give how the retirement ended."""
    (found,) = (outcome for outcome in report.outcomes if outcome.role == "old")
    return found.result, found.detail


def test_all_holders_are_moved_with_one_request_a_hundred() -> None:
    """250 people are three requests, each journalled for every person, and the role is gone."""
    tenant, journal = Crowd(250), MemoryJournal()
    report = tenant.report(journal)

    assert isinstance(tenant, ManyWriter)
    assert tenant.asked == [100, 100, 50]
    assert (outcome(report), report.proved, report.writes) == ((Result.APPLIED, ""), 251, 4)
    assert tenant.names() == ("Agent",)
    moves = [entry for entry in journal.entries if entry.get("request") == "move"]
    assert [entry["write"] for entry in moves] == list(range(1, 251))
    assert len([entry for entry in journal.entries if entry["event"] == "settled"]) == 251
    assert len([call for call in tenant.calls if call.method == "person"]) == 0


def test_one_holder_is_moved_alone() -> None:
    """There is nothing to put together."""
    tenant = Crowd(1)

    assert outcome(tenant.report()) == (Result.APPLIED, "")
    assert tenant.asked == []


@pytest.mark.parametrize("number", [0, 2, 5])
def test_an_unclear_answer_is_read_back_and_repeated_for_those_left(number: int) -> None:
    """Whoever has the role is moved, whatever was said; the others are asked for once more."""
    tenant = Crowd(5, some_of_them(number, UNCLEAR))

    assert outcome(tenant.report()) == (Result.APPLIED, "")
    assert tenant.asked == ([5, 5 - number] if number < 5 else [5])


def test_what_never_has_an_effect_is_told() -> None:
    """Three times sent and each time read back; those who were moved count."""
    tenant = Crowd(5, some_of_them(2, UNCLEAR), some_of_them(0, UNCLEAR), some_of_them(0, UNCLEAR))
    report = tenant.report()
    result, detail = outcome(report)

    assert tenant.asked == [5, 3, 3]
    assert result is Result.FAILED
    assert "it had no effect; the last answer: PUT /many: its job failed" in detail
    assert "2 of 6 steps were applied" in detail
    assert report.proved == 2
    assert tenant.names() == ("Agent", "Old")


@pytest.mark.parametrize(
    ("error", "stale"), [(WriteRefused("PUT /many: no"), False), (WriteConflict("somebody moved"), True)]
)
def test_a_clear_no_ends_the_run(error: Exception, *, stale: bool) -> None:
    """Nobody was moved, and nothing follows."""
    tenant = Crowd(3, some_of_them(0, error))
    report = tenant.report()

    assert outcome(report)[0] is Result.FAILED
    assert (report.stale, report.proved, tenant.asked) == (stale, 0, [3])


def test_a_yes_without_an_effect_is_a_mismatch() -> None:
    """Those who were moved count all the same."""
    tenant = Crowd(3, some_of_them(1, None))
    report = tenant.report()

    assert outcome(report)[0] is Result.FAILED
    assert "nothing had changed" in outcome(report)[1]
    assert report.proved == 1


def elsewhere(number: int, error: Exception | None = None) -> Callable[[Crowd, tuple[Person, ...], RoleId], None]:
    """Make a script: the first ones get a role besides, the others are moved, and then it raises."""

    def script(tenant: Crowd, people: tuple[Person, ...], role_id: RoleId) -> None:
        for person in people[:number]:
            tenant.assign_roles(person, person.role_ids | {role_id})
        some_of_them(None, error)(tenant, people[number:], role_id)

    return script


@pytest.mark.parametrize("error", [None, UNCLEAR])
def test_somebody_with_a_third_role_is_a_mismatch_and_the_others_are_moved(error: Exception | None) -> None:
    """Somebody else wrote meanwhile: their value is kept, and 99 whose move shows are told as moved."""
    tenant, journal = Crowd(100, elsewhere(1, error)), MemoryJournal()
    report = tenant.report(journal)
    result, detail = outcome(report)

    assert result is Result.FAILED
    assert "neither the state before nor the one asked for" in detail
    assert "99 of 101 steps were applied" in detail
    assert (report.proved, report.writes, tenant.asked) == (99, 1, [100])
    settled = [entry["result"] for entry in journal.entries if entry["event"] == "settled"]
    assert settled == ["mismatch", *["applied"] * 99]


def test_whoever_went_elsewhere_is_left_out_of_a_repetition() -> None:
    """Those of whom nothing shows are asked for again, and the one whom somebody else moved is not."""

    def one_elsewhere(tenant: Crowd, people: tuple[Person, ...], role_id: RoleId) -> None:
        tenant.assign_roles(people[0], people[0].role_ids | {role_id})
        raise UNCLEAR

    tenant = Crowd(5, one_elsewhere)
    report = tenant.report()

    assert (tenant.asked, report.proved, report.writes) == ([5, 4], 4, 2)
    assert outcome(report)[0] is Result.FAILED


def test_somebody_who_is_between_two_states_is_looked_at_again() -> None:
    """A person who shows another role while others do not show yet is moved in the end."""

    class Slow(Crowd):
        looks = 0

        def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
            if self.asked and role_id == AGENT:
                self.looks += 1
                for person in self.people_left() if self.looks == 2 else ():
                    self.hold_by_hand(person.id, frozenset({AGENT}))
            return super().holders(role_id)

        def people_left(self) -> list[Person]:
            return [person for person in self._people.values() if person.role_ids != {AGENT}]

    def begun(tenant: Crowd, people: tuple[Person, ...], role_id: RoleId) -> None:
        tenant.assign_roles(people[0], people[0].role_ids | {role_id})

    assert outcome(Slow(3, begun).report()) == (Result.APPLIED, "")


def test_what_cannot_be_read_back_is_unknown() -> None:
    """Neither moved nor not."""

    def gone(tenant: Crowd, _people: tuple[Person, ...], _role: RoleId) -> None:
        tenant.fail_read(tenant.reads + 1, TenantUnreachable("GET /users: no answer"))

    result, detail = outcome(Crowd(3, gone).report())

    assert result is Result.UNKNOWN
    assert "could not be read back" in detail


def test_people_whom_nobody_may_list_are_read_one_by_one() -> None:
    """A listing that the key may not make is no reason to know less."""

    def hide(tenant: Crowd, people: tuple[Person, ...], role_id: RoleId) -> None:
        all_of_them(tenant, people, role_id)
        tenant.lists_holders = False

    tenant = Crowd(3, hide)

    assert outcome(tenant.report()) == (Result.APPLIED, "")
    assert len([call for call in tenant.calls if call.method == "person"]) == 3


@pytest.mark.parametrize("broken_from", [1, 3, 4, 6])
def test_a_journal_that_cannot_be_written_stops_the_run(broken_from: int) -> None:
    """Before the request nothing is sent; after it what was applied and not recorded is told as unknown."""
    tenant = Crowd(3)
    report = tenant.report(MemoryJournal(broken_from=broken_from))

    assert outcome(report)[0] is (Result.FAILED if broken_from <= 3 else Result.UNKNOWN)
    assert tenant.asked == ([] if broken_from <= 3 else [3])
    assert report.proved == max(0, broken_from - 4)


def test_a_stop_while_it_is_under_way_leaves_all_of_them_unknown() -> None:
    """Nobody waits for the answer, so nobody knows it."""

    def stop(_tenant: Crowd, _people: tuple[Person, ...], _role: RoleId) -> None:
        raise KeyboardInterrupt

    report = Crowd(3, stop).report()

    assert outcome(report)[0] is Result.UNKNOWN
    assert report.interrupted


def a_move(leaves: str, joins: str, number: int) -> MoveHolder:
    """Give the move of one person."""
    role = a_retired_role(leaves).key
    return MoveHolder(role=role, person=a_person(f"u{number}", leaves), leaves=RoleId(leaves), joins=a_role(joins).key)


def test_only_moves_between_the_same_roles_go_together() -> None:
    """The order of writes stays, and everything else goes alone."""
    create = CreateRole(role=a_role("new").key, content=a_role("new").content)
    moves = [a_move("old", "new", 1), a_move("old", "new", 2), a_move("old", "other", 3), a_move("older", "new", 4)]
    writes: tuple[Write, ...] = (create, create, *moves)

    found = list(batches(writes, 100))

    assert [len(batch) for batch in found] == [1, 1, 2, 1, 1]
    assert tuple(write for batch in found for write in batch) == writes
    assert [len(batch) for batch in batches(writes, 1)] == [1] * 6
