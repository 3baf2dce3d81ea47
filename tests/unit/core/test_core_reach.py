"""Which roles' holders are read: the fewest requests that a plan can be made from."""

from __future__ import annotations

import pytest
from builders import (
    ADMIN,
    REPLY,
    VIEW,
    a_live_role,
    a_live_state,
    a_person,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
)
from fakes.tenant import Call

from reconciler.core.access import access
from reconciler.core.diff import diff
from reconciler.core.match import match
from reconciler.core.reach import reach
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole


def reached(files: tuple[DesiredRole | RetiredRole, ...], *live: LiveRole) -> tuple[str, ...]:
    """Give the ids of the roles whose holders would be read."""
    state = a_state(*files)
    matching = match(state, a_live_state(*live))
    changes = diff(matching, state.catalogue)
    return reach(changes, access(changes, live), live, (ADMIN,))


AGENT = a_live_role("Agent", grants=(VIEW, REPLY), user_count=3)
BOSS = a_live_role("Boss", grants=(VIEW, ADMIN), user_count=2)
CHIEF = a_live_role("Chief", grants=(VIEW, ADMIN), user_count=None)
EMPTY = a_live_role("Empty", grants=(ADMIN,), user_count=0)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), ()),
        ((a_role("agent", grants=(VIEW, REPLY)),), ()),
        ((a_role("agent", grants=(VIEW, REPLY), description="New"),), ()),
        ((a_role("new"),), ()),
        ((a_role("agent"),), ("rol_agent",)),
        ((a_role("agent", grants=(VIEW, REPLY, ADMIN)),), ("rol_agent",)),
        ((a_retired_role("agent"),), ("rol_agent",)),
        ((a_role("empty", grants=(VIEW, ADMIN)),), ()),
        ((a_role("boss", grants=(ADMIN,)),), ("rol_boss",)),
        ((a_role("boss"),), ("rol_boss", "rol_chief")),
        ((a_retired_role("empty"),), ("rol_boss", "rol_chief")),
        ((a_role("boss"), a_role("agent", grants=(ADMIN,))), ("rol_agent", "rol_boss", "rol_chief")),
        (
            (a_retired_role("boss", move_users_to="chief"), a_role("chief", grants=(VIEW, ADMIN))),
            ("rol_boss",),
        ),
    ],
)
def test_reach_names_changed_roles_with_holders_and_administrators_only_when_at_stake(
    files: tuple[DesiredRole | RetiredRole, ...], expected: tuple[str, ...]
) -> None:
    """A text, a creation and an empty role cost no request; losing administration costs those who have it."""
    assert expected == reached(files, AGENT, BOSS, CHIEF, EMPTY)


def test_plan_makes_exactly_these_requests() -> None:
    """Identity, catalogue, roles, and the holders of what changes; each once, and nothing else."""
    tenant = a_tenant(AGENT, BOSS, people=(a_person("u", "Agent"), a_person("b", "Boss")))

    a_plan(a_request(a_role("agent"), a_role("boss", grants=(VIEW, ADMIN))), tenant)

    assert tenant.calls == [
        Call("identity"),
        Call("catalogue"),
        Call("roles"),
        Call("holders", ("rol_agent",)),
    ]
