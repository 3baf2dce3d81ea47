"""Laws of renaming: roles hand their names on without a clash, and keep who holds them."""

from __future__ import annotations

from builders import ADMIN, KEYS, a_live_role, a_person, a_request, a_role, a_tenant, applied, confirmed, planned
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.person import PersonId
from reconciler.model.role import DesiredRole

ORDINARY = tuple(key for key in KEYS if key != ADMIN)
NAMES = ("Amber", "Birch", "Cedar", "Dune", "Elm", "Fern")


@st.composite
def chains(draw: st.DrawFn) -> tuple[tuple[DesiredRole, ...], int, dict[str, frozenset[str]]]:
    """Draw files that hand names on, how many of the renames are done already, and what each live role grants."""
    length = draw(st.integers(1, len(NAMES) - 1))
    grants = {name: draw(st.frozensets(st.sampled_from(ORDINARY))) for name in NAMES[: length + 1]}
    keys = draw(st.permutations([f"role-{n}" for n in range(length)]))
    files = tuple(
        a_role(key, name=NAMES[n + 1], previously=(NAMES[n],), grants=draw(st.frozensets(st.sampled_from(ORDINARY))))
        for n, key in enumerate(keys)
    )
    return files, draw(st.integers(0, length)), grants


@given(chains())
def test_renames_that_hand_names_on_are_applied_without_a_clash(
    drawn: tuple[tuple[DesiredRole, ...], int, dict[str, frozenset[str]]],
) -> None:
    """Wherever a chain of renames stopped before, applying it gives every role its name and keeps its holder."""
    files, done, grants = drawn
    length = len(files)
    ids = {n: f"rol_{n}" for n in range(length)}
    first = length - done
    live = [
        a_live_role(NAMES[n + 1] if n >= first else NAMES[n], id=ids[n], grants=grants[NAMES[n]], user_count=1)
        for n in range(length)
    ]
    people = [a_person(f"usr_{n}", str(n)) for n in range(length)]
    tenant = a_tenant(*live, people=people)
    request = confirmed(a_request(*files), tenant)

    report = applied(request, tenant).report

    assert report is None or report.complete
    after = {role.id: role.content for role in tenant.roles()}
    assert {ids[n]: files[n].content for n in range(length)} == after
    assert [{ids[n]} for n in range(length)] == [set(tenant.user(PersonId(f"usr_{n}")).role_ids) for n in range(length)]
    assert planned(request, tenant).plan.changes == ()
