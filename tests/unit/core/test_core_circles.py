"""Names that go round in a circle: how far a swap has come is told by the live roles, or nobody is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    REPLY,
    TAG,
    UNKNOWN,
    VIEW,
    a_base,
    a_live_role,
    a_live_state,
    a_request,
    a_retired_role,
    a_role,
    a_state,
    a_tenant,
    findings_of,
    planned,
    some_people,
)

from reconciler.core.circles import circles
from reconciler.core.match import Matching, match
from reconciler.core.naming import temporary_name, temporary_of
from reconciler.errors import InputRejected, Problem
from reconciler.model.finding import Guard
from reconciler.model.role import LONGEST_NAME, DesiredRole, LiveRole, RetiredRole, RoleKey

SWAP = (
    a_role("a", name="Beta", previously=("Alpha",), grants=(VIEW,), line=3),
    a_role("b", name="Alpha", previously=("beta",), grants=(VIEW, REPLY), line=4),
)
AWAY = temporary_name("Beta")

ROUND = (
    a_role("a", name="Two", previously=("One",), grants=(VIEW,)),
    a_role("b", name="Three", previously=("Two",), grants=(VIEW, REPLY)),
    a_role("c", name="One", previously=("Three",), grants=(VIEW, TAG)),
)


def matched(files: tuple[DesiredRole | RetiredRole, ...], *live: LiveRole) -> Matching:
    """Match files to live roles."""
    return match(a_state(*files), a_live_state(*live))


def found(matching: Matching) -> list[tuple[str, str, bool, str | None]]:
    """Give each file's live role by id, whether it is a rename, and what it goes through."""
    return [(m.role.key, m.live.id, m.renamed, m.temporary) for m in matching.matched]


def problems(files: tuple[DesiredRole | RetiredRole, ...], *live: LiveRole) -> tuple[Problem, ...]:
    """Give the problems that matching raises, all of one code."""
    with pytest.raises(InputRejected) as raised:
        matched(files, *live)
    assert {problem.code for problem in raised.value.problems} == {"role.previous-name"}
    return raised.value.problems


def pair(first: str, second: str) -> tuple[LiveRole, LiveRole]:
    """Give the two live roles of a swap under these names."""
    return (a_live_role(first, id="rol_a", grants=(VIEW,)), a_live_role(second, id="rol_b", grants=(VIEW, REPLY)))


def circles_of(**files: tuple[str, ...]) -> tuple[tuple[RoleKey, ...], ...]:
    """Find the circles of roles given as their name and their earlier names."""
    return circles(
        {RoleKey(key): names[0] for key, names in files.items()},
        {RoleKey(key): names[1:] for key, names in files.items()},
    )


def test_circles_begin_with_the_first_key_and_follow_the_names_that_come_free() -> None:
    """The role after each is the one that has its earlier name now; chains and lone renames are no circles."""
    assert circles_of(
        d=("Kappa", "Lambda"),
        e=("Lambda", "kappa"),
        c=("One", "Three"),
        a=("Two", "One", "two"),
        b=("Three", "Two"),
        f=("Young", "Old"),
        g=("Younger", "Young"),
        h=("Stays",),
    ) == (("a", "c", "b"), ("d", "e"))


@pytest.mark.parametrize(
    "other",
    [("A", "B", "C"), ("A",), ("A", "Z")],
)
def test_circles_have_one_earlier_name_for_each_role(other: tuple[str, ...]) -> None:
    """A role with two earlier names, with none, or with that of nobody breaks the circle."""
    assert circles_of(a=("B", "A"), b=other) == ()


@pytest.mark.parametrize("other", [("C", "A"), ("A", "X"), ("a",)])
def test_circles_share_no_name_with_another_role(other: tuple[str, ...]) -> None:
    """A name that a third role has or had is no longer the circle's own."""
    assert circles_of(a=("B", "A"), b=("A", "B"), c=other) == ()


def test_temporary_name_is_within_the_limit_and_different_for_every_name() -> None:
    """Long names are cut, and two that are cut to the same text still differ; case makes no difference."""
    long = "A role with a name that says a great deal about what it is for and whom, and "

    assert temporary_name("Night Desk") == "Night Desk (renaming e12a92)"
    assert len(temporary_name(long + "one")) <= LONGEST_NAME
    assert "  " not in temporary_name(long + "one")
    assert temporary_name(long + "one") != temporary_name(long + "two")
    assert temporary_of(temporary_name("NIGHT DESK"), ["Day Desk", "Night Desk"]) == "Night Desk"


