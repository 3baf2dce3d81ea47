"""Questions about roles, people and permissions: how a word is understood, what is read, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from builders import (
    CLOSE,
    EXPORT,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    Silence,
    a_catalogue,
    a_live_role,
    a_live_state,
    a_person,
    a_plan,
    a_request,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
    people_of,
    some_people,
)
from fakes.tenant import FakeTenant

from reconciler.core.explain import explain_permission, explain_role
from reconciler.core.known import known
from reconciler.core.subjects import role_called
from reconciler.desired.words import nearest
from reconciler.errors import UsageProblem
from reconciler.model.explanation import (
    Given,
    Headcount,
    PermissionExplanation,
    PersonExplanation,
    RoleExplanation,
    RoleName,
    RoleStanding,
    Subject,
)
from reconciler.model.matrix import Mark
from reconciler.model.permission import Catalogue, PermissionLevel
from reconciler.model.person import Contact, PersonId
from reconciler.model.role import DesiredRole, LiveRole, Origin, RetiredRole, RoleId, RoleKey
from reconciler.model.state import DesiredState
from reconciler.operations.explain import Answer, Question, explain

AGENT = a_live_role("Agent", grants=(VIEW, REPLY, CLOSE))
NIGHT = a_live_role("Night", grants=(VIEW, CLOSE))
LEAD = a_live_role("Lead", grants=(VIEW,))
AGENT_FILE = a_role("agent", grants=(VIEW, REPLY))
LEAD_FILE = a_role("lead", grants=(VIEW, TAG))
FILES = a_state(AGENT_FILE, LEAD_FILE)
CROWD = (
    a_person("u1", "Agent"),
    a_person("u2", "Agent", "Night"),
    a_person("u3", "Agent", "Lead"),
    a_person("u4", "Agent", active=False),
    a_person("u5", "Agent", human=False),
)


def a_desk(*roles: LiveRole) -> FakeTenant:
    """Give a tenant whose Agent has more than its file says, and whose Night is in no file."""
    return a_tenant(*(roles or (AGENT, NIGHT, LEAD)), people=CROWD)


def ask(
    word: str, tenant: FakeTenant | None, desired: DesiredState = FILES, subject: Subject | None = None, **more: bool
) -> Answer:
    """Ask a question."""
    return explain(Question(word=word, subject=subject, **more), desired, tenant, nearest, Silence())


def role_of(word: str, tenant: FakeTenant | None, desired: DesiredState = FILES, **more: bool) -> RoleExplanation:
    """Ask about a role."""
    told = ask(word, tenant, desired, **more).explanation
    assert isinstance(told, RoleExplanation)
    return told


def person_of(word: str, tenant: FakeTenant, desired: DesiredState = FILES, **more: bool) -> PersonExplanation:
    """Ask about a person."""
    told = ask(word, tenant, desired, **more).explanation
    assert isinstance(told, PersonExplanation)
    return told


def permission_of(
    word: str, tenant: FakeTenant | None, desired: DesiredState = FILES, **more: bool
) -> PermissionExplanation:
    """Ask about a permission."""
    told = ask(word, tenant, desired, **more).explanation
    assert isinstance(told, PermissionExplanation)
    return told


def listed(tenant: FakeTenant) -> list[object]:
    """Give the roles whose holders were asked for, in order."""
    return [call.arguments[0] for call in tenant.calls if call.method == "holders"]


def marks(told: RoleExplanation) -> dict[str, Mark]:
    """Give the mark of every permission that a role's explanation lists."""
    return {p.permission.key: p.mark for category in told.categories for p in category.permissions}


def exactly(number: int) -> Headcount:
    """Give a number that is known."""
    return Headcount(people=number, exact=True)


# Roles


