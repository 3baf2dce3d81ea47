"""Digests: one canonical form; the plan digest covers what was reviewed and nothing that may change on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    REPLY,
    TAG,
    VIEW,
    a_base,
    a_catalogue,
    a_content,
    a_live_role,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
    some_people,
)

from reconciler.core.digest import confirmation_id, digest, plan_digest, role_digest
from reconciler.model.change import Change, Create, Retire, Update
from reconciler.model.finding import Guard, GuardSettings, Limit, SensitiveGrant
from reconciler.model.permission import Catalogue, PermissionLevel, StandardRole
from reconciler.model.role import Origin, RoleId, RoleKey

LOCK = a_catalogue(VIEW, REPLY, ADMIN, standard_roles=(StandardRole(name="Owner", editable=False),))
CREATE = Create(role=a_role("new", grants=(VIEW,), description="Text"))
UPDATE = Update(
    role=a_role("agent", grants=(VIEW,)),
    live=a_live_role("Agent", grants=(VIEW, REPLY)),
    content=a_content("Agent", VIEW),
    fields=(),
    renamed=False,
)
RETIRE = Retire(role=a_retired_role("gone", move_users_to="agent"), live=a_live_role("Gone"))
CHANGES: tuple[Change, ...] = (CREATE, UPDATE, RETIRE)


def of(
    tenant: str = "ten_1",
    lock: Catalogue = LOCK,
    settings: GuardSettings = ANYTHING_GOES,
    changes: Iterable[Change] = CHANGES,
) -> str:
    """Give the digest of the plan with one part replaced."""
    return plan_digest(tenant, lock, settings, changes)


def edited(**parts: object) -> Catalogue:
    """Give the lock with one part of its first permission replaced."""
    first, *rest = LOCK.categories
    permission, *others = first.permissions
    return replace(LOCK, categories=(replace(first, permissions=(replace(permission, **parts), *others)), *rest))


COVERED = {
    "tenant": of(tenant="ten_2"),
    "lock version": of(lock=replace(LOCK, version=2)),
    "lock role administration": of(lock=replace(LOCK, role_administration=VIEW)),
    "lock permission": of(lock=a_catalogue(VIEW, ADMIN)),
    "lock category": of(lock=replace(LOCK, categories=LOCK.categories[:1])),
    "lock level": of(lock=edited(level=PermissionLevel.MANAGE)),
    "lock sensitivity": of(lock=edited(sensitive=False)),
    "lock requires": of(lock=edited(requires=(VIEW,))),
    "lock standard role": of(lock=replace(LOCK, standard_roles=())),
    "lock standard role editable": of(lock=replace(LOCK, standard_roles=(StandardRole(name="Owner", editable=True),))),
    "narrowing": of(settings=replace(ANYTHING_GOES, narrowing_people=1)),
    "sensitive grant": of(settings=replace(ANYTHING_GOES, sensitive_grant=SensitiveGrant.CONFIRM)),
    "administrators": of(settings=replace(ANYTHING_GOES, min_administrators=3)),
    "mass change of roles": of(settings=replace(ANYTHING_GOES, mass_change_roles=Limit(value=99, percent=True))),
    "mass change of people": of(settings=replace(ANYTHING_GOES, mass_change_people=Limit(value=99, percent=True))),
    "kind of a limit": of(settings=replace(ANYTHING_GOES, mass_change_people=Limit(value=100, percent=False))),
    "pairs": of(settings=replace(ANYTHING_GOES, never_together=((ADMIN, VIEW),))),
    "a change less": of(changes=CHANGES[:2]),
    "key": of(changes=(replace(CREATE, role=replace(CREATE.role, key=RoleKey("other"))), UPDATE, RETIRE)),
    "action": of(changes=(CREATE, replace(UPDATE, renamed=True), RETIRE)),
    "id": of(changes=(CREATE, replace(UPDATE, live=replace(UPDATE.live, id=RoleId("other"))), RETIRE)),
    "name before": of(
        changes=(
            CREATE,
            replace(UPDATE, live=replace(UPDATE.live, content=a_content("AGENT", VIEW, REPLY))),
            RETIRE,
        )
    ),
    "permissions before": of(
        changes=(CREATE, replace(UPDATE, live=replace(UPDATE.live, content=a_content("Agent", REPLY))), RETIRE)
    ),
    "permissions after": of(changes=(CREATE, replace(UPDATE, content=a_content("Agent", VIEW, TAG)), RETIRE)),
    "description after": of(
        changes=(CREATE, replace(UPDATE, content=a_content("Agent", VIEW, description="New")), RETIRE)
    ),
    "name after": of(changes=(CREATE, replace(UPDATE, content=a_content("Agents", VIEW)), RETIRE)),
    "successor": of(changes=(CREATE, UPDATE, replace(RETIRE, role=a_retired_role("gone")))),
    "retired role": of(
        changes=(CREATE, UPDATE, replace(RETIRE, live=replace(RETIRE.live, content=a_content("Gone", TAG))))
    ),
}


@pytest.mark.parametrize("part", COVERED)
def test_digest_changes_with_everything_that_was_reviewed(part: str) -> None:
    """Tenant, lock, settings, and each change with its before and after are covered."""
    assert of() != COVERED[part]


def test_digest_tells_every_covered_part_from_every_other() -> None:
    """No two edits cancel out or look alike."""
    assert len(COVERED) == len(set(COVERED.values()))


@pytest.mark.parametrize(
    "same",
    [
        of(changes=reversed(CHANGES)),
        of(lock=edited(name="Another label")),
        of(lock=replace(LOCK, categories=tuple(replace(c, name="Label") for c in reversed(LOCK.categories)))),
        of(
            changes=(
                replace(CREATE, role=replace(CREATE.role, origin=Origin(path="x", line=9, column=9))),
                *CHANGES[1:],
            )
        ),
        of(changes=(replace(CREATE, role=replace(CREATE.role, owner="team")), *CHANGES[1:])),
        of(changes=(CREATE, replace(UPDATE, live=replace(UPDATE.live, version="2", user_count=99)), RETIRE)),
    ],
)
def test_digest_keeps_through_order_labels_places_and_counts(same: str) -> None:
    """Order, labels, file and line, owners, versions and counts are no part of what was reviewed."""
    assert of() == same


def test_digest_of_a_plan_keeps_through_people_commit_base_and_confirmations() -> None:
    """A joiner, a squash merge and a recorded yes keep the digest."""
    live = a_live_role("Agent", grants=(VIEW, REPLY))
    few = a_plan(a_request(a_role("agent"), commit="one"), a_tenant(live, people=some_people(2, "Agent")))
    many = a_plan(a_request(a_role("agent", line=7), base=a_base()), a_tenant(live, people=some_people(9, "Agent")))

    assert few.digest == many.digest


def test_digest_tells_limits_apart_by_number_and_by_kind() -> None:
    """Five people, six people, five per cent and six per cent are four limits."""
    limits = [Limit(value=value, percent=percent) for value in (5, 6) for percent in (True, False)]

    told = {of(settings=replace(ANYTHING_GOES, mass_change_people=limit)) for limit in limits}

    assert len(told) == 4


def test_digest_keeps_through_an_edit_of_an_unrelated_live_role() -> None:
    """Somebody else's role may move between review and apply."""
    request = a_request(a_role("agent"))
    live = a_live_role("Agent", grants=(VIEW, REPLY))

    alone, beside = (planned(request, a_tenant(live, a_live_role("Wild", grants=g))).plan.digest for g in ((), (TAG,)))

    assert alone == beside