def test_temporary_name_is_not_cut_after_a_space() -> None:
    """A long name that is cut between two words has one space before what follows."""
    ending = len(temporary_name(""))
    name = "x" * (LONGEST_NAME - ending - 1) + " and more"

    assert temporary_name(name).startswith("x" * (LONGEST_NAME - ending - 1) + " (renaming ")


@pytest.mark.parametrize("name", ["Night Desk", "Night Desk (renaming)", "Night Desk (renaming 000000)"])
def test_temporary_name_of_another_name_is_that_of_none(name: str) -> None:
    """Only the very name that a swap goes through is taken for one."""
    assert temporary_of(name, ["Night Desk"]) is None


def test_swap_that_has_not_begun_is_two_renames_of_which_the_first_steps_aside() -> None:
    """Each file means the role with its earlier name, because that permits what the file says."""
    assert found(matched(SWAP, *pair("Alpha", "Beta"))) == [("a", "rol_a", True, AWAY), ("b", "rol_b", True, None)]


def test_swap_that_is_done_is_no_rename() -> None:
    """Each file means the role with its own name, and nothing is left over."""
    assert found(matched(SWAP, *pair("Beta", "Alpha"))) == [("a", "rol_a", False, None), ("b", "rol_b", False, None)]


def test_swap_of_roles_that_were_all_edited_asks_which_it_is() -> None:
    """Both answers are told, and what to do for each."""
    told = problems(SWAP, a_live_role("Alpha", grants=(TAG,)), a_live_role("Beta", grants=()))

    assert told[0].fix == (
        "If it is done, take `previously` out; if not, swap the names in a change that leaves the permissions of these "
        "roles as they are live"
    )


@pytest.mark.parametrize(("second", "renamed"), [("Beta", True), ("Alpha", False)])
def test_swap_that_was_cut_short_is_recognised_by_the_temporary_name(second: str, renamed: bool) -> None:
    """The role under the temporary name is the first file's, and the names still free say how far it came."""
    stands = found(matched(SWAP, *pair(AWAY, second)))

    assert stands == [("a", "rol_a", True, None), ("b", "rol_b", renamed, None)]


@pytest.mark.parametrize(
    ("names", "renamed"),
    [
        (("One", "Two", "Three"), (True, True, True)),
        ((temporary_name("Two"), "Two", "Three"), (True, True, True)),
        ((temporary_name("Two"), "Two", "One"), (True, True, False)),
        ((temporary_name("Two"), "Three", "One"), (True, False, False)),
        (("Two", "Three", "One"), (False, False, False)),
    ],
)
def test_circle_of_three_is_matched_right_before_each_write(
    names: tuple[str, str, str], renamed: tuple[bool, bool, bool]
) -> None:
    """From the first write to the last every file finds the role that it found before."""
    live = [
        a_live_role(name, id=f"rol_{role.key}", grants=role.content.permissions)
        for name, role in zip(names, ROUND, strict=True)
    ]

    assert [(key, role_id, moved) for key, role_id, moved, _ in found(matched(ROUND, *live))] == [
        (key, f"rol_{key}", moved) for key, moved in zip("abc", renamed, strict=True)
    ]


def test_swap_ignores_live_permissions_that_the_lock_does_not_know() -> None:
    """No file can name them, so they say nothing."""
    first, second = pair("Alpha", "Beta")
    live = a_live_role("Alpha", id="rol_a", grants=(VIEW, UNKNOWN))

    assert found(matched(SWAP, live, second)) == found(matched(SWAP, first, second))


def test_swap_of_roles_that_are_not_there_creates_them() -> None:
    """A tenant that has neither of them gets both."""
    matching = matched(SWAP, a_live_role("Other"))

    assert [role.key for role in matching.missing] == ["a", "b"]


