"""What guards find is told whole and for every role: each promise that a careless change of one word would break."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    EXPORT,
    KEYS,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_base,
    a_catalogue,
    a_live_role,
    a_person,
    a_request,
    a_retired_role,
    a_role,
    a_tenant,
    findings_of,
    planned,
    some_people,
)

from reconciler.core.judge import judge
from reconciler.core.order import writes
from reconciler.model.finding import Finding, Guard, Limit
from reconciler.model.person import PersonId
from reconciler.model.role import RoleId, RoleKey
from reconciler.model.state import Account
from reconciler.model.write import MoveHolder
from reconciler.operations.plan import Planned

AGENT = a_live_role("Agent", grants=(VIEW, REPLY))
BOSS = a_live_role("Boss", grants=(VIEW, ADMIN))
READER = a_live_role("Reader", grants=(VIEW,))
TWO = replace(ANYTHING_GOES, min_administrators=2)
APART = replace(ANYTHING_GOES, never_together=((EXPORT, REPLY),))


def only(made: Planned, guard: Guard) -> Finding:
    """Give the one finding of a guard."""
    (found,) = findings_of(made, guard)
    return found


def test_settings_tell_what_the_lock_says_less_strictly() -> None:
    """One that is no longer sensitive is named; a new and harmless one, which the base did not know, is not."""
    base = replace(a_base(a_role("agent"), guards=TWO), catalogue=a_catalogue(VIEW, ADMIN, EXPORT, "labs.gone"))
    head = a_catalogue(VIEW, ADMIN, EXPORT, "labs.new", sensitive=(EXPORT,))

    made = planned(a_request(a_role("agent"), base=base, settings=TWO, catalogue=head), a_tenant(READER))

    assert only(made, Guard.SETTINGS).message == (
        f"Weaker than on the base revision: {ADMIN} as sensitive in the lock. This plan is judged by the stricter of "
        "both; merge the settings alone first to use the room they give."
    )


def test_settings_tell_of_another_role_administration() -> None:
    """It is named as what the lock calls it."""
    request = a_request(
        a_role("agent"),
        base=a_base(a_role("agent"), guards=TWO),
        settings=TWO,
        catalogue=a_catalogue(role_administration=VIEW),
    )

    told = only(planned(request, a_tenant(READER)), Guard.SETTINGS).message
    assert told.startswith("Weaker than on the base revision: role_administration of the lock. This plan")


def test_settings_know_a_permission_that_left_the_lock() -> None:
    """What the base calls sensitive and no lock knows any more is no weakening either."""
    base = replace(
        a_base(a_role("agent"), guards=TWO), catalogue=a_catalogue(VIEW, ADMIN, "labs.gone", sensitive=("labs.gone",))
    )
    request = a_request(a_role("agent"), base=base, settings=TWO, catalogue=a_catalogue(VIEW, ADMIN))

    assert findings_of(planned(request, a_tenant(READER)), Guard.SETTINGS) == ()


def test_in_use_looks_at_every_retirement() -> None:
    """Neither a role with a place for its people nor an empty one hides the one behind it."""
    files = (
        a_retired_role("agent", move_users_to="boss"),
        a_retired_role("empty"),
        a_retired_role("reader"),
        a_role("boss", grants=(VIEW, ADMIN)),
    )
    people = (*some_people(2, "Agent"), *some_people(3, "Reader", prefix="r"))
    tenant = a_tenant(AGENT, BOSS, a_live_role("Empty"), READER, people=people)

    found = only(planned(a_request(*files), tenant), Guard.IN_USE)

    assert (found.role, found.people) == ("reader", 3)


def test_in_use_says_why_listed_people_cannot_move() -> None:
    """The reason and the way out are one sentence of their own."""
    tenant = a_tenant(AGENT, BOSS, people=some_people(4, "Agent"))
    tenant.lists_holders = False
    request = a_request(a_retired_role("agent", move_users_to="boss"), a_role("boss", grants=(VIEW, ADMIN)))

    assert only(planned(request, tenant), Guard.IN_USE).message.endswith(
        "so it cannot be retired. They could not be listed, so they cannot be moved: use a key that may read users."
    )


def test_lockout_says_what_to_do_about_unread_administrators() -> None:
    """Nothing stands between the reason and the way out."""
    tenant = a_tenant(BOSS, people=some_people(2, "Boss"))
    tenant.lists_holders = False

    assert only(planned(a_request(a_role("boss"), settings=TWO), tenant), Guard.LOCKOUT).message.endswith(
        "so nobody can say who would be left to administer roles. Use a key that may read users."
    )


def test_lockout_keeps_hold_of_a_role_that_administers_by_the_lock_of_the_base() -> None:
    """A change that calls something else role administration cannot let go of who administered until now."""
    base = a_base(a_role("chief", grants=(VIEW, ADMIN)), a_role("reader"), guards=TWO)
    live = a_live_role("Chief", grants=(VIEW, ADMIN))
    other = a_catalogue(role_administration=EXPORT)
    request = a_request(a_role("reader"), settings=TWO, base=base, catalogue=other)

    found = findings_of(planned(request, a_tenant(live, READER, catalogue=other)), Guard.LOCKOUT)

    assert [each for each in found if '"Chief" was managed on the base revision' in each.message]


def test_mass_change_tells_a_limit_as_it_was_written() -> None:
    """A number stays a number; a percentage has its sign."""
    settings = replace(ANYTHING_GOES, mass_change_people=Limit(value=1, percent=False))
    tenant = a_tenant(AGENT, people=some_people(2, "Agent"))

    told = only(planned(a_request(a_role("agent"), settings=settings), tenant), Guard.MASS_CHANGE).message

    assert "(the limit is 1)." in told


def test_self_looks_past_a_role_that_no_listing_has() -> None:
    """The account may hold a role that the key cannot see; what it needs is judged by the others."""
    robot = replace(a_person("robot", human=False), role_ids=frozenset({BOSS.id, RoleId("hidden")}))
    account = Account(person_id=PersonId("robot"), role_ids=robot.role_ids, needs=frozenset({ADMIN}))
    tenant = a_tenant(BOSS, people=(*some_people(2, "Boss"), robot), account=account)

    made = planned(a_request(a_role("boss")), tenant)

    assert f"would lose {ADMIN}, and" in only(made, Guard.SELF).message


def test_separation_counts_the_people_of_the_role_itself() -> None:
    """Whoever holds the role that gets the pair is told in the finding."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))

    made = planned(a_request(a_role("agent", grants=(VIEW, REPLY, EXPORT)), settings=APART), tenant)

    by_role = next(found for found in findings_of(made, Guard.SEPARATION) if found.role == "agent")
    assert by_role.people == 3
    assert by_role.message.endswith("and the settings keep these apart. Take one of them out of the role.")


