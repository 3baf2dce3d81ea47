"""What a plan tells beside changes and findings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import KEYS, TAG, VIEW, a_base, a_live_role, a_person, a_plan, a_request, a_retired_role, a_role, a_tenant

from reconciler.model.role import RoleKind

MANY = KEYS


def test_notes_offer_the_line_that_makes_a_creation_a_rename() -> None:
    """A role that vanished beside one that appeared with like permissions is offered by name, never guessed."""
    plan = a_plan(a_request(a_role("tier-one", grants=MANY)), a_tenant(a_live_role('Level "1"', grants=MANY)))

    (note,) = plan.notes
    assert note.endswith('add to roles/tier-one.yaml: previously: ["Level \\"1\\""]')
    assert plan.summary.rename == 0


@pytest.mark.parametrize(
    ("grants", "kind"),
    [((VIEW,), RoleKind.CUSTOM), ((), RoleKind.CUSTOM), (MANY, RoleKind.STANDARD)],
    ids=["unlike", "empty", "standard"],
)
def test_notes_offer_no_rename_of_what_is_not_alike(grants: tuple[str, ...], kind: RoleKind) -> None:
    """Another set, an empty one, or one of the product's own roles is no role renamed."""
    plan = a_plan(a_request(a_role("tier-one", grants=MANY)), a_tenant(a_live_role("Other", grants=grants, kind=kind)))

    assert plan.notes == ()


def test_notes_name_the_roles_that_nobody_holds() -> None:
    """Roles of the tenant's own making without anybody are named in one line; the product's own are not."""
    live = (
        a_live_role("Idle"),
        a_live_role("Busy", user_count=1),
        a_live_role("Shipped", kind=RoleKind.STANDARD),
    )
    files = (a_role("idle", grants=(VIEW, TAG)), a_role("busy"), a_role("shipped", standard=True))

    plan = a_plan(a_request(*files), a_tenant(*live, people=[a_person("1", "Busy")]))

    assert plan.notes == ("nobody holds idle",)


def test_notes_tell_what_starts_and_stops_being_managed() -> None:
    """Compared with the base, the first management of a live role and the removal of a file are told."""
    live = (a_live_role("Old", user_count=1), a_live_role("New", user_count=1), a_live_role("Gone", user_count=1))
    people = [a_person(name, name) for name in ("Old", "New", "Gone")]
    request = a_request(
        a_role("old"), a_role("new"), base=a_base(a_role("old"), a_role("gone"), a_retired_role("done"))
    )

    plan = a_plan(request, a_tenant(*live, people=people))

    assert plan.notes == (
        "managed here for the first time: new",
        'no file declares "Gone" any more: it stays as it is and is no longer managed',
    )


def test_settings_can_switch_the_note_on_unheld_roles_off() -> None:
    """Who keeps empty roles on purpose is not told at every plan."""
    request = replace(a_request(a_role("idle")), tells_unheld=False)

    assert a_plan(request, a_tenant(a_live_role("Idle"))).notes == ()
