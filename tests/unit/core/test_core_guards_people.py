"""The guards that count people: narrowing, sensitive grants, mass changes, adoption, separation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    CLOSE,
    EXPORT,
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

from reconciler.core.guards.mass_change import users_at_least
from reconciler.model.finding import Finding, FindingLevel, Guard, Limit, SensitiveGrant

TEN = replace(ANYTHING_GOES, narrowing_people=10)
CAREFUL = replace(ANYTHING_GOES, sensitive_grant=SensitiveGrant.CONFIRM)
AGENT = a_live_role("Agent", grants=(VIEW, REPLY))
READER = a_live_role("Reader", grants=(VIEW,))


@pytest.mark.parametrize(("holders", "found"), [(9, 0), (10, 1), (11, 1)])
def test_narrowing_asks_from_exactly_the_number_of_the_settings(holders: int, found: int) -> None:
    """Nine of ten pass, ten of ten ask."""
    tenant = a_tenant(AGENT, people=some_people(holders, "Agent"))

    made = planned(a_request(a_role("agent"), settings=TEN), tenant)

    assert found == len(findings_of(made, Guard.NARROWING))


def test_narrowing_names_people_permissions_and_the_way_out() -> None:
    """The finding says from how many of how many what is taken, and what to do."""
    tenant = a_tenant(AGENT, READER, people=(*some_people(12, "Agent"), *some_people(1, prefix="v")))

    (found,) = findings_of(planned(a_request(a_role("agent"), settings=TEN), tenant), Guard.NARROWING)

    assert FindingLevel.CONFIRM is found.level
    assert found.message == (
        '"Agent" takes tickets.reply from 12 people of 12 who hold it. '
        "They notice at their next page load: announce it to them, then confirm exactly this."
    )
    assert found.people == 12
    assert found.confirmation is not None
    assert found.confirmation.startswith("narrowing-agent-")


def test_narrowing_leaves_out_people_who_keep_it_through_another_role() -> None:
    """What another role still gives is not lost."""
    keeper = a_live_role("Keeper", grants=(REPLY,))
    tenant = a_tenant(AGENT, keeper, people=(*some_people(9, "Agent"), *some_people(9, "Agent", "Keeper", prefix="k")))

    made = planned(a_request(a_role("agent"), settings=TEN), tenant)

    assert findings_of(made, Guard.NARROWING) == ()


@pytest.mark.parametrize(("active", "human"), [(False, True), (True, False)])
def test_narrowing_counts_neither_suspended_people_nor_service_accounts(*, active: bool, human: bool) -> None:
    """Only active people can lose anything."""
    people = tuple(replace(p, active=active, human=human) for p in some_people(20, "Agent"))

    made = planned(a_request(a_role("agent"), settings=TEN), a_tenant(AGENT, people=people))

    assert findings_of(made, Guard.NARROWING) == ()


def split(agents: int, closers: int) -> tuple[Finding, ...]:
    """Narrow two roles that so many people hold, each under the limit of ten."""
    closer = a_live_role("Closer", grants=(VIEW, CLOSE))
    people = (*some_people(agents, "Agent", prefix="a"), *some_people(closers, "Closer", prefix="c"))
    request = a_request(a_role("agent"), a_role("closer"), settings=TEN)
    return findings_of(planned(request, a_tenant(AGENT, closer, people=people)), Guard.NARROWING)


def test_narrowing_split_over_roles_is_counted_as_one_set_of_people() -> None:
    """Two narrowings under the limit together ask, once, for the people of both."""
    (found,) = split(6, 6)

    assert found.role is None
    assert found.people == 12
    assert "2 roles (agent, closer) together take something from 12 people" in found.message


@pytest.mark.parametrize(("agents", "closers", "found"), [(5, 4, 0), (5, 5, 1), (10, 4, 1), (10, 10, 2)])
def test_narrowing_split_over_roles_asks_from_exactly_the_number_of_the_settings(
    agents: int, closers: int, found: int
) -> None:
    """Nine of ten pass together too, and a role that asks by itself is not counted again with the others."""
    assert found == len(split(agents, closers))


def test_finding_of_several_roles_comes_before_those_of_one_whatever_their_keys() -> None:
    """Where a guard asks about one role and about others together, what concerns more of them is read first."""
    live = [a_live_role(name, grants=(VIEW, REPLY)) for name in ("First", "Second", "Third")]
    people = (*some_people(10, "First"), *some_people(6, "Second", prefix="s"), *some_people(6, "Third", prefix="t"))
    files = (a_role("1st", name="First"), a_role("2nd", name="Second"), a_role("third"))

    found = findings_of(planned(a_request(*files, settings=TEN), a_tenant(*live, people=people)), Guard.NARROWING)

    assert [finding.role for finding in found] == [None, "1st"]


def test_narrowing_split_over_roles_counts_nobody_twice() -> None:
    """Six people who lose something through two roles are six people."""
    closer = a_live_role("Closer", grants=(VIEW, CLOSE))

    made = planned(
        a_request(a_role("agent"), a_role("closer"), settings=TEN),
        a_tenant(AGENT, closer, people=some_people(6, "Agent", "Closer")),
    )

    assert findings_of(made, Guard.NARROWING) == ()


def test_narrowing_says_at_most_where_holders_cannot_be_listed() -> None:
    """An upper bound is told as one, and counts like a number."""
    tenant = a_tenant(AGENT, people=some_people(12, "Agent"))
    tenant.lists_holders = False

    (found,) = findings_of(planned(a_request(a_role("agent"), settings=TEN), tenant), Guard.NARROWING)

    assert "from at most 12 people of 12" in found.message


def test_narrowing_by_retirement_takes_only_what_the_successor_lacks() -> None:
    """Who gets a successor role loses the difference and is told only that."""
    tenant = a_tenant(AGENT, READER, people=some_people(12, "Agent"))
    request = a_request(a_retired_role("agent", move_users_to="reader"), a_role("reader"), settings=TEN)

    (found,) = findings_of(planned(request, tenant), Guard.NARROWING)

    assert '"Agent" takes tickets.reply from 12 people' in found.message


def test_narrowing_by_retirement_is_bound_to_what_the_successor_lacks() -> None:
    """A yes to moving people to one role is no yes to moving them to a smaller one."""
    empty = a_live_role("Empty", grants=())
    files = (a_role("reader"), a_role("empty", grants=()))

    ids = [
        findings_of(
            planned(
                a_request(a_retired_role("agent", move_users_to=target), *files, settings=TEN),
                a_tenant(AGENT, READER, empty, people=some_people(12, "Agent")),
            ),
            Guard.NARROWING,
        )[0].confirmation
        for target in ("reader", "empty")
    ]

    assert ids[0] != ids[1]


@pytest.mark.parametrize("grant", [ADMIN, EXPORT])
def test_sensitive_grant_asks_for_each_role_that_gets_one(grant: str) -> None:
    """A sensitive permission asks, and the finding says who can use it at once."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))

    (found,) = findings_of(
        planned(a_request(a_role("agent", grants=(VIEW, REPLY, grant)), settings=CAREFUL), tenant),
        Guard.SENSITIVE_GRANT,
    )

    assert f'"Agent" gets {grant}, which is sensitive; 3 people can use it at once.' in found.message
    assert found.people == 3
    assert found.confirmation is not None