def test_separation_adds_up_people_with_different_roles() -> None:
    """People who hold the pair through one set of roles or another are counted together, new ones and old ones."""
    exporter = a_live_role("Exporter", grants=(VIEW, EXPORT, TAG))
    helper = a_live_role("Helper", grants=(REPLY,))
    had_it = (a_person("a", "Agent", "Exporter"), a_person("b", "Helper", "Exporter"))
    get_it = (a_person("c", "Agent", "Reader"), a_person("d", "Helper", "Reader"))
    tenant = a_tenant(AGENT, exporter, helper, READER, people=(*had_it, *get_it))
    files = (a_role("exporter", grants=(VIEW, EXPORT)), a_role("reader", grants=(VIEW, EXPORT)))

    found = findings_of(planned(a_request(*files, settings=APART), tenant), Guard.SEPARATION)

    assert [(each.level.value, each.people) for each in found] == [("block", 2), ("warn", 2)]


@pytest.mark.parametrize(
    ("file", "live", "told"),
    [
        (
            a_role("agent", standard=True),
            None,
            "Standard roles cannot be created: correct the name, or take out standard: true.",
        ),
        (
            a_retired_role("agent", standard=True),
            AGENT,
            "cannot be retired. Remove the file to stop managing it, or keep it and move people to another role.",
        ),
    ],
)
def test_standard_says_the_way_out_whole(file: object, live: object, told: str) -> None:
    """The last sentence is the one to act on."""
    made = planned(a_request(file), a_tenant(*([live] if live else [])))

    assert only(made, Guard.STANDARD).message.endswith(told)


