"""Explain what is wrong with a role file in the words of the role language, where the schema knows less."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.desired.document import Document, Route
from reconciler.desired.shape import Violation
from reconciler.desired.statement import Vocabulary
from reconciler.desired.text import shown
from reconciler.desired.violations import Message, unknown_keys
from reconciler.desired.words import listed, suggestion

_TEAMS = (
    "role.team-scope",
    "a role holds for every team of the workspace; the product cannot limit it to one",
    "Remove it, and put people only on the teams they should handle",
)
_EXPIRY = (
    "role.expiry",
    "roles do not run out; the product grants them until somebody takes them away",
    "Remove it, and take the role away by hand on a date in your calendar",
)
_CONDITION = (
    "role.condition",
    "permissions are fixed; the product cannot make them depend on a time or a case",
    "Remove it, and make a second role for the other case",
)
_FORMAT = (
    "role.newer-format",
    "role files have no version; this program knows one form of them",
    "Remove it; if the file is written for a newer program, use that one",
)
_REFUSED = {
    **dict.fromkeys(("team", "teams", "scope", "scopes", "group", "groups", "inbox", "inboxes"), _TEAMS),
    **dict.fromkeys(("expires", "expiry", "until", "valid_to", "valid_until", "valid_from", "ends", "from"), _EXPIRY),
    **dict.fromkeys(("when", "if", "unless", "hours", "schedule", "condition", "conditions"), _CONDITION),
    **dict.fromkeys(("version", "format", "apiVersion", "api_version", "kind"), _FORMAT),
}


class RoleWords:
    """Explains violations of the role schema."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def explain(self, document: Document, violation: Violation) -> Iterator[Message] | None:
        """Give messages for the violations that have a meaning in the role language, None for the others."""
        found: Iterator[Message] | None = None
        match violation.route, violation.keyword:
            case (), "additionalProperties":
                found = self._fields(document, violation)
            case ("permissions",), "additionalProperties":
                found = self._categories(document, violation)
            case (), "dependentRequired":
                found = iter(())  # told before, at the place of the field
            case ("permissions", str(word), *rest), _:
                found = self._inside(document, violation, word, tuple(rest))
        return found

    def _inside(self, document: Document, violation: Violation, word: str, rest: Route) -> Iterator[Message] | None:
        """Explain what is wrong in one entry below `permissions`; in a family, with one of its members."""
        members = self._vocabulary.families.get(word)
        if members is None:
            return self._in_category(document, violation, word, rest)
        match rest, violation.keyword:
            case (), "additionalProperties":
                return self._members(document, violation, word)
            case (), "enum" | "anyOf" | "type" | "minProperties":
                return self._family(document, violation, word)
            case (str(member), *inner), _:
                return self._in_category(document, violation, members[member], tuple(inner))
        return None

    def _in_category(
        self, document: Document, violation: Violation, category: str, rest: Route
    ) -> Iterator[Message] | None:
        found: Iterator[Message] | None = None
        match rest, violation.keyword:
            case (), "additionalProperties":
                found = self._toggles(document, violation, category)
            case (), "uniqueItems":
                found = iter(())  # told before, at the place of the second item
            case (), "enum" | "anyOf" | "type" | "minProperties" | "minItems":
                found = self._category(document, violation, category)
            case (int(),), "enum" | "type":
                found = self._item(document, violation, category)
            case (str(toggle),), "enum":
                found = self._toggle_value(document, violation, toggle)
        return found

    def _fields(self, document: Document, violation: Violation) -> Iterator[Message]:
        for place, code, message, fix in unknown_keys(document, violation):
            key = next(k for k in violation.value if document.key_place((k,)) == place)
            if key in _REFUSED and key not in self._vocabulary.families:
                special, reason, way_out = _REFUSED[key]
                yield place, special, f"`{key}` cannot be part of a role: {reason}", way_out
            elif key in self._vocabulary.entries:
                yield place, "role.category-place", f"`{key}` is a category", "Write it below `permissions:`"
            else:
                yield place, code, message, fix

    def _categories(self, document: Document, violation: Violation) -> Iterator[Message]:
        known, toggles = self._vocabulary.entries, self._vocabulary.toggles
        for key in violation.value:
            if key in known:
                continue
            place = document.key_place(("permissions", key))
            head, dot, short = key.partition(".")
            family, _, member = key.partition("/")
            if dot and short in toggles.get(head, {}):
                fix = f"Write `{short}` below `{head}:`"
                yield place, "role.unknown-category", f"{shown(key)} is a permission, not a category", fix
            elif key in toggles:
                fix = f"Write `{member}:` below `{family}:`"
                yield place, "role.unknown-category", f"{shown(key)} is one of `{family}`, not a category", fix
            else:
                fix = suggestion(key, known, f"Use one of {listed(known)}")
                yield place, "role.unknown-category", f"{shown(key)} is no category of permissions", fix

    def _members(self, document: Document, violation: Violation, family: str) -> Iterator[Message]:
        known = self._vocabulary.families[family]
        for key in violation.value:
            if key not in known:
                place = document.key_place((*violation.route, key))
                fix = suggestion(key, known, f"Use one of {listed(known)}")
                fix += "; one that the product has by now is in the lock after `reconciler catalogue --update`"
                yield place, "role.unknown-category", f"{shown(key)} is none of `{family}` that the lock lists", fix

    def _family(self, document: Document, violation: Violation, family: str) -> Iterator[Message]:
        message = (
            f"`{family}` must be `none`, or a mapping of its names, such as {listed(self._vocabulary.families[family])}"
        )
        yield document.value_place(violation.route), "role.category-value", message, "Write one line for each"

    def _toggles(self, document: Document, violation: Violation, category: str) -> Iterator[Message]:
        known = self._vocabulary.toggles[category]
        for key in violation.value:
            if key not in known and key not in violation.schema["properties"]:
                place = document.key_place((*violation.route, key))
                yield (place, "role.unknown-permission", *self._unknown(key, category))

    def _unknown(self, word: str, category: str) -> tuple[str, str]:
        """Give message and fix for a word that is no permission of the category."""
        known = self._vocabulary.toggles[category]
        head, dot, short = word.strip().partition(".")
        if dot and head == category and short in known:
            return f"{shown(word)} is written with its category", f"Write `{short}`"
        for other, permissions in self._vocabulary.toggles.items():
            if word in permissions and other != category:
                return f"{shown(word)} belongs to `{other}`, not to `{category}`", f"Write it below `{other}:`"
        return (
            f"{shown(word)} is no permission of `{category}`",
            suggestion(word, known, f"Use one of {listed(known)}"),
        )

    def _category(self, document: Document, violation: Violation, category: str) -> Iterator[Message]:
        if self._vocabulary.has_levels(category):
            yield from self._level(document, violation, category)
            return
        place = document.value_place(violation.route)
        message = f"`{category}` must be `all`, `view`, `none`, a list of permissions, or a mapping of on and off"
        value = violation.value
        if isinstance(value, bool):
            fix = f"Write `{'all' if value else 'none'}`"
        elif isinstance(value, str):
            short = value.removeprefix(f"{category}.")
            in_list = short in self._vocabulary.toggles[category]
            fix = f"Write `[{short}]`" if in_list else suggestion(value, ("all", "view", "none"), "Write `none`")
            fix = {"on": "Write `all`", "off": "Write `none`", "read": "Write `view`"}.get(value, fix)
        else:
            fix = "Write `none`"
        yield place, "role.category-value", message, fix

    def _level(self, document: Document, violation: Violation, category: str) -> Iterator[Message]:
        levels = ("none", *self._vocabulary.toggles[category])
        value = violation.value
        message = f"`{category}` must be one of {listed(levels)}"
        if isinstance(value, dict):
            fix = "Write the one word"
        elif value is False:
            fix = "Write `none`"
        else:
            fix = suggestion(str(value).removeprefix(f"{category}."), levels, "Write one of them")
        yield document.value_place(violation.route), "role.category-value", message, fix

    def _item(self, document: Document, violation: Violation, category: str) -> Iterator[Message]:
        place = document.value_place(violation.route)
        if not isinstance(violation.value, str):
            yield place, "schema.type", f"A permission of `{category}` must be one word", "Write one word an item"
        elif violation.keyword == "enum":
            yield (place, "role.unknown-permission", *self._unknown(violation.value, category))

    def _toggle_value(self, document: Document, violation: Violation, toggle: str) -> Iterator[Message]:
        if toggle in {"all", "view"} and violation.value in {"off", False}:
            message = f"`{toggle}: off` selects nothing"
            fix = "Remove it, or write `none` for the whole category"
        else:
            message, fix = f"`{toggle}` must be `on` or `off`", "Write `on` or `off`"
        yield document.value_place(violation.route), "role.toggle", message, fix


def duplicates(document: Document, route: Route, items: list[str]) -> None:
    """Report list items that name the same permission again, whatever their case and spaces."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        key = item.strip().casefold().removeprefix(f"{route[-1]}.")
        place = document.value_place((*route, index))
        if key in first:
            message = f"{shown(item)} is listed twice, first in line {first[key]}"
            document.report(place, "role.duplicate-permission", message, "Keep one of them")
        first.setdefault(key, place[0])