def test_sensitive_grant_asks_for_a_new_role_too() -> None:
    """Nobody holds a new role yet, and its first holder would have it."""
    (found,) = findings_of(
        planned(a_request(a_role("agent", grants=(EXPORT,)), settings=CAREFUL), a_tenant()), Guard.SENSITIVE_GRANT
    )

    assert "nobody can use it at once" in found.message
    assert found.people == 0


@pytest.mark.parametrize(
    ("grants", "settings"),
    [
        ((VIEW, REPLY, TAG), CAREFUL),
        ((VIEW, REPLY, EXPORT), replace(CAREFUL, sensitive_grant=SensitiveGrant.ALLOW)),
    ],
)
def test_sensitive_grant_is_silent_for_daily_work_and_where_allowed(grants: tuple[str, ...], settings: object) -> None:
    """An ordinary permission asks nothing, and settings can allow the rest."""
    made = planned(a_request(a_role("agent", grants=grants), settings=settings), a_tenant(AGENT))

    assert findings_of(made, Guard.SENSITIVE_GRANT) == ()


def test_sensitive_grant_takes_an_unknown_permission_for_sensitive() -> None:
    """Holders who get a role with a permission that the lock does not know get something nobody has judged."""
    beta = a_live_role("Beta", grants=(VIEW, UNKNOWN))
    tenant = a_tenant(READER, beta, people=some_people(2, "Reader"))
    request = a_request(a_retired_role("reader", move_users_to="beta"), a_role("beta"), settings=CAREFUL)

    (found,) = findings_of(planned(request, tenant), Guard.SENSITIVE_GRANT)

    assert f'"Reader" is retired, and the role that its holders get has {UNKNOWN}' in found.message
    assert found.people == 2


