"""The guards that block: lockout, self, in-use, standard, incomplete, catalogue; and the settings guard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    CLOSE,
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
from reconciler.model.finding import BaseRevision, Finding, FindingLevel, Guard, GuardSettings, Limit, SensitiveGrant
from reconciler.model.permission import Catalogue
from reconciler.model.person import Person, PersonId
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId, RoleKind
from reconciler.model.state import Account
from reconciler.operations.plan import Planned

TWO = replace(ANYTHING_GOES, min_administrators=2)
BOSS = a_live_role("Boss", grants=(VIEW, ADMIN))
CHIEF = a_live_role("Chief", grants=(VIEW, ADMIN))
AGENT = a_live_role("Agent", grants=(VIEW, REPLY))

# Lock-out


def test_lockout_blocks_when_the_last_administrators_would_go() -> None:
    """Taking role administration from everybody is refused with the numbers and the way out."""
    tenant = a_tenant(BOSS, people=some_people(3, "Boss"))

    (found,) = findings_of(planned(a_request(a_role("boss"), settings=TWO), tenant), Guard.LOCKOUT)

    assert FindingLevel.BLOCK is found.level
    assert found.message.startswith("0 of 2 required administrators would be left")
    assert "today there are 3" in found.message
    assert "give it to another role first and merge that alone" in found.message


@pytest.mark.parametrize(("chiefs", "found"), [(1, 1), (2, 0)])
def test_lockout_needs_exactly_as_many_as_the_settings(chiefs: int, found: int) -> None:
    """One of two is too few, two of two are enough."""
    people = (*some_people(3, "Boss"), *some_people(chiefs, "Chief", prefix="c"))

    made = planned(a_request(a_role("boss"), settings=TWO), a_tenant(BOSS, CHIEF, people=people))

    assert found == len(findings_of(made, Guard.LOCKOUT))


@pytest.mark.parametrize(("active", "human"), [(False, True), (True, False)])
def test_lockout_counts_neither_suspended_people_nor_service_accounts(*, active: bool, human: bool) -> None:
    """Who cannot log in cannot let anybody in."""
    others = tuple(replace(p, active=active, human=human) for p in some_people(5, "Chief", prefix="c"))

    made = planned(
        a_request(a_role("boss"), settings=TWO), a_tenant(BOSS, CHIEF, people=(*some_people(2, "Boss"), *others))
    )

    assert len(findings_of(made, Guard.LOCKOUT)) == 1


def test_lockout_lets_a_tenant_with_too_few_administrators_be_improved() -> None:
    """One administrator where two are asked for is no reason to refuse what takes none away."""
    tenant = a_tenant(BOSS, AGENT, people=(*some_people(1, "Boss"), *some_people(1, "Agent", prefix="a")))

    made = planned(a_request(a_role("agent"), settings=TWO), tenant)

    assert findings_of(made, Guard.LOCKOUT) == ()


def test_lockout_blocks_when_nobody_can_say_who_would_be_left() -> None:
    """Holders of administrator roles that could not be listed might be nobody."""
    tenant = a_tenant(BOSS, CHIEF, people=(*some_people(2, "Boss"), *some_people(9, "Chief", prefix="c")))
    tenant.lists_holders = False

    (found,) = findings_of(planned(a_request(a_role("boss"), settings=TWO), tenant), Guard.LOCKOUT)

    assert "the holders of Boss, Chief could not be read" in found.message
    assert "Use a key that may read users." in found.message


def test_lockout_is_silent_when_administrators_are_unread_and_keep_everything() -> None:
    """Nobody needs to be counted where no role loses role administration."""
    tenant = a_tenant(BOSS, AGENT, people=(*some_people(2, "Boss"), *some_people(2, "Agent", prefix="a")))
    tenant.lists_holders = False

    made = planned(a_request(a_role("agent"), settings=TWO), tenant)

    assert findings_of(made, Guard.LOCKOUT) == ()


def test_lockout_follows_moves_of_people() -> None:
    """Retiring the administrators' role into an ordinary one locks everybody out."""
    tenant = a_tenant(BOSS, AGENT, people=some_people(2, "Boss"))
    request = a_request(
        a_retired_role("boss", move_users_to="agent"), a_role("agent", grants=(VIEW, REPLY)), settings=TWO
    )

    assert len(findings_of(planned(request, tenant), Guard.LOCKOUT)) == 1


