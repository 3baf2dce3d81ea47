"""Compare the catalogue lock with the tenant: what the vendor changed, and which roles an update would touch."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.core.match import match_roles
from reconciler.core.vendor import (
    bridge,
    category_differences,
    permission_differences,
    propose,
    role_effects,
    role_losses,
    standard_role_differences,
)
from reconciler.errors import InputRejected, LiveAmbiguous, Problem
from reconciler.model.permission import Catalogue
from reconciler.model.product import Product
from reconciler.model.role import LiveRole
from reconciler.model.state import DesiredState
from reconciler.model.vendor import CatalogueComparison, RoleLoss
from reconciler.ports import Progress, TenantReader

Expand = Callable[[Catalogue], tuple[DesiredState, tuple[Problem, ...]]]
"""Gives what the role files mean under a catalogue, as far as they can be read, and what is wrong with them then."""


def compare(lock: Catalogue, expand: Expand, tenant: TenantReader, progress: Progress) -> CatalogueComparison:
    """Read the tenant's catalogue and its own roles, and hold them against the lock.

    Raises a `TenantError` when they cannot be read completely. Files that are wrong under the lock do not stop
    it: they may have been written for the new one.
    """
    progress.stage("Reading what the product has", 2)
    live = tenant.catalogue()
    progress.advance()
    roles = tenant.roles()
    progress.advance()
    proposed = propose(lock, live)
    before, problems = expand(lock)
    after = before
    if proposed is not lock:
        after, _ = expand(bridge(lock, proposed))
        _, problems = expand(proposed)
    return CatalogueComparison(
        lock=lock,
        proposed=proposed,
        permissions=tuple(permission_differences(lock, proposed, before, after)),
        categories=tuple(category_differences(lock, proposed)),
        standard_roles=tuple(standard_role_differences(lock, roles)),
        effects=tuple(role_effects(before, after, proposed)),
        losses=_losses(lock, proposed, after, roles, tenant.product()),
        problems=problems,
    )


def _losses(
    lock: Catalogue, proposed: Catalogue, after: DesiredState, roles: tuple[LiveRole, ...], product: Product
) -> tuple[RoleLoss, ...] | None:
    """Say what the first plan after an update takes; None where that plan will be refused before it knows."""
    if proposed is lock:
        return ()
    try:
        matching = match_roles(after, roles, product)
    except (InputRejected, LiveAmbiguous):
        return None
    return tuple(role_losses(lock, proposed, matching.matched))
