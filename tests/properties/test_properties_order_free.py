"""Laws about order: no order of files, roles, permissions, pages or people, and no hash seed, shows in a plan."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import Silence, planned
from fakes.clock import FakeClock
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import World, guard_settings, worlds

from reconciler.model.finding import GuardSettings
from reconciler.model.person import Person
from reconciler.model.plan import Plan
from reconciler.model.role import LiveRole, RoleId
from reconciler.operations.plan import plan
from reconciler.render.plan_json import encode
from reconciler.render.plan_text import plan_text
from reconciler.render.styled import to_text
from reconciler.render.view import view

PROJECT = Path(__file__).resolve().parents[2]
GOLDEN = "sha256:f4e4a8d04b944d0a9e50de096b6888a8382f7cc24cea3e4f5048c179710791cf"


class Reversed:
    """A tenant that lists everything the other way round."""

    def __init__(self, tenant: FakeTenant) -> None:
        self._tenant = tenant

    def __getattr__(self, name: str) -> object:
        """Be the tenant in everything else."""
        return getattr(self._tenant, name)

    def roles(self) -> tuple[LiveRole, ...]:
        """List roles from the last id to the first."""
        return self._tenant.roles()[::-1]

    def holders(self, role_id: RoleId) -> tuple[Person, ...] | None:
        """List holders from the last id to the first."""
        listed = self._tenant.holders(role_id)
        return None if listed is None else listed[::-1]


@given(worlds(), guard_settings, st.randoms(use_true_random=False))
def test_plan_is_the_same_for_any_order_of_files_roles_pages_and_people(
    world: World, settings: GuardSettings, random: object
) -> None:
    """Byte for byte, as a document and as text."""
    request = world.request(settings)
    files = list(request.desired.roles)
    random.shuffle(files)
    retired = request.desired.retired[::-1]
    shuffled = dataclasses.replace(
        request, desired=dataclasses.replace(request.desired, roles=tuple(files), retired=retired)
    )

    one = planned(request, world.tenant()).plan
    other = plan(shuffled, Reversed(world.tenant()), FakeClock(), Silence()).plan

    assert encode(one) == encode(other)
    assert shown(one) == shown(other)


def shown(made: Plan) -> str:
    """Give a plan as text."""
    return to_text(plan_text(view(made)), colour=False)


@given(worlds(), guard_settings)
def test_plan_is_the_same_for_any_order_of_pairs_and_categories(world: World, settings: GuardSettings) -> None:
    """Settings and catalogue are compared by meaning."""
    request = world.request(settings)
    lock = request.desired.catalogue
    turned = dataclasses.replace(
        lock,
        categories=tuple(dataclasses.replace(c, permissions=c.permissions[::-1]) for c in reversed(lock.categories)),
    )
    other = dataclasses.replace(
        request,
        desired=dataclasses.replace(request.desired, catalogue=turned),
        settings=dataclasses.replace(settings, never_together=settings.never_together[::-1]),
    )

    one = planned(request, world.tenant()).plan
    two = planned(other, world.tenant()).plan

    assert encode(one) == encode(two)


@given(worlds())
def test_plan_is_renamed_when_all_people_are(world: World) -> None:
    """Ids of people show nowhere in a plan."""
    people = tuple(dataclasses.replace(p, id=f"{9 - n}-{p.id}") for n, p in enumerate(world.people))
    renamed = dataclasses.replace(world, people=people)

    one = planned(world.request(), world.tenant()).plan
    two = planned(renamed.request(), renamed.tenant()).plan

    assert encode(one) == encode(two)


def the_pinned_plan() -> str:
    """Give the document of a plan in which much happens, for the golden digest."""
    from builders import (
        ADMIN,
        EXPORT,
        REPLY,
        TAG,
        UNKNOWN,
        VIEW,
        a_live_role,
        a_request,
        a_retired_role,
        a_role,
        a_tenant,
        some_people,
    )

    live = (
        a_live_role("Agent", grants=(VIEW, REPLY, TAG)),
        a_live_role("Boss", grants=(VIEW, ADMIN)),
        a_live_role("Old", grants=(VIEW, UNKNOWN)),
        a_live_role("Wild", grants=(EXPORT,)),
        a_live_role("Zoë", grants=(REPLY,)),
    )
    files = (
        a_role("agent", grants=(VIEW, EXPORT), description="Answers"),
        a_role("boss", grants=(VIEW, ADMIN)),
        a_role("fresh", grants=(VIEW, TAG, ADMIN)),
        a_retired_role("old", move_users_to="agent"),
        a_role("zoe", name="Zoé", previously=("Zoë",), grants=(REPLY, TAG)),
    )
    people = (
        *some_people(12, "Agent", prefix="a"),
        *some_people(3, "Boss", "Agent", prefix="b"),
        *some_people(4, "Old", prefix="o"),
    )
    request = a_request(*files, settings=GuardSettings(never_together=((EXPORT, REPLY),)), commit="abc")
    made = planned(request, a_tenant(*live, people=people)).plan
    return encode(made) + shown(made)


SCRIPT = """
import hashlib
from properties.test_properties_order_free import the_pinned_plan
print("sha256:" + hashlib.sha256(the_pinned_plan().encode()).hexdigest())
"""


@pytest.mark.parametrize("seed", ["0", "1", "20240229", "random"])
def test_plan_is_the_same_under_every_hash_seed(seed: str) -> None:
    """A process of its own with another seed, locale and time zone gives the same bytes."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'tests'}",
        "LC_ALL": "C",
        "TZ": "Pacific/Apia",
    }

    ran = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == GOLDEN


def test_plan_has_the_golden_digest() -> None:
    """A change of these bytes is a change of the plan document, and is made on purpose."""
    assert hashlib.sha256(the_pinned_plan().encode()).hexdigest() == GOLDEN.removeprefix("sha256:")
