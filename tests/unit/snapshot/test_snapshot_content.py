"""Snapshots are read strictly: every problem with its place, in YAML and in tables."""

from __future__ import annotations

import pytest

from reconciler.errors import InputRejected, Problem
from reconciler.snapshot.content import Snapshot, parse_snapshot

ROLE = "{name: A, permissions: [tickets.view]}"


def read(text: str, path: str = "roles.yaml") -> Snapshot:
    """Read a snapshot that is good."""
    return parse_snapshot(path, text.encode())


def problems(text: str | bytes, path: str = "roles.yaml") -> list[tuple[int, int, str]]:
    """Give line, column and code of every problem."""
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputRejected) as raised:
        parse_snapshot(path, raw)
    told: tuple[Problem, ...] = raised.value.problems
    assert {problem.path for problem in told} == {path}
    assert all(problem.message and problem.fix for problem in told)
    return [(problem.line, problem.column, problem.code) for problem in told]


def test_defaults_are_what_most_exports_leave_out() -> None:
    """Two words make a snapshot; people are unknown then and not absent."""
    snapshot = read(f"snapshot: 1\nroles: [{ROLE}]\n")

    (role,) = snapshot.roles
    assert (role.id, role.description, role.standard, role.people) == ("A", "", False, None)
    assert (snapshot.tenant, snapshot.title, snapshot.users, snapshot.permissions, snapshot.people) == (
        None,
        "",
        None,
        None,
        None,
    )


def test_listed_people_are_counted_and_a_stated_number_is_not_believed_beside_them() -> None:
    """Whoever is listed counts, suspended or not, and case in a name of a role makes no difference."""
    snapshot = read(
        "snapshot: 1\nroles: [{name: A, people: 99, permissions: []}]\n"
        "people: [{id: x, roles: [a]}, {id: y, roles: [A], active: false}, {id: z, roles: []}]\n"
    )

    assert snapshot.roles[0].people == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"snapshot: 2\nroles: [{ROLE}]\n", [(1, 11, "schema.value")]),
        ("snapshot: 1\nroles: []\n", [(2, 8, "schema.items")]),
        ("snapshot: 1\nroles: [{name: A}]\n", [(2, 9, "schema.missing-key")]),
        (f"snapshot: 1\nroles: [{ROLE}, {ROLE}]\n", [(2, 16, "snapshot.twice"), (2, 56, "snapshot.twice")]),
        (
            "snapshot: 1\nroles: [{name: A, id: x, permissions: []}, {name: B, id: x, permissions: []}]\n",
            [(2, 16, "snapshot.twice"), (2, 51, "snapshot.twice")],
        ),
        (
            f"snapshot: 1\npermissions: [tickets.reply]\nroles: [{ROLE}]\n",
            [(3, 32, "snapshot.permission")],
        ),
        (
            f"snapshot: 1\nroles: [{ROLE}]\npeople: [{{id: x, roles: [B]}}, {{id: x, roles: []}}]\n",
            [(3, 15, "snapshot.twice"), (3, 26, "snapshot.role"), (3, 36, "snapshot.twice")],
        ),
        ("snapshot: 1\nroles: &a [*a]\n", [(2, 8, "yaml.alias"), (2, 12, "yaml.alias")]),
    ],
)
def test_what_is_wrong_in_yaml_is_told_with_its_place(text: str, expected: list[tuple[int, int, str]]) -> None:
    """All of it at once, and nothing is read in part."""
    assert problems(text) == expected


def test_table_of_a_spreadsheet_is_a_snapshot() -> None:
    """With its mark at the beginning, its line ends, quoted cells and empty rows."""
    text = (
        "\ufeffName,Permissions,Standard,People,Description\r\n"
        'Night Shift,"tickets.view, tickets.reply",no,12,"Watches, at night"\r\n'
        ",,,,\r\n"
        "Owner,settings.roles;tickets.view,yes,,\r\n"
    )

    night, owner = read(text, "Roles.CSV").roles

    assert (night.name, night.description, night.people) == ("Night Shift", "Watches, at night", 12)
    assert night.permissions == owner.permissions - {"settings.roles"} | {"tickets.reply"}
    assert (night.standard, owner.standard, owner.people) == (False, True, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, 1, "snapshot.csv")]),
        ("name\nA\n", [(1, 1, "snapshot.columns")]),
        ("name,permissions,rank\nA,tickets.view,3\n", [(1, 1, "snapshot.columns")]),
        ("name,permissions,name\nA,tickets.view,B\n", [(1, 1, "snapshot.columns")]),
        ("name,permissions\nA\nB,tickets.view,c\n", [(2, 1, "snapshot.csv"), (3, 1, "snapshot.csv")]),
        ("name,permissions,people\nA,tickets.view,many\n", [(2, 1, "snapshot.csv")]),
        ("name,permissions,people\nA,tickets.view,-1\n", [(2, 1, "snapshot.csv")]),
        ("name,permissions,standard\nA,tickets.view,maybe\n", [(2, 1, "snapshot.csv")]),
        ("name,permissions\nA,tickets.view\n\na,tickets.view\n", [(2, 1, "snapshot.twice"), (4, 1, "snapshot.twice")]),
        ('name,permissions\n"A,tickets.view\n', [(2, 1, "snapshot.csv")]),
        ("name,permissions\nA,view\n", [(2, 1, "schema.pattern")]),
        ("name,permissions\nA\u202e,tickets.view\n", [(2, 2, "text.bidi")]),
        (b"name,permissions\nA\xff,tickets.view\n", [(2, 2, "file.encoding")]),
    ],
)
def test_what_is_wrong_in_a_table_is_told_with_its_line(
    text: str | bytes, expected: list[tuple[int, int, str]]
) -> None:
    """A row that cannot be read is never a role that is not there."""
    assert problems(text, "roles.csv") == expected