def test_role_tells_the_line_of_each_permission_through_its_bases() -> None:
    """A permission of a base has the base's line and key; one of the role's own has its own."""
    base = replace(AGENT_FILE, provenance={VIEW: Origin("roles/agent.yaml", 5, 5), REPLY: Origin("x", 1, 1)})
    night = replace(
        a_role("night", grants=(VIEW, TAG), owner="Nights"),
        based_on=RoleKey("agent"),
        provenance={VIEW: Origin("roles/agent.yaml", 5, 5), TAG: Origin("roles/night.yaml", 7, 3)},
    )

    told = role_of("night", a_desk(), a_state(base, night))

    assert ("night", "agent") == told.chain
    assert ("Nights", Origin("roles/night.yaml", 1, 1)) == (told.owner, told.origin)
    (tickets,) = (category for category in told.categories if category.key == "tickets")
    lines = {p.permission.key: (p.mark, p.origin, p.source) for p in tickets.permissions}
    assert {
        VIEW: (Mark.ON, Origin("roles/agent.yaml", 5, 5), "agent"),
        TAG: (Mark.GRANT, Origin("roles/night.yaml", 7, 3), "night"),
        CLOSE: (Mark.REVOKE, None, None),
    } == lines
    assert 1 == tickets.off


def test_role_whose_base_is_unknown_has_a_chain_of_itself() -> None:
    """A base that no file declares ends the chain instead of breaking the answer."""
    orphan = replace(a_role("orphan"), based_on=RoleKey("gone"))

    assert ("orphan",) == role_of("orphan", None, a_state(orphan)).chain


def test_role_has_what_the_lock_does_not_know_in_a_category_of_its_own() -> None:
    """A permission that only the tenant knows is listed last, as sensitive and without a label."""
    told = role_of("agent", a_desk(replace(AGENT, content=replace(AGENT.content, permissions=frozenset({UNKNOWN})))))

    last = told.categories[-1]
    assert ("", 0) == (last.key, last.off)
    (found,) = last.permissions
    assert (UNKNOWN, "", True) == (found.permission.key, found.permission.label, found.permission.sensitive)
    assert found.mark is Mark.ON


@pytest.mark.parametrize(
    ("file", "live", "standing"),
    [
        (a_role("r"), True, RoleStanding.MANAGED),
        (a_role("r"), False, RoleStanding.MISSING),
        (a_retired_role("r", move_users_to="agent"), True, RoleStanding.RETIRING),
        (a_retired_role("r"), False, RoleStanding.RETIRED),
        (None, True, RoleStanding.UNMANAGED),
    ],
    ids=str,
)
def test_role_says_how_it_stands(file: DesiredRole | RetiredRole | None, live: bool, standing: RoleStanding) -> None:
    """Between its file and the tenant a role stands in one of five ways, and a sixth is not to know."""
    desired = a_state(AGENT_FILE, *([file] if file else []))

    told = role_of("r", a_desk(AGENT, *([a_live_role("R")] if live else [])), desired)

    assert standing is told.standing
    assert isinstance(file, RetiredRole) is told.retired
    assert ("agent" if standing is RoleStanding.RETIRING else None) == told.successor
    if file:
        assert role_of("r", None, desired).standing is RoleStanding.UNREAD


def test_role_counts_its_active_people_and_lists_nobody_else() -> None:
    """Only the role's own holders are read; suspended people and service accounts are none."""
    tenant = a_desk()

    assert exactly(3) == role_of("Agent", tenant).holders
    assert ["rol_agent"] == listed(tenant)


def test_role_that_nobody_is_assigned_to_costs_no_listing() -> None:
    """A count of 0 is an answer."""
    tenant = a_tenant(AGENT)

    assert exactly(0) == role_of("agent", tenant).holders
    assert [] == listed(tenant)


def test_role_is_an_upper_bound_where_holders_cannot_be_listed() -> None:
    """Everyone assigned is the most there can be."""
    tenant = a_desk()
    tenant.lists_holders = False

    told = role_of("agent", tenant, what_if=True)

    assert Headcount(people=5, exact=False) == told.holders
    assert told.what_if is not None
    assert (Headcount(people=5, exact=False), Headcount(people=0, exact=False)) == (
        told.what_if.losing,
        told.what_if.gaining,
    )


@pytest.mark.parametrize(("headcount", "people"), [(None, None), (40, 40)])
def test_role_without_any_count_is_everyone_or_unknown(headcount: int | None, people: int | None) -> None:
    """Where the tenant does not count a role, it is everyone the tenant has, or nobody knows."""
    live = a_live_state(replace(AGENT, user_count=None), headcount=headcount)
    found = known(FILES, live)
    pair = role_called("agent", found)
    assert pair is not None

    told = explain_role(found, pair, people_of(), what_if=True)
    granted = explain_permission(found, CLOSE, people_of(), what_if=True)

    assert Headcount(people=people, exact=False) == told.holders == granted.people
    assert told.what_if is not None
    assert Headcount(people=people, exact=False) == told.what_if.losing


