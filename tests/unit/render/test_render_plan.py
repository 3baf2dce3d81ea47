"""A plan for people and for machines: reading order, the numbers, what is cut, and documents that are refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    ANYTHING_GOES,
    CLOSE,
    REPLY,
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
    confirmed,
    some_people,
)

from reconciler.errors import PlanStale
from reconciler.model.finding import FindingLevel
from reconciler.model.plan import Plan
from reconciler.model.role import DesiredRole
from reconciler.render.plan_json import decode, document, encode
from reconciler.render.plan_text import plan_text
from reconciler.render.styled import Tone, line, span, to_text
from reconciler.render.view import level_word, view

ASKING = replace(ANYTHING_GOES, narrowing_people=2)
AGENT = a_live_role("Agent", grants=(VIEW, REPLY))


def plan_of(*files: DesiredRole, people: int = 3, **words: object) -> Plan:
    """Give the plan of files for a tenant with one role."""
    return a_plan(a_request(*files, **words), a_tenant(AGENT, people=some_people(people, "Agent")))


def text_of(plan: Plan) -> str:
    """Give a plan as text without colours."""
    return to_text(plan_text(view(plan)), colour=False)


def test_view_says_first_whether_it_may_be_applied() -> None:
    """Nothing to do, ready, to confirm, refused: one sentence each."""
    blocked = a_plan(a_request(a_role("agent", standard=True)), a_tenant(AGENT))
    twice = a_plan(a_request(a_role("agent", standard=True), a_role("b", standard=True)), a_tenant(AGENT))

    assert view(plan_of(a_role("agent", grants=(VIEW, REPLY)))).verdict.startswith("Nothing to do")
    assert view(plan_of(a_role("agent"))).verdict == "1 change, ready to apply"
    assert view(plan_of(a_role("agent"), a_role("new"))).verdict == "2 changes, ready to apply"
    assert view(plan_of(a_role("agent"), settings=ASKING)).verdict == "1 change, 1 to confirm before apply"
    assert view(blocked).verdict == "1 change, refused by a guard"
    assert view(twice).verdict == "2 changes, refused by a guard"


def test_view_says_refused_where_a_guard_blocks_and_nothing_changes() -> None:
    """A blocked plan without changes is not told as in order."""
    lock = a_catalogue(VIEW, REPLY, ADMIN)
    tenant = a_tenant(a_live_role("Agent", grants=(VIEW, REPLY)), catalogue=a_catalogue(VIEW, ADMIN))

    plan = a_plan(a_request(a_role("agent", grants=(VIEW, REPLY)), catalogue=lock), tenant)

    assert view(plan).verdict == "Refused: a guard blocks"
    assert view(plan).stops


def test_view_gives_the_next_commands_in_order() -> None:
    """Confirmations first, then the apply that is bound to this plan; none where a guard blocks or nothing changes."""
    plan = plan_of(a_role("agent"), settings=ASKING)
    (finding,) = plan.unconfirmed

    assert view(plan).steps == (
        f'reconciler confirm {finding.confirmation} --reason "…"',
        f"reconciler apply --expect {plan.digest}",
    )
    assert view(a_plan(a_request(a_role("agent", standard=True)), a_tenant(AGENT))).steps == ()
    assert view(plan_of(a_role("agent", grants=(VIEW, REPLY)))).steps == ()


def test_view_puts_the_largest_effect_on_people_first() -> None:
    """Most losing, then most gaining, then by key."""
    live = [a_live_role(name, grants=(VIEW, REPLY)) for name in ("A", "B", "C", "D")]
    people = (*some_people(1, "B", prefix="b"), *some_people(3, "C", prefix="c"), *some_people(2, "D", prefix="d"))
    files = [
        a_role("a", grants=(VIEW,)),
        a_role("b", grants=(VIEW,)),
        a_role("c", grants=(VIEW,)),
        a_role("d", grants=(VIEW, REPLY, TAG)),
    ]

    shown = view(a_plan(a_request(*files), a_tenant(*live, people=people)))

    assert [change.change.role for change in shown.changes] == ["c", "b", "d", "a"]
    assert shown.effects == ("4 people lose something, most through C", "2 people gain something, most through D")
    assert shown.counts == "4 to update, 0 unchanged, 0 roles left alone"


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((), "0 people hold it"),
        ((a_person("x", "Agent"),), "1 person holds it, 1 lose something"),
        (some_people(3, "Agent"), "3 people hold it, 3 lose something"),
        (
            (*some_people(2, "Agent"), a_person("k", "Agent", "Keeper")),
            "3 people hold it, 2 lose something, 1 keep it through another role",
        ),
        (
            some_people(2, "Agent", "Keeper"),
            "2 people hold it, all of them keep what it loses through another role",
        ),
    ],
)
def test_view_says_who_loses_and_who_keeps_it(people: tuple[object, ...], expected: str) -> None:
    """Holders, those who lose something, and those who keep it through another role."""
    tenant = a_tenant(AGENT, a_live_role("Keeper", grants=(REPLY,)), people=people)

    (change,) = view(a_plan(a_request(a_role("agent")), tenant)).changes

    assert expected == change.effect


def test_view_says_who_gains_and_that_a_new_role_has_no_holders() -> None:
    """Gaining is told like losing; a new role reaches nobody yet."""
    wider, fresh = view(plan_of(a_role("agent", grants=(VIEW, REPLY, TAG)), a_role("new", grants=(CLOSE,)))).changes

    assert wider.effect == "3 people hold it, 3 gain something"
    assert [(p.sign, p.permission, p.effect) for p in wider.permissions] == [("+", TAG, "3 of 3 gain it")]
    assert fresh.effect == "nobody holds it yet"
    assert [(p.sign, p.permission, p.effect) for p in fresh.permissions] == [("+", CLOSE, "")]
    assert fresh.heading == "create New"


def test_view_marks_upper_bounds_everywhere() -> None:
    """A number that could not be counted is never told as one that was."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))
    tenant.lists_holders = False

    shown = view(a_plan(a_request(a_role("agent", grants=(VIEW, TAG))), tenant))

    assert all(effect.startswith("at most 3 people") for effect in shown.effects)
    (change,) = shown.changes
    assert change.effect.count("at most 3") == 3
    assert all(p.effect.startswith("at most 3 of 3") for p in change.permissions)


