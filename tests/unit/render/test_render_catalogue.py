"""What the vendor changed, as people and machines read it."""

from __future__ import annotations

import json
from dataclasses import replace

from builders import a_catalogue, a_permission

from reconciler.errors import Problem
from reconciler.model.permission import PermissionLevel
from reconciler.model.vendor import (
    CatalogueComparison,
    CategoryDifference,
    PermissionDifference,
    RoleEffect,
    RoleLoss,
    StandardRoleDifference,
)
from reconciler.render.catalogue import comparison_document, comparison_text, schema_text, written_text
from reconciler.render.plan_json import to_json
from reconciler.render.styled import to_text

LOCK = a_catalogue()
EQUAL = CatalogueComparison(
    lock=LOCK, proposed=LOCK, permissions=(), categories=(), standard_roles=(), effects=(), losses=(), problems=()
)
CLOSE = a_permission("tickets.close")
DIFFERENT = replace(
    EQUAL,
    proposed=replace(LOCK, version=2),
    permissions=(
        PermissionDifference(
            key="tickets.shut",
            pinned=None,
            live=replace(a_permission("tickets.shut", sensitive=True), requires=("tickets.view",)),
            perhaps=("tickets.close",),
            roles=("agent",),
        ),
        PermissionDifference(key="tickets.close", pinned=CLOSE, live=None, roles=("agent",)),
        PermissionDifference(
            key="tickets.tag",
            pinned=a_permission("tickets.tag", sensitive=True),
            live=replace(a_permission("tickets.tag"), level=PermissionLevel.VIEW, name="\x1b[31mTag"),
        ),
        PermissionDifference(
            key="tickets.view",
            pinned=replace(a_permission("tickets.view"), requires=("tickets.tag",)),
            live=a_permission("tickets.view", sensitive=True),
            roles=("agent", "reader"),
        ),
    ),
    categories=(CategoryDifference(key="tickets", pinned="Tickets", live="Cases"),),
    standard_roles=(
        StandardRoleDifference(name="Boss", pinned=None, live=True),
        StandardRoleDifference(name="Chief", pinned=True, live=None),
        StandardRoleDifference(name="Lead", pinned=True, live=False),
        StandardRoleDifference(name="Owner", pinned=False, live=True),
    ),
    effects=(
        RoleEffect(role="agent", name="Agent", file="roles/agent.yaml", grants=("tickets.shut",), revokes=()),
        RoleEffect(
            role="lead", name="Lead", file="roles/lead.yaml", grants=("tickets.shut",), revokes=("tickets.close",)
        ),
    ),
    losses=(RoleLoss(role="nights", name="Nights\x1b", file="roles/nights.yaml", permissions=("tickets.shut",)),),
    problems=(Problem("roles/a.yaml", 3, 5, "role.depends", "It lacks something", "Add it"),),
)


def shown(compared: CatalogueComparison, *, updating: bool = False) -> str:
    """Give the text without colours."""
    return to_text(comparison_text(compared, updating=updating), colour=False)


def test_equal_catalogues_are_one_line() -> None:
    """Nothing to tell is told in one line."""
    assert shown(EQUAL) == "The tenant has the 6 permissions of the lock, version 1\n"


def test_every_difference_is_told_with_whom_it_touches() -> None:
    """What, how, whom, what the update would do, and the next command; foreign text cannot move the terminal."""
    assert shown(DIFFERENT) == (
        "The tenant differs from the catalogue lock, version 1\n"
        "\n"
        '+ tickets.shut  added: "tickets.shut", act, sensitive, requires tickets.view\n'
        "  perhaps renamed from tickets.close, which has the same name\n"
        "  an update gives it through `all` or `view` to agent\n"
        "\n"
        '- tickets.close  removed: "tickets.close", act\n'
        "  meant by agent\n"
        "\n"
        '~ tickets.tag  act before, view now; no longer sensitive; called "\\u{1b}[31mTag", "tickets.tag" before\n'
        "\n"
        "~ tickets.view  sensitive now; requires nothing now\n"
        "  touches agent, reader\n"
        "\n"
        '~ tickets  the category is called "Cases", not "Tickets"\n'
        "\n"
        '! "Boss" is a standard role of the tenant, and the lock does not list it\n'
        "  an update leaves this to you: correct `standard_roles` in the lock by hand\n"
        "\n"
        '! "Chief" is a standard role in the lock, and the tenant has none of that name\n'
        "  an update leaves this to you: correct `standard_roles` in the lock by hand\n"
        "\n"
        '! the tenant says that "Lead" cannot be edited, and the lock says otherwise\n'
        "  an update leaves this to you: correct `standard_roles` in the lock by hand\n"
        "\n"
        '! the tenant says that "Owner" can be edited, and the lock says otherwise\n'
        "  an update leaves this to you: correct `standard_roles` in the lock by hand\n"
        "\n"
        "2 roles, unedited, would mean more:\n"
        "  Agent  roles/agent.yaml\n"
        "    + tickets.shut\n"
        "  Lead  roles/lead.yaml\n"
        "    + tickets.shut\n"
        "1 role, unedited, would mean less:\n"
        "  Lead  roles/lead.yaml\n"
        "    - tickets.close\n"
        "1 role has live what its file does not say, and the first plan after an update would take it:\n"
        "  Nights\\u{1b}  roles/nights.yaml\n"
        "    - tickets.shut\n"
        "    to keep it: reconciler adopt nights, after the update\n"
        "  `adopt` takes everything that is live into the file, not only this\n"
        "validate would find 1 problem then:\n"
        "error[role.depends] roles/a.yaml:3:5: It lacks something\n"
        "  fix: Add it\n"
        "Next:  reconciler catalogue --update\n"
    )