def test_lockout_allows_a_retirement_into_a_new_administrator_role() -> None:
    """The new role exists before anybody moves, and the old one goes last."""
    tenant = a_tenant(BOSS, people=some_people(2, "Boss"))
    request = a_request(
        a_retired_role("boss", move_users_to="head"), a_role("head", grants=(VIEW, ADMIN)), settings=TWO
    )

    assert findings_of(planned(request, tenant), Guard.LOCKOUT) == ()


def test_lockout_never_takes_a_new_role_for_a_live_one_of_the_same_text() -> None:
    """A key that reads like a live role's id gives nobody anything."""
    crowd = a_live_role("Crowd", id="7")
    people = (
        *some_people(2, "Boss"),
        *(replace(p, role_ids=frozenset({RoleId("7")})) for p in some_people(5, prefix="c")),
    )
    request = a_request(
        a_role("boss"), a_role("7", name="Seven", grants=(ADMIN,)), a_role("crowd", grants=()), settings=TWO
    )

    made = planned(request, a_tenant(BOSS, crowd, people=people))

    assert len(findings_of(made, Guard.LOCKOUT)) == 1


# The key's own account

NEEDS = frozenset({ADMIN, VIEW})


def an_account(*roles: LiveRole) -> tuple[Account, Person]:
    """Give the account of a key and the service user behind it."""
    robot = replace(a_person("robot", human=False), role_ids=frozenset(role.id for role in roles))
    return Account(person_id=PersonId("robot"), role_ids=robot.role_ids, needs=NEEDS), robot


def own_account(
    roles: tuple[LiveRole, ...], held: tuple[LiveRole, ...], *files: DesiredRole | RetiredRole
) -> tuple[Finding, ...]:
    """Give what the self guard finds for an account that holds some of the roles."""
    account, robot = an_account(*held)
    tenant = a_tenant(*roles, people=(*some_people(3, "Boss"), robot), account=account)
    return findings_of(planned(a_request(*files), tenant), Guard.SELF)


def test_self_blocks_when_the_account_would_lose_what_it_needs() -> None:
    """A reconciler that takes its own rights could not undo it."""
    (found,) = own_account((BOSS, CHIEF), (CHIEF,), a_role("chief"))

    assert FindingLevel.BLOCK is found.level
    assert f"would lose {ADMIN}, and" in found.message
    assert "Give the account another role with these permissions first." in found.message


def test_self_blocks_when_the_account_would_lose_it_half_way() -> None:
    """Narrowing comes before widening, so a right that changes roles is missing in between."""
    (found,) = own_account(
        (BOSS, CHIEF, AGENT), (CHIEF, AGENT), a_role("chief"), a_role("agent", grants=(VIEW, REPLY, ADMIN))
    )

    assert f"would lose, half way through the plan, {ADMIN}" in found.message


@pytest.mark.parametrize(
    ("held", "file"),
    [
        ((CHIEF,), a_role("chief", grants=(VIEW, ADMIN, TAG))),
        ((CHIEF, BOSS), a_role("chief", grants=(VIEW,))),
        ((AGENT,), a_role("agent", grants=(VIEW,))),
        ((AGENT,), a_role("chief", grants=(VIEW,))),
        ((), a_role("chief", grants=(VIEW,))),
    ],
)
def test_self_is_silent_when_the_account_keeps_what_it_needs(held: tuple[LiveRole, ...], file: DesiredRole) -> None:
    """Another role that keeps it, a right it does not need, and somebody else's role are no danger."""
    assert own_account((BOSS, CHIEF, AGENT), held, file) == ()


def test_self_follows_the_account_into_its_successor_role() -> None:
    """Moved to a role with the same rights the account keeps them all the way."""
    files = (a_retired_role("chief", move_users_to="boss"), a_role("boss", grants=(VIEW, ADMIN)))

    assert own_account((BOSS, CHIEF), (CHIEF,), *files) == ()


