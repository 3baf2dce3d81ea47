"""Explanations as people and machines read them: the answer first, every place named, nobody named."""

from __future__ import annotations

import json
from dataclasses import replace

from builders import (
    ADMIN,
    CLOSE,
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    Silence,
    a_catalogue,
    a_live_role,
    a_person,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
    some_people,
)
from fakes.tenant import FakeTenant

from reconciler.desired.words import nearest
from reconciler.model.explanation import Headcount, Subject
from reconciler.model.person import Contact, PersonId
from reconciler.model.role import Origin, RoleKey
from reconciler.model.state import DesiredState
from reconciler.operations.explain import Question, explain
from reconciler.render.explain import explanation_document, explanation_text
from reconciler.render.explain_words import heads, who
from reconciler.render.plan_json import to_json
from reconciler.render.styled import to_text

AGENT = a_live_role("Agent", grants=(VIEW, REPLY, CLOSE))
NIGHT = a_live_role("Night", grants=(VIEW, CLOSE, UNKNOWN))
AGENT_FILE = replace(a_role("agent", grants=(VIEW, REPLY)), provenance={VIEW: Origin("roles/agent.yaml", 5, 5)})
LEAD_FILE = replace(
    a_role("lead", grants=(VIEW, TAG), owner="Desk"),
    based_on=RoleKey("agent"),
    provenance={VIEW: Origin("roles/agent.yaml", 5, 5), TAG: Origin("roles/lead.yaml", 6, 3)},
)
FILES = a_state(AGENT_FILE, LEAD_FILE)
CROWD = (a_person("u1", "Agent"), a_person("u2", "Agent", "Night"), a_person("u3", "Agent", human=False))


def a_desk() -> FakeTenant:
    """Give a tenant whose Agent has more than its file says."""
    return a_tenant(AGENT, NIGHT, people=CROWD)


def told(
    word: str,
    tenant: FakeTenant | None,
    desired: DesiredState = FILES,
    *,
    what_if: bool = False,
    contact: Contact | None = None,
) -> list[str]:
    """Ask, and give the lines of the answer."""
    answer = explain(Question(word=word, what_if=what_if), desired, tenant, nearest, Silence())
    return to_text(explanation_text(answer.explanation, contact, answer.also), colour=False).splitlines()


def test_role_begins_with_how_much_it_has_and_what_differs() -> None:
    """Verdict, effect, each difference on a line, and the place; then the permissions by category."""
    assert told("agent", a_desk(), what_if=True) == [
        "Agent: 3 permissions live, 2 by its file; 2 people hold it",
        "  once the files are applied 1 person loses something, nobody gains anything",
        "  - tickets.close  the live role has it, the file does not grant it",
        "  roles/agent.yaml:1; no owner",
        "",
        "Tickets  1 off",
        "  - tickets.close  tickets.close  not in its file",
        "    tickets.reply  tickets.reply  not in its file",
        "    tickets.view   tickets.view   roles/agent.yaml:5",
        "",
        "Off altogether: Analytics (1), Settings (1)",
    ]


def test_role_that_is_not_live_yet_shows_its_chain_and_owner() -> None:
    """One sentence says that all of it is new; a permission of the base has the base's line."""
    lines = told("lead", a_desk())

    assert lines[:2] == [
        "Lead: 2 permissions in its file, not live yet",
        "  roles/lead.yaml:1; lead <- agent; owner: Desk",
    ]
    assert "  + tickets.tag   tickets.tag   roles/lead.yaml:6" in lines
    assert "  + tickets.view  tickets.view  roles/agent.yaml:5" in lines


def test_role_without_a_file_says_that_no_file_says_so() -> None:
    """What the lock does not know stands last, marked."""
    lines = told("Night", a_desk(), what_if=True)

    assert lines[0] == "Night: 3 permissions, 1 person holds it; no file says so"
    assert lines[1] == "  once the files are applied nobody loses anything, nobody gains anything"
    assert "Not in the lock" in lines
    assert any(UNKNOWN in line and "not in the lock (sensitive)" in line for line in lines)


def test_role_that_is_as_its_file_says_is_told_in_one_number() -> None:
    """Nothing differs, nobody holds it."""
    desired = a_state(a_role("agent", grants=(VIEW, REPLY, CLOSE)))

    assert told("agent", a_tenant(AGENT), desired)[0] == "Agent: 3 permissions, nobody holds it"