def test_role_with_what_if_has_the_numbers_of_the_plan() -> None:
    """Losing and gaining are those that the plan tells for the role, with the whole plan in place."""
    plan = a_plan(a_request(AGENT_FILE, LEAD_FILE), a_desk())

    for change in plan.changes:
        effect = role_of(change.role, a_desk(), what_if=True).what_if
        assert effect is not None
        assert (exactly(change.people_losing), exactly(change.people_gaining)) == (effect.losing, effect.gaining)
    assert 2 == len(plan.changes)


@pytest.mark.parametrize("word", ["Night", "new"])
def test_role_with_what_if_moves_nobody_where_nothing_changes(word: str) -> None:
    """A role that no file means, and one that is not there yet, take nothing from anyone."""
    effect = role_of(word, a_desk(), a_state(a_role("new")), what_if=True).what_if

    assert effect is not None
    assert (exactly(0), exactly(0)) == (effect.losing, effect.gaining)


# People


def test_person_has_each_permission_through_every_role_that_gives_it() -> None:
    """Roles by name; what no file says has no line; nobody's list is read."""
    tenant = a_desk()

    told = person_of("u2", tenant)

    assert ["Agent", "Night"] == [held.role.name for held in told.roles]
    assert [AGENT_FILE.origin, None] == [held.origin for held in told.roles]
    through = {held.permission.key: [given.role.name for given in held.through] for held in told.permissions}
    assert {VIEW: ["Agent", "Night"], REPLY: ["Agent"], CLOSE: ["Agent", "Night"]} == through
    assert told.counts
    assert told.what_if is None
    assert [] == listed(tenant)


def test_person_gives_the_line_of_the_file_that_grants() -> None:
    """A managed role gives a permission by a line, or by none where its file takes it."""
    place = Origin("roles/agent.yaml", 9, 3)
    desired = a_state(replace(AGENT_FILE, provenance={VIEW: place}))

    told = person_of("u1", a_desk(), desired)

    agent = RoleName(key=RoleKey("agent"), id=RoleId("rol_agent"), name="Agent")
    given = {held.permission.key: held.through for held in told.permissions}
    assert (Given(role=agent, origin=place),) == given[VIEW]
    assert (Given(role=agent, origin=None),) == given[CLOSE]


@pytest.mark.parametrize(("who", "active", "human"), [("u4", False, True), ("u5", True, False)])
def test_person_who_does_not_count_is_told_all_the_same(who: str, active: bool, human: bool) -> None:
    """Suspended people and service accounts have roles too; the answer says that no number has them."""
    told = person_of(who, a_desk(), what_if=True)

    assert (active, human, False) == (told.active, told.human, told.counts)
    assert told.what_if is not None
    assert [CLOSE] == [held.permission.key for held in told.what_if.lost]


def test_person_with_a_role_that_was_not_there_yet_is_told_what_is_known() -> None:
    """A role assigned after the roles were listed is named by its id and permits nothing known."""
    told = person_of("u9", a_tenant(LEAD, people=[a_person("u9", "Later", "Lead")]))

    assert ["Lead", "rol_later"] == [held.role.name for held in told.roles]
    assert [VIEW] == [held.permission.key for held in told.permissions]


def test_person_loses_gains_and_keeps_over_all_their_roles() -> None:
    """What another role still gives is kept and says through which; what no other gives is lost."""
    agent = person_of("u1", a_desk(), what_if=True).what_if
    night = person_of("u2", a_desk(), what_if=True).what_if
    lead = person_of("u3", a_desk(), what_if=True).what_if
    assert agent is not None
    assert night is not None
    assert lead is not None

    assert [CLOSE] == [held.permission.key for held in agent.lost]
    assert ["Agent"] == [given.role.name for held in agent.lost for given in held.through]
    assert ((), ()) == (agent.gained, agent.kept)
    assert () == night.lost
    (kept,) = night.kept
    assert (CLOSE, ["Agent"], ["Night"]) == (
        kept.permission.key,
        [role.name for role in kept.taken_by],
        [given.role.name for given in kept.through],
    )
    assert [(TAG, "Lead")] == [(held.permission.key, held.through[0].role.name) for held in lead.gained]


