"""The two sides that are compared: desired state (a function of the commit) and live state (a moment)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from reconciler.model.permission import Catalogue, PermissionSet
from reconciler.model.person import PersonId
from reconciler.model.product import SUPPORT, Product
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId, RoleKey


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """Everything the role files and the catalogue lock say, validated and expanded."""

    roles: tuple[DesiredRole, ...]
    """Sorted by key."""
    retired: tuple[RetiredRole, ...]
    """Sorted by key."""
    catalogue: Catalogue
    """The lock that `all` and `view` were expanded against."""
    tolerated: frozenset[str] = frozenset()
    """The codes of problems that the settings let role files have."""
    pinned_ids: Mapping[RoleKey, RoleId] = field(default_factory=lambda: MappingProxyType({}))
    """The ids of live roles that files mean, for products in which two roles can have one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Which tenant this is; `id` is what digests and confirmations are bound to."""

    name: str
    """The name the settings give it."""
    id: str
    title: str
    """The name the tenant gives itself; foreign text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account behind the key: what it may do and must not lose."""

    person_id: PersonId | None
    """None where the key belongs to no user; then no role change can lock it out."""
    role_ids: frozenset[RoleId]
    needs: PermissionSet
    """The permissions without which the reconciler could not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What the tenant said, apart from who holds what."""

    tenant: Tenant
    account: Account
    catalogue: Catalogue
    roles: tuple[LiveRole, ...]
    """Every role, sorted by id."""
    headcount: int | None = None
    """How many users the tenant has; None where no reply that is needed anyway says so."""
    gaps: tuple[str, ...] = ()
    """What is known not to have been read; anything here makes the plan incomplete."""
    product: Product = SUPPORT
    """What the tenant's product can and cannot do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the tenant says of the key; `doctor` shows it."""

    environment: str
    """The tenant's own word, such as `production` or `sandbox`."""
    key_prefix: str = ""
    """The public part of the key, as the tenant shows it."""
    scopes: tuple[str, ...] = ()
    """Sorted."""
    tier: str = ""
    """The rate tier."""
    reads_roles: bool
    writes_roles: bool
    reads_people: bool
    writes_people: bool
