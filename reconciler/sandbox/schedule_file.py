"""Read a fault schedule from a YAML or JSON file, strictly: a schedule that says nothing must not look like a pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from reconciler.errors import UsageProblem
from reconciler.sandbox.faults import STATUSES, Fault, FaultKind, FaultSchedule, SecondWrite

_TEXTS = {"type": "array", "items": {"type": "string"}}
_SCHEMA: Mapping[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["faults"],
    "properties": {
        "faults": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["kind"],
                "properties": {
                    "kind": {"enum": [kind.value for kind in FaultKind]},
                    "nth": {"type": "integer", "minimum": 1},
                    "times": {"type": "integer", "minimum": 1},
                    "method": {"enum": ["GET", "POST", "PATCH", "DELETE"]},
                    "path": {"type": "string", "pattern": "^/"},
                    "seconds": {"type": "number", "minimum": 0},
                    "retry_after": {"type": ["string", "integer", "null"]},
                    "status": {"enum": list(STATUSES)},
                    "location": {"type": "string", "pattern": "^https?://[^/]+$"},
                    "edit": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "role": {"type": "string"},
                            "grants": _TEXTS,
                            "revokes": _TEXTS,
                            "description": {"type": "string"},
                        },
                    },
                },
            },
        }
    },
}


def read_schedule(path: Path) -> FaultSchedule:
    """Read the file `path`; raises `UsageProblem` with the first thing that is wrong with it.

    The file holds `faults:`, a list of mappings with the fields of `Fault`; only `kind` has to be there.
    """
    try:
        document = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise UsageProblem(f"The fault schedule {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(f"The fault schedule {path} is not YAML", fix="Correct the file") from error
    return schedule_from(document, str(path))


def schedule_from(document: object, source: str) -> FaultSchedule:
    """Turn a parsed document into a schedule; `source` is what a `UsageProblem` calls it."""
    problems = sorted(Draft202012Validator(_SCHEMA).iter_errors(document), key=lambda error: error.json_path)
    if problems:
        raise UsageProblem(
            f"The fault schedule {source} is wrong at {problems[0].json_path}: it breaks the rule"
            f" {problems[0].validator!r}",
            fix="Write a list under faults:, each entry with a kind and the fields that it takes",
        )
    entries: list[dict[str, Any]] = _faults_of(document)
    try:
        return FaultSchedule(tuple(_fault(entry) for entry in entries))
    except ValueError as error:
        raise UsageProblem(f"The fault schedule {source} is wrong: {error}") from error


def _faults_of(document: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the schema has just vouched for its shape
    return list(document["faults"])


def _fault(entry: dict[str, Any]) -> Fault:
    fields = dict(entry)
    kind = FaultKind(fields.pop("kind"))
    edit: dict[str, Any] = dict(fields.pop("edit", {}))
    for name in edit.keys() & {"grants", "revokes"}:
        edit[name] = tuple(edit[name])
    if isinstance(fields.get("retry_after"), int):
        # A YAML author writes the seconds as a number; the header is text whatever it says.
        fields["retry_after"] = str(fields["retry_after"])
    return Fault(kind=kind, edit=SecondWrite(**edit), **fields)
