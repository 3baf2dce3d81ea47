"""Finds the kinds of tenants that installed distributions offer, and loads only the one that is asked for."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import cast

from reconciler.errors import UsageProblem
from reconciler.tenants.connection import TenantKind

GROUP = "reconciler.tenants"


def kinds() -> tuple[str, ...]:
    """Give the name of every kind that is installed, sorted; imports none of them."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def kind(name: str) -> TenantKind:
    """Load one kind; raises `UsageProblem` when nobody offers it, or two distributions do."""
    offers = {(point.value, _distribution(point)): point for point in entry_points(group=GROUP, name=name)}
    if not offers:
        known = ", ".join(kinds()) or "none"
        raise UsageProblem(f"There is no kind of tenant called {name!r}", fix=f"Use one of these: {known}")
    if len(offers) > 1:
        names = ", ".join(sorted(distribution for _, distribution in offers))
        raise UsageProblem(
            f"More than one distribution offers the kind of tenant {name!r}: {names}", fix="Uninstall all but one"
        )
    (point,) = offers.values()
    return cast("TenantKind", point.load())


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unnamed one"
