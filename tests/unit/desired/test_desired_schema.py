"""The schemas: generated, closed, described, and judged alike by both validators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired.catalogue import load_catalogue
from reconciler.desired.document import Document
from reconciler.desired.schema import render_role_schema, role_schema
from reconciler.desired.shape import Shape, shipped_folder, shipped_shape
from reconciler.desired.violations import check_shape
from reconciler.desired.yaml_events import read_yaml

ROOT = Path(__file__).parents[3]
CATALOGUE = load_catalogue(ROOT)
SCHEMAS = {
    "role": role_schema(CATALOGUE),
    "settings": json.loads((ROOT / "schemas" / "settings.schema.json").read_text()),
    "confirmations": json.loads((ROOT / "schemas" / "confirmations.schema.json").read_text()),
}
KNOWN_WORDS = {
    "$schema",
    "$id",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "enum",
    "const",
    "required",
    "properties",
    "additionalProperties",
    "items",
    "anyOf",
    "not",
    "if",
    "else",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "dependentRequired",
}

WORDS = [
    *(
        "on",
        "off",
        "all",
        "view",
        "none",
        "",
        "a",
        "a\n",
        "\u00c9",
        "env:KEY",
        "env:KEY\n",
        "30%",
        "30%\n",
        "5%ab",
        "confirm",
    ),
    *(
        "sandbox",
        "2026-12-04",
        "2026-12-04\n",
        "agent",
        "agent\n",
        "Agent",
        "-x",
        "x" * 64,
        "x" * 81,
        "reply",
        "view_all",
    ),
    *("export", "\u0661"),
]
KEYS = sorted(
    {k for s in SCHEMAS.values() for k in re.findall(r'"([a-z_]+)":', json.dumps(s))} | {"x", "conversations"}
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(WORDS) | st.booleans() | st.integers(-2, 2_000_000) | st.text(max_size=5) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=10,
)


def parts(schema: object) -> Iterator[dict[str, Any]]:
    """Give every schema inside a schema."""
    if isinstance(schema, dict):
        yield schema
        for word, value in schema.items():
            if word != "dependentRequired":
                for inner in value.values() if word in {"properties", "$defs"} else [value]:
                    yield from parts(inner)
    elif isinstance(schema, list):
        for value in schema:
            yield from parts(value)


def test_shipped_role_schema_is_the_generated_one() -> None:
    """What an editor reads is byte for byte what the program checks by."""
    assert (ROOT / "schemas" / "role.schema.json").read_text() == render_role_schema(CATALOGUE)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_well_formed(name: str) -> None:
    """Each schema is valid Draft 2020-12 and uses no word that a validator would silently ignore."""
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])

    assert set().union(*(part.keys() for part in parts(SCHEMAS[name]))) <= KNOWN_WORDS


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_refers_to_nothing_outside(name: str) -> None:
    """No reference leaves the schema, and its id is no address anybody could be sent to."""
    references = [part["$ref"] for part in parts(SCHEMAS[name]) if "$ref" in part]

    assert all(reference.startswith("#/$defs/") for reference in references)
    assert SCHEMAS[name]["$id"].startswith("urn:")


@pytest.mark.parametrize("name", SCHEMAS)
def test_patterns_are_harmless(name: str) -> None:
    """No pattern can be slow, ends with the sign that lets a line feed pass, or means other digits elsewhere."""
    for part in parts(SCHEMAS[name]):
        pattern = part.get("pattern", "")
        assert not pattern.endswith("$")
        assert not re.search(r"\\[dws]|[+*}]\)?[+*{]", pattern)


def test_schema_offers_every_permission() -> None:
    """An editor completes each short name in lists and mappings, and explains it by its label."""
    for category in CATALOGUE.categories:
        words, items, mapping = SCHEMAS["role"]["$defs"][category.key]["anyOf"]
        shorts = [permission.short for permission in category.permissions]
        assert words["enum"] == ["all", "view", "none"]
        assert items["items"]["enum"] == shorts
        assert set(mapping["properties"]) == {"all", "view", *shorts}
        for permission in category.permissions:
            assert permission.name in mapping["properties"][permission.short]["description"]


@pytest.mark.parametrize("name", SCHEMAS)
@given(value=VALUES)
def test_both_validators_agree_on_made_up_documents(name: str, value: object) -> None:
    """The fast validator says yes exactly where the explaining one has nothing to say."""
    shape = Shape(SCHEMAS[name])

    assert shape.accepts(value) == (not list(shape.violations(value)))


@given(data=st.data())
def test_both_validators_agree_on_mutated_roles(data: st.DataObject) -> None:
    """One change anywhere in a real file never makes the validators differ, and a refusal is always explained."""
    raw = data.draw(st.sampled_from(sorted((ROOT / "roles").rglob("*.yaml")))).read_bytes()
    document = read_yaml("x.yaml", raw)
    route = data.draw(st.sampled_from(sorted(document.places, key=str)))
    target: Any = document.value
    for step in route[:-1]:
        target = target[step]
    if route:
        target[route[-1]] = data.draw(VALUES)
    shape = Shape(SCHEMAS["role"])

    accepted = check_shape(document, shape)

    assert accepted == (not list(shape.violations(document.value)))
    assert accepted == (not document.problems)


def test_no_validator_fetches_anything() -> None:
    """A reference that leaves the schema is an error of the schema; no connection is tried."""
    shape = Shape({"$ref": "http://127.0.0.1:9/schema.json"})

    with pytest.raises((jsonschema_rs.ValidationError, ValueError, jsonschema_rs.ReferencingError)):
        shape.accepts(1)
    with pytest.raises(jsonschema.exceptions._WrappedReferencingError):
        list(shape.violations(1))


def test_refusal_without_reason_stays_a_refusal() -> None:
    """Where no rule explains the no of the fast validator, the document is refused all the same."""

    class Contrary(Shape):
        def accepts(self, value: object) -> bool:
            return value is self

    document = Document("x.yaml", value={})

    assert not check_shape(document, Contrary({"$schema": "https://json-schema.org/draft/2020-12/schema"}))
    assert [p.code for p in document.problems] == ["schema.invalid"]


def test_shipped_schemas_are_found() -> None:
    """The schemas that come with the program are where it looks for them, and kept once loaded."""
    assert (shipped_folder() / "settings.schema.json").is_file()
    assert shipped_shape("settings.schema.json") is shipped_shape("settings.schema.json")
