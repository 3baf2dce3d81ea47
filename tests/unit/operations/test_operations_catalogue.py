"""The lock beside the live catalogue: what differs, whom it touches, and what an update pins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from builders import NOBODY, Silence, a_live_role, a_plan, a_request, a_role, a_state, a_tenant
from fakes.tenant import FakeTenant

from reconciler.core.vendor import permission_differences, propose, role_effects
from reconciler.desired.language import read_desired
from reconciler.errors import LiveIncomplete, Problem
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel, StandardRole
from reconciler.model.role import RoleKind
from reconciler.model.state import DesiredState
from reconciler.model.vendor import (
    Aspect,
    CatalogueComparison,
    CategoryDifference,
    PermissionDifference,
    RoleEffect,
    RoleLoss,
    StandardRoleDifference,
)
from reconciler.operations.catalogue import compare

VIEW, ACT, MANAGE = PermissionLevel


def a_permission(key: str, level: PermissionLevel = ACT, *, name: str = "", requires: Iterable[str] = ()) -> Permission:
    """Give a permission; its name is its key."""
    return Permission(key=key, name=name or key, level=level, requires=tuple(requires))


CLOSE = a_permission("tickets.close", name="Close")
LOCK = Catalogue(
    version=7,
    categories=(
        Category(
            key="tickets",
            name="Tickets",
            permissions=(
                a_permission("tickets.view", VIEW),
                a_permission("tickets.reply", requires=["tickets.view"]),
                CLOSE,
            ),
        ),
        Category(key="desk", name="Desk", permissions=(a_permission("desk.roles", MANAGE),)),
    ),
    role_administration="desk.roles",
    standard_roles=(StandardRole(name="Owner", editable=False),),
)
OWNER = a_live_role("Owner", kind=RoleKind.STANDARD, editable=False)
FILES = {
    "clerk": "{tickets: all, desk: none}",
    "reader": "{tickets: view, desk: none}",
    "closer": "{tickets: [close], desk: none}",
    "careful": "{tickets: {all: on, close: off}, desk: none}",
    "heir": "{desk: none}",
}


def live_of(*changes: Permission, without: Iterable[str] = (), **names: str) -> Catalogue:
    """Give the tenant's catalogue: the lock's, with these permissions put in or over, and without some."""
    changed = {permission.key: permission for permission in changes}
    gone = frozenset(without)
    categories = []
    for category in LOCK.categories:
        kept = [changed.pop(p.key, p) for p in category.permissions if p.key not in gone]
        new = [changed.pop(key) for key in sorted(changed) if key.startswith(f"{category.key}.")]
        name = names.get(category.key, category.name)
        categories.append(replace(category, name=name, permissions=(*kept, *new)))
    for key, permission in changes_elsewhere(changed):
        categories.append(Category(key=key, name=key.title(), permissions=(permission,)))
    return Catalogue(version=99, categories=tuple(categories))


def changes_elsewhere(changed: Mapping[str, Permission]) -> list[tuple[str, Permission]]:
    """Give the permissions of categories that the lock does not have."""
    return [(key.partition(".")[0], permission) for key, permission in sorted(changed.items())]


def compared(
    folder: Path,
    live: Catalogue,
    *,
    files: Mapping[str, str] = FILES,
    roles: Iterable[object] = (OWNER,),
) -> CatalogueComparison:
    """Compare the lock with a tenant for files that say this below `permissions`."""
    (folder / "roles").mkdir(exist_ok=True)
    for key, permissions in files.items():
        base = "based_on: careful\n" if key == "heir" else ""
        text = f"name: {key.title()}\ndescription: Works at the desk\n{base}permissions: {permissions}\n"
        (folder / "roles" / f"{key}.yaml").write_text(text, encoding="utf-8")

    def expand(catalogue: Catalogue) -> tuple[DesiredState, tuple[Problem, ...]]:
        reading = read_desired(folder, "roles", catalogue)
        return reading.desired, reading.problems

    tenant = FakeTenant(catalogue=live, roles=roles, account=NOBODY)
    found = compare(LOCK, expand, tenant, Silence())
    assert not tenant.writes
    return found


def test_equal_catalogues_differ_in_nothing(tmp_path: Path) -> None:
    """The tenant's own version and order are no difference, and what would be pinned is the very lock."""
    live = live_of()
    turned = replace(
        live, categories=tuple(replace(c, permissions=c.permissions[::-1]) for c in reversed(live.categories))
    )

    found = compared(tmp_path, turned)

    assert not found.differs
    assert found.proposed is LOCK
    assert found == replace(found, permissions=(), categories=(), standard_roles=(), effects=(), losses=(), problems=())


