"""Finding the live role that a file means, and refusing to guess."""

from __future__ import annotations

import pytest
from builders import a_live_role, a_live_state, a_retired_role, a_role, a_state

from reconciler.core.match import Matching, match
from reconciler.core.naming import name_key
from reconciler.errors import InputRejected, LiveAmbiguous, Problem
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole


def matched(files: tuple[DesiredRole | RetiredRole, ...], *live: LiveRole) -> Matching:
    """Match files to live roles."""
    return match(a_state(*files), a_live_state(*live))


def problems(files: tuple[DesiredRole | RetiredRole, ...], *live: LiveRole) -> tuple[Problem, ...]:
    """Give the problems that matching raises."""
    with pytest.raises(InputRejected) as raised:
        matched(files, *live)
    return raised.value.problems


@pytest.mark.parametrize(
    ("one", "other"),
    [("Agent", "agent"), ("Straße", "STRASSE"), ("ﬁx", "fix"), ("\uff21gent", "agent"), ("e\u0301", "\u00e9")],
)
def test_name_key_ignores_case_and_compatibility_forms(one: str, other: str) -> None:
    """Names that a tenant takes for one are one."""
    assert name_key(one) == name_key(other)


def test_name_key_tells_different_letters_apart() -> None:
    """An accent makes another name."""
    assert name_key("Agent") != name_key("Agént")


def test_match_sorts_every_role_into_one_part() -> None:
    """Declared and live, declared only, retired and live, and the rest, which is left alone."""
    files = (
        a_role("agent"),
        a_role("new"),
        a_role("young", previously=("Old",)),
        a_retired_role("gone"),
        a_retired_role("long-gone"),
    )

    found = matched(files, *(a_live_role(name) for name in ("Wild", "AGENT", "Old", "Gone", "Free")))

    assert [(m.role.key, m.live.content.name, m.renamed) for m in found.matched] == [
        ("agent", "AGENT", False),
        ("young", "Old", True),
    ]
    assert [role.key for role in found.missing] == ["new"]
    assert [(role.key, live.content.name) for role, live in found.retiring] == [("gone", "Gone")]
    assert [role.content.name for role in found.unmanaged] == ["Free", "Wild"]


def test_match_finds_a_retired_role_by_an_earlier_name() -> None:
    """A role may be renamed and retired before the rename ever reached the tenant."""
    found = matched((a_retired_role("gone", previously=("Older",)),), a_live_role("Older"))

    assert [live.content.name for _, live in found.retiring] == ["Older"]


def test_match_ignores_earlier_names_that_are_not_live() -> None:
    """Names of long ago mean nothing any more."""
    found = matched((a_role("agent", previously=("Older", "Oldest")),), a_live_role("Agent"))

    assert [m.renamed for m in found.matched] == [False]


def test_match_takes_an_earlier_name_of_two_forms_for_one() -> None:
    """The same live role named twice is no ambiguity."""
    found = matched((a_role("agent", previously=("Old", "OLD", "Agent")),), a_live_role("Old"))

    assert [m.renamed for m in found.matched] == [True]


def test_match_refuses_a_name_and_an_earlier_name_that_are_both_live() -> None:
    """A rename whose target exists could mean either role."""
    (problem,) = problems((a_role("agent", previously=("Old",), line=4),), a_live_role("Agent"), a_live_role("Old"))

    assert (problem.path, problem.line, problem.code) == ("roles/agent.yaml", 4, "role.previous-name")
    assert problem.message == '"Agent" and its earlier name "Old" are both live, so this file could mean either'
    assert problem.fix == "Retire one of them first, or take it out of previously"


def test_match_refuses_two_earlier_names_that_are_both_live() -> None:
    """Two candidates are one too many."""
    (problem,) = problems((a_role("agent", previously=("Old", "Older")),), a_live_role("Old"), a_live_role("Older"))

    assert problem.code == "role.previous-name"
    assert problem.message.startswith('the earlier names "Old" and "Older" are both live')


