"""The order of the writes: phases, hoisted administrator grants, and as few of them as possible."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from builders import (
    ADMIN,
    REPLY,
    TAG,
    VIEW,
    a_live_role,
    a_live_state,
    a_person,
    a_retired_role,
    a_role,
    a_state,
    people_of,
    some_people,
)

from reconciler.core.access import access
from reconciler.core.administrators import Administrators, administrators
from reconciler.core.diff import diff
from reconciler.core.match import match
from reconciler.core.naming import temporary_name
from reconciler.core.order import EXHAUSTIVE, Ordered, Phase, order, phase_of, writes
from reconciler.model.change import Change
from reconciler.model.person import Person
from reconciler.model.role import DesiredRole, LiveRole, RetiredRole, RoleId
from reconciler.model.write import CreateRole, DeleteRole, MoveHolder, UpdateRole


class Bench:
    """Changes and administrators of a small world, ready to be ordered."""

    def __init__(
        self, live: Sequence[LiveRole], files: Sequence[DesiredRole | RetiredRole], people: Sequence[Person]
    ) -> None:
        state = a_state(*files)
        matching = match(state, a_live_state(*live))
        self.people = people_of(*people, listed=live)
        self.changes = diff(matching, state.catalogue)
        self.administrators: Administrators = administrators(
            access(self.changes, live), matching, self.people, ADMIN, None
        )

    def ordered(self, minimum: int = 1) -> Ordered:
        """Order the changes."""
        return order(self.changes, self.people, (self.administrators,), minimum)

    def lowest(self, changes: Sequence[Change]) -> int | None:
        """Give the fewest administrators after any write of these changes."""
        return self.administrators.lowest(writes(changes, self.people))


def keys(changes: Sequence[Change]) -> list[str]:
    """Give the keys of changes in their order."""
    return [change.role.key for change in changes]


def test_order_narrows_then_widens_then_retires() -> None:
    """Narrow and mixed changes come first, then creations, widenings and texts, then retirements; by key inside."""
    live = [a_live_role(name, grants=(VIEW, REPLY)) for name in ("Gone", "Mix", "Narrow", "Text", "Widen")]
    files = [
        a_role("create"),
        a_retired_role("gone"),
        a_role("mix", grants=(VIEW, TAG)),
        a_role("narrow", grants=(VIEW,)),
        a_role("text", grants=(VIEW, REPLY), description="New"),
        a_role("widen", grants=(VIEW, REPLY, TAG)),
    ]

    ordered = Bench(live, files, ()).ordered()

    assert keys(ordered.changes) == ["mix", "narrow", "create", "text", "widen", "gone"]
    assert [phase_of(c) for c in ordered.changes] == [*[Phase.NARROW] * 2, *[Phase.WIDEN] * 3, Phase.RETIRE]
    assert ordered.hoisted == ()


def test_order_hoists_the_grant_without_which_nobody_could_administer_half_way() -> None:
    """Administration moves from one role to another by granting first."""
    live = [a_live_role("Old", grants=(VIEW, ADMIN)), a_live_role("Young")]
    files = [a_role("old"), a_role("young", grants=(VIEW, ADMIN))]
    people = [a_person("u1", "Old", "Young"), a_person("u2", "Young")]

    ordered = Bench(live, files, people).ordered()

    assert keys(ordered.changes) == ["young", "old"]
    assert ordered.hoisted == ("young",)


def test_order_hoists_no_grant_that_is_not_needed() -> None:
    """With another administrator role in place narrowing stays first."""
    live = [a_live_role("Old", grants=(VIEW, ADMIN)), a_live_role("Young"), a_live_role("Stay", grants=(ADMIN,))]
    files = [a_role("old"), a_role("young", grants=(VIEW, ADMIN)), a_role("stay", grants=(ADMIN,))]
    people = [a_person("u1", "Old"), a_person("u2", "Young"), a_person("u3", "Stay")]

    ordered = Bench(live, files, people).ordered()

    assert keys(ordered.changes) == ["old", "young"]
    assert ordered.hoisted == ()


def test_order_gives_the_plain_order_where_no_order_is_safe() -> None:
    """The lock-out guard speaks; order pretends nothing."""
    live = [a_live_role("Old", grants=(VIEW, ADMIN)), a_live_role("Young")]
    files = [a_role("old"), a_role("young", grants=(VIEW, ADMIN))]

    ordered = Bench(live, files, [a_person("u1", "Old")]).ordered()

    assert keys(ordered.changes) == ["old", "young"]
    assert ordered.hoisted == ()


def test_order_asks_for_as_many_administrators_as_required() -> None:
    """Where two are required, one grant that leaves a single administrator is not enough."""
    live = [a_live_role("Old", grants=(VIEW, ADMIN)), a_live_role("One"), a_live_role("Two")]
    files = [a_role("old"), a_role("one", grants=(VIEW, ADMIN)), a_role("two", grants=(VIEW, ADMIN))]
    people = [*some_people(2, "Old"), a_person("v1", "One"), a_person("v2", "Two")]

    assert Bench(live, files, people).ordered(1).hoisted == ("one",)
    assert Bench(live, files, people).ordered(2).hoisted == ("one", "two")


BITS = list(itertools.product((False, True), repeat=2))
"""Whether a role has role administration before and after."""


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_order_hoists_the_fewest_grants_of_all_orders(count: int) -> None:
    """Against every order of up to four roles: safe if any phased order is, and with the fewest exceptions."""
    names = "ABCD"[:count]
    for sides in itertools.product(BITS, repeat=count):
        live = [a_live_role(n, grants=(VIEW, ADMIN) if s[0] else (VIEW,)) for n, s in zip(names, sides, strict=True)]
        files = [
            a_role(n.lower(), grants=(VIEW, ADMIN) if s[1] else (VIEW,)) for n, s in zip(names, sides, strict=True)
        ]
        for held in ([a_person(n, n) for n in names], [a_person("x", *names)], [a_person(n, n) for n in names[:1]]):
            bench = Bench(live, files, held)
            ordered = bench.ordered()
            need = min(1, bench.administrators.count)
            safe = [p for p in itertools.permutations(bench.changes) if (low := bench.lowest(p)) is None or low >= need]
            lowest = bench.lowest(ordered.changes)
            assert bool(safe) is (lowest is None or lowest >= need)
            exceptions = [_exceptions(p) for p in safe]
            assert not safe or min(exceptions) == len(ordered.hoisted)


def _exceptions(changes: Sequence[Change]) -> int:
    """Count the grants of administration that come before a change that takes it away."""
    granting = [c.after is not None and ADMIN in c.after.permissions for c in changes]
    last = max((n for n, grants in enumerate(granting) if not grants), default=-1)
    return sum(granting[: last + 1])


@pytest.mark.parametrize(
    ("count", "needed", "hoisted"),
    [
        (EXHAUSTIVE, "R01", ("r01",)),
        (EXHAUSTIVE + 1, "R01", ("r00", "r01")),
        (EXHAUSTIVE + 1, "R10", tuple(f"r{n:02}" for n in range(EXHAUSTIVE + 1))),
    ],
)
def test_order_finds_the_fewest_up_to_a_number_and_a_way_above_it(
    count: int, needed: str, hoisted: tuple[str, ...]
) -> None:
    """Up to that many candidates exactly the needed one goes first; above, all up to it, the last one too."""
    names = [f"R{n:02}" for n in range(count)]
    live = [a_live_role("Old", grants=(ADMIN,)), *(a_live_role(name) for name in names)]
    files = [a_role("old"), *(a_role(name.lower(), name=name, grants=(VIEW, ADMIN)) for name in names)]

    assert hoisted == Bench(live, files, [a_person("u1", "Old"), a_person("u2", needed)]).ordered().hoisted


def test_order_is_plain_where_even_all_of_very_many_grants_do_not_help() -> None:
    """Grants to roles that nobody holds save nobody."""
    names = [f"R{n:02}" for n in range(EXHAUSTIVE + 1)]
    live = [a_live_role("Old", grants=(ADMIN,)), *(a_live_role(name) for name in names)]
    files = [a_role("old"), *(a_role(name.lower(), name=name, grants=(VIEW, ADMIN)) for name in names)]

    assert Bench(live, files, [a_person("u1", "Old")]).ordered().hoisted == ()


def test_writes_put_every_move_before_every_deletion() -> None:
    """Roles first, then people by retirement and id, then deletions; suspended people move too."""
    live = [a_live_role("Old"), a_live_role("Older"), a_live_role("Stay")]
    files = [
        a_retired_role("old", move_users_to="stay"),
        a_retired_role("older", move_users_to="new"),
        a_role("new"),
        a_role("stay", grants=(VIEW, TAG)),
    ]
    bench = Bench(live, files, [a_person("u1", "Old", "Older"), a_person("u2", "Older", active=False)])

    listed = writes(bench.ordered().changes, bench.people)

    kinds = [type(write) for write in listed]
    assert kinds == [CreateRole, UpdateRole, MoveHolder, MoveHolder, MoveHolder, DeleteRole, DeleteRole]
    moves = [(w.person.id, w.leaves, w.joins) for w in listed if isinstance(w, MoveHolder)]
    assert moves == [("u1", "rol_old", "stay"), ("u1", "rol_older", "new"), ("u2", "rol_older", "new")]


def test_lowest_follows_creations_updates_moves_and_deletions() -> None:
    """The count is taken after every single write, moves of people among them."""
    live = [a_live_role("Old", grants=(ADMIN,)), a_live_role("Stay")]
    files = [a_retired_role("old", move_users_to="head"), a_role("head", grants=(ADMIN,)), a_role("stay")]
    bench = Bench(live, files, [a_person("u1", "Old"), a_person("u2", "Old", active=False)])

    assert bench.administrators.count == 1
    assert bench.lowest(bench.ordered().changes) == 1
    assert bench.lowest(()) is None


def test_lowest_is_silent_for_writes_that_touch_no_administrator() -> None:
    """A plan about other permissions has no lowest number."""
    live = [a_live_role("Old", grants=(ADMIN,)), a_live_role("Stay"), a_live_role("Gone")]
    files = [a_role("stay", grants=(TAG,)), a_role("new"), a_retired_role("gone", move_users_to="stay")]
    bench = Bench(live, files, [a_person("u1", "Old"), a_person("u2", "Gone"), a_person("u3", "Gone", human=False)])

    assert bench.lowest(bench.ordered().changes) is None


def test_lowest_sees_a_person_who_moves_into_administration_before_another_leaves() -> None:
    """A created role that gives administration counts from the moment somebody is moved there."""
    live = [a_live_role("Helper"), a_live_role("Old", grants=(ADMIN,))]
    files = [a_retired_role("helper", move_users_to="head"), a_role("head", grants=(ADMIN,)), a_retired_role("old")]
    bench = Bench(live, files, [a_person("u1", "Helper"), a_person("u2", "Old")])

    assert bench.lowest(bench.ordered().changes) == 1
    assert bench.administrators.ids == {}
    assert bench.administrators.roles == frozenset({RoleId("rol_old")})


def test_lowest_counts_between_two_moves() -> None:
    """Somebody leaves administration before somebody else enters it: in between there is nobody."""
    live = [a_live_role("Boss", grants=(ADMIN,)), a_live_role("Help"), a_live_role("Agent"), a_live_role("Chief")]
    files = [
        a_retired_role("boss", move_users_to="agent"),
        a_role("agent"),
        a_retired_role("help", move_users_to="head"),
        a_role("head", grants=(ADMIN,)),
    ]
    bench = Bench(live, files, [a_person("u1", "Boss"), a_person("u2", "Help")])

    assert bench.lowest(bench.ordered().changes) == 0


def test_order_frees_a_name_before_another_role_takes_it() -> None:
    """A tenant allows each name once, so the role that leaves a name goes before the one that takes it."""
    bench = Bench(
        [a_live_role("A", grants=(VIEW, TAG)), a_live_role("B", grants=(VIEW,))],
        [
            a_role("first", name="B", previously=("A",), grants=(VIEW,)),
            a_role("second", name="C", previously=("B",), grants=(VIEW, REPLY)),
        ],
        [],
    )

    assert keys(bench.ordered().changes) == ["second", "first"]


@pytest.mark.parametrize("circle", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")])
def test_writes_take_the_first_role_of_a_circle_aside_before_its_name_is_taken(circle: tuple[str, ...]) -> None:
    """One role goes through a temporary name and gets its own last; it changes nothing else on the way."""
    names, grants = ("One", "Two", "Three", "One"), ((VIEW,), (REPLY,), (TAG,))
    live = [a_live_role(name, grants=some) for name, some in zip(names, grants, strict=False)]
    files = [
        a_role(key, name=names[n + 1], previously=(names[n],), grants=grants[n], description="New")
        for n, key in enumerate(circle)
    ]
    others = [a_role("narrow", grants=()), a_role("aside", description="New")]
    bench = Bench([*live, a_live_role("Narrow"), a_live_role("Aside")], [*files, *others], ())
    first = circle.index("a")

    listed = [w for w in writes(bench.ordered().changes, bench.people) if isinstance(w, UpdateRole)]

    assert [w.role for w in listed] == ["narrow", "a", circle[first - 1], circle[first - 2], "a", "aside"]
    aside, last = listed[1], listed[4]
    assert aside.live == live[first]
    assert aside.content == replace(aside.live.content, name=temporary_name(names[first + 1]))
    assert (last.live.id, last.live.content, last.content) == (aside.live.id, aside.content, files[first].content)