def test_person_of_a_retired_role_has_its_successor_afterwards() -> None:
    """What a successor gives is gained or kept through the successor."""
    desired = a_state(LEAD_FILE, a_retired_role("agent", move_users_to="lead"))

    effect = person_of("u1", a_desk(), desired, what_if=True).what_if

    assert effect is not None
    assert [REPLY, CLOSE] == sorted((h.permission.key for h in effect.lost), reverse=True)
    assert [(TAG, "Lead")] == [(held.permission.key, held.through[0].role.name) for held in effect.gained]
    assert () == effect.kept


@pytest.mark.parametrize("target", [None, "nowhere"])
def test_person_of_a_retired_role_without_a_successor_loses_all_of_it(target: str | None) -> None:
    """Where nothing follows, everything that no other role gives is lost."""
    desired = a_state(LEAD_FILE, a_retired_role("agent", move_users_to=target))

    effect = person_of("u1", a_desk(), desired, what_if=True).what_if

    assert effect is not None
    assert {VIEW, REPLY, CLOSE} == {held.permission.key for held in effect.lost}


def test_person_is_found_by_address_and_named_only_when_asked() -> None:
    """The contact comes from the shortest list that has the person, and only where it was asked for."""
    tenant = a_desk()
    tenant.contact_of = {PersonId("u2"): Contact(id=PersonId("u2"), name="Bea", email="bea@desk.example", counts=True)}

    assert ask("BEA@desk.example", tenant).contact is None
    named = ask("bea@desk.example", tenant, names=True)

    assert isinstance(named.explanation, PersonExplanation)
    assert "u2" == named.explanation.id
    assert named.contact is not None
    assert "Bea" == named.contact.name
    assert ["rol_night"] == [call.arguments[0] for call in tenant.calls if call.method == "contacts"]


def test_person_stays_without_a_name_where_nobody_may_list_or_nothing_is_held() -> None:
    """What cannot be read is left out, and the rest is answered."""
    blind = a_desk()
    blind.lists_holders = False

    assert ask("u2", blind, names=True).contact is None
    assert ask("u9", a_tenant(LEAD, people=[a_person("u9", "Later")]), names=True).contact is None


# Permissions


def a_needy_catalogue() -> Catalogue:
    """Give a lock in which closing needs viewing."""
    lock = a_catalogue()
    tickets = lock.by_category["tickets"]
    needy = tuple(replace(p, requires=(VIEW,)) if p.key == CLOSE else p for p in tickets.permissions)
    return replace(
        lock, categories=tuple(replace(c, permissions=needy) if c.key == "tickets" else c for c in lock.categories)
    )


def test_permission_counts_everybody_once_over_the_roles_that_give_it() -> None:
    """Three people have it through two roles; a service account is told apart; only givers are read."""
    tenant = a_desk()

    told = permission_of(CLOSE, tenant)

    assert exactly(3) == told.people
    assert 1 == told.services
    assert [("Agent", Mark.REVOKE, exactly(3)), ("Night", Mark.ON, exactly(1))] == [
        (role.role.name, role.mark, role.holders) for role in told.roles
    ]
    assert ["rol_agent", "rol_night"] == listed(tenant)
    assert told.what_if is None


def test_permission_tells_what_it_needs_and_what_needs_it() -> None:
    """Both directions come from the lock, with label, level and category."""
    desired = a_state(AGENT_FILE, catalogue=a_needy_catalogue())

    close, view = permission_of(CLOSE, None, desired), permission_of(VIEW, None, desired)

    assert ((VIEW,), ()) == (close.requires, close.required_by)
    assert ((), (CLOSE,)) == (view.requires, view.required_by)
    assert ("Tickets", PermissionLevel.ACT) == (view.category, view.level)
    assert permission_of(EXPORT, None).permission.sensitive


