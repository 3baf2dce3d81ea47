"""A repository for another product from nothing: lock, schema, settings and example fit each other, offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.desired.catalogue import load_catalogue
from reconciler.errors import Exit
from reconciler.tenants.registry import kind, kinds

KINDS = kinds()


@pytest.mark.parametrize("name", KINDS)
def test_init_for_a_kind_passes_validate_unedited(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever kind is installed, what `init` makes for it is in order, and a role can be added at once."""
    monkeypatch.chdir(tmp_path)

    assert run(("init", "--kind", name)) == Exit.DONE
    assert "Then:  reconciler adopt --all" in capsys.readouterr().out
    assert run(("validate", "--strict")) == Exit.DONE
    assert run(("new", "Night Desk")) == Exit.DONE
    assert run(("validate",)) == Exit.DONE
    shipped = kind(name).shipped_catalogue()
    assert shipped is None or load_catalogue(tmp_path) == shipped
    assert f"kind: {name}\n" in (tmp_path / "reconciler.yaml").read_text()


def test_init_for_a_kind_leaves_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second run makes nothing, and settings of before are not told to be filled in."""
    monkeypatch.chdir(tmp_path)
    run(("init", "--kind", "zendesk"))
    capsys.readouterr()

    assert run(("init", "--kind", "zendesk", "--format", "json")) == Exit.DONE

    told = json.loads(capsys.readouterr().out)
    assert told["made"] == []
    assert told["notes"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("init", "--kind", "zendesk", "--adopt"), "reconciler adopt --all"),
        (("init", "--kind", "typewriter"), 'no kind of tenant called "typewriter"'),
    ],
)
def test_init_for_a_kind_is_refused_with_a_way_out(
    arguments: tuple[str, ...],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """There is no tenant to read before the settings are filled in, and no kind that nobody offers."""
    monkeypatch.chdir(tmp_path)

    assert run(arguments) == Exit.USAGE
    assert words in capsys.readouterr().err.replace("'", '"')
    assert list(tmp_path.iterdir()) == []