def test_sensitive_grant_sees_people_moved_into_a_stronger_role() -> None:
    """Retiring a role into an administrator role hands administration to its holders, and asks."""
    owner = a_live_role("Owner", grants=(VIEW, ADMIN))
    tenant = a_tenant(READER, owner, people=(*some_people(5, "Reader"), a_person("boss", "Owner")))
    request = a_request(
        a_retired_role("reader", move_users_to="owner"), a_role("owner", grants=(VIEW, ADMIN)), settings=CAREFUL
    )

    (found,) = findings_of(planned(request, tenant), Guard.SENSITIVE_GRANT)

    assert found.role == "reader"
    assert found.people == 5
    assert ADMIN in found.message


MASS = replace(ANYTHING_GOES, mass_change_roles=Limit(value=50, percent=True))


def test_mass_change_counts_roles_that_files_declare() -> None:
    """Two of three declared roles are more than half; unmanaged roles make the share no smaller."""
    live = [a_live_role(name, grants=(VIEW, REPLY)) for name in ("A", "B", "C", "Free", "Wild")]
    files = (a_role("a"), a_role("b"), a_role("c", grants=(VIEW, REPLY)))

    (found,) = findings_of(planned(a_request(*files, settings=MASS), a_tenant(*live)), Guard.MASS_CHANGE)

    assert "2 of 3 roles that files declare (the limit is 50%)" in found.message
    assert "split the change" in found.message


def test_mass_change_lets_the_limit_itself_pass() -> None:
    """Exactly half is not more than half, and creations count for nothing."""
    live = [a_live_role(name, grants=(VIEW, REPLY)) for name in ("A", "B")]
    files = (a_role("a"), a_role("b", grants=(VIEW, REPLY)), a_role("new"))

    made = planned(a_request(*files, settings=MASS), a_tenant(*live))

    assert findings_of(made, Guard.MASS_CHANGE) == ()


def test_mass_change_has_no_size_below_which_it_sleeps() -> None:
    """One of one role is everything."""
    made = planned(a_request(a_role("agent"), settings=MASS), a_tenant(AGENT))

    assert len(findings_of(made, Guard.MASS_CHANGE)) == 1


@pytest.mark.parametrize(("limit", "found"), [(Limit(value=2, percent=False), 1), (Limit(value=3, percent=False), 0)])
def test_mass_change_counts_people_who_lose_or_gain(limit: Limit, found: int) -> None:
    """People who lose and people who gain are affected alike."""
    tenant = a_tenant(
        AGENT, READER, people=(*some_people(2, "Agent", prefix="a"), *some_people(1, "Reader", prefix="r"))
    )
    settings = replace(ANYTHING_GOES, mass_change_people=limit)

    made = planned(a_request(a_role("agent"), a_role("reader", grants=(VIEW, TAG)), settings=settings), tenant)

    assert found == len(findings_of(made, Guard.MASS_CHANGE))