def test_role_that_gains_is_told_with_a_plus() -> None:
    """What the file grants and the live role lacks is a line of its own."""
    desired = a_state(a_role("agent", grants=(VIEW, REPLY, CLOSE, TAG)))

    assert "  + tickets.tag  the file grants it, the live role does not have it yet" in told("agent", a_desk(), desired)


def test_role_that_is_retired_says_where_its_people_go() -> None:
    """Before it is gone, once it is gone, and where the tenant was not read."""
    moving = a_state(LEAD_FILE, a_retired_role("agent", move_users_to="lead"))
    left = a_state(LEAD_FILE, a_retired_role("agent"))

    assert told("agent", a_desk(), moving)[0] == "Agent: to be retired, 2 people hold it; they get lead"
    assert told("agent", a_desk(), left)[0] == "Agent: to be retired, 2 people hold it; no role follows it"
    assert (
        told("agent", a_tenant(NIGHT), left)
        == [
            "Agent: retired, and the tenant no longer has it",
            "  roles/agent.yaml:1; no owner",
            "",
            "Off altogether: Analytics (1), Settings (1), Tickets (4)",
        ][:2]
    )
    assert told("agent", None, left)[0] == "Agent: retired by its file"


def test_role_offline_is_what_its_file_says() -> None:
    """No holder is counted and nothing differs."""
    assert told("agent", None)[0] == "Agent: 2 permissions, as its file says"


def test_role_with_everything_has_nothing_off() -> None:
    """Where a whole category is on, no count of what is off is shown."""
    lock = a_catalogue(VIEW, REPLY)

    lines = told("agent", None, a_state(AGENT_FILE, catalogue=lock))

    assert lines[3] == "Tickets"
    assert not any(line.startswith("Off") for line in lines)


def test_person_begins_with_what_they_lose_and_through_which_role() -> None:
    """The answer to the first question is in the first lines."""
    assert told("u1", a_desk(), what_if=True) == [
        "u1 loses 1 permission and gains nothing once the files are applied",
        "  - tickets.close  tickets.close; had it through Agent (not in its file)",
        "u1: 3 permissions through 1 role; an active person",
        "  holds Agent  roles/agent.yaml:1",
        "",
        "  tickets.close  Agent (not in its file)",
        "  tickets.reply  Agent (not in its file)",
        "  tickets.view   Agent (roles/agent.yaml:5)",
    ]


def test_person_keeps_through_another_role() -> None:
    """What one role takes and another still gives is told with both."""
    lines = told("u2", a_desk(), what_if=True)

    assert lines[:2] == [
        "u2 loses and gains nothing once the files are applied",
        "  = tickets.close  Agent takes it, kept through Night (no file)",
    ]
    assert "  holds Night  no file" in lines


def test_person_may_keep_what_two_roles_take() -> None:
    """Two roles take, a third keeps; the verb agrees."""
    other = a_live_role("Other", grants=(CLOSE,))
    desired = a_state(AGENT_FILE, a_role("other", grants=(VIEW, TAG)))
    tenant = a_tenant(AGENT, NIGHT, other, people=[a_person("u1", "Agent", "Night", "Other")])

    lines = told("u1", tenant, desired, what_if=True)

    assert lines[0] == "u1 loses nothing and gains 1 permission once the files are applied"
    assert "  + tickets.tag  tickets.tag; through Other (not in its file)" in lines
    assert "  = tickets.close  Agent and Other take it, kept through Night (no file)" in lines


def test_person_who_does_not_count_is_said_so() -> None:
    """Suspended people and service accounts are told what that means."""
    tenant = a_tenant(AGENT, people=(*CROWD, a_person("u4", "Agent", active=False), a_person("u5", human=False)))

    assert told("u4", tenant)[0].endswith("suspended, so none of it works now and no count has them")
    assert told("u5", tenant) == ["u5: 0 permissions through 0 roles; a service account, counted among no people"]


def test_person_is_named_only_where_a_contact_is_given() -> None:
    """The name is foreign text and shown as such."""
    contact = Contact(id=PersonId("u1"), name="Eve\u202e", email="eve@desk.example", counts=True)

    assert "  Eve\\u{202e} <eve@desk.example>" in told("u1", a_desk(), contact=contact)
    assert not any("@" in line for line in told("u1", a_desk()))


