"""Lay out the roles of the files, and of the tenant where one is given, by permissions."""

from __future__ import annotations

from reconciler.core.diff import diff
from reconciler.core.match import match
from reconciler.core.matrix import matrix as lay_out
from reconciler.core.pairs import pairs
from reconciler.model.matrix import Matrix
from reconciler.model.state import DesiredState
from reconciler.operations.reading import read_live
from reconciler.ports import Progress, TenantReader


def matrix(desired: DesiredState, tenant: TenantReader | None, progress: Progress, *, unmanaged: bool) -> Matrix:
    """Give the matrix; without a tenant it shows the files alone.

    Raises a `TenantError` when the tenant cannot be read completely and `InputRejected` when a file could mean
    two live roles.
    """
    if tenant is None:
        return lay_out(desired.catalogue, pairs(desired, None, ()), unmanaged=False, compared=False)
    live = read_live(tenant, progress)
    matching = match(desired, live)
    found = pairs(desired, matching, diff(matching, desired.catalogue, live))
    return lay_out(desired.catalogue, found, unmanaged=unmanaged, compared=True)