def test_permission_with_what_if_counts_who_has_it_afterwards() -> None:
    """Two of three lose it; gaining is counted over whoever holds a role that will give it."""
    close = permission_of(CLOSE, a_desk(), what_if=True).what_if
    tag = permission_of(TAG, a_desk(), what_if=True)
    assert close is not None
    assert tag.what_if is not None

    assert (exactly(1), exactly(2), exactly(0)) == (close.people, close.losing, close.gaining)
    assert exactly(0) == tag.people
    assert (exactly(1), exactly(0), exactly(1)) == (tag.what_if.people, tag.what_if.losing, tag.what_if.gaining)
    assert [("Lead", Mark.GRANT)] == [(role.role.name, role.mark) for role in tag.roles]


def test_permission_is_an_upper_bound_where_a_giver_cannot_be_listed() -> None:
    """Everyone assigned to such a role is added, and whoever is known to hold it is not counted twice."""
    roles = (replace(AGENT, user_count=5), replace(NIGHT, user_count=1))
    found = known(FILES, a_live_state(*roles))

    told = explain_permission(found, CLOSE, people_of(*CROWD[1:2], listed=[NIGHT]), what_if=True)

    assert Headcount(people=5, exact=False) == told.people
    assert told.what_if is not None
    assert (exactly(1), Headcount(people=5, exact=False)) == (told.what_if.people, told.what_if.losing)


def test_permission_that_is_declared_and_not_live_is_held_by_nobody() -> None:
    """A role that is not there yet is listed with nobody in it and costs no listing."""
    tenant = a_desk()

    told = permission_of(EXPORT, tenant, a_state(a_role("new", grants=(EXPORT,))))

    assert [("New", Mark.GRANT, exactly(0))] == [(role.role.name, role.mark, role.holders) for role in told.roles]
    assert [] == listed(tenant)


def test_permission_that_only_the_tenant_knows_is_found_by_its_whole_key() -> None:
    """The lock says nothing of it, and the answer says so; also where only a live role still has it."""
    live = a_live_role("Labs", grants=(UNKNOWN,))

    listed_there = permission_of(UNKNOWN, a_tenant(live))
    held_only = permission_of(UNKNOWN, a_tenant(live, catalogue=a_catalogue()))

    assert None is listed_there.level is held_only.level
    assert ["Labs"] == [role.role.name for role in held_only.roles]


def test_permission_offline_tells_files_and_no_people() -> None:
    """Without a tenant, the roles are those of the files and no number is made up."""
    told = permission_of(REPLY, None)

    assert (None, None, None) == (told.people, told.services, told.roles[0].holders)
    assert ["Agent"] == [role.role.name for role in told.roles]


# Words


@pytest.mark.parametrize("word", ["agent", "Agent", "AGENT", "Former", "rol_agent"])
def test_words_find_a_role_by_key_name_earlier_name_or_id(word: str) -> None:
    """Case is no obstacle, and a role that is about to be renamed is found by both names."""
    renamed = replace(AGENT, content=replace(AGENT.content, name="Former"))
    desired = a_state(a_role("agent", previously=("Former",)))

    assert "agent" == role_of(word, a_tenant(renamed), desired).role.key


def test_words_mean_a_permission_before_a_role_and_say_what_else() -> None:
    """A short name that is a role's key too is the permission; `--as` says the other."""
    desired = a_state(AGENT_FILE, a_role("reply"))

    told = ask("reply", None, desired)

    assert isinstance(told.explanation, PermissionExplanation)
    assert told.also is Subject.ROLE
    assert ask(REPLY, None, desired).also is None
    assert isinstance(ask("reply", None, desired, Subject.ROLE).explanation, RoleExplanation)
    assert isinstance(ask("reply", None, desired, Subject.PERMISSION).explanation, PermissionExplanation)


def test_words_that_several_permissions_share_ask_for_the_whole_key() -> None:
    """A short name of two categories is not guessed, unless a role is called so."""
    catalogue = a_catalogue(VIEW, "users.view")

    with pytest.raises(UsageProblem, match="short name of 2") as refused:
        ask("view", None, a_state(AGENT_FILE, catalogue=catalogue))

    assert f"Write one of them in full: {VIEW}, users.view" == refused.value.fix
    assert isinstance(ask("view", None, a_state(a_role("view"), catalogue=catalogue)).explanation, RoleExplanation)


