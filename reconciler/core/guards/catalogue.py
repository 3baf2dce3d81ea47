"""The `catalogue` guard: the tenant's permissions are not those of the lock, or there is no lock."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.facts import Facts
from reconciler.core.wording import listing
from reconciler.model.finding import BaseRevision, Finding, FindingLevel, Guard


def find(facts: Facts) -> Iterator[Finding]:
    """Block roles whose file means a permission that the tenant no longer has; warn of every other difference.

    A permission that the vendor adds widens no role: files are expanded against the lock alone.
    """
    if not facts.pinned:
        yield _not_pinned(facts.base)
    lock, live = facts.desired.catalogue, facts.live.catalogue
    gone = lock.keys - live.keys
    for role in facts.desired.roles:
        missing = role.content.permissions & gone
        if missing:
            yield Finding(
                guard=Guard.CATALOGUE,
                level=FindingLevel.BLOCK,
                role=role.key,
                message=(
                    f'The tenant no longer has {listing(missing)}, which the file of "{role.content.name}" means. '
                    "Refresh the catalogue lock and correct the file."
                ),
            )
    yield from _administration_gone(facts)
    differences = []
    if gone:
        differences.append(f"{listing(gone)} gone")
    if added := live.keys - lock.keys:
        differences.append(f"{listing(added)} new (granted to no role by all or view)")
    if moved := [
        key for key in lock.keys & live.keys if _meaning(facts, key, live=False) != _meaning(facts, key, live=True)
    ]:
        differences.append(f"{listing(moved)} of another level or sensitivity")
    if reach := [
        key for key in lock.keys & live.keys if lock.closed({key}) & live.keys != live.closed({key}) & lock.keys
    ]:
        differences.append(f"{listing(reach)} bringing something else")
    words = (live.role_administration, lock.role_administration)
    if None not in words and words[0] != words[1]:
        differences.append(f"{words[0]} administers roles, and {words[1]} by the lock (both are guarded)")
    if differences:
        yield Finding(
            guard=Guard.CATALOGUE,
            level=FindingLevel.WARN,
            role=None,
            message=(
                f"The tenant's permissions differ from the lock: {'; '.join(differences)}. "
                "Review the difference and refresh the lock."
            ),
        )


def _not_pinned(base: BaseRevision | None) -> Finding:
    """Say that `all` and `view` mean what a version of this program knows; a change may not bring that about."""
    removed = base is not None and base.pinned
    means = "`all` and `view` would mean whatever this version of the program knows"
    return Finding(
        guard=Guard.CATALOGUE,
        level=FindingLevel.BLOCK if removed else FindingLevel.WARN,
        role=None,
        message=(
            f"This change removes the catalogue lock, so {means}. Put schemas/permissions.yaml back."
            if removed
            else f"There is no catalogue lock, so {means}. Pin it with `reconciler catalogue --update`."
        ),
    )


def _administration_gone(facts: Facts) -> Iterator[Finding]:
    """Block every change where the tenant lacks the permission by which administrators are counted."""
    unknown = [a.permission for a in facts.administrators if a.permission not in facts.live.catalogue.keys]
    if facts.changes and (unknown or not facts.administrators):
        yield Finding(
            guard=Guard.CATALOGUE,
            level=FindingLevel.BLOCK,
            role=None,
            message=(
                f"The tenant has no permission {listing(unknown) or 'for role administration that the lock names'}, so "
                "nobody can say who can administer roles. Find its name in the product and put it into the lock as "
                "role_administration."
            ),
        )


def _meaning(facts: Facts, key: str, *, live: bool) -> tuple[str, bool]:
    """Give what makes a permission the same to us; labels may change freely."""
    permission = (facts.live.catalogue if live else facts.desired.catalogue).by_key[key]
    return (permission.level, permission.sensitive)