def test_update_tells_differences_once_and_effects_after_the_fact() -> None:
    """While an update runs the effects are told with what was written, in the present tense."""
    assert "would" not in shown(DIFFERENT, updating=True)

    text = to_text(written_text(DIFFERENT, ("a", "b")), colour=False)

    assert text.startswith(
        "Wrote a and b\n  the lock is version 2 now; the tenant was only read\n2 roles, unedited, now mean more:\n"
    )
    assert "1 role, unedited, now means less:\n" in text
    assert "1 role has live what its file does not say, and the next plan takes it:\n" in text
    assert "    to keep it: reconciler adopt nights\n" in text
    assert "validate finds 1 problem then:\n" in text
    assert text.endswith("Next:  review the change like any other: reconciler plan\n")


def test_update_without_effect_says_so() -> None:
    """Nothing written, a schema alone, and a lock that changes no role each have their sentence."""
    assert to_text(written_text(EQUAL, ()), colour=False).startswith("Nothing to write")
    assert to_text(written_text(EQUAL, ("schema",)), colour=False) == "Wrote schema\n"
    assert to_text(schema_text(("schema",)), colour=False) == "Wrote schema\n"
    assert to_text(schema_text(()), colour=False) == "Nothing to write: the role schema is that of the lock\n"
    quiet = replace(DIFFERENT, effects=(), problems=(*DIFFERENT.problems, *DIFFERENT.problems))
    text = to_text(written_text(quiet, ("a",)), colour=False)
    assert "No role file means anything else with the new lock\n" in text
    assert "2 problems" in text


def test_losses_are_counted_and_not_knowing_them_is_no_promise() -> None:
    """Several roles are counted; where files and live roles do not fit together, that is said instead."""
    two = shown(replace(DIFFERENT, losses=DIFFERENT.losses * 2 if DIFFERENT.losses else ()))
    unclear = shown(replace(DIFFERENT, losses=None))

    assert "2 roles have live what their files do not say, and the first plan after an update would take it:\n" in two
    assert (
        "Nobody can say what the first plan after an update would take from live roles: reconciler plan tells why\n"
    ) in unclear
    assert comparison_document(replace(DIFFERENT, losses=None))["losses"] is None


def test_standard_roles_alone_offer_no_update() -> None:
    """What an update leaves alone is not offered as something that it mends."""
    text = shown(replace(EQUAL, standard_roles=DIFFERENT.standard_roles))

    assert "--update" not in text
    assert text.endswith("by hand\n")


def test_document_has_everything_for_machines() -> None:
    """Every difference with both sides, its kinds and its roles; plain ASCII."""
    document = json.loads(to_json(comparison_document(DIFFERENT, ("a",))))

    assert (document["differs"], document["version"], document["proposed_version"]) == (True, 1, 2)
    assert [(p["key"], p["changed"]) for p in document["permissions"]] == [
        ("tickets.shut", ["added"]),
        ("tickets.close", ["removed"]),
        ("tickets.tag", ["level", "sensitive", "name"]),
        ("tickets.view", ["sensitive", "requires"]),
    ]
    assert document["permissions"][0]["perhaps"] == ["tickets.close"]
    assert document["permissions"][1]["pinned"]["level"] == "act"
    assert document["effects"][1]["revokes"] == ["tickets.close"]
    assert [(loss["role"], loss["permissions"]) for loss in document["losses"]] == [("nights", ["tickets.shut"])]
    assert (document["categories"][0]["live"], document["standard_roles"][0]["name"]) == ("Cases", "Boss")
    assert (document["problems"][0]["severity"], document["written"]) == ("error", ["a"])