def test_view_says_when_nobody_is_reached() -> None:
    """A plan that reaches nobody says so; an empty plan says nothing."""
    assert view(plan_of(a_role("new"))).effects == ("nobody loses or gains anything today",)
    assert view(plan_of()).effects == ()


@pytest.mark.parametrize(
    ("level", "confirmed_", "word"),
    [
        (FindingLevel.BLOCK, False, "block"),
        (FindingLevel.CONFIRM, False, "confirm"),
        (FindingLevel.CONFIRM, True, "confirmed"),
        (FindingLevel.WARN, False, "warn"),
    ],
)
def test_view_heads_each_finding_with_a_word(level: FindingLevel, word: str, *, confirmed_: bool) -> None:
    """The level, or that it was confirmed."""
    (finding,) = plan_of(a_role("agent"), settings=ASKING).unconfirmed

    assert word == level_word(replace(finding, level=level, confirmed=confirmed_))


def test_text_cuts_no_permission_of_any_role() -> None:
    """A role with holders shows every permission with its people; a new one shows them all by category."""
    keys = [f"tickets.p{n:02}" for n in range(40)]
    lock = a_catalogue(*keys, VIEW, REPLY, ADMIN)
    tenant = a_tenant(AGENT, people=some_people(1, "Agent"), catalogue=lock)
    files = (a_role("agent", grants=(VIEW, REPLY, *keys)), a_role("new", grants=(ADMIN, *keys)))

    text = text_of(a_plan(a_request(*files, catalogue=lock), tenant))

    held, fresh = text.split("create New")
    assert all(f"+ {key}" in held for key in keys)
    assert f"+ tickets   {', '.join(key.partition('.')[2] for key in keys)}" in fresh
    assert "+ settings  roles" in fresh


