"""What the keys of a plan mean to people: labels and categories of the product, places in files, what is sensitive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.facts import Facts
from reconciler.model.change import grants_of, key_of
from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.role import DesiredRole, Origin, RoleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a plan document does not repeat of the files it was made from."""

    catalogue: Catalogue
    """The lock: labels, categories and their order."""
    sensitive: Mapping[RoleKey, PermissionSet]
    """For each changed role, what it gets that any side calls sensitive or does not know."""
    roles: Mapping[RoleKey, DesiredRole]
    """Every declared role."""

    def place(self, role: RoleKey, permission: str) -> Origin | None:
        """Give the line of the role's own file that grants a permission; None where another file does."""
        declared = self.roles.get(role)
        origin = None if declared is None else declared.provenance.get(permission)
        return origin if declared is not None and origin is not None and origin.path == declared.origin.path else None


def vocabulary(facts: Facts) -> Vocabulary:
    """Take the vocabulary of a plan from the facts it was made from."""
    return Vocabulary(
        catalogue=facts.desired.catalogue,
        sensitive={
            key_of(change): frozenset(p for p in grants_of(change) if facts.is_sensitive(p)) for change in facts.changes
        },
        roles={role.key: role for role in facts.desired.roles},
    )
