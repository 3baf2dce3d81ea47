"""Laws of the catalogue lock, on random catalogues and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from builders import KEYS, NOBODY, Silence, a_catalogue, a_plan
from fakes.tenant import FakeTenant
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import World, worlds

from reconciler.core.vendor import propose
from reconciler.desired.catalogue import parse_catalogue
from reconciler.desired.language import read_desired
from reconciler.desired.lock_text import render_lock
from reconciler.errors import Problem
from reconciler.model.finding import Guard
from reconciler.model.permission import Catalogue, Category, Permission, PermissionLevel
from reconciler.model.state import DesiredState
from reconciler.operations.catalogue import compare

WORDS = ("read", "write", "send", "close")
CATEGORIES = ("inbox", "desk", "labs")
ADMINISTERS = "desk.roles"


@st.composite
def categories(draw: st.DrawFn) -> tuple[Category, ...]:
    """Draw some categories with some permissions; one permission is always there."""
    drawn = []
    for key in draw(st.permutations(CATEGORIES)):
        words = draw(st.lists(st.sampled_from(WORDS), unique=True, max_size=len(WORDS)))
        words += ["roles"] if key == "desk" else []
        permissions = tuple(
            Permission(
                key=f"{key}.{word}",
                name=draw(st.sampled_from(("Read", "Write", "See: all"))),
                level=draw(st.sampled_from(PermissionLevel)),
                sensitive=draw(st.booleans()),
            )
            for word in words
        )
        drawn += [Category(key=key, name=draw(st.sampled_from(("Inbox", "Desk"))), permissions=permissions)]
    return tuple(drawn)


@st.composite
def repositories(draw: st.DrawFn) -> tuple[Catalogue, Catalogue, Mapping[str, str]]:
    """Draw a lock, a live catalogue, and files that are right under the lock."""
    pinned = tuple(category for category in draw(categories()) if category.permissions)
    lock = Catalogue(version=1, categories=pinned, role_administration=ADMINISTERS)
    files = {}
    for key in ("one", "two"):
        said = {}
        for category in pinned:
            shorts = [permission.short for permission in category.permissions]
            listed = draw(st.lists(st.sampled_from(shorts), unique=True))
            said[category.key] = draw(
                st.sampled_from(
                    ("all", "view", "none", f"[{', '.join(listed)}]", f"{{all: on, {shorts[0]}: off}}")
                    + (("{view: on}",) if key == "one" else ())
                )
            )
        below = "".join(f"  {category}: {value}\n" for category, value in said.items())
        base = "based_on: one\n" if key == "two" else ""
        files[key] = f"name: Desk {key}\ndescription: Works at the desk\n{base}permissions:\n{below}"
    return lock, Catalogue(version=draw(st.integers(1, 9)), categories=draw(categories())), files


@given(repositories())
def test_effects_of_an_update_are_what_the_files_mean_afterwards(
    repository: tuple[Catalogue, Catalogue, Mapping[str, str]],
) -> None:
    """What is told to grow and shrink is exactly what grows and shrinks, and nothing is left to update."""
    lock, live, files = repository
    with TemporaryDirectory() as folder:
        (Path(folder) / "roles").mkdir()
        for key, text in files.items():
            (Path(folder) / "roles" / f"{key}.yaml").write_text(text, encoding="utf-8")

        def expand(catalogue: Catalogue) -> tuple[DesiredState, tuple[Problem, ...]]:
            reading = read_desired(Path(folder), "roles", catalogue)
            return reading.desired, reading.problems

        tenant = FakeTenant(catalogue=live, roles=(), account=NOBODY)
        found = compare(lock, expand, tenant, Silence())
        before, problems = expand(lock)
        assert problems == ()
        after, refused = expand(found.proposed)
        again = compare(found.proposed, expand, tenant, Silence())

    assert refused == found.problems
    effects = {effect.role: (set(effect.grants), set(effect.revokes)) for effect in found.effects}
    meant = {role.key: role.content.permissions for role in before.roles}
    for role in after.roles:
        now, then = meant[role.key], role.content.permissions
        assert effects.get(role.key, (set(), set())) == (then - now, now - then)
    if not refused:
        assert {role.key for role in after.roles} == set(files)
    assert not again.permissions
    assert again.proposed is found.proposed
    assert propose(found.proposed, live) is found.proposed
    assert parse_catalogue("lock", render_lock(found.proposed).encode()) == found.proposed
    assert found.differs == (found.proposed is not lock)


@given(worlds(), st.sets(st.sampled_from(("labs.one", "tickets.merge", "settings.new")), min_size=1))
def test_permission_that_the_vendor_adds_changes_no_plan(world: World, added: set[str]) -> None:
    """`all` and `view` mean what the lock lists, so only the catalogue guard notices."""
    request = world.request()

    def tenant(*more: str) -> FakeTenant:
        return FakeTenant(
            catalogue=a_catalogue(*KEYS, "labs.preview", *more), roles=world.live, people=world.people, account=NOBODY
        )

    before, after = a_plan(request, tenant()), a_plan(request, tenant(*added))

    kept = [finding for finding in after.findings if finding.guard is not Guard.CATALOGUE]
    assert kept == [finding for finding in before.findings if finding.guard is not Guard.CATALOGUE]
    assert after.digest == before.digest
    assert replace(after, findings=(), summary=before.summary) == replace(before, findings=())
    assert any(finding.guard is Guard.CATALOGUE and min(added) in finding.message for finding in after.findings)