@pytest.mark.parametrize(
    ("files", "blamed", "other"),
    [
        ((a_role("a", name="Agent"), a_role("b", previously=("Agent",))), "b", "a"),
        ((a_role("b", name="Agent"), a_role("a", previously=("Agent",))), "a", "b"),
        ((a_role("a", previously=("Agent",)), a_role("b", previously=("agent",))), "b", "a"),
        ((a_role("a", name="Agent"), a_retired_role("b", name="Agent")), "b", "a"),
        ((a_role("b", name="Agent"), a_retired_role("a", previously=("Agent",))), "a", "b"),
    ],
)
def test_match_refuses_two_files_that_mean_one_live_role(
    files: tuple[DesiredRole | RetiredRole, ...], blamed: str, other: str
) -> None:
    """The file that means it by an earlier name is told which one has the role; else the second file by key."""
    (problem,) = problems(files, a_live_role("Agent"))

    assert problem.code == "role.previous-name"
    assert problem.path == f"roles/{blamed}.yaml"
    assert problem.message == f'the live role "Agent" is also meant by roles/{other}.yaml'


def test_match_asks_which_of_two_files_an_earlier_name_belongs_to() -> None:
    """Where neither has the name for its own, one of them must let it go."""
    (problem,) = problems((a_role("a", previously=("Old",)), a_role("b", previously=("Old",))), a_live_role("Old"))

    assert problem.fix == "Give the earlier name to one file only"


def test_earlier_name_left_standing_after_a_chain_is_what_is_blamed() -> None:
    """A became B and B became C, then C was deleted in the product: the name that C still lists is to go."""
    files = (a_role("a", name="B", previously=("A",)), a_role("b", name="C", previously=("B",)))

    (problem,) = problems(files, a_live_role("B"))

    assert (problem.path, problem.fix) == ("roles/b.yaml", 'Take "B" out of previously')


def test_match_reports_every_problem_at_once() -> None:
    """One reading shows all there is to correct."""
    files = (a_role("a", previously=("Old",)), a_role("b", previously=("Older", "Oldest")))

    found = problems(files, *(a_live_role(name) for name in ("A", "Old", "Older", "Oldest")))

    assert [problem.path for problem in found] == ["roles/a.yaml", "roles/b.yaml"]


@pytest.mark.parametrize("name", ["Agent", "AGENT"])
def test_match_refuses_live_roles_of_one_name(name: str) -> None:
    """Of two live roles with the same name no file can mean one."""
    with pytest.raises(LiveAmbiguous) as raised:
        matched((a_role("agent"),), a_live_role("Agent", id="rol_1"), a_live_role(name, id="rol_2"))

    assert raised.value.detail == (
        f'"Agent" (rol_1) and "{name}" (rol_2) have the same name, so no file can mean one of them'
    )
    assert raised.value.fix == "Rename one of the two in the product"


def test_match_lets_roles_hand_their_names_on() -> None:
    """Where one role takes the name that another had before, each file finds the role it was."""
    files = (a_role("a", name="B", previously=("A",)), a_role("b", name="C", previously=("B",)))

    found = matched(files, a_live_role("A"), a_live_role("B"))

    assert [("a", "A", True), ("b", "B", True)] == [(m.role.key, m.live.content.name, m.renamed) for m in found.matched]


def test_match_sees_that_names_were_handed_on_already() -> None:
    """After that both names are live, and neither is an earlier name left over."""
    files = (a_role("a", name="B", previously=("A",)), a_role("b", name="C", previously=("B",)))

    found = matched(files, a_live_role("B"), a_live_role("C"))

    assert [("a", "B", False), ("b", "C", False)] == [
        (m.role.key, m.live.content.name, m.renamed) for m in found.matched
    ]


def test_match_ends_in_a_problem_where_names_go_round() -> None:
    """Files that should have been refused before cannot send matching round in circles."""
    files = (
        a_role("a", name="B", previously=("A",)),
        a_role("b", name="A", previously=("B",)),
        a_role("c", name="C", previously=("B",)),
    )

    assert "role.previous-name" in {p.code for p in problems(files, a_live_role("A"), a_live_role("B"))}


def test_match_refuses_the_name_of_a_role_that_is_deleted_last() -> None:
    """A role that is to be retired keeps its name until the end, so no other can take it in the same change."""
    files = (a_role("a", name="Y", previously=("Z",), line=2), a_retired_role("b", name="X", previously=("Y",)))

    (problem,) = problems(files, a_live_role("Y"), a_live_role("Z"))

    assert (problem.path, problem.line, problem.code) == ("roles/a.yaml", 2, "role.previous-name")
    assert problem.message == ('"Y" is the name of the live role that roles/b.yaml retires, and roles are deleted last')
    assert problem.fix == "Retire that role first, and take its name in the next change"
