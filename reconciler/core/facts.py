"""Everything a guard may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.access import Access
from reconciler.core.administrators import Administrators
from reconciler.core.impact import Impact
from reconciler.core.match import Matching
from reconciler.core.naming import name_key, temporary_of
from reconciler.model.change import Change
from reconciler.model.finding import BaseRevision, GuardSettings
from reconciler.model.person import People
from reconciler.model.role import LiveRole, RoleKey
from reconciler.model.state import DesiredState, LiveState
from reconciler.model.write import Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A plan before it is judged: what would change, for whom, in which order."""

    desired: DesiredState
    live: LiveState
    matching: Matching
    changes: tuple[Change, ...]
    """In the order of their writes."""
    writes: tuple[Write, ...]
    access: Access
    people: People
    impact: Impact
    administrators: tuple[Administrators, ...]
    """One for each permission that means role administration; usually one."""
    settings: GuardSettings
    """What the change's own files say."""
    effective: GuardSettings
    """What the guards judge by: the stricter of the base revision's and the change's own."""
    base: BaseRevision | None
    """None where no base revision is known."""
    objections_together: tuple[str, ...]
    """What the product has against the writes as a whole, in sentences."""
    pinned: bool = True
    """Whether the lock is a file of the commit; else it is the one of the program's version."""
    tells_unheld: bool = True
    """Whether roles that nobody holds are worth a note."""
    objections: Mapping[RoleKey, tuple[str, ...]]
    """For each change what the tenant's product would refuse of it, as far as its adapter knows."""

    def was_managed(self, live: LiveRole) -> bool:
        """Say whether a file of the base revision meant a live role; without a base nobody knows, and it is False.

        A role that a swap of names left under a temporary name for one of that revision's names was managed. Where
        names are not unique, a file with a pinned id meant the role with that id alone.
        """
        names: frozenset[str] = frozenset()
        if self.base is not None:
            names = self.base.names
            if not self.live.product.unique_names:
                if live.id in self.base.pins.values():
                    return True
                names = names if self.base.unpinned is None else self.base.unpinned
        called = live.content.name
        return name_key(called) in set(map(name_key, names)) or temporary_of(called, names) is not None

    def is_sensitive(self, permission: str) -> bool:
        """Say whether any side calls a permission sensitive, or does not know it.

        The lock that comes with a change cannot make a permission harmless: the lock of the base revision and
        the tenant itself are asked too.
        """
        base = () if self.base is None else (self.base.catalogue,)
        return any(c.is_sensitive(permission) for c in (self.desired.catalogue, self.live.catalogue, *base))