def test_text_says_how_many_move_into_a_new_role() -> None:
    """A role that is created for the holders of a retired one is not told as held by nobody alone."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))

    text = text_of(a_plan(a_request(a_retired_role("agent", move_users_to="new"), a_role("new")), tenant))

    assert "nobody holds it yet, 3 people move into it" in text


def test_text_holds_owner_origin_fields_notes_and_unmanaged_roles() -> None:
    """What else a reader looks for is in its place."""
    role = a_role("agent", grants=(VIEW, REPLY), description="New", owner="desk", line=3)
    tenant = a_tenant(AGENT, a_live_role("Gone"), a_live_role("Wild"), people=some_people(1, "Agent"))

    text = text_of(a_plan(a_request(role, base=a_base(role, a_role("gone"))), tenant))

    assert "roles/agent.yaml:3" in text
    assert "; owner: desk; already pending" in text
    assert '~ description: "" -> "New"' in text
    assert "Not managed here, left alone: Gone, Wild" in text
    assert 'Note: no file declares "Gone" any more' in text


def test_text_says_when_the_live_state_is_not_complete() -> None:
    """A reader must not take it for everything."""
    assert "could not be read completely" in text_of(replace(plan_of(a_role("agent")), complete=False))


def test_text_shows_foreign_text_as_data() -> None:
    """A name cannot colour, move or end a line."""
    plan = a_plan(a_request(a_role("evil", name="\x1b[31m\n\u202e")), a_tenant(a_live_role("\rWild")))

    text = text_of(plan)

    assert "\\u{1b}[31m\\u{a}\\u{202e}" in text
    assert "\\u{d}Wild" in text
    assert "\x1b" not in text


def test_text_has_the_findings_with_their_ids() -> None:
    """What is asked, in full, and the id to type; confirmed ones are told as such."""
    tenant = a_tenant(AGENT, people=some_people(3, "Agent"))
    request = a_request(a_role("agent"), settings=ASKING)
    (finding,) = a_plan(request, tenant).unconfirmed

    before, after = text_of(a_plan(request, tenant)), text_of(a_plan(confirmed(request, tenant), tenant))

    assert f"[confirm] narrowing agent\n  {finding.message}\n  {finding.confirmation}\n" in before
    assert "[confirmed] narrowing agent" in after


@pytest.mark.parametrize(("tone", "painted"), [(Tone.PLAIN, "x\n"), (Tone.BAD, "\x1b[31mx\x1b[0m\n")])
def test_colours_are_added_last_and_only_when_asked(tone: Tone, painted: str) -> None:
    """A tone is a colour on a terminal and nothing elsewhere."""
    assert painted == to_text([line(span("x", tone))], colour=True)
    assert to_text([line(span("x", tone))], colour=False) == "x\n"


@pytest.mark.parametrize("tone", Tone)
def test_colours_cannot_come_from_text(tone: Tone) -> None:
    """An escape sequence in foreign text is shown, whatever its tone."""
    painted = to_text([line(span("\x1b[0m", tone), "\x1b[1m")], colour=True)

    assert "\\u{1b}[0m" in painted
    assert "\\u{1b}[1m" in painted


def test_document_has_the_keys_of_the_design_in_their_order() -> None:
    """Readers and diffs rely on it."""
    assert list(document(plan_of(a_role("agent")))) == [
        "format",
        "tenant",
        "commit",
        "digest",
        "complete",
        "summary",
        "changes",
        "findings",
        "unmanaged",
        "notes",
    ]


def test_document_names_no_person() -> None:
    """Nobody's id is in a plan."""
    plan = a_plan(a_request(a_role("agent")), a_tenant(AGENT, people=(a_person("somebody@example.org", "Agent"),)))

    assert "somebody" not in encode(plan)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "7",
        '"text"',
        "{}",
        '{"format": 1}',
        '{"format": "1"}',
        '{"format": 2}',
        '{"format": null}',
        "{",
        "\x00",
    ],
)
def test_decode_refuses_what_is_no_plan_of_this_format(text: str) -> None:
    """Anything else is stale, and never another error."""
    with pytest.raises(PlanStale):
        decode(text)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("format",), 2),
        (("tenant",), {"name": "x"}),
        (("changes", 0, "action"), "explode"),
        (("changes", 0, "direction"), "up"),
        (("changes", 0, "grants"), None),
        (("changes", 0, "per_permission"), []),
        (("changes", 0, "extra"), 1),
        (("findings", 0, "guard"), "none"),
        (("findings", 0, "level"), "none"),
        (("summary", "extra"), 1),
        (("notes",), None),
    ],
)
def test_decode_refuses_a_document_with_a_part_that_is_none(place: tuple[object, ...], value: object) -> None:
    """A word that is no member, a part of another shape and an unknown key are refused."""
    told = json.loads(encode(plan_of(a_role("agent"), settings=ASKING)))
    holder = told
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value

    with pytest.raises(PlanStale):
        decode(json.dumps(told))