def test_swap_of_roles_that_permit_the_same_is_refused() -> None:
    """Every file is named with its place, and the way round is told."""
    files = tuple(
        a_role(role.key, name=role.content.name, previously=role.previously, grants=(VIEW,), line=role.origin.line)
        for role in SWAP
    )

    told = problems(files, a_live_role("Alpha"), a_live_role("Beta"))

    assert [(p.path, p.line, p.column) for p in told] == [("roles/a.yaml", 3, 1), ("roles/b.yaml", 4, 1)]
    assert told[0].message == told[1].message
    assert told[0].message == (
        "the names of roles/a.yaml, roles/b.yaml go round in a circle, and all of these roles permit the same, so "
        "nobody can tell a swap that is done from one that is not"
    )
    assert told[0].fix == (
        "Take `previously` out if the swap is done; else give one role a name of its own first, and apply that"
    )


@pytest.mark.parametrize(
    "live",
    [
        (a_live_role("Alpha", grants=(TAG,)), a_live_role("Beta", grants=())),
        (a_live_role("Alpha", grants=(VIEW,)), a_live_role("Beta", grants=(VIEW,))),
    ],
)
def test_swap_that_the_permissions_do_not_tell_is_refused(live: tuple[LiveRole, ...]) -> None:
    """With none or one of either kind as its file says, nothing is guessed or created."""
    told = problems(SWAP, *live)

    assert [p.path for p in told] == ["roles/a.yaml", "roles/b.yaml"]
    assert told[0].message.endswith("permit does not tell whether the swap is done")
    assert "leaves the permissions of these roles as they are" in told[0].fix
    assert "take `previously` out" in told[0].fix


@pytest.mark.parametrize(
    ("live", "gone"),
    [
        (a_live_role("Alpha", grants=(VIEW,)), "Beta"),
        (a_live_role("Beta", grants=(VIEW, REPLY)), "Alpha"),
        (a_live_role("Alpha", grants=(TAG,)), "Beta"),
    ],
)
def test_swap_with_a_role_gone_before_it_began_is_refused_by_its_name(live: LiveRole, gone: str) -> None:
    """Nothing is created in its place before somebody has seen that it is gone."""
    told = problems(SWAP, live)

    assert told[0].message.endswith(f'no live role is called "{gone}"')
    assert told[0].fix == (
        "Take `previously` out of these files, and read the plan with care: it creates what is missing"
    )


@pytest.mark.parametrize("live", [a_live_role("Beta", grants=(VIEW, TAG)), a_live_role("Alpha", grants=(VIEW, TAG))])
def test_swap_is_told_by_the_one_role_that_is_as_its_file_says(live: LiveRole) -> None:
    """Another one that was edited does not hide it, whether the swap is to begin or is done."""
    pending = live.content.name == "Beta"
    other = a_live_role("Alpha" if pending else "Beta", id="rol_a", grants=(VIEW,))

    assert found(matched(SWAP, other, live)) == [
        ("a", "rol_a", pending, AWAY if pending else None),
        ("b", live.id, pending, None),
    ]


def test_role_deleted_in_the_product_after_a_swap_is_missing() -> None:
    """What is left tells that the swap is done, so the other role is created as if there had been none."""
    matching = matched(SWAP, a_live_role("Beta", id="rol_a", grants=(VIEW,)))

    assert found(matching) == [("a", "rol_a", False, None)]
    assert [role.key for role in matching.missing] == ["b"]


def test_swap_under_way_goes_on_whatever_its_roles_permit() -> None:
    """The temporary name says how far it came; an edit in between is a change like any other."""
    live = (a_live_role(AWAY, id="rol_a", grants=(TAG,)), a_live_role("Alpha", id="rol_b", grants=(TAG,)))

    assert found(matched(SWAP, *live)) == [("a", "rol_a", True, None), ("b", "rol_b", False, None)]


def test_swap_under_way_with_a_role_gone_is_refused() -> None:
    """Nobody can tell which of the others it was."""
    told = problems(SWAP, a_live_role(AWAY, grants=(VIEW,)))

    assert [p.path for p in told] == ["roles/a.yaml", "roles/b.yaml"]
    assert told[0].message.endswith("it was cut short, and another of them is gone")
    assert told[0].fix == "Give the roles in the product the names of the files"


