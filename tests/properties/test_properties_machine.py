"""Git, people in the product, faults and applies in any order: what must hold after every step of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from builders import ADMIN, a_content, a_plan, a_request, applied, everything_confirmed, how, planned
from fakes.tenant import FakeTenant, Fault
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from properties.strategies import World, permission_sets, worlds

from reconciler.core.facts import Facts
from reconciler.errors import InputRejected, PlanRefused, PlanStale
from reconciler.model.change import Create
from reconciler.model.person import PersonId
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId
from reconciler.operations.plan import Request


class Desk(RuleBasedStateMachine):
    """A tenant and a repository that many hands change."""

    tenant: FakeTenant
    files: tuple[DesiredRole | RetiredRole, ...]
    people: tuple[PersonId, ...]

    @initialize(world=worlds())
    def open(self, world: World) -> None:
        """Begin with some tenant and some files."""
        self.tenant, self.files = world.tenant(), world.files
        self.people = tuple(person.id for person in world.people)

    @rule(world=worlds())
    def edit_git(self, world: World) -> None:
        """Somebody merges other files."""
        self.files = world.files

    @rule(number=st.integers(0, 9), grants=permission_sets)
    def edit_role_by_hand(self, number: int, grants: frozenset[str]) -> None:
        """Somebody edits a role in the product."""
        names = self.tenant.names()
        if names:
            name = names[number % len(names)]
            self.tenant.edit_by_hand(self.tenant.live(name).id, a_content(name, *grants))

    @rule(number=st.integers(0, 9), active=st.booleans())
    def suspend_or_return(self, number: int, *, active: bool) -> None:
        """Somebody leaves, or comes back."""
        if self.people:
            self.tenant.set_active(self.people[number % len(self.people)], active=active)

    @rule(number=st.integers(1, 6), fault=st.none() | st.sampled_from(Fault))
    def apply(self, number: int, fault: Fault | None) -> None:
        """Somebody applies, and one write may go wrong."""
        request, sent, before = self._request(), len(self.tenant.writes), self._roles()
        administrators = self._administrators()
        if request is None:
            assert sent == len(self.tenant.writes)
            return
        facts = planned(request, self.tenant).facts
        self.tenant._faults.clear()
        if fault is not None:
            self.tenant.fail(sent + number, fault)

        try:
            done = applied(request, self.tenant)
        except PlanRefused:
            assert sent == len(self.tenant.writes)
            assert before == self._roles()
            return

        self._each_role_is_old_or_new(facts, before)
        assert self._administrators() >= min(1, administrators)
        assert len(self.tenant.writes) - sent == (done.report.writes if done.report else 0)
        if done.report is None or done.report.complete:
            assert a_plan(request, self.tenant).changes == ()

    @rule()
    def only_plan(self) -> None:
        """Somebody looks, which writes nothing (I-17)."""
        sent, before = len(self.tenant.writes), self._roles()
        self._request()
        assert sent == len(self.tenant.writes)
        assert before == self._roles()

    @rule()
    def apply_an_old_digest(self) -> None:
        """Somebody applies with the digest of a plan of other files, and nothing is written (I-4)."""
        request, sent = self._request(), len(self.tenant.writes)
        if request is None:
            return
        old = a_plan(a_request(), self.tenant).digest
        if old == a_plan(request, self.tenant).digest:
            return
        with pytest.raises(PlanStale):
            applied(request, self.tenant, how(expect=old))
        assert sent == len(self.tenant.writes)

    @invariant()
    def no_two_roles_have_one_name(self) -> None:
        """Never have two roles of one name, and nobody who holds a role that is gone."""
        if hasattr(self, "tenant"):
            names = [name.casefold() for name in self.tenant.names()]
            assert len(names) == len(set(names))
            held = frozenset().union(*(self.tenant.user(person).role_ids for person in self.people))
            assert held <= self._roles().keys()

    def _request(self) -> Request | None:
        """Ask with a yes to everything; None where the files could mean two roles."""
        request = a_request(*self.files)
        try:
            made = a_plan(request, self.tenant)
        except InputRejected:
            return None
        return dataclasses.replace(request, confirmations=everything_confirmed(made))

    def _roles(self) -> Mapping[RoleId, LiveRole]:
        """Give every role by its id, without its count of users."""
        roles = (self.tenant.live(name) for name in self.tenant.names())
        return {role.id: dataclasses.replace(role, user_count=None) for role in roles}

    def _administrators(self) -> int:
        giving = {role.id for role in self._roles().values() if ADMIN in role.content.permissions}
        people = [self.tenant.user(person) for person in self.people]
        return sum(1 for person in people if person.counts and person.role_ids & giving)

    def _each_role_is_old_or_new(self, facts: Facts, before: Mapping[RoleId, LiveRole]) -> None:
        after = self._roles()
        changes = {change.live.id: change for change in facts.changes if not isinstance(change, Create)}
        for role_id, role in before.items():
            if role_id not in changes:
                assert role == after[role_id]
            elif role_id in after:
                assert after[role_id].content in (role.content, changes[role_id].after)
            else:
                assert changes[role_id].after is None
        created = [change.after for change in facts.changes if isinstance(change, Create)]
        assert all(role.content in created for role_id, role in after.items() if role_id not in before)


TestDesk = Desk.TestCase
TestDesk.settings = settings(stateful_step_count=8)
