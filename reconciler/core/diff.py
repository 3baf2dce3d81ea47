"""What differs between files and their live roles: permissions as sets, everything else as documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.core.match import Match, Matching
from reconciler.model.change import Change, Create, FieldChange, Retire, Update, key_of, permissions_after
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.product import SUPPORT, Product
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleContent, RoleKey
from reconciler.model.state import LiveState


def diff(matching: Matching, lock: Catalogue, tenant: LiveState | None = None) -> tuple[Change, ...]:
    """Give one change per role that differs, sorted by key; a role equal to its file gives none.

    A live permission that the lock does not know cannot be written in a role file, so its absence there
    means nothing: it is kept. What the tenant's own catalogue says comes with a permission is part of what a role
    will be, whether the lock knows it or not; without `tenant` that is what the lock says.
    """
    live = lock if tenant is None else tenant.catalogue
    changes: list[Change] = [Create(role=_as_written(role, live)) for role in matching.missing]
    changes.extend(update for m in matching.matched if (update := _update(m, lock, live)) is not None)
    permitted = _permitted(matching, changes)
    product = SUPPORT if tenant is None else tenant.product
    changes.extend(
        Retire(role=role, live=found, successor=_successor(role, found, permitted, product))
        for role, found in matching.retiring
    )
    return tuple(sorted(changes, key=key_of))


def _as_written(role: DesiredRole, live: Catalogue) -> DesiredRole:
    """Give a role with everything that the tenant adds of its own."""
    permissions = live.closed(role.content.permissions)
    added = permissions - role.content.permissions
    return replace(role, content=_with(role.content, added)) if added else role


def _successor(
    role: RetiredRole, live: LiveRole, permitted: Mapping[RoleKey | None, PermissionSet], product: Product
) -> PermissionSet:
    """Give what holders have in place of a retired role: of the one they are moved to, or what the product leaves."""
    if role.move_users_to is not None:
        return permitted.get(role.move_users_to, frozenset())
    left = product.deletes_in_use and live.user_count != 0
    return product.left_behind if left else frozenset()


def _permitted(matching: Matching, changes: Iterable[Change]) -> Mapping[RoleKey | None, PermissionSet]:
    """Give what each declared role will permit once `changes` are made."""
    permitted: dict[RoleKey | None, PermissionSet] = {
        found.role.key: found.live.content.permissions for found in matching.matched
    }
    permitted.update((key_of(change), permissions_after(change)) for change in changes)
    return permitted


def _update(found: Match, lock: Catalogue, tenant: Catalogue) -> Update | None:
    """Give the change of one matched role, None where nothing differs."""
    wanted, live = found.role.content, found.live.content
    if wanted == live:
        return None
    added = tenant.closed(wanted.permissions | live.permissions.difference(lock.by_key)) - wanted.permissions
    content = wanted if not added else _with(wanted, added)
    if content == live:
        return None
    return Update(
        role=found.role,
        live=found.live,
        content=content,
        fields=field_changes(_document(live), _document(content)),
        renamed=found.renamed,
        temporary=found.temporary,
    )


def _with(content: RoleContent, permissions: frozenset[str]) -> RoleContent:
    return RoleContent(
        name=content.name, description=content.description, permissions=content.permissions | permissions
    )


def _document(content: RoleContent) -> dict[str, object]:
    """Give the part of a role that is no permission."""
    return {"name": content.name, "description": content.description}


def field_changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    """Compare two documents and give the paths that differ, sorted; a side that lacks a path is empty text."""
    if before == after:
        return ()
    from deepdiff import DeepDiff

    tree = DeepDiff(before, after, view="tree")
    found = []
    for nodes in tree.values():
        for node in nodes:
            path = ".".join(str(step) for step in node.path(output_format="list"))
            found.append(FieldChange(path=path, before=_shown(node.t1), after=_shown(node.t2)))
    return tuple(sorted(found, key=lambda f: (f.path, f.before, f.after)))


def _shown(value: object) -> str:
    """Give a field value as text; deepdiff marks the side that lacks it with a `NotPresent` object."""
    return value if isinstance(value, str) else "" if type(value).__name__ == "NotPresent" else str(value)
