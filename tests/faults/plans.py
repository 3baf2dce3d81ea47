"""The plans that the harness breaks in every way: small, and each about another part of the order of writes."""

from __future__ import annotations

from builders import a_retired_role, a_role
from faults.record import ADMIN, UNKNOWN, Somebody, World

VIEW, REPLY, TAG, MERGE = "conversations.view", "conversations.reply", "conversations.tag", "conversations.merge"


def _some(*grants: str) -> frozenset[str]:
    return frozenset({VIEW, *grants})


def _held(*names: str, active: bool = True) -> Somebody:
    return Somebody(frozenset(names), active=active)


WORLDS = {
    "narrow-and-widen": World(
        roles={"Alpha": _some(REPLY, UNKNOWN), "Beta": _some(TAG), "Other": _some(MERGE)},
        people=(_held("Alpha"), _held("Beta"), _held("Alpha", "Beta"), _held("Other")),
        files=(
            a_role("alpha", grants=[VIEW]),
            a_role("beta", grants=[VIEW, TAG, REPLY]),
            a_role("fresh", grants=[VIEW]),
        ),
    ),
    "names-in-a-circle": World(
        roles={"Alpha": _some(REPLY), "Beta": _some(TAG)},
        people=(_held("Alpha"), _held("Beta")),
        files=(
            a_role("one", name="Beta", previously=["Alpha"], grants=[VIEW, REPLY]),
            a_role("two", name="Alpha", previously=["Beta"], grants=[VIEW, TAG]),
        ),
    ),
    "retire-with-moves": World(
        roles={"Alpha": _some(REPLY), "Beta": _some(REPLY)},
        people=(_held("Alpha"), _held("Alpha", active=False), _held("Beta")),
        files=(a_retired_role("alpha", move_users_to="beta"), a_role("beta", grants=[VIEW, REPLY, TAG])),
    ),
    "administration-moves": World(
        roles={"Alpha": _some(ADMIN), "Beta": _some()},
        people=(_held("Alpha"), _held("Beta")),
        files=(a_role("alpha", grants=[VIEW]), a_role("beta", grants=[VIEW, ADMIN])),
    ),
    "administrators-retire": World(
        roles={"Alpha": _some(ADMIN), "Beta": _some(), "Gamma": _some(ADMIN)},
        people=(_held("Alpha"), _held("Alpha"), _held("Gamma")),
        files=(
            a_retired_role("alpha", move_users_to="beta"),
            a_role("beta", grants=[VIEW]),
            a_role("gamma", grants=[VIEW, ADMIN]),
        ),
    ),
}
