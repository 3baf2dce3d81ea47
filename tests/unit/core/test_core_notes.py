"""What a plan tells beside changes and findings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    KEYS,
    TAG,
    VIEW,
    a_base,
    a_catalogue,
    a_live_role,
    a_person,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    planned,
)

from reconciler.core.notes import notes
from reconciler.desired.language import load_desired_from
from reconciler.model.role import LONGEST_NAME, RoleKind

MANY = KEYS


def test_notes_offer_the_line_that_makes_a_creation_a_rename() -> None:
    """A role that vanished beside one that appeared with like permissions is offered by name, never guessed."""
    plan = a_plan(a_request(a_role("tier-one", grants=MANY)), a_tenant(a_live_role('Level "1"', grants=MANY)))

    (note,) = plan.notes
    assert note.endswith('add to roles/tier-one.yaml: previously: ["Level \\"1\\""]')
    assert plan.summary.rename == 0


@pytest.mark.parametrize("number", [1, 3, 20], ids=["one", "some", "as many as there may be"])
def test_notes_offer_a_line_that_can_be_pasted_over_the_earlier_names_there_are(number: int) -> None:
    """A file has one `previously`; the line keeps what stood there, is valid, and makes the creation a rename."""
    earlier = tuple(f"Desk {n}" for n in range(number))
    live = a_live_role('Level "1": \\ #1', grants=MANY)
    text = "name: Tier One\ndescription: Answers what others cannot\npermissions: {settings: all, tickets: all}\n"

    plan = a_plan(a_request(a_role("tier-one", grants=MANY, previously=earlier)), a_tenant(live))

    (offer,) = (note for note in plan.notes if "nearly the same" in note)
    line = offer.partition("replace `previously` in roles/tier-one.yaml: ")[2]
    (role,) = load_desired_from([("roles/tier-one.yaml", f"{text}{line}\n".encode())], a_catalogue()).roles
    assert role.previously == (*earlier, live.content.name)[-20:]
    assert a_plan(a_request(role), a_tenant(live)).summary.rename == 1


@pytest.mark.parametrize("name", ["Level\u202e1", "Level  1", " Level 1", "L" * 81])
def test_notes_offer_no_line_with_a_name_that_no_file_can_hold(name: str) -> None:
    """What the loader would refuse is not offered; the way round it is."""
    live = a_live_role(name, id="rol_1", grants=MANY)

    (note,) = a_plan(a_request(a_role("tier-one", grants=MANY)), a_tenant(live)).notes

    assert note.endswith("under a new name, rename it in the product, because no file can hold the name it has")


def test_notes_name_files_whose_earlier_names_have_done_their_work() -> None:
    """After a chain each role is found by its own name, and every file of the chain can forget the old ones."""
    files = (
        a_role("first", name="B", previously=("A",)),
        a_role("second", name="C", previously=("B",)),
        a_role("other", name="E"),
    )
    live = [a_live_role(name, user_count=1) for name in ("B", "C", "E")]

    plan = a_plan(a_request(*files), a_tenant(*live, people=[a_person("1", "B", "C", "E")]))

    assert plan.notes == (
        'renamed already: "B" (first), "C" (second); once that is so in every tenant, `previously` can go',
    )


def test_notes_call_no_rename_done_that_only_has_another_case() -> None:
    """The tenant takes both spellings for one name, and the file still asks for its own."""
    live = a_live_role("agent", user_count=1)

    plan = a_plan(a_request(a_role("agent", previously=("Clerk",))), a_tenant(live, people=[a_person("1", "agent")]))

    assert plan.notes == ()


def test_notes_name_retired_roles_that_are_gone() -> None:
    """A file that retires a role that is no longer live has done its work; one whose role is live has not."""
    files = (a_retired_role("gone"), a_retired_role("going"))

    plan = a_plan(a_request(*files), a_tenant(a_live_role("Going")))

    assert plan.notes == ('retired and gone: "Gone" (gone); once that is so in every tenant, the file can go',)


def test_notes_say_nothing_of_what_may_not_have_been_read() -> None:
    """Where the tenant was not read completely, nobody knows that a name is gone."""
    tenant = a_tenant(a_live_role("B", user_count=1), people=[a_person("1", "B")])
    request = a_request(a_role("first", name="B", previously=("A",)), a_retired_role("gone"))
    made = planned(request, tenant)
    facts = replace(made.facts, live=replace(made.facts.live, gaps=("one page is missing",)))

    assert list(notes(facts, ())) == []


@pytest.mark.parametrize(
    ("grants", "kind"),
    [((VIEW,), RoleKind.CUSTOM), ((), RoleKind.CUSTOM), (MANY, RoleKind.STANDARD)],
    ids=["unlike", "empty", "standard"],
)
def test_notes_offer_no_rename_of_what_is_not_alike(grants: tuple[str, ...], kind: RoleKind) -> None:
    """Another set, an empty one, or one of the product's own roles is no role renamed."""
    plan = a_plan(a_request(a_role("tier-one", grants=MANY)), a_tenant(a_live_role("Other", grants=grants, kind=kind)))

    assert plan.notes == ()


