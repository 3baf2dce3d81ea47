"""The catalogue lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.catalogue import load_catalogue, parse_catalogue
from reconciler.desired.lock_text import render_lock
from reconciler.errors import InputRejected
from reconciler.model.permission import PermissionLevel

ROOT = Path(__file__).parents[3]
LOCK = (ROOT / "schemas" / "permissions.yaml").read_text()
SMALL = """\
version: 3
role_administration: a.x
standard_roles: []
categories:
  - {key: a, name: A, permissions: [{key: a.x, name: X, level: view}, {key: a.y, name: Y, level: act, requires: [a.x]}]}
"""


def test_lock_holds_what_the_product_has() -> None:
    """The lock has 8 categories, 66 permissions, 5 standard roles and the permission that administers roles."""
    lock = load_catalogue(ROOT)

    assert (len(lock.categories), len(lock.keys), len(lock.standard_roles)) == (8, 66, 5)
    assert lock.role_administration == "settings.roles"
    assert [r.name for r in lock.standard_roles if not r.editable] == ["Owner"]
    assert lock.by_key["analytics.view_audit_log"].sensitive
    assert lock.by_key["modules.data_warehouse"].level is PermissionLevel.MANAGE


def test_lock_is_written_as_it_is_read() -> None:
    """Writing the catalogue gives the lock byte for byte, so an update shows only what changed."""
    assert render_lock(load_catalogue(ROOT)) == LOCK


def test_repository_without_lock_uses_the_shipped_one(tmp_path: Path) -> None:
    """A new repository needs no lock of its own."""
    assert load_catalogue(tmp_path) == load_catalogue(ROOT)


def test_lock_of_the_repository_comes_first(tmp_path: Path) -> None:
    """A repository that has a lock is judged by that lock alone."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "permissions.yaml").write_text(SMALL)

    lock = load_catalogue(tmp_path)

    assert (lock.version, lock.keys) == (3, {"a.x", "a.y"})
    assert lock.by_key["a.y"].requires == ("a.x",)
    assert parse_catalogue("x", render_lock(lock).encode()) == lock


@pytest.mark.parametrize(
    ("wrong", "right", "code"),
    [
        ("version: x", "version: 3", "schema.type"),
        ("version: 0", "version: 3", "schema.range"),
        ("extra: 1\nversion: 3", "version: 3", "schema.unknown-key"),
        ("level: reads", "level: view", "schema.value"),
        ("role_administration: a.z", "role_administration: a.x", "catalogue.unknown-permission"),
        ("requires: [a.q]", "requires: [a.x]", "catalogue.unknown-permission"),
        ("requires: [a.y]", "requires: [a.x]", "catalogue.unknown-permission"),
        ("requires: [a.x, a.x]", "requires: [a.x]", "schema.duplicate-item"),
        ("{key: b.x,", "{key: a.x,", "catalogue.key"),
        ("{key: a.x.z,", "{key: a.x,", "catalogue.key"),
        ("{key: a.y, name: X,", "{key: a.x, name: X,", "catalogue.duplicate"),
        ("{key: a.a, name: A,", "{key: a, name: A,", "catalogue.key"),
        ("{key: A.x, name: X,", "{key: a.x, name: X,", "schema.pattern"),
        (
            "standard_roles: [{name: A, editable: true}, {name: A, editable: true}]",
            "standard_roles: []",
            "catalogue.duplicate",
        ),
        ("permissions: []}\n#", "permissions: [", "schema.items"),
        ("role_administration: ~", "role_administration: a.x", "yaml.null"),
    ],
)
def test_faulty_lock_is_refused(wrong: str, right: str, code: str) -> None:
    """Each fault of a lock is found and named."""
    assert right in SMALL
    with pytest.raises(InputRejected) as caught:
        parse_catalogue("schemas/permissions.yaml", SMALL.replace(right, wrong, 1).encode())

    assert code in [problem.code for problem in caught.value.problems]


def test_unreadable_lock_is_refused() -> None:
    """A lock that is no YAML is refused with the place of the fault."""
    with pytest.raises(InputRejected):
        parse_catalogue("x", b"a: [")
