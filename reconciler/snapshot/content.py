"""What a snapshot says, as values with their places, from YAML or from CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from reconciler.core.naming import name_key
from reconciler.desired.document import Document, Place
from reconciler.desired.shape import shipped_shape
from reconciler.desired.text import shown
from reconciler.desired.violations import check_shape
from reconciler.desired.yaml_events import read_yaml
from reconciler.desired.yaml_text import readable_text
from reconciler.errors import InputRejected

COLUMNS = ("name", "description", "standard", "people", "permissions")
"""The columns of a CSV file, in any order; `name` and `permissions` are needed."""
_NEEDED = frozenset({"name", "permissions"})
_WORDS = MappingProxyType({"": False, "no": False, "false": False, "yes": True, "true": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRole:
    """A role as the snapshot has it."""

    id: str
    name: str
    description: str
    standard: bool
    permissions: frozenset[str]
    people: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotPerson:
    """A person as the snapshot has them, with the names of their roles."""

    id: str
    name: str
    email: str
    roles: tuple[str, ...]
    active: bool
    human: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a snapshot says."""

    tenant: str | None
    title: str
    users: int | None
    permissions: frozenset[str] | None
    """Every permission of the product; None where the snapshot does not say."""
    roles: tuple[SnapshotRole, ...]
    people: tuple[SnapshotPerson, ...] | None
    """None where the snapshot lists nobody, which is not the same as that there is nobody."""


def parse_snapshot(path: str, raw: bytes) -> Snapshot:
    """Turn the bytes of a snapshot into values; a name that ends in .csv is CSV and everything else YAML.

    Raises `InputRejected` with every problem and its place: no snapshot is believed in part.
    """
    document = _read_csv(path, raw) if path.lower().endswith(".csv") else read_yaml(path, raw)
    if (
        document.readable
        and check_shape(document, shipped_shape("snapshot.schema.json"))
        and isinstance(document.value, dict)
    ):
        _check_meaning(document, document.value)
        if not document.problems:
            return _build(document.value)
    raise InputRejected(tuple(sorted(document.problems)))


def _check_meaning(document: Document, value: Mapping[str, Any]) -> None:
    """Report what no schema can see: equal names and ids, roles that are not there, permissions beyond the list."""
    names = Counter(name_key(role["name"]) for role in value["roles"])
    ids = Counter(role.get("id", role["name"]) for role in value["roles"])
    listed = frozenset(value["permissions"]) if "permissions" in value else None
    for number, role in enumerate(value["roles"]):
        place = document.value_place(("roles", number, "name"))
        if names[name_key(role["name"])] > 1 or ids[role.get("id", role["name"])] > 1:
            document.report(
                place, "snapshot.twice", f"{shown(role['name'])} is there twice", "Give each role once, with its own id"
            )
        beyond = sorted(frozenset(role["permissions"]) - listed) if listed is not None else []
        if beyond:
            document.report(
                document.value_place(("roles", number, "permissions")),
                "snapshot.permission",
                f"{shown(beyond[0])} is not among the `permissions` of this snapshot",
                "List every permission that the product has, or leave the list out",
            )
    people = Counter(person["id"] for person in value.get("people", ()))
    for number, person in enumerate(value.get("people", ())):
        if people[person["id"]] > 1:
            place = document.value_place(("people", number, "id"))
            document.report(place, "snapshot.twice", "A person is there twice", "Give each person once, with all roles")
        for index, name in enumerate(person["roles"]):
            if name_key(name) not in names:
                document.report(
                    document.value_place(("people", number, "roles", index)),
                    "snapshot.role",
                    f"There is no role {shown(name)} in this snapshot",
                    "Write the name as it stands under `roles`",
                )