@pytest.mark.parametrize(("all_of_them", "shared", "offered"), [(30, 27, True), (37, 33, False), (0, 0, False)])
def test_notes_offer_a_rename_from_nine_permissions_in_ten(all_of_them: int, shared: int, offered: bool) -> None:
    """Exactly so many are enough, a little less is not, and two roles that permit nothing are not alike."""
    keys = [f"desk.k{number:02}" for number in range(all_of_them)]
    lock = a_catalogue(*KEYS, *keys)
    live = a_live_role("Other", grants=keys[:shared])

    plan = a_plan(a_request(a_role("fresh", grants=keys), catalogue=lock), a_tenant(live, catalogue=lock))

    assert [note for note in plan.notes if "nearly the same" in note] == list(plan.notes)
    assert len(plan.notes) == offered


def test_notes_offer_a_line_with_the_longest_name_that_a_file_can_hold() -> None:
    """The limit itself is within the limit."""
    name = "L" * LONGEST_NAME

    (note,) = a_plan(a_request(a_role("tier-one", grants=MANY)), a_tenant(a_live_role(name, grants=MANY))).notes

    assert note.endswith(f'previously: ["{name}"]')


def test_notes_tell_of_service_accounts_after_a_creation_and_only_of_those_that_lose() -> None:
    """One whose other role keeps it loses nothing, and a role that is created hides nothing."""
    live = (a_live_role("Agent", grants=(TAG,)), a_live_role("Keeper", grants=(TAG,)))
    robots = (a_person("1", "Agent"), a_person("2", "Agent", "Keeper"))
    request = a_request(a_role("fresh"), a_role("keeper", grants=(TAG,)), a_retired_role("agent"))
    tenant = a_tenant(*live, people=[replace(robot, human=False) for robot in robots])

    plan = a_plan(request, tenant)

    assert [change.role for change in plan.changes] == ["fresh", "agent"]
    assert plan.notes == ('"Agent": 1 service account would lose something too, besides the people counted',)


def test_notes_name_the_roles_that_nobody_holds() -> None:
    """Roles of the tenant's own making without anybody are named in one line; the product's own are not."""
    live = (
        a_live_role("Idle"),
        a_live_role("Busy", user_count=1),
        a_live_role("Shipped", kind=RoleKind.STANDARD),
    )
    files = (a_role("idle", grants=(VIEW, TAG)), a_role("busy"), a_role("shipped", standard=True))

    plan = a_plan(a_request(*files), a_tenant(*live, people=[a_person("1", "Busy")]))

    assert plan.notes == ('nobody holds "Idle"',)


def test_notes_tell_what_starts_and_stops_being_managed() -> None:
    """Compared with the base, the first management of a live role and the removal of a file are told."""
    live = (a_live_role("Old", user_count=1), a_live_role("New", user_count=1), a_live_role("Gone", user_count=1))
    people = [a_person(name, name) for name in ("Old", "New", "Gone")]
    request = a_request(
        a_role("old"), a_role("new"), base=a_base(a_role("old"), a_role("gone"), a_retired_role("done"))
    )

    plan = a_plan(request, a_tenant(*live, people=people))

    assert plan.notes == (
        'managed here for the first time: "New"',
        'no file declares "Gone" any more: it stays as it is and is no longer managed',
    )


def test_settings_can_switch_the_note_on_unheld_roles_off() -> None:
    """Who keeps empty roles on purpose is not told at every plan."""
    request = replace(a_request(a_role("idle")), tells_unheld=False)

    assert a_plan(request, a_tenant(a_live_role("Idle"))).notes == ()