def test_self_has_nobody_to_protect_where_the_key_belongs_to_no_user() -> None:
    """Without an account no role change can lock it out."""
    made = planned(a_request(a_role("chief")), a_tenant(BOSS, CHIEF, people=some_people(3, "Boss")))

    assert findings_of(made, Guard.SELF) == ()


# In use


@pytest.mark.parametrize("active", [True, False])
def test_in_use_blocks_a_retirement_with_holders_suspended_or_not(*, active: bool) -> None:
    """The product deletes no role that anybody is assigned to."""
    tenant = a_tenant(AGENT, people=(a_person("x", "Agent", active=active),))

    (found,) = findings_of(planned(a_request(a_retired_role("agent")), tenant), Guard.IN_USE)

    assert FindingLevel.BLOCK is found.level
    assert '1 person is assigned to "Agent" (suspended ones too)' in found.message
    assert "Name the role they get with move_users_to" in found.message


def test_in_use_counts_the_people_of_each_role_apart() -> None:
    """Two retired roles have each their own."""
    tenant = a_tenant(
        AGENT, BOSS, CHIEF, people=(*some_people(3, "Agent"), *some_people(2, "Boss", "Chief", prefix="b"))
    )

    made = planned(a_request(a_retired_role("agent"), a_retired_role("chief")), tenant)

    assert {found.role: found.people for found in findings_of(made, Guard.IN_USE)} == {"agent": 3, "chief": 2}


def test_in_use_counts_people_it_could_not_list() -> None:
    """The role's own count is reason enough."""
    tenant = a_tenant(AGENT, people=some_people(4, "Agent"))
    tenant.lists_holders = False

    (found,) = findings_of(planned(a_request(a_retired_role("agent")), tenant), Guard.IN_USE)

    assert found.message.startswith("4 people are assigned")


def test_in_use_blocks_a_move_of_people_who_could_not_be_listed() -> None:
    """Nobody can move people they cannot see, and the deletion would be refused half way."""
    tenant = a_tenant(AGENT, BOSS, people=some_people(4, "Agent"))
    tenant.lists_holders = False
    request = a_request(a_retired_role("agent", move_users_to="boss"), a_role("boss", grants=(VIEW, ADMIN)))

    (found,) = findings_of(planned(request, tenant), Guard.IN_USE)

    assert "use a key that may read users" in found.message


@pytest.mark.parametrize(
    ("files", "people"),
    [
        ((a_retired_role("agent"),), ()),
        (
            (a_retired_role("agent", move_users_to="boss"), a_role("boss", grants=(VIEW, ADMIN))),
            some_people(3, "Agent"),
        ),
        ((a_retired_role("agent", move_users_to="boss"), a_role("boss", grants=(VIEW, ADMIN))), ()),
        ((a_role("agent"),), some_people(3, "Agent")),
    ],
)
def test_in_use_is_silent_for_empty_roles_and_for_people_with_a_place_to_go(
    files: tuple[DesiredRole, ...], people: tuple[Person, ...]
) -> None:
    """An empty role may go, and holders with a successor are moved."""
    assert findings_of(planned(a_request(*files), a_tenant(AGENT, BOSS, people=people)), Guard.IN_USE) == ()


def uncounted(made: Planned, *, headcount: int | None = None) -> tuple[Finding, ...]:
    """Judge a plan again as if its roles had neither a list nor a count of holders."""
    facts = made.facts
    live = replace(facts.live, headcount=headcount)
    changes = tuple(
        replace(c, live=replace(c.live, user_count=None)) if hasattr(c, "live") else c for c in facts.changes
    )
    return judge(replace(facts, live=live, changes=changes, people=replace(facts.people, listed=frozenset())))


def test_in_use_takes_an_uncounted_role_for_one_in_use() -> None:
    """What could not be counted is not nobody."""
    found = uncounted(planned(a_request(a_retired_role("agent")), a_tenant(AGENT)), headcount=9)

    (unknown,) = (finding for finding in found if finding.guard is Guard.IN_USE)
    assert unknown.message.startswith("an unknown number of people are assigned")
    assert unknown.people == 0


# Incomplete


