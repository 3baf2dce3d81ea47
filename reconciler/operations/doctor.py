"""Examine what plan and apply rely on, and say what could not be examined."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.wording import listing, people
from reconciler.model.check import Check, Standing
from reconciler.model.finding import GuardSettings
from reconciler.model.permission import Catalogue
from reconciler.model.state import Capabilities
from reconciler.ports import TenantReader


def examine(tenant: TenantReader, lock: Catalogue, settings: GuardSettings) -> tuple[Check, ...]:
    """Look at the key, its account, the catalogue and the administrators, in that order.

    Raises a `TenantError` when the tenant does not answer at all.
    """
    identity, account = tenant.identity()
    can = tenant.capabilities()
    checks = [
        Check(
            subject="tenant",
            standing=Standing.GOOD,
            detail=f"{identity.title} ({identity.id}), environment {can.environment}",
        ),
        Check(subject="key", standing=Standing.GOOD, detail=_key(can)),
        *_rights(can),
    ]
    if account.person_id is None:
        checks.append(_unverified("own account", "the key belongs to no user, so the self guard has nobody to protect"))
    else:
        checks.append(Check(subject="own account", standing=Standing.GOOD, detail=f"user {account.person_id}"))
    if can.reads_roles:
        checks.extend(_roles(tenant, can, lock, settings))
    checks.append(_unverified("other writers", "whether people or tools edit roles in the product cannot be seen here"))
    return tuple(checks)


def _key(can: Capabilities) -> str:
    """Describe the key by what the tenant says of it; some say nothing."""
    named = f"{can.key_prefix}… " if can.key_prefix else ""
    scoped = f"with {listing(can.scopes)}" if can.scopes else "with rights that the product does not tell"
    paced = f", rate tier {can.tier}" if can.tier else ""
    return f"{named}{scoped}{paced}"


def _rights(can: Capabilities) -> Iterator[Check]:
    for allowed, subject, need in (
        (can.reads_roles, "reads roles", "plan needs it"),
        (can.reads_people, "reads people", "without it every number of people is an upper bound"),
        (can.writes_roles, "writes roles", "apply needs it; a key for plan alone is better without"),
        (can.writes_people, "moves people", "retiring a role with holders needs it"),
    ):
        yield Check(
            subject=subject,
            standing=Standing.GOOD if allowed else Standing.MISSING,
            detail="the key may" if allowed else f"the key may not: {need}",
        )


def _roles(tenant: TenantReader, can: Capabilities, lock: Catalogue, settings: GuardSettings) -> Iterator[Check]:
    roles = tenant.roles()
    yield Check(subject="role list", standing=Standing.GOOD, detail=f"{len(roles):,} roles, proved complete")
    differs = lock.keys ^ tenant.catalogue().keys
    yield Check(
        subject="catalogue",
        standing=Standing.MISSING if differs else Standing.GOOD,
        detail=f"differs from the lock in {listing(differs)}" if differs else "the permissions are those of the lock",
    )
    permission = lock.role_administration or ""
    if not can.reads_people:
        yield _unverified("administrators", "the key may not read who holds which role")
        return
    listings = [tenant.holders(role.id) for role in roles if permission in role.content.permissions]
    if None in listings:
        yield _unverified("administrators", "the holders of a role that can administer roles could not be listed")
        return
    administrators = {person.id for holders in listings for person in holders or () if person.counts}
    enough = len(administrators) >= settings.min_administrators
    yield Check(
        subject="administrators",
        standing=Standing.GOOD if enough else Standing.MISSING,
        detail=f"{people(len(administrators))} can administer roles; {settings.min_administrators} are required",
    )


def _unverified(subject: str, detail: str) -> Check:
    return Check(subject=subject, standing=Standing.UNVERIFIED, detail=detail)