def test_added_permission_names_the_roles_that_an_update_would_widen(tmp_path: Path) -> None:
    """Everyone with `all` grows, also with something switched off and also through a base; nobody else does."""
    found = compared(tmp_path, live_of(a_permission("tickets.merge")))

    (difference,) = found.permissions
    assert difference.aspects == (Aspect.ADDED,)
    assert difference.roles == ("careful", "clerk", "heir")
    assert [(e.role, e.file, e.grants, e.revokes) for e in found.effects] == [
        (key, f"roles/{key}.yaml", ("tickets.merge",), ()) for key in ("careful", "clerk", "heir")
    ]
    assert found.problems == ()


def test_update_pins_what_the_tenant_has_and_what_only_the_lock_knows(tmp_path: Path) -> None:
    """The version goes up by one; role administration and standard roles stay."""
    live = live_of(a_permission("labs.preview"), a_permission("tickets.view", VIEW, name="See"))

    proposed = compared(tmp_path, live).proposed

    assert proposed == replace(LOCK, version=8, categories=live.categories)


MERGE = a_permission("tickets.merge")


def test_permission_that_a_live_role_has_and_its_file_does_not_say_is_told_before_it_is_taken(tmp_path: Path) -> None:
    """The lock makes it known, so the next plan takes it from those whose files do not say it, and from no other."""
    roles = [
        OWNER,
        *(a_live_role(name, grants=["tickets.merge", "tickets.close"]) for name in ("Closer", "Clerk", "Nobodys")),
        a_live_role("Reader", grants=["tickets.merge", "labs.preview", "other.thing"]),
    ]
    files = FILES | {"early": "{tickets: [merge], desk: none}"}
    live = live_of(MERGE, a_permission("labs.preview"))

    found = compared(tmp_path, live, files=files, roles=[*roles, a_live_role("Early", grants=["tickets.merge"])])

    assert found.losses == (
        RoleLoss(role="closer", name="Closer", file="roles/closer.yaml", permissions=("tickets.merge",)),
        RoleLoss(role="reader", name="Reader", file="roles/reader.yaml", permissions=("labs.preview", "tickets.merge")),
    )


def test_losses_are_those_of_the_plan_after_the_update(tmp_path: Path) -> None:
    """Under the proposed lock the plan takes exactly what was told, besides what it took before."""
    roles = [a_live_role(name, grants=["tickets.merge", "tickets.close"]) for name in ("Closer", "Reader", "Clerk")]
    found = compared(tmp_path, live_of(MERGE), roles=roles)
    tenant = a_tenant(*roles, catalogue=live_of(MERGE))

    def revoked(lock: Catalogue) -> set[tuple[str, str]]:
        desired = read_desired(tmp_path, "roles", lock).desired
        plan = a_plan(replace(a_request(catalogue=lock), desired=desired), tenant)
        return {(change.role, permission) for change in plan.changes for permission in change.revokes}

    assert found.losses is not None
    told = {(loss.role, permission) for loss in found.losses for permission in loss.permissions}
    assert revoked(found.proposed) - revoked(LOCK) == told == {("closer", MERGE.key), ("reader", MERGE.key)}