def test_incomplete_blocks_a_plan_with_gaps() -> None:
    """What could not be read is never "there is none"."""
    facts = planned(a_request(a_role("agent", grants=(VIEW, REPLY))), a_tenant(AGENT)).facts

    (found,) = judge(replace(facts, live=replace(facts.live, gaps=("page 3 of roles",))))

    assert found.guard is Guard.INCOMPLETE
    assert FindingLevel.BLOCK is found.level
    assert "page 3 of roles" in found.message
    assert "Plan again when the tenant can be read in full." in found.message


def test_incomplete_blocks_when_nothing_bounds_the_number_of_holders() -> None:
    """Neither listed nor counted, in a tenant of unknown size, means anybody and not nobody."""
    found = uncounted(planned(a_request(a_role("agent"), a_role("new")), a_tenant(AGENT)))

    (gap,) = (finding for finding in found if finding.guard is Guard.INCOMPLETE)
    assert gap.message.startswith("Nobody can say how many people hold Agent: the tenant neither lists nor counts")
    assert gap.message.endswith("Use a key that may read users.")


@pytest.mark.parametrize(("description", "headcount"), [("", 40), ("Text", None)])
def test_incomplete_is_silent_where_a_bound_is_known_or_needless(description: str, headcount: int | None) -> None:
    """The size of the tenant is a bound, and a text change reaches nobody."""
    grants = (VIEW, REPLY) if description else (VIEW,)

    found = uncounted(
        planned(a_request(a_role("agent", grants=grants, description=description)), a_tenant(AGENT)),
        headcount=headcount,
    )

    assert [f for f in found if f.guard is Guard.INCOMPLETE] == []


# Standard roles

STANDARD = replace(AGENT, kind=RoleKind.STANDARD)
FIXED = replace(STANDARD, editable=False)


@pytest.mark.parametrize(
    ("file", "live", "way_out"),
    [
        (a_role("agent", standard=True), None, "correct the name, or take out standard: true"),
        (a_role("agent", name="Agents", standard=True, previously=("Agent",)), STANDARD, "Keep its name."),
        (a_role("agent", name="AGENT", standard=True), STANDARD, "Keep its name."),
        (a_retired_role("agent", standard=True), STANDARD, "Remove the file to stop managing it"),
        (a_retired_role("agent"), STANDARD, "Remove the file to stop managing it"),
        (a_retired_role("agent", standard=True), AGENT, "Remove the file to stop managing it"),
        (a_role("agent", standard=True), FIXED, "based_on copies it"),
        (a_role("agent"), STANDARD, "Declare it with standard: true."),
        (a_role("agent", standard=True), AGENT, "Take out standard: true."),
    ],
)
def test_standard_blocks_what_the_product_forbids(
    file: DesiredRole | RetiredRole, live: LiveRole | None, way_out: str
) -> None:
    """Creating, renaming, retiring and editing what cannot be edited are refused with the way out."""
    made = planned(a_request(file), a_tenant(*([live] if live else [])))

    (found,) = findings_of(made, Guard.STANDARD)
    assert FindingLevel.BLOCK is found.level
    assert found.role == "agent"
    assert way_out in found.message


@pytest.mark.parametrize(
    ("file", "live"),
    [
        (a_role("agent", standard=True), STANDARD),
        (a_role("agent", standard=True, grants=(VIEW, REPLY)), FIXED),
        (a_role("agent"), AGENT),
        (a_retired_role("agent"), AGENT),
        (a_role("new"), AGENT),
    ],
)
def test_standard_is_silent_for_what_the_product_allows(file: DesiredRole | RetiredRole, live: LiveRole) -> None:
    """An editable standard role may be edited, an equal one needs nothing, and custom roles are nobody's."""
    assert findings_of(planned(a_request(file), a_tenant(live)), Guard.STANDARD) == ()


# The catalogue


def catalogue(live: Catalogue, *files: DesiredRole, lock: Catalogue | None = None) -> tuple[Finding, ...]:
    """Give what the catalogue guard finds between a lock and a live catalogue."""
    made = planned(a_request(*files, catalogue=lock), a_tenant(AGENT, catalogue=live))
    return findings_of(made, Guard.CATALOGUE)


