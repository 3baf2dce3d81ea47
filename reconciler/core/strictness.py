"""The stricter of two guard settings, so that a change cannot weaken the guards that judge it."""

from __future__ import annotations

from reconciler.model.finding import GuardSettings, Limit, SensitiveGrant


def stricter(base: GuardSettings, head: GuardSettings) -> GuardSettings:
    """Give settings that refuse whatever either refuses.

    A share and a whole number cannot be compared without a tenant, so where a limit changed its kind the
    base revision's limit stands until the change is merged.
    """
    confirm = SensitiveGrant.CONFIRM in {base.sensitive_grant, head.sensitive_grant}
    return GuardSettings(
        narrowing_people=min(base.narrowing_people, head.narrowing_people),
        sensitive_grant=SensitiveGrant.CONFIRM if confirm else SensitiveGrant.ALLOW,
        min_administrators=max(base.min_administrators, head.min_administrators),
        mass_change_roles=_lower(base.mass_change_roles, head.mass_change_roles),
        mass_change_people=_lower(base.mass_change_people, head.mass_change_people),
        never_together=tuple(sorted({*base.never_together, *head.never_together})),
    )


def _lower(base: Limit, head: Limit) -> Limit:
    return head if base.percent is head.percent and head.value < base.value else base


def weakened(base: GuardSettings, head: GuardSettings) -> tuple[str, ...]:
    """Name the settings in which `head` is weaker than `base`, sorted."""
    merged = stricter(base, head)
    return tuple(
        name for name in sorted(GuardSettings.__dataclass_fields__) if getattr(merged, name) != getattr(head, name)
    )
