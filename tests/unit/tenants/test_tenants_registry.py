"""Kinds of tenants are found by their entry points, and only the chosen one is loaded."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from reconciler.errors import UsageProblem
from reconciler.tenants import registry
from reconciler.tenants.support import KIND


def offer(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    """Let exactly these entry points be installed."""
    offered = EntryPoints(points)
    monkeypatch.setattr(registry, "entry_points", offered.select)


def test_the_kinds_of_this_distribution_are_known() -> None:
    """Both adapters are offered, sorted by name."""
    assert {"sandbox", "support"} <= set(registry.kinds())
    assert list(registry.kinds()) == sorted(registry.kinds())


def test_a_kind_is_loaded_by_name() -> None:
    """The name leads to the object that the entry point names."""
    assert registry.kind("support") is KIND


def test_an_unknown_kind_names_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error is answered with what there is."""
    offer(monkeypatch, EntryPoint("b", "b:KIND", registry.GROUP), EntryPoint("a", "a:KIND", registry.GROUP))
    with pytest.raises(UsageProblem, match="'zendsk'") as caught:
        registry.kind("zendsk")

    assert caught.value.fix == "Use one of these: a, b"


def test_no_kind_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation is a usage problem, not a crash."""
    offer(monkeypatch)
    with pytest.raises(UsageProblem) as caught:
        registry.kind("support")

    assert caught.value.fix == "Use one of these: none"


def test_two_offers_of_one_kind_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of two would get the key is never left to chance."""
    offer(monkeypatch, EntryPoint("x", "a:KIND", registry.GROUP), EntryPoint("x", "b:KIND", registry.GROUP))
    with pytest.raises(UsageProblem, match="More than one distribution"):
        registry.kind("x")


def test_listing_imports_no_adapter() -> None:
    """Help and settings can name every kind without paying for one."""
    code = (
        "import sys; from reconciler.tenants import registry; registry.kinds(); "
        "sys.exit(bool({'requests', 'urllib3', 'reconciler.tenants.support'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