def test_circle_of_two_files_that_permit_the_same_of_three_is_told_by_all_of_them() -> None:
    """Where all fit on one side, the few that fit on the other as well say nothing."""
    files = (*ROUND[:2], a_role("c", name="One", previously=("Three",), grants=(VIEW,)))
    before = [a_live_role(role.previously[0], id=f"rol_{role.key}", grants=role.content.permissions) for role in files]
    after = [a_live_role(role.content.name, id=f"rol_{role.key}", grants=role.content.permissions) for role in files]

    assert [m.renamed for m in matched(files, *before).matched] == [True, True, True]
    assert [m.renamed for m in matched(files, *after).matched] == [False, False, False]


@pytest.mark.parametrize("names", [("Alpha", "Beta"), ("Beta", "Alpha")])
def test_swap_is_refused_where_its_temporary_name_is_taken(names: tuple[str, str]) -> None:
    """A live role of that name beside the others is a stranger, even if it permits the same."""
    told = problems(SWAP, *pair(*names), a_live_role(AWAY))

    assert [p.path for p in told] == ["roles/a.yaml", "roles/b.yaml"]
    assert f'the swap goes through "{AWAY}", which is live beside them' in told[0].message
    assert told[0].fix == "Rename that role in the product"


@pytest.mark.parametrize("other", [a_role("z", name=AWAY), a_role("z", previously=(AWAY,))])
def test_swap_is_refused_where_a_file_has_its_temporary_name(other: DesiredRole) -> None:
    """A name that another role has or had is free for nobody."""
    told = problems((*SWAP, other), *pair("Alpha", "Beta"))

    assert f'a file names "{AWAY}"' in told[0].message
    assert told[0].fix == "Name that role otherwise"


@pytest.mark.parametrize("file", [a_role("a", name="Beta", line=3), a_retired_role("a", name="Beta")])
def test_swap_that_no_file_tells_of_any_more_is_not_left_half_way(file: DesiredRole | RetiredRole) -> None:
    """Files that stop telling of a swap while it is under way are refused before they create or delete a role."""
    (problem,) = problems((file, a_role("b", name="Alpha")), *pair(AWAY, "Alpha"))

    assert problem.path == "roles/a.yaml"
    assert problem.message == (f'"{AWAY}" is live: a swap of names was cut short, and no file says how it goes on')
    assert problem.fix == ("Apply the files that swap the names again, or give that role its name back in the product")


def test_role_left_under_a_temporary_name_can_be_declared_by_it() -> None:
    """Somebody who gives the swap up says so, as for any other name."""
    files = (a_role("a", name="Alpha", previously=(AWAY,), grants=(VIEW,)), a_role("b", name="Beta"))

    assert [key for key, *_ in found(matched(files, *pair(AWAY, "Beta")))] == ["a", "b"]


def test_swap_with_a_role_that_goes_is_settled_like_any_other_files() -> None:
    """Such files are refused before; here each role keeps the file of its own name."""
    files = (SWAP[0], a_retired_role("b", name="Alpha", previously=("Beta",)))

    matching = matched(files, *pair("Alpha", "Beta"))

    assert [(m.role.key, m.live.id, m.renamed) for m in matching.matched] == [("a", "rol_b", False)]
    assert [(role.key, live.id) for role, live in matching.retiring] == [("b", "rol_a")]


def test_swap_beside_one_that_is_refused_or_settled_otherwise_is_settled_like_any() -> None:
    """Every circle is looked at, whatever came of the one before."""
    going = (a_role("c", name="Four", previously=("Three",)), a_retired_role("d", name="Three", previously=("Four",)))
    swap = (
        a_role("e", name="Beta", previously=("Alpha",), grants=(VIEW,)),
        a_role("f", name="Alpha", previously=("Beta",), grants=(VIEW, REPLY)),
    )

    assert found(matched((*going, *swap), *pair("Alpha", "Beta"))) == [
        ("e", "rol_a", True, AWAY),
        ("f", "rol_b", True, None),
    ]


def test_swaps_that_cannot_be_told_are_all_told_of() -> None:
    """One reading shows every circle that is to be mended."""
    same = [
        a_role(key, name=name, previously=(before,), grants=(VIEW,))
        for key, name, before in (("a", "B", "A"), ("b", "A", "B"), ("c", "D", "C"), ("d", "C", "D"))
    ]

    told = problems(tuple(same), *(a_live_role(name, grants=(VIEW,)) for name in "ABCD"))

    assert [problem.path for problem in told] == [f"roles/{key}.yaml" for key in "abcd"]


