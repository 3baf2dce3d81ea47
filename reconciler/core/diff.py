"""What differs between files and their live roles: permissions as sets, everything else as documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.core.match import Match, Matching
from reconciler.model.change import Change, Create, FieldChange, Retire, Update, key_of, permissions_after
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.role import RoleContent, RoleKey


def diff(matching: Matching, lock: Catalogue) -> tuple[Change, ...]:
    """Give one change per role that differs, sorted by key; a role equal to its file gives none.

    A live permission that the lock does not know cannot be written in a role file, so its absence there
    means nothing: it is kept.
    """
    changes: list[Change] = [Create(role=role) for role in matching.missing]
    changes.extend(update for m in matching.matched if (update := _update(m, lock)) is not None)
    permitted = _permitted(matching, changes)
    changes.extend(
        Retire(role=role, live=live, successor=permitted.get(role.move_users_to, frozenset()))
        for role, live in matching.retiring
    )
    return tuple(sorted(changes, key=key_of))


def _permitted(matching: Matching, changes: Iterable[Change]) -> Mapping[RoleKey | None, PermissionSet]:
    """Give what each declared role will permit once `changes` are made."""
    permitted: dict[RoleKey | None, PermissionSet] = {
        found.role.key: found.live.content.permissions for found in matching.matched
    }
    permitted.update((key_of(change), permissions_after(change)) for change in changes)
    return permitted


def _update(found: Match, lock: Catalogue) -> Update | None:
    """Give the change of one matched role, None where nothing differs."""
    wanted, live = found.role.content, found.live.content
    if wanted == live:
        return None
    unknown = live.permissions.difference(lock.by_key)
    content = wanted if not unknown else _with(wanted, unknown)
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