@pytest.mark.parametrize(
    ("word", "subject", "fix"),
    [
        ("agnet", None, 'Write "agent"'),
        ("tickets.veiw", None, f'Write "{VIEW}"'),
        ("agnet", Subject.ROLE, 'Write "agent"'),
        ("tickets.veiw", Subject.PERMISSION, f'Write "{VIEW}"'),
        ("zzzzzz", None, "See what there is with `reconciler matrix --all`; to look for a person, add --as person"),
        ("zzzzzz", Subject.ROLE, "See what there is with `reconciler matrix --all`"),
        ("Nihgt", None, 'Write "Night"'),
    ],
)
def test_words_that_mean_nothing_get_the_nearest_one(word: str, subject: Subject | None, fix: str) -> None:
    """A slip of the pen is a usage problem with the word that was meant, and asks for no person."""
    tenant = a_desk()

    with pytest.raises(UsageProblem) as refused:
        ask(word, tenant, subject=subject)

    assert fix == refused.value.fix
    assert "find_person" not in [call.method for call in tenant.calls]


def test_words_for_nobody_do_not_repeat_the_address() -> None:
    """Output is kept in logs, so an address is not in it; an id is."""
    with pytest.raises(UsageProblem) as address:
        ask("eve@desk.example", a_desk())
    with pytest.raises(UsageProblem, match="u77"):
        ask("u77", a_desk(), subject=Subject.PERSON)
    with pytest.raises(UsageProblem, match="u77"):
        ask("u77", a_desk())

    assert "eve" not in address.value.detail


@pytest.mark.parametrize(
    ("subject", "more"), [(Subject.PERSON, {}), (None, {"what_if": True}), (None, {"names": True})], ids=str
)
def test_words_about_people_or_the_plan_need_a_tenant(subject: Subject | None, more: dict[str, bool]) -> None:
    """Offline there are no people and nothing to compare with."""
    with pytest.raises(UsageProblem, match="are in the tenant") as refused:
        ask("agent", None, subject=subject, **more)

    assert refused.value.fix == "Leave --offline out"


@pytest.mark.parametrize(
    ("word", "subject", "detail", "fix"),
    [
        ("u1", None, 'No role or permission of the files is called "u1", and people are in the tenant', ""),
        (
            "eve@desk.example",
            None,
            "No role or permission of the files is called by this address, and people are in the tenant",
            "",
        ),
        ("lead1", None, 'No role or permission of the files is called "lead1", and people are in the tenant', "lead"),
        ("Night", None, 'No role or permission of the files is called "Night"', ""),
        ("agnet", Subject.ROLE, 'No role of the files is called "agnet"', "agent"),
        ("labs.preview", Subject.PERMISSION, 'No permission of the files is called "labs.preview"', ""),
    ],
)
def test_words_offline_are_missed_in_the_files_alone(word: str, subject: Subject | None, detail: str, fix: str) -> None:
    """Nobody looked at the tenant, so nothing is said of who or what is there, but how to ask it."""
    with pytest.raises(UsageProblem) as refused:
        ask(word, None, subject=subject)

    assert refused.value.detail == detail
    assert refused.value.fix == (f'Write "{fix}", or leave --offline out' if fix else "Leave --offline out")


def test_words_that_do_not_look_like_a_person_say_nothing_of_people() -> None:
    """Who was not looked for is not denied; the way to look is told."""
    with pytest.raises(UsageProblem) as plain:
        ask("ada", a_desk())
    with pytest.raises(UsageProblem) as address:
        ask("eve@desk.example", a_desk(), subject=Subject.ROLE)

    assert plain.value.detail == 'No role or permission is called "ada"'
    assert address.value.detail == "No role is called by this address"


def test_words_find_a_person_by_id_even_without_a_digit_when_told() -> None:
    """`--as person` looks for whatever it is given."""
    tenant = a_tenant(LEAD, people=[a_person("ada", "Lead")])

    assert isinstance(ask("ada", tenant, subject=Subject.PERSON).explanation, PersonExplanation)
    with pytest.raises(UsageProblem):
        ask("ada", tenant)


def test_answers_are_the_same_in_any_order_of_files_and_people() -> None:
    """Nothing depends on the order in which the tenant lists people."""
    some: Iterable[object] = some_people(4, "Agent", "Lead")
    there = a_tenant(AGENT, LEAD, people=some)
    back = a_tenant(LEAD, AGENT, people=reversed(tuple(some)))

    assert ask(VIEW, there, what_if=True) == ask(VIEW, back, what_if=True)
