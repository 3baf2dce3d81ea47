"""Every role once: its file beside its live role, with what each of the two permits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.core.match import Matching
from reconciler.model.change import Change, key_of, permissions_of
from reconciler.model.explanation import RoleName
from reconciler.model.matrix import Mark
from reconciler.model.permission import PermissionSet
from reconciler.model.role import DesiredRole, LiveRole, Origin, RetiredRole
from reconciler.model.state import DesiredState


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePair:
    """A role as its file and as the tenant says it; at least one of the two is there."""

    file: DesiredRole | RetiredRole | None
    live: LiveRole | None
    before: PermissionSet
    """What it permits now; what the file says where the tenant was not read."""
    after: PermissionSet
    """What it will permit once the files are applied; nothing for a retired role."""

    @property
    def role(self) -> RoleName:
        """Which role this is, by the name that people see now, and the one that its file gives it."""
        live = self.name if self.live is None else self.live.content.name
        return RoleName(
            key=None if self.file is None else self.file.key,
            id=None if self.live is None else self.live.id,
            name=live,
            becomes=self.name if self.renamed else None,
        )

    @property
    def renamed(self) -> bool:
        """Whether the live role has another name than the file gives it."""
        return self.live is not None and isinstance(self.file, DesiredRole) and self.live.content.name != self.name

    @property
    def name(self) -> str:
        """The declared name, else the live one."""
        if isinstance(self.file, DesiredRole):
            return self.file.content.name
        if self.file is not None:
            return self.file.name
        return "" if self.live is None else self.live.content.name

    @property
    def place(self) -> Origin | None:
        """Where the role is declared."""
        return None if self.file is None else self.file.origin

    def mark(self, permission: str) -> Mark:
        """Compare both sides in one permission."""
        return Mark.of(permission, self.before, self.after)

    def origin(self, permission: str) -> Origin | None:
        """Give the line that grants a permission; None where no file does."""
        return self.file.provenance.get(permission) if isinstance(self.file, DesiredRole) else None


def pairs(desired: DesiredState, matching: Matching | None, changes: Iterable[Change]) -> tuple[RolePair, ...]:
    """Give every declared role by key, then every live one that no file means, by name.

    `changes` came from `matching`. Without a matching the tenant was not read, and both sides are the file.
    """
    if matching is None:
        alone = [*map(_alone, desired.roles), *map(_alone, desired.retired)]
        return tuple(sorted(alone, key=_key))
    after = {key_of(change): permissions_of(change.after) for change in changes}
    declared = [
        RolePair(
            file=m.role,
            live=m.live,
            before=m.live.content.permissions,
            after=after.get(m.role.key, m.live.content.permissions),
        )
        for m in matching.matched
    ]
    nothing: PermissionSet = frozenset()
    declared += [RolePair(file=r, live=None, before=nothing, after=r.content.permissions) for r in matching.missing]
    declared += [
        RolePair(file=role, live=live, before=live.content.permissions, after=nothing)
        for role, live in matching.retiring
    ]
    still = {role.key for role, _ in matching.retiring}
    declared += [_alone(role) for role in desired.retired if role.key not in still]
    unmanaged = [
        RolePair(file=None, live=live, before=live.content.permissions, after=live.content.permissions)
        for live in matching.unmanaged
    ]
    return (*sorted(declared, key=_key), *unmanaged)


def _alone(role: DesiredRole | RetiredRole) -> RolePair:
    permissions: PermissionSet = role.content.permissions if isinstance(role, DesiredRole) else frozenset()
    return RolePair(file=role, live=None, before=permissions, after=permissions)


def _key(pair: RolePair) -> str:
    return "" if pair.file is None else pair.file.key