def test_role_under_a_temporary_name_was_managed_by_the_revision_with_the_name() -> None:
    """A swap that was cut short does not make a role one that is managed for the first time."""
    base = a_base(a_role("a", name="Alpha"), a_role("b", name="Beta"))
    tenant = a_tenant(*pair(AWAY, "Alpha"))

    facts = planned(a_request(*SWAP, base=base), tenant).facts

    assert [facts.was_managed(m.live) for m in facts.matching.matched] == [True, True]
    assert not facts.was_managed(a_live_role("Gamma"))


def test_without_a_base_revision_no_role_is_known_to_have_been_managed() -> None:
    """Nobody can say what was managed before, so nothing was."""
    facts = planned(a_request(a_role("a", name="Alpha")), a_tenant(a_live_role("Alpha"))).facts

    assert [facts.was_managed(m.live) for m in facts.matching.matched] == [False]


def test_earlier_names_of_a_swap_are_not_called_done_before_all_of_them_are() -> None:
    """A role that has its new name keeps its earlier one until the last of the circle has its own."""
    half, whole = (
        planned(a_request(*SWAP), a_tenant(*pair(*names))).plan.notes for names in ((AWAY, "Alpha"), ("Beta", "Alpha"))
    )

    assert not [note for note in half if "`previously` can go" in note]
    assert [note for note in whole if note.startswith('renamed already: "Alpha" (b), "Beta" (a); ')]


def test_confirmation_of_a_swap_is_bound_to_every_role_of_it() -> None:
    """Another state of any of them is another question; a role outside the circle makes no difference."""

    def asked(*live: LiveRole) -> str | None:
        (finding,) = findings_of(planned(a_request(*SWAP), a_tenant(*live)), Guard.SWAP)
        return finding.confirmation

    first, second = pair("Alpha", "Beta")
    once = asked(first, second)

    assert once == asked(first, second, a_live_role("Other"))
    assert once != asked(replace(first, id=second.id), replace(second, id=first.id))
    assert once != asked(first, replace(second, content=replace(second.content, description="Edited")))
    assert once != asked(replace(first, content=replace(first.content, description="Edited")), second)


def test_swap_under_way_asks_no_more() -> None:
    """With a role under its temporary name nobody can take it for one that was done before."""
    made = planned(a_request(*SWAP), a_tenant(*pair(AWAY, "Beta")))

    assert findings_of(made, Guard.SWAP) == ()
    assert made.facts.matching.swapping == {"a", "b"}


def test_confirmation_of_a_circle_is_bound_to_the_name_that_each_role_gets() -> None:
    """The same three roles the other way round are another question, and the message says who becomes what."""
    live = [
        a_live_role(role.previously[0], id=f"rol_{role.key}", grants=role.content.permissions, user_count=2)
        for role in ROUND
    ]
    names = {role.key: role.previously[0] for role in ROUND}
    back = (
        a_role("a", name=names["c"], previously=(names["a"],), grants=(VIEW,)),
        a_role("b", name=names["a"], previously=(names["b"],), grants=(VIEW, REPLY)),
        a_role("c", name=names["b"], previously=(names["c"],), grants=(VIEW, TAG)),
    )

    (one,), (other,) = (findings_of(planned(a_request(*files), a_tenant(*live)), Guard.SWAP) for files in (ROUND, back))

    assert one.confirmation != other.confirmation
    assert '"One" becomes "Two", "Three" becomes "One", "Two" becomes "Three"' in one.message
    assert '"One" becomes "Three"' in other.message


def test_confirmation_of_a_swap_counts_everybody_whose_role_is_called_otherwise() -> None:
    """One holder more is another head count."""
    people = [*some_people(3, "Alpha"), *some_people(2, "Beta", prefix="b")]
    tenant = a_tenant(a_live_role("Alpha", grants=(VIEW,)), a_live_role("Beta", grants=(VIEW, REPLY)), people=people)

    (finding,) = findings_of(planned(a_request(*SWAP), tenant), Guard.SWAP)

    assert finding.people == 5