def test_catalogue_blocks_a_file_that_means_a_permission_which_is_gone() -> None:
    """The role cannot become what its file says."""
    block, warn = catalogue(a_catalogue(VIEW), a_role("agent", grants=(VIEW, REPLY)), lock=a_catalogue(VIEW, REPLY))

    assert FindingLevel.BLOCK is block.level
    assert block.role == "agent"
    assert "no longer has tickets.reply" in block.message
    assert "Refresh the catalogue lock" in block.message
    assert FindingLevel.WARN is warn.level
    assert "tickets.reply gone" in warn.message


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (a_catalogue(*KEYS, UNKNOWN), "labs.preview new (granted to no role by all or view)"),
        (a_catalogue(*KEYS, sensitive=(*KEYS,)), "of another level or sensitivity"),
        (a_catalogue(*(key for key in KEYS if key != CLOSE)), "tickets.close gone"),
    ],
)
def test_catalogue_warns_of_every_other_difference(live: Catalogue, told: str) -> None:
    """New, gone and moved permissions are told and change nothing."""
    (found,) = catalogue(live, a_role("agent", grants=(VIEW, REPLY)))

    assert FindingLevel.WARN is found.level
    assert told in found.message
    assert "refresh the lock" in found.message


def test_catalogue_is_silent_when_only_labels_differ() -> None:
    """Labels may change freely."""
    labelled = a_catalogue()
    categories = tuple(
        replace(c, name="Other", permissions=tuple(replace(p, name="Other") for p in c.permissions))
        for c in labelled.categories
    )

    assert catalogue(replace(labelled, categories=categories), a_role("agent")) == ()


# Settings


def test_settings_warns_where_guards_got_weaker() -> None:
    """Weaker guards are named, and the stricter of both counts until they are merged."""
    weaker = replace(TWO, sensitive_grant=SensitiveGrant.ALLOW, narrowing_people=99)
    base = a_base(a_role("agent"), guards=replace(TWO, sensitive_grant=SensitiveGrant.CONFIRM, narrowing_people=2))
    tenant = a_tenant(AGENT, people=some_people(2, "Agent"))

    made = planned(a_request(a_role("agent"), base=base, settings=weaker), tenant)

    (found,) = findings_of(made, Guard.SETTINGS)
    assert FindingLevel.WARN is found.level
    assert "Weaker than on the base revision: narrowing_people, sensitive_grant." in found.message
    assert "merge the settings alone first" in found.message
    assert len(findings_of(made, Guard.NARROWING)) == 1


@pytest.mark.parametrize("base", [None, TWO, ANYTHING_GOES])
def test_settings_is_silent_where_guards_are_as_strict_or_stricter(base: GuardSettings | None) -> None:
    """No base, equal and stricter settings are no news."""
    request = a_request(a_role("agent"), settings=TWO, base=None if base is None else a_base(guards=base))

    assert findings_of(planned(request, a_tenant(AGENT)), Guard.SETTINGS) == ()


def test_findings_come_blocks_first() -> None:
    """A reader sees what refuses, then what waits for a yes, then what to know."""
    everything = GuardSettings(narrowing_people=1, mass_change_roles=Limit(value=0, percent=False))
    tenant = a_tenant(BOSS, AGENT, people=(*some_people(2, "Boss"), *some_people(2, "Agent", prefix="a")))

    made = planned(a_request(a_role("boss"), a_role("agent"), settings=everything), tenant)

    order = [FindingLevel.BLOCK, FindingLevel.CONFIRM, FindingLevel.WARN]
    levels = [order.index(finding.level) for finding in made.plan.findings]
    assert levels == sorted(levels)
    assert set(levels) == {0, 1, 2}


def test_lockout_counts_by_the_lock_of_the_base_too() -> None:
    """A change that says something else means role administration does not switch off the guard that judges it."""
    live = a_live_role("Chief", grants=(VIEW, ADMIN), user_count=2)
    tenant = a_tenant(live, people=some_people(2, "Chief"))
    base = a_base(a_role("chief", grants=(VIEW, ADMIN)), guards=TWO)

    made = planned(
        a_request(a_role("chief"), settings=TWO, base=base, catalogue=a_catalogue(role_administration=VIEW)), tenant
    )

    (found,) = findings_of(made, Guard.LOCKOUT)
    assert "0 of 2 required administrators" in found.message
    (told,) = findings_of(made, Guard.SETTINGS)
    assert "role_administration of the lock" in told.message