@pytest.mark.parametrize("again", [False, True], ids=["ambiguous files", "ambiguous roles"])
def test_losses_are_unknown_where_files_and_live_roles_do_not_fit(tmp_path: Path, again: bool) -> None:
    """Where nobody knows which live role a file means, nothing is promised; the rest of the comparison stands."""
    roles = [a_live_role("Closer"), a_live_role("closer" if again else "Former", id="rol_2")]
    if not again:
        (tmp_path / "roles").mkdir()
        text = "name: Shutter\ndescription: Works at the desk\npreviously: [Closer, Former]\npermissions: {}\n"
        (tmp_path / "roles" / "shutter.yaml").write_text(text, encoding="utf-8")
    files = {"reader": "{tickets: view}"}

    found = compared(tmp_path, live_of(MERGE), files=files, roles=roles)

    assert found.losses is None
    assert [difference.key for difference in found.permissions] == ["tickets.merge"]


def test_removed_permission_names_who_has_it_and_what_becomes_wrong(tmp_path: Path) -> None:
    """Roles that mean it lose it; a file that names it is refused after an update, and that is told before."""
    found = compared(tmp_path, live_of(without=["tickets.close"]))

    (difference,) = found.permissions
    assert (difference.aspects, difference.roles) == ((Aspect.REMOVED,), ("clerk", "closer"))
    assert [(e.role, e.revokes) for e in found.effects] == [
        ("clerk", ("tickets.close",)),
        ("closer", ("tickets.close",)),
    ]
    assert {(p.path, p.code) for p in found.problems} == {
        ("roles/closer.yaml", "role.unknown-permission"),
        ("roles/careful.yaml", "role.unknown-permission"),
    }


def test_category_that_is_gone_takes_its_permissions_along(tmp_path: Path) -> None:
    """A category without permissions is none, and files can be compared though they still name it."""
    found = compared(tmp_path, live_of(without=["desk.roles"]), files=FILES | {"boss": "{desk: all}"})

    assert [category.key for category in found.proposed.categories] == ["tickets"]
    assert [(e.role, e.revokes) for e in found.effects] == [("boss", ("desk.roles",))]


def test_namesakes_are_offered_as_renamed_and_never_guessed(tmp_path: Path) -> None:
    """Same name and category with another key: told on both sides, and still one added and one removed."""
    live = live_of(
        a_permission("tickets.shut", name="close"), a_permission("labs.close", name="Close"), without=["tickets.close"]
    )

    found = {difference.key: difference for difference in compared(tmp_path, live).permissions}

    assert found["tickets.close"].perhaps == ("tickets.shut",)
    assert found["tickets.shut"].perhaps == ("tickets.close",)
    assert found["labs.close"].perhaps == ()


@pytest.mark.parametrize(
    ("permission", "aspects", "roles"),
    [
        (a_permission("tickets.view", ACT), (Aspect.LEVEL,), ("careful", "clerk", "heir", "reader")),
        (replace(CLOSE, sensitive=True), (Aspect.SENSITIVE,), ("clerk", "closer")),
        (replace(CLOSE, requires=("tickets.view",)), (Aspect.REQUIRES,), ("clerk", "closer")),
        (a_permission("tickets.close", name="Shut"), (Aspect.NAME,), ()),
        (a_permission("tickets.close", MANAGE, name="Shut"), (Aspect.LEVEL, Aspect.NAME), ("clerk", "closer")),
    ],
    ids=["level", "sensitive", "requires", "name", "two"],
)
def test_changed_permission_tells_how_and_whom(
    tmp_path: Path, permission: Permission, aspects: tuple[Aspect, ...], roles: tuple[str, ...]
) -> None:
    """Level, sensitivity and requirements touch those who mean it; a new label touches nobody."""
    (difference,) = compared(tmp_path, live_of(permission)).permissions

    assert difference.aspects == aspects
    assert difference.roles == roles


