"""Digests: one canonical form, and what a plan, a role and a confirmation are bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from reconciler.model.change import Change, Create, Retire, action_of, key_of
from reconciler.model.finding import Guard, GuardSettings, Limit
from reconciler.model.permission import Catalogue, CategoryForm, Permission
from reconciler.model.plan import FORMAT
from reconciler.model.role import RoleContent, RoleKey

CONFIRMATION_DIGITS = 12
"""Hexadecimal digits of a confirmation id; it is typed and compared by people, and only within one plan."""


def digest(value: object) -> str:
    """Give `sha256:…` over the canonical JSON of a value made of maps, lists, text, numbers and None."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def role_digest(content: RoleContent | None) -> str | None:
    """Give the digest of everything we manage of a role; None where there is none."""
    return None if content is None else digest(_content(content))


def plan_digest(tenant_id: str, lock: Catalogue, settings: GuardSettings, changes: Iterable[Change]) -> str:
    """Give the digest that binds what was reviewed to what is applied.

    It covers the format, the tenant, the lock, the guard settings and each change with its before and after.
    It leaves out the commit, times and counts of people, so that a squash merge or a joiner keeps it. The
    order of the writes depends on people and is left out too.
    """
    return digest(
        {
            "format": FORMAT,
            "tenant": tenant_id,
            "catalogue": _catalogue(lock),
            "guards": _settings(settings),
            "changes": [_change(change) for change in sorted(changes, key=key_of)],
        }
    )


def confirmation_id(
    tenant_id: str, guard: Guard, role: RoleKey | None, before: Iterable[str | None], permissions: Iterable[str]
) -> str:
    """Give the id that a confirmation names.

    It is bound to the tenant, the guard, the role, the live state before (`before` holds role digests) and
    the exact permissions; the head count is bound by the confirmation itself.
    """
    bound = digest([tenant_id, guard, role, list(before), sorted(permissions)])
    return f"{guard}-{role or 'plan'}-{bound.removeprefix('sha256:')[:CONFIRMATION_DIGITS]}"


def _change(change: Change) -> Mapping[str, object]:
    return {
        "action": action_of(change),
        "role": change.role.key,
        "id": None if isinstance(change, Create) else change.live.id,
        "before": None if change.before is None else _content(change.before),
        "after": None if change.after is None else _content(change.after),
        "move_users_to": change.role.move_users_to if isinstance(change, Retire) else None,
        **({"successor": sorted(change.successor)} if isinstance(change, Retire) else {}),
    }


def _content(content: RoleContent) -> Mapping[str, object]:
    return {
        "name": content.name,
        "description": content.description,
        "permissions": sorted(content.permissions),
    }


def _catalogue(lock: Catalogue) -> object:
    return [
        lock.version,
        lock.role_administration,
        [
            [
                c.key,
                [_permission(p) for p in sorted(c.permissions, key=lambda p: p.key)],
                *([c.form, c.family] if c.family or c.form is not CategoryForm.TOGGLES else []),
            ]
            for c in sorted(lock.categories, key=lambda c: c.key)
        ],
        sorted([role.name, role.editable] for role in lock.standard_roles),
    ]


def _permission(permission: Permission) -> list[object]:
    """Give what a permission means; what is rare is told only where it is said, so that old digests stay."""
    said = [permission.key, permission.level, permission.sensitive, sorted(permission.requires)]
    return [*said, sorted(permission.implies)] if permission.implies else said


def _settings(settings: GuardSettings) -> Mapping[str, object]:
    return {
        "narrowing_people": settings.narrowing_people,
        "sensitive_grant": settings.sensitive_grant,
        "min_administrators": settings.min_administrators,
        "mass_change_roles": _limit(settings.mass_change_roles),
        "mass_change_people": _limit(settings.mass_change_people),
        "never_together": sorted(sorted(pair) for pair in settings.never_together),
    }


def _limit(limit: Limit) -> str:
    return f"{limit.value}%" if limit.percent else str(limit.value)