def _build(value: Mapping[str, Any]) -> Snapshot:
    tenant = value.get("tenant", {})
    people = tuple(
        SnapshotPerson(
            id=person["id"],
            name=person.get("name", ""),
            email=person.get("email", ""),
            roles=tuple(person["roles"]),
            active=person.get("active", True),
            human=person.get("human", True),
        )
        for person in value.get("people", ())
    )
    listed = "people" in value
    counts = Counter(name_key(name) for person in people for name in person.roles)
    return Snapshot(
        tenant=tenant.get("id"),
        title=tenant.get("title", ""),
        users=value.get("users"),
        permissions=frozenset(value["permissions"]) if "permissions" in value else None,
        roles=tuple(
            SnapshotRole(
                id=role.get("id", role["name"]),
                name=role["name"],
                description=role.get("description", ""),
                standard=role.get("standard", False),
                permissions=frozenset(role["permissions"]),
                people=counts[name_key(role["name"])] if listed else role.get("people"),
            )
            for role in value["roles"]
        ),
        people=people if listed else None,
    )


def _read_csv(path: str, raw: bytes) -> Document:
    """Read a row for each role into the same document that YAML gives; a place is a line and its first column."""
    document = Document(path)
    raw = raw.removeprefix(b"\xef\xbb\xbf")  # spreadsheets write this mark, and it means nothing in a table
    if not readable_text(document, raw):
        return document
    rows = _rows(document, raw.decode("utf-8"))
    if document.problems or not rows:
        return document
    head = [word.strip().casefold() for word in rows[0][1]]
    unknown = [word for word in head if word not in COLUMNS or head.count(word) > 1]
    missing = sorted(_NEEDED - set(head))
    if unknown or missing:
        told = f"the column {shown(unknown[0])} is unknown or there twice" if unknown else f"no column {missing[0]}"
        document.report((1, 1), "snapshot.columns", f"The first line: {told}", f"Write {','.join(COLUMNS)} there")
        return document
    roles = list(_roles(document, head, rows[1:]))
    document.value = {"snapshot": 1, "roles": [*roles]}
    document.readable = not document.problems
    return document


def _rows(document: Document, text: str) -> list[tuple[int, list[str]]]:
    """Give the rows that hold anything, each with its line; an odd sheet is reported."""
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        place = (line, 1)
        document.report(place, "snapshot.csv", "This row is no CSV", "Export the table anew as comma-separated values")
    if not rows and not document.problems:
        document.report((1, 1), "snapshot.csv", "The table is empty", f"Write {','.join(COLUMNS)} in the first line")
    return rows


def _roles(document: Document, head: list[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[dict[str, Any]]:
    for number, (line, row) in enumerate(rows):
        place = (line, 1)
        if len(row) != len(head):
            message = f"This row has {len(row)} cells and the first line {len(head)}"
            document.report(place, "snapshot.csv", message, "Put cells with commas or lines in quotation marks")
            continue
        cells = dict(zip(head, (cell.strip() for cell in row), strict=True))
        role: dict[str, Any] = {"name": cells["name"], "description": cells.get("description", "")}
        role["permissions"] = sorted(set(cells["permissions"].replace(";", " ").replace(",", " ").split()))
        _add_word(document, place, role, cells)
        _mark(document, place, number, role)
        yield role


def _add_word(document: Document, place: Place, role: dict[str, Any], cells: Mapping[str, str]) -> None:
    """Read the two cells that are no text."""
    word = cells.get("standard", "").casefold()
    if word in _WORDS:
        role["standard"] = _WORDS[word]
    else:
        document.report(place, "snapshot.csv", "`standard` is neither yes nor no", "Write yes or no, or leave it empty")
    number = cells.get("people", "")
    if number.isascii() and number.isdigit() and len(number) < len("100000000"):
        role["people"] = int(number)
    elif number:
        document.report(place, "snapshot.csv", "`people` is no whole number", "Write how many people have the role")


@dataclass(slots=True)
class _Mark:
    """The beginning of a row, as the parser of YAML counts it."""

    line: int
    column: int = 0


def _mark(document: Document, place: Place, number: int, role: Mapping[str, Any]) -> None:
    """Let every value of a row be found at the beginning of the row."""
    mark = _Mark(place[0] - 1)
    document.places[("roles", number)] = (mark, mark)
    for key, value in role.items():
        document.places[("roles", number, key)] = (mark, mark)
        for index in range(len(value)) if isinstance(value, list) else ():
            document.places[("roles", number, key, index)] = (mark, mark)
