"""The published schemas: described, closed, and referring to nothing outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from meta.source import PROJECT

SCHEMAS = sorted((PROJECT / "schemas").glob("*.schema.json"))


def nodes(value: object) -> Iterator[dict]:
    """Give every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key not in {"if", "const", "enum"}:  # a condition repeats a property, it does not offer one
                yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda f: f.name)
def test_schema_is_valid_and_refers_to_nothing_outside(file: Path) -> None:
    """Each schema is valid Draft 2020-12, and no reference leaves the file."""
    schema = json.loads(file.read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    references = [node["$ref"] for node in nodes(schema) if isinstance(node.get("$ref"), str)]
    assert [] == [reference for reference in references if not reference.startswith("#")]
    assert not schema["$id"].startswith("http")


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda f: f.name)
def test_every_property_is_described(file: Path) -> None:
    """An editor can explain every key it offers."""
    schema = json.loads(file.read_text(encoding="utf-8"))

    silent = [
        name
        for node in nodes(schema)
        if node.get("type") == "object" or "properties" in node
        for name, inner in (node.get("properties") or {}).items()
        if isinstance(inner, dict) and "description" not in inner and "$ref" not in inner
    ]
    assert [] == silent
