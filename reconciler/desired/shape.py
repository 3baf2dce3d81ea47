"""Check a document against a JSON Schema: a fast yes, and only after a no the reasons.

The verdict comes from `jsonschema_rs`; `jsonschema` is imported only when there is something to explain. Neither
may fetch anything: a reference that leaves the schema is an error of the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import reconciler
from reconciler.desired.document import Route, Value

if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs

Schema = Mapping[str, Any]
"""A JSON Schema, Draft 2020-12."""


class Violation(NamedTuple):
    """One rule of a schema that a value breaks."""

    route: Route
    """Where the value is."""
    keyword: str
    """The rule, such as `required`."""
    expected: Any
    """What the schema gives for the rule."""
    value: Any
    schema: Schema
    """The part of the schema that holds the rule."""


def _no_retrieval(uri: str) -> NoReturn:
    raise ValueError(f"schemas are complete; nothing is fetched for {uri}")


class Shape:
    """A schema with its validators, each built on first use and kept."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @cached_property
    def _quick(self) -> jsonschema_rs.Draft202012Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(dict(self.schema), retriever=_no_retrieval)

    @cached_property
    def _thorough(self) -> jsonschema.Draft202012Validator:
        import jsonschema
        import referencing

        return jsonschema.Draft202012Validator(dict(self.schema), registry=referencing.Registry())

    def accepts(self, value: Value) -> bool:
        """Whether `value` keeps every rule."""
        return self._quick.is_valid(value)

    def violations(self, value: Value) -> Iterator[Violation]:
        """Give every broken rule; of alternatives, those of the one that fits the type of the value."""
        for error in self._thorough.iter_errors(value):
            yield from _flatten(error, ())


def _flatten(error: jsonschema.ValidationError, prefix: Route) -> Iterator[Violation]:
    route = (*prefix, *error.relative_path)
    fitting = [e for e in error.context or () if error.validator == "anyOf" and _same_type(e, error)]
    if fitting:
        for inner in fitting:
            yield from _flatten(inner, route)
    else:
        schema = error.schema if isinstance(error.schema, dict) else {}
        yield Violation(route, str(error.validator), error.validator_value, error.instance, schema)


def _same_type(inner: jsonschema.ValidationError, outer: jsonschema.ValidationError) -> bool:
    """Whether an error comes from the alternative that allows the type of the value."""
    names = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
    alternatives = outer.schema["anyOf"] if isinstance(outer.schema, dict) else []
    wanted: str | None = alternatives[int(inner.schema_path[0])].get("type")
    return wanted == names.get(type(outer.instance))


def shipped_folder() -> Path:
    """Give the folder of the schemas that come with the program, in a wheel or in a checkout."""
    package = Path(reconciler.__file__).parent
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


@cache
def shipped_shape(name: str) -> Shape:
    """Give the shape of a schema file that comes with the program."""
    return Shape(json.loads((shipped_folder() / name).read_text(encoding="utf-8")))
