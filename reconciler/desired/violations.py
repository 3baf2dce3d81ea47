"""Say in our own words which rule of a schema a document breaks; values of the document are never quoted here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reconciler.desired.document import Document, Place
from reconciler.desired.shape import Shape, Violation
from reconciler.desired.text import shown
from reconciler.desired.words import listed, suggestion

Message = tuple[Place, str, str, str]
"""Place, code, message and fix."""

Explain = Callable[[Document, Violation], Iterator[Message] | None]
"""Gives messages that know more than the schema does, or None where there are none."""

_TYPES = {
    "string": "a text",
    "boolean": "`true` or `false`",
    "integer": "a whole number",
    "array": "a list",
    "object": "a mapping",
}


_BOUNDED = {
    f"{end}{suffix}": (code, suffix, unit)
    for end in ("min", "max")
    for suffix, code, unit in (
        ("Length", "schema.length", "have {} characters"),
        ("imum", "schema.range", "be {}"),
        ("Items", "schema.items", "have {} items"),
        ("Properties", "schema.items", "have {} entries"),
    )
}
"""The keyword for either end of a range, with its code, the ending of both keywords, and the words for it."""


def check_shape(document: Document, shape: Shape, explain: Explain | None = None) -> bool:
    """Report every broken rule into `document`; give whether there was none."""
    if shape.accepts(document.value):
        return True
    explain_shape(document, shape, explain)
    return False


def explain_shape(document: Document, shape: Shape, explain: Explain | None = None) -> None:
    """Report the rules that a refused document breaks."""
    messages = [m for v in shape.violations(document.value) for m in _messages(document, v, explain)]
    for place, code, message, fix in sorted(messages):
        document.report(place, code, message, fix)
    if not document.problems:
        # No rule explained the refusal; the file stays refused all the same.
        document.report((1, 1), "schema.invalid", "The file breaks a rule of its schema", "Compare it with an example")


def _messages(document: Document, violation: Violation, explain: Explain | None) -> Iterator[Message]:
    special = explain(document, violation) if explain else None
    yield from special if special is not None else _plain_messages(document, violation)


def subject(violation: Violation) -> str:
    """Name the value that a violation is about."""
    if not violation.route:
        return "The file"
    last = violation.route[-1]
    return f"Item {last + 1}" if isinstance(last, int) else f"`{last}`"


def _plain_messages(document: Document, violation: Violation) -> Iterator[Message]:
    if violation.keyword == "additionalProperties":
        yield from unknown_keys(document, violation)
    elif violation.keyword == "required":
        yield from missing_keys(document, violation)
    else:
        yield (document.value_place(violation.route), *_value_message(violation))


def _value_message(violation: Violation) -> tuple[str, str, str]:
    """Give code, message and fix for a value that breaks a rule of its own."""
    keyword, name = violation.keyword, subject(violation)
    if keyword in {"type", "anyOf"}:
        return "schema.type", f"{name} must be {_kinds(violation)}", _advice(violation)
    if keyword in {"enum", "const"}:
        known = [_spelt(word) for word in (violation.expected if keyword == "enum" else [violation.expected])]
        fix = suggestion(str(violation.value), known, f"Write one of {listed(known)}")
        return "schema.value", f"{name} has a value that is not known here", fix
    if keyword in _BOUNDED:
        code, suffix, unit = _BOUNDED[keyword]
        return code, f"{name} must {unit.format(_bounds(violation, suffix))}", _advice(violation)
    if keyword == "uniqueItems":
        return "schema.duplicate-item", f"{name} names the same thing twice", "Keep one of them"
    return "schema.pattern", f"{name} is not written as it must be", _advice(violation)


def unknown_keys(document: Document, violation: Violation) -> Iterator[Message]:
    """Name each key that the schema does not have."""
    known = violation.schema["properties"]
    for key in violation.value:
        if key not in known:
            fix = suggestion(key, known, f"Remove it; known here: {listed(sorted(known))}")
            place = document.key_place((*violation.route, key))
            yield place, "schema.unknown-key", f"{shown(key)} is not known here", fix


def missing_keys(document: Document, violation: Violation) -> Iterator[Message]:
    """Name the keys that are missing."""
    for key in violation.expected:
        if key not in violation.value:
            where = "" if not violation.route else f" in {subject(violation)}"
            detail = violation.schema.get("properties", {}).get(key, {}).get("description", "")
            place = document.key_place(violation.route)
            yield place, "schema.missing-key", f"`{key}` is missing{where}", f"Add `{key}:` {detail}".rstrip()


def _advice(violation: Violation) -> str:
    if not violation.route:
        first = next(iter(violation.schema.get("properties", {})), None)
        return f"Start the file with `{first}:`" if first else "Start every entry with a dash"
    description = violation.schema.get("description", "see the documentation of the field")
    return f"Correct it; what it means: {description}"


def _kinds(violation: Violation) -> str:
    schemas = violation.expected if violation.keyword == "anyOf" else [violation.schema]
    kinds = [kind for s in schemas for kind in ([s["type"]] if isinstance(s.get("type"), str) else s.get("type", []))]
    return " or ".join(_TYPES[kind] for kind in dict.fromkeys(kinds)) or "something else"


def _bounds(violation: Violation, suffix: str) -> str:
    least, most = violation.schema.get(f"min{suffix}"), violation.schema.get(f"max{suffix}")
    if least is None or most is None:
        return f"at least {least}" if most is None else f"at most {most}"
    return f"{least} to {most}"


def _spelt(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)
