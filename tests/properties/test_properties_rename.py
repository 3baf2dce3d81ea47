"""Laws of renaming: roles hand their names on or swap them without a clash, and keep who holds them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from builders import (
    ADMIN,
    KEYS,
    UNKNOWN,
    a_live_role,
    a_person,
    a_request,
    a_role,
    a_tenant,
    applied,
    confirmed,
    how,
    planned,
)
from fakes.tenant import FakeTenant, Fault
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ConfirmationMissing, InputRejected
from reconciler.model.change import Action
from reconciler.model.finding import Guard
from reconciler.model.outcome import Result
from reconciler.model.permission import PermissionSet
from reconciler.model.person import PersonId
from reconciler.model.role import LONGEST_NAME, DesiredRole
from reconciler.operations.plan import Request

ORDINARY = tuple(key for key in KEYS if key != ADMIN)
NAMES = ("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern")


@st.composite
def chains(draw: st.DrawFn) -> tuple[tuple[DesiredRole, ...], int, dict[str, frozenset[str]]]:
    """Draw files that hand names on, how many of the renames are done already, and what each live role grants."""
    length = draw(st.integers(1, len(NAMES) - 1))
    grants = {name: draw(st.frozensets(st.sampled_from(ORDINARY))) for name in NAMES[: length + 1]}
    keys = draw(st.permutations([f"role-{n}" for n in range(length)]))
    files = tuple(
        a_role(key, name=NAMES[n + 1], previously=(NAMES[n],), grants=draw(st.frozensets(st.sampled_from(ORDINARY))))
        for n, key in enumerate(keys)
    )
    return files, draw(st.integers(0, length)), grants


@given(chains())
def test_renames_that_hand_names_on_are_applied_without_a_clash(
    drawn: tuple[tuple[DesiredRole, ...], int, dict[str, frozenset[str]]],
) -> None:
    """Wherever a chain of renames stopped before, applying it gives every role its name and keeps its holder."""
    files, done, grants = drawn
    length = len(files)
    ids = {n: f"rol_{n}" for n in range(length)}
    first = length - done
    live = [
        a_live_role(NAMES[n + 1] if n >= first else NAMES[n], id=ids[n], grants=grants[NAMES[n]], user_count=1)
        for n in range(length)
    ]
    people = [a_person(f"usr_{n}", str(n)) for n in range(length)]
    tenant = a_tenant(*live, people=people)
    request = confirmed(a_request(*files), tenant)

    report = applied(request, tenant).report

    assert report is None or report.complete
    after = {role.id: role.content for role in tenant.roles()}
    assert {ids[n]: files[n].content for n in range(length)} == after
    assert [{ids[n]} for n in range(length)] == [set(tenant.user(PersonId(f"usr_{n}")).role_ids) for n in range(length)]
    assert planned(request, tenant).plan.changes == ()


@dataclass(frozen=True)
class Swap:
    """Live roles beside files that permute their names and leave what they permit alone."""

    names: tuple[str, ...]
    """The name of each live role."""
    grants: tuple[PermissionSet, ...]
    """What each live role permits."""
    after: tuple[int, ...]
    """For each live role the one whose name it gets."""
    files: tuple[DesiredRole, ...]

    def tenant(self) -> FakeTenant:
        """Give a fresh tenant in the state before, with one holder for each role."""
        return a_tenant(
            *(
                a_live_role(name, id=f"rol_{n}", grants=grants, user_count=1)
                for n, (name, grants) in enumerate(zip(self.names, self.grants, strict=True))
            ),
            people=[a_person(f"usr_{n}", str(n)) for n in range(len(self.names))],
        )

    @property
    def request(self) -> Request:
        """Ask for the plan of the files."""
        return a_request(*self.files)

    def circles(self) -> list[list[int]]:
        """Give the roles of each circle; a role that keeps its name is in none."""
        found: list[list[int]] = []
        for first in range(len(self.after)):
            circle = [first]
            while (following := self.after[circle[-1]]) != first:
                circle.append(following)
            if len(circle) > 1 and first == min(circle):
                found.append(circle)
        return found

    @property
    def writes(self) -> int:
        """How many writes it takes: one for each role of a circle and one more for the circle."""
        return sum(len(circle) + 1 for circle in self.circles())

    def assert_done(self, tenant: FakeTenant) -> None:
        """Every live role has its new name, and is otherwise what it was, holders included."""
        for n, after in enumerate(self.after):
            role = tenant.live(self.names[after])
            assert (role.id, role.content.permissions) == (f"rol_{n}", self.grants[n])
            assert {f"rol_{n}"} == tenant.user(PersonId(f"usr_{n}")).role_ids
        assert planned(self.request, tenant).plan.changes == ()

    def assert_under_way(self, tenant: FakeTenant) -> None:
        """Whatever the names, every role permits what it did, each name is there once, and nothing came or went."""
        names = tenant.names()
        assert {tenant.live(n).id: tenant.live(n).content.permissions for n in names} == {
            f"rol_{n}": grants for n, grants in enumerate(self.grants)
        }
        assert len({name.casefold() for name in names}) == len(names) == len(self.names)
        assert all(len(name) <= LONGEST_NAME for name in names)


@st.composite
def swaps(draw: st.DrawFn, *, distinct: bool = True) -> Swap:
    """Draw a permutation of names; texts may change at the same time, and a tenant may know more than the lock."""
    count = draw(st.integers(2, 6))
    ending = draw(st.sampled_from(("", " Desk", " and a great many other things that this role is for and more")))
    sets = st.frozensets(st.sampled_from(ORDINARY), max_size=4)
    wanted = draw(st.lists(sets, min_size=count, max_size=count, unique=distinct))
    after = tuple(draw(st.permutations(range(count))))
    names = tuple(name + ending for name in NAMES[:count])
    keys = draw(st.permutations([f"role-{n}" for n in range(count)]))
    return Swap(
        names=names,
        grants=tuple(some | draw(st.sampled_from((frozenset(), frozenset({UNKNOWN})))) for some in wanted),
        after=after,
        files=tuple(
            a_role(
                key,
                name=names[after[n]],
                previously=() if after[n] == n else (names[n],),
                grants=wanted[n],
                description="" if after[n] == n else draw(st.sampled_from(("", "New text"))),
            )
            for n, key in enumerate(keys)
        ),
    )


@given(swaps())
def test_swap_gives_every_role_its_new_name_and_keeps_all_else(swap: Swap) -> None:
    """Any permutation of names is renames in the plan, one write more for each circle, and the same roles after it."""
    tenant = swap.tenant()
    request = confirmed(swap.request, tenant)

    done = applied(request, tenant)

    assert {change.action for change in done.plan.changes} <= {Action.RENAME}
    assert len(done.plan.changes) == sum(map(len, swap.circles()))
    assert len(tenant.writes) == swap.writes
    assert done.report is None or done.report.complete
    swap.assert_done(tenant)


@given(swaps(), st.integers(1, 3))
def test_swap_goes_on_wherever_it_stopped(swap: Swap, step: int) -> None:
    """Runs that stop after a few writes each take no more writes together than one that goes through."""
    tenant = swap.tenant()
    request = confirmed(swap.request, tenant)

    for _ in range(swap.writes):
        sent = len(tenant.writes)
        done = applied(request, tenant, how(stopped=lambda sent=sent: len(tenant.writes) >= sent + step))
        swap.assert_under_way(tenant)
        assert {change.action for change in done.plan.changes} <= {Action.RENAME}

    assert len(tenant.writes) == swap.writes
    swap.assert_done(tenant)


@pytest.mark.parametrize("fault", Fault)
@given(swaps(), st.integers(1, 8))
def test_swap_heals_from_a_fault_at_any_write(fault: Fault, swap: Swap, number: int) -> None:
    """Whatever a write comes to, the next run ends where a run without faults ends."""
    tenant = swap.tenant()
    request = confirmed(swap.request, tenant)
    tenant.fail(number, fault)

    first = applied(request, tenant).report
    swap.assert_under_way(tenant)
    applied(request, tenant)

    assert first is None or first.complete or Result.FAILED in {outcome.result for outcome in first.outcomes}
    swap.assert_done(tenant)


@given(swaps(distinct=False))
def test_swap_is_refused_exactly_where_all_roles_of_a_circle_permit_the_same(swap: Swap) -> None:
    """Only then could nobody tell later whether it is done; nothing is written, and no other circle is named."""
    tenant = swap.tenant()
    alike = [circle for circle in swap.circles() if len({swap.files[n].content.permissions for n in circle}) == 1]

    if not alike:
        applied(confirmed(swap.request, tenant), tenant)
        swap.assert_done(tenant)
        return
    with pytest.raises(InputRejected) as raised:
        applied(swap.request, tenant)

    assert {problem.path for problem in raised.value.problems} == {
        swap.files[n].origin.path for circle in alike for n in circle
    }
    assert tenant.writes == []


@given(swaps(), st.data())
def test_swap_that_is_done_stays_done_while_any_of_its_roles_is_as_its_file_says(
    swap: Swap, data: st.DataObject
) -> None:
    """Edits in the product after a swap are changes of permissions in the plan; no name is taken for a rename."""
    tenant = swap.tenant()
    applied(confirmed(swap.request, tenant), tenant)
    edited: set[int] = set()
    for circle in swap.circles():
        edited |= set(data.draw(st.lists(st.sampled_from(circle), unique=True, max_size=len(circle) - 1)))

    for n in edited:
        live = tenant.live(swap.names[swap.after[n]])
        tenant.edit_by_hand(live.id, replace(live.content, permissions=live.content.permissions | {ADMIN}))

    changes = planned(swap.request, tenant).plan.changes
    assert {(change.action, change.role) for change in changes} == {(Action.UPDATE, swap.files[n].key) for n in edited}
    assert all(change.revokes == (ADMIN,) for change in changes)


@given(swaps())
def test_swap_that_is_to_begin_is_done_by_nobody_without_a_yes_to_it(swap: Swap) -> None:
    """Each circle asks once, names every role and the temporary name, and without an answer nothing is written."""
    tenant = swap.tenant()
    made = planned(swap.request, tenant).plan

    asked = [finding for finding in made.findings if finding.guard is Guard.SWAP]

    assert len(asked) == len(swap.circles())
    for circle in swap.circles():
        (finding,) = [each for each in asked if each.role in {swap.files[n].key for n in circle}]
        assert all(f'"{swap.names[n]}"' in finding.message for n in circle)
    through = {change.role: change.temporary for change in made.changes if change.temporary is not None}
    assert set(through) == {finding.role for finding in asked}
    if asked:
        with pytest.raises(ConfirmationMissing):
            applied(swap.request, tenant)
    assert tenant.writes == []