def test_permission_begins_with_how_many_have_it() -> None:
    """Number and roles, then after the plan, then what it is, then each role with its holders and line."""
    assert told("close", a_desk(), what_if=True) == [
        "tickets.close: 2 people have it, through 2 roles",
        "  once the files are applied 1 person has it: 1 person loses it, nobody gains it",
        "  1 service account has it too, besides the people counted",
        "  tickets.close, in Tickets; level act",
        "",
        "  Agent            2 people  not in its file  - its file takes it",
        "  Night            1 person  no file",
    ]


def test_permission_tells_what_it_needs_and_what_needs_it() -> None:
    """Both lists stand below the label."""
    lock = a_catalogue()
    tickets = lock.by_category["tickets"]
    needy = tuple(replace(p, requires=(VIEW,)) if p.key != VIEW else p for p in tickets.permissions)
    categories = tuple(replace(c, permissions=needy) if c.key == "tickets" else c for c in lock.categories)
    desired = a_state(AGENT_FILE, catalogue=replace(lock, categories=categories))

    assert "  needs tickets.view" in told("close", None, desired)
    assert "  needed by tickets.close, tickets.reply, tickets.tag" in told(VIEW, None, desired)


def test_permission_offline_tells_files_only() -> None:
    """Roles by their files, and no number of people."""
    assert told(VIEW, None)[0] == "tickets.view: 2 roles give it by their files"
    assert told(REPLY, None) == [
        "tickets.reply: 1 role gives it",
        "  tickets.reply, in Tickets; level act",
        "",
        "  Agent  not in its file",
    ]
    assert told(ADMIN, None) == [
        "settings.roles: 0 roles give it by their files",
        "  settings.roles (sensitive), in Settings; level act",
    ]


def test_permission_that_the_lock_does_not_know_says_so() -> None:
    """No file can grant it."""
    robots = [a_person("r1", "Night", human=False), a_person("r2", "Night", human=False)]

    lines = told(UNKNOWN, a_tenant(NIGHT, people=robots))

    assert lines[:3] == [
        f"{UNKNOWN}: nobody has it, through 1 role",
        "  2 service accounts have it too, besides the people counted",
        "  not in the lock: counted as sensitive, and no file can grant it",
    ]


def test_permission_that_is_yet_to_be_granted_says_so() -> None:
    """A role that will give it is listed with a plus."""
    assert (
        told("tag", a_desk())[-1] == "  Lead            0 people  roles/lead.yaml:6  + its file grants it, not live yet"
    )


def test_numbers_that_are_bounds_say_so() -> None:
    """An upper bound and an unknown number are never told as exact."""
    assert heads(Headcount(people=3, exact=False)) == "at most 3 people"
    assert heads(Headcount(people=None, exact=False)) == "an unknown number of people"
    assert who(Headcount(people=0, exact=False), "has it", "have it") == "at most 0 people have it"
    assert who(Headcount(people=1, exact=True), "has it", "have it") == "1 person has it"
    blind = a_tenant(AGENT, people=some_people(7, "Agent"))
    blind.lists_holders = False
    assert told("close", blind)[0] == "tickets.close: at most 7 people have it, through 1 role"


def test_word_with_two_meanings_gets_a_note() -> None:
    """The other reading is one option away."""
    lines = told("reply", None, a_state(AGENT_FILE, a_role("reply")))

    assert lines[-1] == "Note: a role is called so too; it is explained with --as role"


def test_documents_have_the_same_facts_and_nobodys_name() -> None:
    """Each subject says what it is; the shapes are those of docs/explain.md."""
    role, person, permission = (
        explain(Question(word=word, what_if=True), FILES, a_desk(), nearest, Silence()).explanation
        for word in ("agent", "u2", "close")
    )

    as_role, as_person, as_permission = (
        json.loads(to_json(explanation_document(found))) for found in (role, person, permission)
    )
    assert [("role", 1), ("person", 1), ("permission", 1)] == [
        (document["subject"], document["format"]) for document in (as_role, as_person, as_permission)
    ]
    assert as_role["standing"] == "managed"
    assert as_role["what_if"]["losing"] == {"people": 1, "exact": True}
    assert as_person["counts"] is True
    assert [kept["permission"]["key"] for kept in as_person["what_if"]["kept"]] == [CLOSE]
    assert as_permission["people"] == {"people": 2, "exact": True}
    assert [role["mark"] for role in as_permission["roles"]] == ["to revoke", "on"]
    assert explanation_document(role, Subject.ROLE)["also"] == "role"