def test_new_level_moves_what_view_means(tmp_path: Path) -> None:
    """A permission that no longer reads leaves `view`, and one that does now joins it."""
    narrowed = compared(tmp_path, live_of(a_permission("tickets.view", ACT)))
    assert [(e.role, e.grants, e.revokes) for e in narrowed.effects] == [("reader", (), ("tickets.view",))]

    widened = compared(tmp_path, live_of(a_permission("tickets.close", VIEW, name="Close")))
    assert [(e.role, e.grants, e.revokes) for e in widened.effects] == [("reader", ("tickets.close",), ())]


def test_new_requirement_that_a_role_does_not_meet_is_told_before_the_update(tmp_path: Path) -> None:
    """The file is right today and refused tomorrow; the comparison says so."""
    live = live_of(a_permission("tickets.close", name="Close", requires=["tickets.view", "tickets.view"]))

    found = compared(tmp_path, live)

    assert [(p.path, p.code) for p in found.problems] == [("roles/closer.yaml", "role.depends")]
    assert found.proposed.by_key["tickets.close"].requires == ("tickets.view",)


def test_files_written_for_the_new_lock_do_not_stop_the_comparison(tmp_path: Path) -> None:
    """Whoever edits the files before the lock can still update the lock."""
    files = {"early": "{tickets: [merge], desk: none}"}

    found = compared(tmp_path, live_of(a_permission("tickets.merge")), files=files)

    assert found.problems == ()
    assert found.permissions[0].roles == ("early",)
    assert found.effects == ()


def test_category_label_alone_is_a_difference(tmp_path: Path) -> None:
    """What people read in the product is part of the lock."""
    found = compared(tmp_path, live_of(tickets="Cases"))

    assert found.categories == (CategoryDifference(key="tickets", pinned="Tickets", live="Cases"),)
    assert (found.differs, found.proposed.version) == (True, 8)


def test_standard_roles_are_checked_and_left_as_they_are(tmp_path: Path) -> None:
    """A role of the product that one side lacks or that is locked on one side only is told; the lock keeps its own."""
    lead = a_live_role("Lead", kind=RoleKind.STANDARD)

    found = compared(tmp_path, live_of(), roles=(lead, a_live_role("Custom")))
    assert found.standard_roles == (
        StandardRoleDifference(name="Lead", pinned=None, live=True),
        StandardRoleDifference(name="Owner", pinned=False, live=None),
    )
    assert found.differs
    assert found.proposed is LOCK

    (edited,) = compared(tmp_path, live_of(), roles=(replace(OWNER, editable=True),)).standard_roles
    assert edited == StandardRoleDifference(name="Owner", pinned=False, live=True)


def test_unreadable_tenant_is_no_difference(tmp_path: Path) -> None:
    """What could not be read is an error and never an empty catalogue."""
    (tmp_path / "roles").mkdir()
    tenant = FakeTenant(catalogue=live_of(), roles=(), account=NOBODY)
    tenant.fail_read(2, LiveIncomplete("one page is missing"))

    with pytest.raises(LiveIncomplete):
        compare(LOCK, lambda _: (a_state(catalogue=LOCK), ()), tenant, Silence())


def test_role_that_only_one_side_can_read_has_no_effect() -> None:
    """A file that cannot be read under the new lock is told as a problem, not as a role that loses everything."""
    before, after = a_state(a_role("clerk", grants=["tickets.view"])), a_state()

    assert list(role_effects(before, after, LOCK)) == []
    assert list(permission_differences(LOCK, LOCK, before, after)) == []
    assert propose(LOCK, LOCK) is LOCK


def test_values_say_what_they_are() -> None:
    """A permission that is equal on both sides differs in no way."""
    permission = LOCK.by_key["tickets.view"]

    assert PermissionDifference(key="tickets.view", pinned=permission, live=permission).aspects == ()
    assert RoleEffect(role="a", name="A", file="roles/a.yaml", grants=(), revokes=()).grants == ()