@pytest.mark.parametrize(
    ("declared", "live"),
    [((VIEW, ADMIN), (VIEW, ADMIN)), ((VIEW, ADMIN), (VIEW,)), ((VIEW,), (VIEW, ADMIN))],
    ids=["both", "base", "live"],
)
def test_lockout_refuses_to_let_go_of_a_role_that_administers_roles(
    declared: tuple[str, ...], live: tuple[str, ...]
) -> None:
    """Whichever side gives role administration, a managed role does not become unmanaged in one change."""
    base = a_base(a_role("chief", grants=declared), a_role("agent"), guards=TWO)
    tenant = a_tenant(a_live_role("Chief", grants=live), a_live_role("Agent"))

    made = planned(a_request(a_role("agent"), settings=TWO, base=base), tenant)

    (found,) = findings_of(made, Guard.LOCKOUT)
    assert found.level is FindingLevel.BLOCK
    assert '"Chief" was managed on the base revision' in found.message


@pytest.mark.parametrize(
    ("base", "live"),
    [
        (None, (VIEW, ADMIN)),
        (a_base(a_role("agent"), guards=TWO), (VIEW, ADMIN)),
        (a_base(a_role("chief", grants=(VIEW,)), guards=TWO), (VIEW,)),
        (a_base(a_retired_role("chief"), guards=TWO), (VIEW,)),
    ],
    ids=["no base", "never managed", "harmless", "retired"],
)
def test_lockout_lets_go_of_what_administers_nothing_or_was_never_managed(
    base: BaseRevision | None, live: tuple[str, ...]
) -> None:
    """Without a base, for roles that no file meant, and for roles without role administration, nothing is said."""
    tenant = a_tenant(a_live_role("Chief", grants=live), a_live_role("Agent"))

    made = planned(a_request(a_role("agent"), settings=TWO, base=base), tenant)

    assert [f for f in made.plan.findings if f.guard is Guard.LOCKOUT] == []


@pytest.mark.parametrize("known", ["base", "live"])
def test_sensitive_grant_believes_whoever_calls_a_permission_sensitive(known: str) -> None:
    """The lock that comes with a change cannot make a permission harmless by itself."""
    harmless = a_catalogue(sensitive=())
    settings = replace(ANYTHING_GOES, sensitive_grant=SensitiveGrant.CONFIRM)
    files = a_role("agent", grants=(VIEW, EXPORT))
    base = a_base(files, guards=settings) if known == "base" else None
    tenant = a_tenant(a_live_role("Agent"), catalogue=harmless if known == "base" else a_catalogue())

    made = planned(a_request(files, settings=settings, base=base, catalogue=harmless), tenant)

    assert len(findings_of(made, Guard.SENSITIVE_GRANT)) == 1


def test_lockout_does_not_count_the_tools_own_account() -> None:
    """The account behind the key is nobody to turn to when the tool fails."""
    live = [a_live_role(name, grants=(VIEW, ADMIN), user_count=1) for name in ("Chief", "Deputy")]
    people = [a_person("tool", "Chief"), a_person("2", "Deputy")]
    account = Account(person_id=PersonId("tool"), role_ids=people[0].role_ids, needs=frozenset())
    one = replace(ANYTHING_GOES, min_administrators=1)

    made = planned(
        a_request(a_role("chief", grants=(VIEW, ADMIN)), a_role("deputy", grants=(VIEW,)), settings=one),
        a_tenant(*live, people=people, account=account),
    )

    (found,) = findings_of(made, Guard.LOCKOUT)
    assert "0 of 1 required administrators" in found.message


