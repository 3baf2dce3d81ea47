"""Load and write `schemas/ids.yaml`: the ids of the live roles that files mean, where names are not unique.

Written by `adopt` alone, so that it is committed and reviewed with the files. `apply` creates roles and pins none, as
where it runs nothing is committed: what it created is found by its name as long as no other role has that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from reconciler.core.identity import PINS
from reconciler.desired.document import Document
from reconciler.desired.quoting import scalar
from reconciler.desired.reading import read_regular_file
from reconciler.desired.shape import Violation, shipped_shape
from reconciler.desired.violations import Message, check_shape
from reconciler.desired.writing import replace_file
from reconciler.desired.yaml_events import read_yaml
from reconciler.errors import InputRejected, UsageProblem
from reconciler.model.role import RoleId, RoleKey

Pins = Mapping[RoleKey, RoleId]
"""The live role that each file means, in one tenant."""

_HEAD = """\
# Which live role each file means, by tenant, where the product lets two roles have one name.
# `reconciler adopt` writes this file; only these lines stay.
"""


def load_ids(root: Path, tenant: str) -> Pins:
    """Give the pins of one tenant, none where there is no file; raises `InputRejected` with every problem."""
    return MappingProxyType(_load(root).get(tenant, {}))


def _load(root: Path) -> dict[str, dict[RoleKey, RoleId]]:
    raw = read_regular_file(root, PINS)
    return {} if raw is None else parse_ids(PINS, raw)


def parse_ids(path: str, raw: bytes) -> dict[str, dict[RoleKey, RoleId]]:
    """Turn the bytes of the file into the pins of each tenant; raises `InputRejected` with every problem."""
    document = read_yaml(path, raw)
    if [problem.code for problem in document.problems] == ["yaml.empty"]:
        return {}
    if document.readable:
        check_shape(document, shipped_shape("ids.schema.json"), _explain)
        _check_meaning(document, document.value)
    if document.problems or not isinstance(document.value, dict):
        raise InputRejected(tuple(document.problems))
    return {
        tenant: {RoleKey(key): RoleId(role) for key, role in pins.items() if isinstance(role, str)}
        for tenant, pins in document.value.items()
        if isinstance(pins, dict)
    }


def _explain(document: Document, violation: Violation) -> Iterator[Message] | None:
    match violation.route, violation.value:
        case (str(), str()), int() as number if not isinstance(number, bool):
            fix = f'Write it in quotes, as in `"{number}"`'
            return iter([(document.value_place(violation.route), "schema.type", "An id is a text", fix)])
    return None


def _check_meaning(document: Document, value: object) -> None:
    for tenant, pins in value.items() if isinstance(value, dict) else ():
        seen: dict[str, str] = {}
        for key, role in pins.items() if isinstance(pins, dict) else ():
            other = seen.setdefault(role, key) if isinstance(role, str) else key
            if other != key:
                message = f"The id is pinned for {other} already, and one live role cannot be two files"
                document.report(document.value_place((tenant, key)), "ids.duplicate", message, "Keep one of them")


def record_ids(root: Path, tenant: str, found: Iterable[tuple[RoleKey, RoleId]]) -> bool:
    """Pin ids for one tenant and keep all others; a live role that another file had is that file's no longer.

    Gives whether the file changed. It is replaced as a whole or not at all, and not touched where it says the same
    already. Raises `InputRejected` where it is wrong, and `UsageProblem` where it cannot be written.
    """
    every, new = _load(root), dict(found)
    before = every.get(tenant, {})
    taken = set(new.values())
    after = {key: role for key, role in before.items() if role not in taken} | new
    if after == before:
        return False
    text = _rendered({**every, tenant: after})
    path = root / PINS
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"{path.parent} cannot be made", fix="Make the folder writable") from error
    replace_file(path, text.encode())
    return True


def _rendered(every: Mapping[str, Pins]) -> str:
    """Give the text of the file, sorted; keys and ids have been held against the schema or come from a file's name."""
    lines = [_HEAD]
    for tenant, pins in sorted(every.items()):
        lines.append(f"{tenant}:\n")
        lines += [f"  {scalar(key)}: {json.dumps(role)}\n" for key, role in sorted(pins.items())]
    return "".join(lines)