def test_incomplete_says_the_way_out_whole() -> None:
    """The last sentence is the one to act on."""
    facts = planned(a_request(a_role("agent", grants=(VIEW, REPLY))), a_tenant(AGENT)).facts

    (found,) = judge(replace(facts, live=replace(facts.live, gaps=("page 3 of roles",))))
    assert found.message.endswith(". Plan again when the tenant can be read in full.")


def test_moves_are_told_under_the_role_that_is_retired() -> None:
    """The journal and the report find each move by its change."""
    files = (a_retired_role("agent", move_users_to="boss"), a_role("boss", grants=(VIEW, ADMIN)))
    facts = planned(a_request(*files), a_tenant(AGENT, BOSS, people=some_people(2, "Agent"))).facts

    moves = [each for each in writes(facts.changes, facts.people) if isinstance(each, MoveHolder)]

    assert [(each.role, each.leaves) for each in moves] == [(RoleKey("agent"), AGENT.id)] * 2


@pytest.mark.parametrize(
    ("without", "named", "told"),
    [
        (ADMIN, ADMIN, ADMIN),
        (ADMIN, None, "for role administration that the lock names"),
    ],
)
def test_catalogue_says_whole_why_administrators_cannot_be_counted(without: str, named: str | None, told: str) -> None:
    """The permission that is missing is named where a lock names it, and so is the place to mend."""
    keys = tuple(key for key in KEYS if key != without)
    lock = a_catalogue(*(KEYS if named else keys), role_administration=named)
    tenant = a_tenant(a_live_role("Agent"), catalogue=a_catalogue(*keys, role_administration=None))

    made = planned(a_request(a_role("agent", grants=(TAG,)), catalogue=lock), tenant)

    assert (
        f"The tenant has no permission {told}, so nobody can say who can administer roles. "
        "Find its name in the product and put it into the lock as role_administration."
    ) in {found.message for found in findings_of(made, Guard.CATALOGUE)}


def test_catalogue_lists_differences_one_after_another() -> None:
    """What is gone and what is new are parts of one sentence, and a file's own problem is a finding of its own."""
    live = a_catalogue(*(key for key in KEYS if key != TAG), UNKNOWN)

    block, warn = findings_of(
        planned(a_request(a_role("agent", grants=(VIEW, TAG))), a_tenant(AGENT, catalogue=live)), Guard.CATALOGUE
    )

    assert block.message.endswith('which the file of "Agent" means. Refresh the catalogue lock and correct the file.')
    assert f"lock: {TAG} gone; {UNKNOWN} new (granted" in warn.message


def test_adoption_looks_at_every_change() -> None:
    """A role that was managed before hides no role behind it that was not."""
    base = a_base(a_role("agent", grants=(VIEW, REPLY)))
    tenant = a_tenant(AGENT, a_live_role("Reader", grants=(VIEW, TAG)))

    made = planned(a_request(a_role("agent"), a_role("reader"), base=base), tenant)

    assert only(made, Guard.ADOPTION).role == "reader"


def test_narrowing_counts_for_the_plan_only_roles_that_did_not_ask() -> None:
    """Many people of one role, and few of two others, are one question and not two."""
    ten = replace(ANYTHING_GOES, narrowing_people=10)
    roles = [a_live_role(name, grants=(VIEW, REPLY)) for name in ("Agent", "Closer", "Reader")]
    people = (*some_people(10, "Agent"), *some_people(1, "Closer", prefix="c"), *some_people(1, "Reader", prefix="r"))
    files = (a_role("agent"), a_role("closer"), a_role("reader"))

    made = planned(a_request(*files, settings=ten), a_tenant(*roles, people=people))

    assert only(made, Guard.NARROWING).role == "agent"


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (
            True,
            "This change removes the catalogue lock, so {}. Put schemas/permissions.yaml back.",
        ),
        (
            False,
            "There is no catalogue lock, so {}. Pin it with `reconciler catalogue --update`.",
        ),
    ],
)
def test_catalogue_says_what_a_missing_lock_means_and_who_is_to_mend_it(then: bool, told: str) -> None:
    """A change that removes it puts it back; a repository that never had one gets one."""
    base = replace(a_base(a_role("agent")), pinned=then)
    request = replace(a_request(a_role("agent"), base=base), pinned=False)

    (found,) = findings_of(planned(request, a_tenant(a_live_role("Agent"))), Guard.CATALOGUE)

    assert found.message == told.format("`all` and `view` would mean whatever this version of the program knows")