def test_digest_is_the_same_on_every_machine() -> None:
    """The canonical form is pinned: a change of it makes every reviewed plan stale."""
    assert digest({"b": [1, None, "é"], "a": True}) == (
        "sha256:2484f94c6e82940ae18c31c259f34fe74e0317cef454278ff2e0eee9a3940e79"
    )
    assert of() == "sha256:5518729fdb1d0b97867d01224086217a788d1df09781297e072aa4982e72a37a"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_digest_refuses_what_json_cannot_say(value: float) -> None:
    """Numbers that are none have no canonical form."""
    with pytest.raises(ValueError, match="JSON"):
        digest(value)


def test_role_digest_is_of_everything_we_manage() -> None:
    """Name, description and permissions count; no role has no digest."""
    content = a_content("Agent", VIEW)

    others = (a_content("Agents", VIEW), a_content("Agent"), a_content("Agent", VIEW, description="x"))
    assert role_digest(None) is None
    assert len({role_digest(c) for c in (content, *others)}) == 4


IDENTITY = ("ten_1", Guard.NARROWING, RoleKey("agent"), ["sha256:1"], [REPLY, TAG])


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, "ten_2"),
        (1, Guard.ADOPTION),
        (2, RoleKey("agents")),
        (2, None),
        (3, ["sha256:2"]),
        (3, []),
        (4, [REPLY]),
        (4, [REPLY, TAG, VIEW]),
    ],
)
def test_confirmation_id_is_bound_to_each_of_its_parts(at: int, value: object) -> None:
    """Another tenant, guard, role, live state or permission is another finding."""
    other = [*IDENTITY]
    other[at] = value

    assert confirmation_id(*IDENTITY) != confirmation_id(*other)


def test_confirmation_id_can_be_read_and_typed() -> None:
    """It begins with guard and role, ends in twelve digits, and knows no order of permissions."""
    assert confirmation_id(*IDENTITY).startswith("narrowing-agent-")
    assert len(confirmation_id(*IDENTITY).removeprefix("narrowing-agent-")) == 12
    assert confirmation_id(*IDENTITY) == confirmation_id(*IDENTITY[:4], [TAG, REPLY])
    assert confirmation_id("ten_1", Guard.MASS_CHANGE, None, [], []).startswith("mass-change-plan-")