def test_mass_change_measures_people_against_those_it_can_prove() -> None:
    """Users of roles that were not read are users too, but nobody is counted for two."""
    tenant = a_tenant(
        AGENT,
        READER,
        people=(*some_people(2, "Agent"), *some_people(6, "Reader", prefix="r"), a_person("b", "Reader", "Agent")),
    )
    settings = replace(ANYTHING_GOES, mass_change_people=Limit(value=33, percent=True))

    (found,) = findings_of(planned(a_request(a_role("agent"), settings=settings), tenant), Guard.MASS_CHANGE)

    assert "3 of at least 9 people (the limit is 33%)" in found.message


@pytest.mark.parametrize(("count", "users"), [(None, 2), (0, 2), (5, 7)])
def test_mass_change_takes_only_users_that_are_proved(count: int | None, users: int) -> None:
    """A role that was neither read nor counted proves nobody."""
    made = planned(a_request(a_role("agent")), a_tenant(AGENT, READER, people=some_people(2, "Agent")))
    roles = tuple(replace(r, user_count=count) if r.id == READER.id else r for r in made.facts.live.roles)

    assert users == users_at_least(replace(made.facts, live=replace(made.facts.live, roles=roles)))


@pytest.mark.parametrize("headcount", [0, 40])
def test_mass_change_takes_the_number_of_users_that_the_tenant_tells(headcount: int) -> None:
    """What the tenant says needs no proof."""
    made = planned(a_request(a_role("agent")), a_tenant(AGENT, people=some_people(2, "Agent")))

    assert headcount == users_at_least(replace(made.facts, live=replace(made.facts.live, headcount=headcount)))


def test_adoption_warns_where_no_base_is_known() -> None:
    """Without a base nobody can tell, so one warning names the roles and the option."""
    (found,) = findings_of(planned(a_request(a_role("agent")), a_tenant(AGENT)), Guard.ADOPTION)

    assert FindingLevel.WARN is found.level
    assert found.confirmation is None
    assert "--base" in found.message
    assert "agent" in found.message


def test_adoption_asks_where_a_new_file_would_narrow_a_live_role() -> None:
    """The first file of a role may not silently take what people have."""
    tenant = a_tenant(AGENT, people=some_people(2, "Agent"))

    (found,) = findings_of(planned(a_request(a_role("agent"), base=a_base()), tenant), Guard.ADOPTION)

    assert FindingLevel.CONFIRM is found.level
    assert found.people == 2
    assert "tickets.reply" in found.message
    assert "Write the file from the live role first" in found.message


def test_adoption_asks_where_a_new_file_would_retire_a_live_role() -> None:
    """A role nobody managed is not deleted by a first file without a word."""
    (found,) = findings_of(planned(a_request(a_retired_role("agent"), base=a_base()), a_tenant(AGENT)), Guard.ADOPTION)

    assert FindingLevel.CONFIRM is found.level


@pytest.mark.parametrize(
    ("file", "base"),
    [
        (a_role("agent"), a_base(a_role("agent", grants=(VIEW, REPLY)))),
        (a_role("agent"), a_base(a_retired_role("agent"))),
        (a_role("agent", grants=(VIEW, REPLY, TAG)), a_base()),
        (a_role("agent", grants=(VIEW, REPLY)), None),
        (a_role("other"), a_base()),
    ],
)
def test_adoption_is_silent_where_nothing_is_taken_for_the_first_time(file: object, base: object) -> None:
    """A role that was declared before, one that only gains, an equal one and a new one are no adoption."""
    made = planned(a_request(file, base=base), a_tenant(AGENT))

    assert findings_of(made, Guard.ADOPTION) == ()


APART = replace(ANYTHING_GOES, never_together=((EXPORT, REPLY),))


