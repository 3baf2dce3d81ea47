"""Places to run the installed command in: made and confirmed once, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes.command import Place
from processes.truth import Clean


@pytest.fixture(scope="session")
def _confirmed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Make the place whose plan is the repository's own: two updates and three creations."""
    place = Place.made(tmp_path_factory.mktemp("confirmed"))
    place.confirm_all()
    return place


@pytest.fixture(scope="session")
def _confirmed_rich(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Make a place whose plan also renames a role, and retires one whose people move."""
    place = Place.made(tmp_path_factory.mktemp("rich"))
    place.enrich()
    place.confirm_all()
    return place


@pytest.fixture(scope="session")
def _served(_confirmed: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve one place for many tests; all of them together stay below the tenant's rate limit."""
    place = _confirmed.copied(tmp_path_factory.mktemp("served"))
    with place.serving() as url:
        place.address = url
        yield place


@pytest.fixture
def place(_served: Place) -> Place:
    """Give a place with every finding confirmed and nothing applied, whose server runs already."""
    _served.start_over()
    return _served


@pytest.fixture
def own_place(_confirmed: Place, tmp_path: Path) -> Place:
    """Give the same place for a test alone, so that its files may change."""
    return _confirmed.copied(tmp_path / "place")


@pytest.fixture(scope="session")
def clean(_confirmed: Place, tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """Give what an undisturbed apply of `place` comes to."""
    return Clean.of(_confirmed.copied(tmp_path_factory.mktemp("clean")))


@pytest.fixture
def rich_place(_confirmed_rich: Place, tmp_path: Path) -> Place:
    """Give a fresh place with a plan of every kind of write, confirmed."""
    return _confirmed_rich.copied(tmp_path / "place")
