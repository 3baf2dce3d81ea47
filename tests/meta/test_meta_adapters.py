"""Adapters stand apart: what one product's adapter is made of, nothing else of the program knows."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from meta.source import MODULES, PROJECT, name_of, tree

TENANTS = "reconciler.tenants"
OWN_PRODUCT = {"reconciler/sandbox/tenant.py": "support"}
"""The embedded tenant plays the support product, so it opens the adapter of that."""


def adapters() -> tuple[str, ...]:
    """Give the names of the adapters in the room of tenants, as their entry points say."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = (entry.partition(":")[0] for entry in project["entry-points"][TENANTS].values())
    return tuple(sorted(name.rpartition(".")[2] for name in named if name.startswith(f"{TENANTS}.")))


def adapter_of(module: str) -> str | None:
    """Give the adapter that a module of the room belongs to: its name, alone or before an underscore."""
    return next((each for each in adapters() if module == each or module.startswith(f"{each}_")), None)


def imported(path: Path) -> Iterator[str]:
    """Give every name that a module imports, wherever it does."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_no_module_knows_the_adapter_of_another_product() -> None:
    """A module of an adapter is imported by that adapter alone; new modules are held to it by their names."""
    wrong = []
    for path in MODULES:
        own = adapter_of(path.stem) if path.parent.name == "tenants" else OWN_PRODUCT.get(name_of(path))
        for name in imported(path):
            other = adapter_of(name.removeprefix(f"{TENANTS}.").partition(".")[0]) if name.startswith(TENANTS) else None
            if other not in {None, own}:
                wrong.append(f"{name_of(path)} imports {name}")

    assert {"chatwoot", "support", "zammad", "zendesk"} <= set(adapters())
    assert wrong == []