@pytest.mark.parametrize("grants", [(VIEW, REPLY, EXPORT), (REPLY, EXPORT)])
def test_separation_blocks_a_role_that_gets_the_pair_by_itself(grants: tuple[str, ...]) -> None:
    """Its next holder would have both, so it is blocked even with nobody in it."""
    made = planned(a_request(a_role("agent", grants=grants), settings=APART), a_tenant(AGENT))

    (found,) = findings_of(made, Guard.SEPARATION)
    assert FindingLevel.BLOCK is found.level
    assert found.role == "agent"
    assert '"Agent" would hold analytics.export and tickets.reply by itself' in found.message
    assert "Take one of them out of the role." in found.message


def test_separation_blocks_a_pair_that_meets_in_a_person() -> None:
    """Two roles that are fine alone are not fine in one person."""
    tenant = a_tenant(AGENT, READER, people=(a_person("x", "Agent", "Reader"), a_person("y", "Reader")))

    made = planned(a_request(a_role("reader", grants=(VIEW, EXPORT)), settings=APART), tenant)

    (found,) = findings_of(made, Guard.SEPARATION)
    assert found.role is None
    assert FindingLevel.BLOCK is found.level
    assert "1 person would hold" in found.message


def test_separation_warns_of_people_who_hold_the_pair_already() -> None:
    """A plan that makes nothing worse is not blocked for what was there before."""
    exporter = a_live_role("Exporter", grants=(VIEW, EXPORT, TAG))
    tenant = a_tenant(AGENT, exporter, people=(a_person("x", "Agent", "Exporter"),))

    made = planned(a_request(a_role("exporter", grants=(VIEW, EXPORT)), settings=APART), tenant)

    (found,) = findings_of(made, Guard.SEPARATION)
    assert FindingLevel.WARN is found.level
    assert found.people == 1


def test_separation_takes_unread_holders_for_people_who_could_hold_both() -> None:
    """Where holders cannot be listed, everyone of a role that gets one of the pair may have the other."""
    tenant = a_tenant(AGENT, READER, people=(*some_people(4, "Agent"), a_person("y", "Reader")))
    tenant.lists_holders = False

    made = planned(a_request(a_role("reader", grants=(VIEW, EXPORT)), settings=APART), tenant)

    (found,) = findings_of(made, Guard.SEPARATION)
    assert "at most 1 person would hold" in found.message
    assert found.people == 1


def test_separation_takes_unread_holders_for_nobody_where_the_pair_does_not_move() -> None:
    """A role that gets neither of the two makes nobody hold both."""
    exporter = a_live_role("Exporter", grants=(EXPORT,))
    tenant = a_tenant(AGENT, READER, exporter, people=(a_person("y", "Reader"),))
    tenant.lists_holders = False

    made = planned(a_request(a_role("reader", grants=(VIEW, TAG)), settings=APART), tenant)

    assert findings_of(made, Guard.SEPARATION) == ()


@pytest.mark.parametrize("grants", [(VIEW, EXPORT), (VIEW, TAG)])
def test_separation_is_silent_where_no_person_has_both(grants: tuple[str, ...]) -> None:
    """Different people may hold the two, and a permission nobody holds meets nothing."""
    tenant = a_tenant(AGENT, READER, people=(a_person("x", "Agent"), a_person("y", "Reader")))

    made = planned(a_request(a_role("reader", grants=grants), settings=APART), tenant)

    assert findings_of(made, Guard.SEPARATION) == ()


def test_separation_knows_permissions_that_only_the_tenant_lists() -> None:
    """A lock without one half of the pair leaves nothing to keep apart."""
    made = planned(
        a_request(a_role("reader", grants=(VIEW, REPLY)), settings=APART, catalogue=a_catalogue(VIEW, REPLY)),
        a_tenant(READER, people=(a_person("y", "Reader"),)),
    )

    assert findings_of(made, Guard.SEPARATION) == ()


def test_separation_does_not_block_what_a_role_held_before() -> None:
    """A role that has the pair already may change in other ways; nobody is made to hold it now."""
    both = a_live_role("Both", grants=(VIEW, REPLY, EXPORT))

    made = planned(a_request(a_role("both", grants=(VIEW, REPLY, EXPORT, TAG)), settings=APART), a_tenant(both))

    assert findings_of(made, Guard.SEPARATION) == ()