def test_catalogue_blocks_where_nobody_can_tell_who_administers() -> None:
    """A tenant without the permission that administrators are counted by cannot be judged; nothing to do can."""
    without = a_catalogue(*(key for key in KEYS if key != ADMIN))
    tenant = a_tenant(a_live_role("Agent"), catalogue=without)

    changed = planned(a_request(a_role("agent", grants=(TAG,))), tenant)
    same = planned(a_request(a_role("agent")), tenant)

    assert FindingLevel.BLOCK in {f.level for f in findings_of(changed, Guard.CATALOGUE)}
    assert {FindingLevel.WARN} == {f.level for f in findings_of(same, Guard.CATALOGUE)}


@pytest.mark.parametrize(
    "file",
    [a_retired_role("curator", name="Empty Desk"), a_role("curator", name="Empty Desk", grants=(VIEW,))],
    ids=["retired", "narrowed"],
)
def test_adoption_asks_although_the_key_of_a_managed_role_is_used_again(file: DesiredRole | RetiredRole) -> None:
    """The key of a file that managed another role does not make a live role one that was managed before."""
    tenant = a_tenant(a_live_role("Empty Desk", grants=(VIEW, REPLY)), a_live_role("Curator"))

    made = planned(a_request(file, base=a_base(a_role("curator"))), tenant)

    (found,) = findings_of(made, Guard.ADOPTION)
    assert FindingLevel.CONFIRM is found.level
    assert 'no file declares "Curator" any more: it stays as it is and is no longer managed' in made.plan.notes


def test_adoption_follows_a_role_whose_file_was_moved() -> None:
    """Another key for the same role is no first management, and nothing was given up."""
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY), user_count=1), people=some_people(1, "Agent"))

    made = planned(a_request(a_role("moved", name="Agent"), base=a_base(a_role("agent"))), tenant)

    assert findings_of(made, Guard.ADOPTION) == ()
    assert made.plan.notes == ()


def test_catalogue_warns_where_there_is_no_lock() -> None:
    """Then files mean what a version of the program knows, and somebody should pin that."""
    request = replace(a_request(a_role("agent")), pinned=False)

    (found,) = findings_of(planned(request, a_tenant(AGENT)), Guard.CATALOGUE)

    assert (found.level, found.role) == (FindingLevel.WARN, None)
    assert "reconciler catalogue --update" in found.message


@pytest.mark.parametrize(("then", "level"), [(True, FindingLevel.BLOCK), (False, FindingLevel.WARN)])
def test_catalogue_blocks_a_change_that_removes_the_lock(then: bool, level: FindingLevel) -> None:
    """A repository that never had one is warned, and one that had it does not lose it unseen."""
    base = replace(a_base(a_role("agent")), pinned=then)
    request = replace(a_request(a_role("agent"), base=base), pinned=False)

    (found,) = findings_of(planned(request, a_tenant(AGENT)), Guard.CATALOGUE)

    assert found.level is level


def test_product_blocks_a_plan_that_the_product_would_refuse_as_a_whole() -> None:
    """What stands against the writes together is told once, and not again where a change has it already."""
    tenant = a_tenant(AGENT, BOSS)
    tenant.refused_together = {0: "Too many at once.", 1: "Too near each other."}
    tenant.refused = {"Agent": "Too near each other."}

    made = planned(a_request(a_role("agent"), a_role("boss")), tenant)

    assert [(f.level, f.role, f.message) for f in findings_of(made, Guard.PRODUCT)] == [
        (FindingLevel.BLOCK, None, "Too many at once."),
        (FindingLevel.BLOCK, "agent", "Too near each other."),
    ]


def test_lockout_counts_by_the_word_of_the_product_too() -> None:
    """A lock that calls something else role administration does not switch the guard off, base or not, and is told."""
    tenant = a_tenant(BOSS, AGENT, people=(*some_people(2, "Boss"), *some_people(3, "Agent", prefix="a")))
    tenant.catalogue_is(replace(a_catalogue(), role_administration=ADMIN))
    lock = replace(a_catalogue(), role_administration=VIEW)

    made = planned(a_request(a_role("boss"), a_role("agent"), settings=TWO, catalogue=lock), tenant)

    assert [f.level for f in findings_of(made, Guard.LOCKOUT)] == [FindingLevel.BLOCK]
    (told,) = findings_of(made, Guard.CATALOGUE)
    assert f"{ADMIN} administers roles, and {VIEW} by the lock" in told.message
